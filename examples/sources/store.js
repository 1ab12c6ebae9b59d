// node examples/sources/store.js
// A key-value store: set, get, delete, dump, and a stop that is a message like any other.
// prints:
//   name = Some("Atharva")
//   All data: { name: 'Atharva', language: 'Rust' }
//   language = None
//   stopped
import { Actor, createSystem } from "zanni";

class Store extends Actor {
  #data = new Map();
  set(key, value) {
    this.#data.set(key, value);
  }
  get(key) {
    return this.#data.get(key);
  }
  delete(key) {
    this.#data.delete(key);
  }
  dump() {
    return this.#data;
  }
  quit() {
    this.ctx.stop();
  }
}

const option = (value) => (value === undefined ? "None" : `Some(${JSON.stringify(value)})`);

const system = await createSystem();
const store = system.spawn(Store);
store.tell.set("name", "Atharva");
store.tell.set("language", "Rust");
console.log(`name = ${option(await store.ask.get("name"))}`);
console.log("All data:", Object.fromEntries(await store.ask.dump()));
store.tell.delete("language");
console.log(`language = ${option(await store.ask.get("language"))}`);
store.tell.quit();
await store.stopped;
console.log("stopped");
await system.stop();
