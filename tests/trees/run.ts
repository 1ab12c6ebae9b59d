// npm run trees [-- --runs 5000 --workers 0 --seed N]: so many random trees of supervisors; without workers on one thread and
// schedules drawn from the seed. A failure prints what replays it.
import { options } from "../options.ts";
import { playOnOne, playOnThreads } from "./trees.ts";

const { seed, runs, workers } = options({ seed: Date.now() >>> 1, runs: 5000, workers: 0 });
console.log(`seed ${seed}`);
const began = performance.now();
await (workers === 0 ? playOnOne({ runs, seed }) : playOnThreads({ runs, seed, workers }));
console.log(`${runs} trees in ${((performance.now() - began) / 1000).toFixed(0)} s: all that was not stopped is up`);
