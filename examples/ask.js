// node examples/ask.js
// Asks have a deadline, and so has whatever they cause.
// prints:
//   tea: 3 left
//   ERR_REFUSED not enough coffee
//   ERR_ASK_TIMEOUT
//   the oven heard that nobody waits
import { Actor, createSystem, isZanniError, refuse } from "zanni";

class Shelf extends Actor {
  #stock = new Map([["tea", 5]]);
  take(item, units) {
    const left = (this.#stock.get(item) ?? 0) - units;
    if (left < 0) throw refuse(`not enough ${item}`);
    this.#stock.set(item, left);
    return `${item}: ${left} left`;
  }
}

class Oven extends Actor {
  async bake() {
    const { signal } = this.ctx; // aborts when whoever asks gives up
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    console.log("the oven heard that nobody waits");
  }
  ready() {}
}

const system = await createSystem();
const shelf = system.spawn(Shelf);
console.log(await shelf.ask.take("tea", 2));
try {
  await shelf.ask.take("coffee", 1);
} catch (error) {
  if (isZanniError(error, "ERR_REFUSED")) console.log(error.code, error.message);
}
const oven = system.spawn(Oven);
await oven
  .ask({ timeout: "50ms" })
  .bake()
  .catch((error) => console.log(error.code));
await oven.ask.ready();
await system.stop();
