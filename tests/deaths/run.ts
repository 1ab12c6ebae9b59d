// npm run deaths [-- --count 1000 --workers 3 --seed N]: so many deaths at random instants, under load.
import { options } from "../options.ts";
import { play } from "./deaths.ts";

const { count, workers, seed } = options({ count: 1000, workers: 3, seed: Date.now() >>> 0 });
console.log(`seed ${seed}`);
const toll = await play({ deaths: count, workers, seed });
console.log(toll);
console.log("each handled once, or a dead letter, or named; in order; every ask settled");
