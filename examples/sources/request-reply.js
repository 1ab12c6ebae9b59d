// node examples/sources/request-reply.js
// A message with an answer, and the same without one. Who is asked is found by name.
// prints:
//   compute [1, 2, 3, 4] = 10
//   nothing waits for: 15
//   nobody is called "abacus"
import { Actor, createSystem } from "zanni";

class Adder extends Actor {
  compute(input) {
    return input.reduce((sum, n) => sum + n, 0);
  }
  note(input) {
    console.log(`nothing waits for: ${this.compute(input)}`);
  }
}

const system = await createSystem();
system.spawn(Adder, undefined, { name: "adder" });

const adder = await system.lookup("adder");
console.log(`compute [1, 2, 3, 4] = ${await adder.ask.compute([1, 2, 3, 4])}`);
adder.tell.note([4, 5, 6]);
await adder.stop();
if (!(await system.lookup("abacus"))) console.log('nobody is called "abacus"');
await system.stop();
