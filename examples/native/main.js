// node examples/native/main.js
// Behaviors in AssemblyScript, compiled here and now, beside actors in JavaScript.
// prints:
//   counter: 42, and 1 after a trap
//   mandelbrot: 22739 of 90000 points inside
//   tree: 100000 leaves, sum 4999950000
import { mkdirSync } from "node:fs";
import asc from "assemblyscript/asc";
import { Actor, createSystem } from "zanni";

// With worker threads: --sharedMemory --enable threads besides.
const wasm = new URL("../../build/examples/native.wasm", import.meta.url);
mkdirSync(new URL("./", wasm), { recursive: true });
const flags = "--importMemory --noExportMemory --importTable --maximumMemory 65536 --runtime stub --noAssert -O3";
const source = new URL("./behaviors.ts", import.meta.url).pathname;
const { error, stderr } = await asc.main([source, "--baseDir", "/", "--outFile", wasm.pathname, ...flags.split(" ")]);
if (error) throw new Error(stderr.toString());

class Result extends Actor {
  #waiting;
  wait() {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
  sum() {}
  result(value) {
    this.#waiting(value);
  }
  static reentrant = true;
}

const system = await createSystem({ native: { examples: wasm }, logger: false });

const counter = system.spawnNative("examples", "counter");
counter.tell.add(40);
const before = await counter.ask.add(2);
await counter.ask.crash().catch(() => {});
console.log(`counter: ${before}, and ${await counter.ask.add(1)} after a trap`);

const workers = Array.from({ length: 4 }, () => system.spawnNative("examples", "mandelbrot"));
const rows = await Promise.all(Array.from({ length: 300 }, (_, y) => workers[y % 4].ask.row(y, 300)));
console.log(`mandelbrot: ${rows.reduce((a, b) => a + b)} of ${300 * 300} points inside`);

const result = system.spawn(Result);
const sum = result.ask({ timeout: "1m" }).wait();
const tree = system.spawnNative("examples", "tree", { restart: "temporary" });
tree.tell.grow(result);
tree.tell.go(0, 100_000);
console.log(`tree: 100000 leaves, sum ${await sum}`);
await system.stop();
