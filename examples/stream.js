// node examples/stream.js
// A generator that is asked is a stream at the caller, which sets the pace; a sender that is too fast waits in an outbox.
// prints:
//   0 1 1 2 3 5 8 13
//   the generator has ended
//   full: true
//   all 2000 arrived in order: true
import { Actor, createSystem } from "zanni";

class Fibonacci extends Actor {
  *numbers() {
    let [a, b] = [0, 1];
    try {
      for (;;) {
        yield a;
        [a, b] = [b, a + b];
      }
    } finally {
      console.log("the generator has ended");
    }
  }
}

class Sink extends Actor {
  #taken = [];
  take(n) {
    this.#taken.push(n);
  }
  inOrder() {
    return this.#taken.every((n, i) => n === i) && this.#taken.length;
  }
}

const system = await createSystem();
const fibonacci = system.spawn(Fibonacci);
const first = [];
for await (const n of fibonacci.ask.numbers()) {
  first.push(n);
  if (first.length < 8) continue;
  console.log(first.join(" "));
  break; // ends the generator, in its actor
}
await fibonacci.stop();

const sink = system.spawn(Sink, undefined, { mailbox: { capacity: 100 } });
let full = false;
for (let i = 0; i < 2000; i++) {
  if (sink.tell.take(i)) continue;
  full = true;
  await sink.ready(); // there is room again
}
console.log(`full: ${full}`);
console.log(`all 2000 arrived in order: ${(await sink.ask.inOrder()) === 2000}`);
await system.stop();
