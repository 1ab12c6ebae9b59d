// node examples/sources/supervised.js
// An actor that always fails: each start has its number, a second lies between two of them, and after three restarts the
// supervisor gives up.
// prints:
//   [Supervisor] Starting actor 'worker' (restart #0)
//   [Supervisor] Actor 'worker' panicked: no luck
//   [Supervisor] Starting actor 'worker' (restart #1)
//   [Supervisor] Actor 'worker' panicked: no luck
//   [Supervisor] Starting actor 'worker' (restart #2)
//   [Supervisor] Actor 'worker' panicked: no luck
//   [Supervisor] Starting actor 'worker' (restart #3)
//   [Supervisor] Actor 'worker' panicked: no luck
//   [Supervisor] Too many restarts, giving up
import { Actor, createSystem } from "zanni";

class Unlucky extends Actor {
  onStart() {
    console.log(`[Supervisor] Starting actor 'worker' (restart #${this.ctx.restarts})`);
    this.self.tell.work();
  }
  work() {
    throw new Error("no luck");
  }
}

const system = await createSystem({ logger: false });
const { children: worker } = system.supervise(
  {
    // It does not come back itself: whoever supervises it would begin all over again.
    restart: "temporary",
    maxRestarts: 3,
    within: "1m",
    backoff: { min: "1s", max: "1s", jitter: 0 },
    decide(error) {
      console.log(`[Supervisor] Actor 'worker' panicked: ${error.message}`);
      return "restart";
    },
  },
  (sup) => sup.spawn(Unlucky, undefined, { name: "worker" }),
);
await worker.stopped;
console.log("[Supervisor] Too many restarts, giving up");
await system.stop();
