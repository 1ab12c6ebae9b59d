// node examples/sources/logger.js
// Four workers and a logger, twenty jobs; the workers stop before the logger does, so that nothing of theirs is lost.
// prints:
//   Worker 0: 0 → 0, 4 → 16, 8 → 64, 12 → 144, 16 → 256, shutting down
//   Worker 1: 1 → 1, 5 → 25, 9 → 81, 13 → 169, 17 → 289, shutting down
//   Worker 2: 2 → 4, 6 → 36, 10 → 100, 14 → 196, 18 → 324, shutting down
//   Worker 3: 3 → 9, 7 → 49, 11 → 121, 15 → 225, 19 → 361, shutting down
//   24 lines, the logger stopped last
import { Actor, createSystem } from "zanni";

class Logger extends Actor {
  #lines = new Map();
  info(worker, what) {
    this.#lines.set(worker, [...(this.#lines.get(worker) ?? []), what]);
  }
  onStop() {
    // The order between workers is anybody's; of each worker it is kept.
    let count = 0;
    for (const [worker, lines] of [...this.#lines].sort(([a], [b]) => a - b)) {
      console.log(`Worker ${worker}: ${lines.join(", ")}`);
      count += lines.length;
    }
    console.log(`${count} lines, the logger stopped last`);
  }
}

class Worker extends Actor {
  process(n) {
    this.init.logger.tell.info(this.init.id, `${n} → ${n * n}`);
  }
  onStop() {
    this.init.logger.tell.info(this.init.id, "shutting down");
  }
}

const system = await createSystem();
const logger = system.spawn(Logger);
const workers = [0, 1, 2, 3].map((id) => system.spawn(Worker, { id, logger }));
for (let i = 0; i < 20; i++) workers[i % 4].tell.process(i);
await Promise.all(workers.map((worker) => worker.stop()));
await logger.stop();
await system.stop();
