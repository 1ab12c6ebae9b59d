// npm run moves [-- --count 10000 --workers 3 --seed N]: so many moves of actors, under load.
import { options } from "../options.ts";
import { tour } from "./moves.ts";

const { count, workers, seed } = options({ count: 10_000, workers: 3, seed: Date.now() >>> 0 });
console.log(`seed ${seed}`);
console.log(await tour({ moves: count, workers, seed }));
console.log("of each pair every message came once and in order; every ask was answered");
