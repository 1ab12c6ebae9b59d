// node examples/sources/pool-of-eight.js
// Eight workers behind one face: a message goes to the next of them, a broadcast to all.
// prints:
//   24 jobs: 3 for each of 8 workers
//   shut down: pool/1 pool/2 pool/3 pool/4 pool/5 pool/6 pool/7 pool/8
import { Actor, createSystem } from "zanni";

class Worker extends Actor {
  #jobs = 0;
  work() {
    this.#jobs++;
  }
  jobs() {
    return this.#jobs;
  }
  shutdown(done) {
    done.tell.add(this.ctx.path);
  }
}

class Gather extends Actor {
  #paths = [];
  #all;
  static reentrant = true;
  add(path) {
    this.#paths.push(path);
    if (this.#paths.length === this.init) this.#all?.(this.#paths.sort());
  }
  all() {
    return new Promise((resolve) => {
      this.#all = resolve;
    });
  }
}

const system = await createSystem();
const pool = system.pool(Worker, undefined, { name: "pool", size: 8 });
for (let i = 0; i < 24; i++) pool.tell.work();
const jobs = [];
for (let i = 0; i < 8; i++) jobs.push(await pool.ask.jobs());
console.log(
  `${jobs.reduce((a, b) => a + b)} jobs: ${[...new Set(jobs)].join(" or ")} for each of ${jobs.length} workers`,
);

const gather = system.spawn(Gather, 8);
const all = gather.ask.all();
pool.broadcast.shutdown(gather);
console.log(`shut down: ${(await all).join(" ")}`);
await system.stop();
