// node examples/sources/saga.js
// A transaction over three services, actors all: when a step fails, what was done is undone, the latest first.
// prints:
//   reserve 2 of tea
//   charge ann 6
//   ship 2 of tea to ann
//   first: done
//   reserve 9 of tea
//   charge bob 27
//   refund bob 27
//   release 9 of tea
//   second: "order" failed in "ship": the van is full; undone: charge, reserve
//   in stock 8, ann has 4, bob has 30
import { Actor, createSystem, refuse, saga } from "zanni";

class Stock extends Actor {
  #left = 10;
  reserve(count) {
    console.log(`reserve ${count} of tea`);
    // Plenty is coming.
    this.#left -= count;
  }
  release(count) {
    console.log(`release ${count} of tea`);
    this.#left += count;
  }
  left() {
    return this.#left;
  }
}

class Bank extends Actor {
  #accounts = { ann: 10, bob: 30 };
  charge(who, amount) {
    console.log(`charge ${who} ${amount}`);
    this.#accounts[who] -= amount;
  }
  refund(who, amount) {
    console.log(`refund ${who} ${amount}`);
    this.#accounts[who] += amount;
  }
  accounts() {
    return this.#accounts;
  }
}

class Van extends Actor {
  #room = 5;
  ship(count, who) {
    if (count > this.#room) throw refuse("the van is full");
    this.#room -= count;
    console.log(`ship ${count} of tea to ${who}`);
  }
}

const system = await createSystem({ logger: false });
const stock = system.spawn(Stock);
const bank = system.spawn(Bank);
const van = system.spawn(Van);

const order = (who, count) =>
  saga("order")
    .step(
      "reserve",
      () => stock.ask.reserve(count),
      () => stock.ask.release(count),
    )
    .step(
      "charge",
      () => bank.ask.charge(who, count * 3),
      () => bank.ask.refund(who, count * 3),
    )
    .step("ship", () => van.ask.ship(count, who));

await order("ann", 2).run();
console.log("first: done");
await order("bob", 9)
  .run()
  .catch(({ message, details }) => console.log(`second: ${message}; undone: ${details.undone.join(", ")}`));
const { ann, bob } = await bank.ask.accounts();
console.log(`in stock ${await stock.ask.left()}, ann has ${ann}, bob has ${bob}`);
await system.stop();
