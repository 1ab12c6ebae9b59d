// node examples/sources/messages.js
// Patterns of messages: to one, to all who are interested, question and answer, urgent ones first, old ones never, and three
// answers to a full mailbox.
// prints:
//   point to point: tea
//   publish and subscribe: tea at 3 for north, tea at 3 for south
//   request and response: 6
//   priority: urgent, then usual, then whenever
//   expiration: 1 dead letter, expired
//   backpressure, block: 20 handled, the sender waited
//   backpressure, drop: 12 handled, 8 dropped
//   backpressure, reject: ERR_MAILBOX_FULL
import { Actor, createSystem, topic } from "zanni";

const prices = topic("prices");

class Shop extends Actor {
  #seen = [];
  onStart() {
    this.ctx.subscribe(prices, ({ what, price }) => void this.#seen.push(`${what} at ${price} for ${this.init}`));
  }
  note(what) {
    this.#seen.push(what);
  }
  multiply(a, b) {
    return a * b;
  }
  seen() {
    return this.#seen.splice(0);
  }
  /** Holds all that comes until it is let go. */
  async hold(gate) {
    await gate.ask.opened();
  }
}

/** Those who ask wait until it is open. */
class Gate extends Actor {
  #open;
  #opened = new Promise((resolve) => {
    this.#open = resolve;
  });
  static reentrant = true;
  opened() {
    return this.#opened;
  }
  open() {
    this.#open();
  }
}

const system = await createSystem({ logger: false });
const north = system.spawn(Shop, "north");
const south = system.spawn(Shop, "south");
north.tell.note("tea");
console.log(`point to point: ${(await north.ask.seen()).join()}`);

await south.ask.seen();
system.publish(prices, { what: "tea", price: 3 });
const told = [];
while (told.length < 2) told.push(...(await north.ask.seen()), ...(await south.ask.seen()));
console.log(`publish and subscribe: ${told.sort().join(", ")}`);
console.log(`request and response: ${await north.ask.multiply(2, 3)}`);

const held = async (shop, send) => {
  const gate = system.spawn(Gate);
  const free = shop.ask.hold(gate);
  const result = await send();
  gate.tell.open();
  await free;
  await gate.stop();
  return result;
};
await held(north, () => {
  north.with({ priority: "low" }).tell.note("whenever");
  north.tell.note("usual");
  north.with({ priority: "high" }).tell.note("urgent");
});
console.log(`priority: ${(await north.ask.seen()).join(", then ")}`);

const letters = system.stats().deadLetters;
await held(north, async () => {
  north.with({ ttl: "1ms" }).tell.note("too late");
  await new Promise((resolve) => setTimeout(resolve, 20));
});
await north.ask.seen();
console.log(
  `expiration: ${system.stats().deadLetters - letters} dead letter, ${[...system.deadLetters].at(-1).reason}`,
);

for (const [overflow, name] of [
  ["block", "block"],
  ["drop-newest", "drop"],
  ["fail", "reject"],
]) {
  const shop = system.spawn(Shop, name, { mailbox: { capacity: 13, overflow } });
  let waited = false;
  let refused;
  await held(shop, () => {
    for (let i = 0; i < 20 && !refused; i++) {
      try {
        waited = !shop.tell.note(`${i}`) || waited;
      } catch ({ code }) {
        refused = code;
      }
    }
  });
  await shop.ready();
  const { length } = await shop.ask.seen();
  if (overflow === "block") console.log(`backpressure, block: ${length} handled${waited ? ", the sender waited" : ""}`);
  else if (overflow === "fail") console.log(`backpressure, reject: ${refused}`);
  else console.log(`backpressure, drop: ${length} handled, ${20 - length} dropped`);
}
await system.stop();
