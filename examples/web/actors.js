import { Actor } from "/zanni/zanni.js";

export class Greeter extends Actor {
  hello(name) {
    return `Hello, ${name}! I am ${this.ctx.path}, ${this.ctx.system.mode === "shared" ? "on a thread of my own" : "on the page's thread"}.`;
  }
}

/** Counts, and crashes when told to. Its supervisor brings back a fresh one, behind the same ref. */
export class Counter extends Actor {
  #value = 0;
  add(by) {
    this.#value += by;
    return this.#value;
  }
  crash() {
    throw new Error("you asked for it");
  }
}
