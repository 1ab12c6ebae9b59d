// node examples/sources/first-counter.js
// The first actor program of many runtimes: two messages, printed from inside the actor.
// prints:
//     [actor] count is now: 10
//     [actor] count is now: 30
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #count = 0;
  increment(amount) {
    this.#count += amount;
    console.log(`  [actor] count is now: ${this.#count}`);
    return this.#count;
  }
}

const system = await createSystem();
const counter = system.spawn(Counter);
counter.tell.increment(10);
counter.tell.increment(20);
await counter.stop();
await system.stop();
