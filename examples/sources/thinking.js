// node examples/sources/thinking.js
// An exercise to be traced on paper, run: the worker sends, crashes, is restarted by its supervisor, and asks.
// prints:
//   supervisor/worker: Increment(5), Increment(3)
//   supervisor/worker crashed in "work": out of ideas
//   supervisor/worker, restarted 1 time, asks supervisor/counter: Count(8)
//   what was queued behind the crash is still handled: one more
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #count = 0;
  increment(by) {
    this.#count += by;
  }
  getCount() {
    return this.#count;
  }
}

class Worker extends Actor {
  work() {
    // The ref is in its init: that is how the next instance gets it.
    this.init.tell.increment(5);
    this.init.tell.increment(3);
    console.log(`${this.ctx.path}: Increment(5), Increment(3)`);
    throw new Error("out of ideas");
  }
  async onRestart() {
    const count = await this.init.ask.getCount();
    const times = `${this.ctx.restarts} time${this.ctx.restarts === 1 ? "" : "s"}`;
    console.log(`${this.ctx.path}, restarted ${times}, asks ${this.init.path}: Count(${count})`);
  }
  note(what) {
    console.log(`what was queued behind the crash is still handled: ${what}`);
    return true;
  }
}

const system = await createSystem({ logger: false });
const events = system.events();
const { counter, worker } = system.supervise({ name: "supervisor" }, (sup) => {
  const counter = sup.spawn(Counter, undefined, { name: "counter" });
  return { counter, worker: sup.spawn(Worker, counter, { name: "worker" }) };
}).children;
worker.tell.work();
const noted = worker.ask.note("one more");
for await (const event of events) {
  if (event.type !== "crash") continue;
  console.log(`${event.actor} crashed in "${event.message}": ${event.error.message}`);
  break;
}
await noted;
if ((await counter.ask.getCount()) !== 8) throw new Error("the counter has lost something");
await system.stop();
