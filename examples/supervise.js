// node examples/supervise.js
// What crashes comes back under the same ref, with its mailbox; what crashes too often takes its supervisor along.
// prints:
//   1
//   shop/counter crashed: out of paper
//   0 after 1 restart
//   the system stopped: ERR_RESTART_LIMIT "shop" would have restarted children more than 2 times within 60000 ms; the last to fail was "shop/counter": again
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

const events = system.events();
counter.tell.add(1);
console.log(await counter.ask.value());
counter.tell.crash("out of paper");
for await (const event of events) {
  if (event.type !== "crash") continue;
  console.log(`${event.actor} crashed: ${event.error.message}`);
  break;
}
console.log(`${await counter.ask.value()} after ${await counter.ask.restarts()} restart`);

for (let i = 0; i < 2; i++) counter.tell.crash("again");
await system.stopped.catch((error) => console.log("the system stopped:", error.code, error.message));
