// node examples/sources/growth.js
// Ten actors, a hundred, ten thousand: the same program, no thread each, and each with a mailbox of its own.
// prints:
//   10 actors: each has counted to 3
//   100 actors: each has counted to 3
//   10000 actors: each has counted to 3
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #count = 0;
  increment() {
    this.#count++;
  }
  value() {
    return this.#count;
  }
}

const system = await createSystem();
for (const size of [10, 100, 10_000]) {
  const counters = Array.from({ length: size }, () => system.spawn(Counter));
  for (let round = 0; round < 3; round++) for (const counter of counters) counter.tell.increment();
  const values = await Promise.all(counters.map((counter) => counter.ask.value()));
  console.log(`${size} actors: each has counted to ${values.every((value) => value === 3) ? 3 : "something else"}`);
  await Promise.all(counters.map((counter) => counter.stop()));
}
await system.stop();
