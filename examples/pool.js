// Work on all cores: a pool of workers, items fed through it with backpressure, and a topic that tells the progress.
//
// prints:
//   2262 primes below 20000
//   the largest range was counted by a worker of the pool primes
import { Actor, createSystem, topic } from "zanni";

const progress = topic("progress");

class Primes extends Actor {
  count(from, to) {
    let found = 0;
    search: for (let n = Math.max(2, from); n < to; n++) {
      for (let d = 2; d * d <= n; d++) if (n % d === 0) continue search;
      found++;
    }
    this.ctx.publish(progress, { from, found, by: this.ctx.path });
    return found;
  }
}

const system = await createSystem();
const told = system.subscribe(progress);
const pool = system.pool(Primes, undefined, { name: "primes", size: 4, route: "least-busy" });
const ranges = Array.from({ length: 20 }, (_, i) => [i * 1000, (i + 1) * 1000]);
let total = 0;
for await (const found of pool.map(ranges, (worker, [from, to]) => worker.count(from, to))) total += found;
console.log(`${total} primes below 20000`);

const all = [];
for await (const each of told) {
  all.push(each);
  if (all.length === ranges.length) break;
}
const largest = all.reduce((a, b) => (a.found > b.found ? a : b));
console.log(`the largest range was counted by a worker of the pool ${largest.by.split("/")[0]}`);
await system.stop();
