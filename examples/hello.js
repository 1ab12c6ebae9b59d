// node examples/hello.js
// prints:
//   15
//   ERR_ACTOR_FAILED cannot add 0.5
//   10
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #value = this.init.start;
  add(by) {
    if (!Number.isInteger(by)) throw new RangeError(`cannot add ${by}`);
    this.#value += by;
    return this.#value;
  }
}

const system = await createSystem({ logger: false });
const counter = system.spawn(Counter, { start: 10 });
console.log(await counter.ask.add(5));
await counter.ask.add(0.5).catch((error) => console.log(error.code, error.cause.message));
console.log(await counter.ask.add(0)); // a fresh counter under the same ref
await system.stop();
