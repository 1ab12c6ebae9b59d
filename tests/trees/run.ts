// npm run trees [-- --runs 5000 --workers 0 --seed N]: so many random trees of supervisors; without workers on one thread and
// schedules drawn from the seed. A failure prints what replays it.
import { playOnOne, playOnThreads } from "./trees.ts";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at >= 0 ? Number(process.argv[at + 1]) : otherwise;
};
const seed = option("seed", Date.now() >>> 1);
const runs = option("runs", 5000);
const workers = option("workers", 0);
console.log(`seed ${seed}`);
const began = performance.now();
await (workers === 0 ? playOnOne({ runs, seed }) : playOnThreads({ runs, seed, workers }));
console.log(`${runs} trees in ${((performance.now() - began) / 1000).toFixed(0)} s: all that was not stopped is up`);
