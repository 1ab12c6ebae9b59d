// npm run graphs [-- --asks 1000000] [--seed 1]: random graphs of asks without a cycle, many at once, over two threads. None of
// them may be taken for a deadlock: ERR_DEADLOCK anywhere ends the run with its seed.
import { createSystem, Worker } from "zanni";
import * as actors from "../host/actors.ts";
import { options } from "../options.ts";

const { asks: wanted, seed: first } = options({ asks: 1_000_000, seed: 1 });

const system = await createSystem({
  actors,
  workers: 2,
  worker: () => new Worker(new URL("../host/worker.js", import.meta.url), { type: "module" }),
});
const nodes = Array.from({ length: 40 }, () => system.spawn(actors.GraphNode));
let asks = 0;
let graphs = 0;
const began = performance.now();
while (asks < wanted) {
  const seeds = Array.from({ length: 50 }, () => first + graphs++);
  const done = await Promise.all(
    seeds.map(async (seed) => {
      const from = seed % 10;
      try {
        const ref = nodes[from] as (typeof nodes)[0];
        return await ref.ask({ timeout: "1m" }).ask(nodes.slice(from + 1), seed, 6);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
  for (const each of done) asks += each;
}
const seconds = (performance.now() - began) / 1000;
console.log(`${asks} asks in ${graphs} graphs, ${Math.round(asks / seconds)}/s: none taken for a deadlock`);
await system.stop();
