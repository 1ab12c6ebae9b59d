// node examples/group.js
// Actors that stand and fall together: a strategy, a pause between restarts, a timer, a watch.
// prints:
//   reader is up
//   writer is up
//   writer ends: shutdown
//   reader ends: the file is gone
//   reader is up again
//   writer is up again
//   writer ends: shutdown
//   reader ends: shutdown
//   the watcher heard: files/writer ended, shutdown
import { Actor, createSystem } from "zanni";

class Part extends Actor {
  onStart() {
    console.log(`${this.init} is up${this.ctx.restarts > 0 ? " again" : ""}`);
    // A message of its own, for as long as this instance lives.
    if (this.init === "reader" && this.ctx.restarts === 0) this.ctx.after("5ms", "read");
  }
  onStop(reason) {
    if (reason !== "normal") console.log(`${this.init} ends: ${reason.error?.message ?? reason}`);
  }
  read() {
    throw new Error("the file is gone");
  }
  restarts() {
    return this.ctx.restarts;
  }
}

class Watcher extends Actor {
  #heard;
  watch(ref) {
    this.ctx.watch(ref);
  }
  onTerminated(ref, reason) {
    console.log(`the watcher heard: ${ref.path} ended, ${reason}`);
    this.#heard?.();
  }
  static reentrant = true;
  heard() {
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }
}

const system = await createSystem({ logger: false });
const options = { name: "files", strategy: "one-for-all", backoff: { min: "10ms", max: "1s" } };
const files = system.supervise(options, (sup) => ({
  reader: sup.spawn(Part, "reader", { name: "reader" }),
  writer: sup.spawn(Part, "writer", { name: "writer" }),
}));
const { writer } = files.children;
while ((await writer.ask.restarts()) === 0) await new Promise((resolve) => setTimeout(resolve, 1));

const watcher = system.spawn(Watcher);
await watcher.ask.watch(writer);
const heard = watcher.ask.heard();
await files.stop();
await heard;
await system.stop();
