// node examples/sources/senders.js
// Ten senders, a thousand increments each: always ten thousand, without a lock. And its last words.
// prints:
//   Final value: 10000
//   Counter shutting down with value: 10000
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #value = 0;
  increment() {
    this.#value++;
  }
  decrement() {
    this.#value--;
  }
  value() {
    return this.#value;
  }
  onStop() {
    console.log(`Counter shutting down with value: ${this.#value}`);
  }
}

class Sender extends Actor {
  send(times) {
    for (let i = 0; i < times; i++) this.init.tell.increment();
  }
}

const system = await createSystem();
const counter = system.spawn(Counter);
const senders = Array.from({ length: 10 }, () => system.spawn(Sender, counter));
await Promise.all(senders.map((sender) => sender.ask.send(1000)));
console.log(`Final value: ${await counter.ask.value()}`);
await counter.stop();
await system.stop();
