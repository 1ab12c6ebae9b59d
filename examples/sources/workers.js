// node examples/sources/workers.js
// A pool of workers: jobs go to whoever has the least to do, one worker crashes on a bad job, the others do not notice.
// prints:
//   20 jobs, 19 done, 1 failed: cannot divide by 0
//   every worker is alive: 4 of 4, restarted 1 time in all
import { Actor, createSystem } from "zanni";

class Worker extends Actor {
  divide(by) {
    if (by === 0) throw new RangeError("cannot divide by 0");
    return 5040 / by;
  }
}

const system = await createSystem({ logger: false });
const pool = system.pool(Worker, undefined, { size: 4, route: "least-busy" });
const jobs = Array.from({ length: 20 }, (_, i) => pool.ask.divide(i));
const results = await Promise.allSettled(jobs);
const failed = results.filter(({ status }) => status === "rejected");
console.log(
  `${jobs.length} jobs, ${jobs.length - failed.length} done, ${failed.length} failed: ${failed[0].reason.cause.message}`,
);
const alive = await Promise.all(Array.from({ length: 4 }, () => pool.ask.divide(1)));
console.log(`every worker is alive: ${alive.length} of 4, restarted ${system.stats().restarts} time in all`);
await system.stop();
