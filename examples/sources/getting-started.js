// node examples/sources/getting-started.js
// The first actor: a message type, state, a reply, and supervision with a limit.
// prints:
//   Count: 1
//   Count: 2
//   the counter says 2
//   after a crash it is 0, under the same name: counter-1
import { Actor, createSystem } from "zanni";

class CounterActor extends Actor {
  #count = 0;
  increment() {
    console.log(`Count: ${++this.#count}`);
  }
  getCount() {
    return this.#count;
  }
  fail() {
    throw new Error("let it crash");
  }
}

const system = await createSystem({ logger: false });
const supervisor = system.supervise({ strategy: "one-for-one", maxRestarts: 3, within: "1m" }, (sup) =>
  sup.spawn(CounterActor, undefined, { name: "counter-1", restart: "permanent" }),
);
const counter = supervisor.children;
counter.tell.increment();
counter.tell.increment();
console.log(`the counter says ${await counter.ask.getCount()}`);
counter.tell.fail();
console.log(
  `after a crash it is ${await counter.ask.getCount()}, under the same name: ${counter.path.split("/").at(-1)}`,
);
await system.stop();
