// node examples/supervise.js
// What crashes comes back under the same ref, with its mailbox. What crashes too often is its supervisor's failure, and that
// comes back with all its children.
// prints:
//   1
//   shop/counter crashed: out of paper
//   0 after 1 restart
//   shop crashed: "shop" would have restarted children more than 2 times within 60000 ms; the last to fail was "shop/counter": again
//   0 after 3 restarts
import { Actor, createSystem } from "zanni";

class Counter extends Actor {
  #value = 0;
  add(by) {
    this.#value += by;
  }
  value() {
    return this.#value;
  }
  restarts() {
    return this.ctx.restarts;
  }
  crash(why) {
    throw new Error(why);
  }
}

const system = await createSystem({ logger: false });
const shop = system.supervise({ name: "shop", maxRestarts: 2, within: "1m" }, (sup) => ({
  counter: sup.spawn(Counter, undefined, { name: "counter" }),
}));
const { counter } = shop.children;

const crashOf = async (events, path) => {
  for await (const event of events) if (event.type === "crash" && event.actor === path) return event.error.message;
};

const first = crashOf(system.events(), "shop/counter");
counter.tell.add(1);
console.log(await counter.ask.value());
counter.tell.crash("out of paper");
console.log(`shop/counter crashed: ${await first}`);
console.log(`${await counter.ask.value()} after ${await counter.ask.restarts()} restart`);

const second = crashOf(system.events(), "shop");
for (let i = 0; i < 2; i++) counter.tell.crash("again");
console.log(`shop crashed: ${await second}`);
console.log(`${await counter.ask.value()} after ${await counter.ask.restarts()} restarts`);
await system.stop();
