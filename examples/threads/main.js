// node examples/threads/main.js
// The same actors on every core: one worker thread each, over one shared memory.
// prints:
//   78498 primes below 1000000
import { createSystem, Worker } from "zanni";
import * as actors from "./actors.js";

const system = await createSystem({
  actors,
  worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
});
const workers = Array.from({ length: system.stats().workers.length }, () => system.spawn(actors.Primes));
const step = 50_000;
const counts = await Promise.all(
  Array.from({ length: 20 }, (_, i) =>
    workers[i % workers.length].ask({ timeout: "1m" }).count(i * step, (i + 1) * step),
  ),
);
console.log(`${counts.reduce((a, b) => a + b)} primes below ${20 * step}`);
await system.stop();
