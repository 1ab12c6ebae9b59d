// node examples/sources/lifecycle.js
// Every hook of an actor, in order: it starts, crashes, starts again, is asked whether it is well, and stops.
// prints:
//   instance 1: starts
//   instance 1: handles "hello"
//   instance 1: stops, because of: broken
//   instance 2: starts
//   instance 2: is restarted after: broken
//   instance 2: handles "hello again"
//   instance 2: is well
//   instance 2: stops: normal
//   gone: normal
import { Actor, createSystem } from "zanni";

let instances = 0;
class Guest extends Actor {
  #number = ++instances;
  #say(what) {
    console.log(`instance ${this.#number}: ${what}`);
  }
  onStart() {
    this.#say("starts");
  }
  onRestart(error) {
    this.#say(`is restarted after: ${error.message}`);
  }
  onStop(reason) {
    this.#say(typeof reason === "string" ? `stops: ${reason}` : `stops, because of: ${reason.error.message}`);
  }
  #asked = false;
  health() {
    if (this.#number === 1 || this.#asked) return;
    this.#asked = true;
    this.#say("is well");
    this.init.tell.checked();
  }
  handle(what) {
    if (what === "break") throw new Error("broken");
    this.#say(`handles "${what}"`);
  }
}

class Desk extends Actor {
  #waiting;
  static reentrant = true;
  checked() {
    this.#waiting();
  }
  untilChecked() {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

const system = await createSystem({ logger: false });
const desk = system.spawn(Desk);
const checked = desk.ask.untilChecked();
const guest = system.spawn(Guest, desk, { health: { every: "20ms", timeout: "1s", threshold: 3 } });
guest.tell.handle("hello");
guest.tell.handle("break");
await guest.ask.handle("hello again");
await checked;
const { stopped } = guest;
await guest.stop();
console.log(`gone: ${await stopped}`);
await system.stop();
