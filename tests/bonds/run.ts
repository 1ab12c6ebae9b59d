// npm run bonds [-- --count 100 --workers 3 --seed N --death 0.01]: so many rounds of watches, streams and timers.
import { options } from "../options.ts";
import { play } from "./bonds.ts";

const { count, workers, seed, death } = options({ count: 100, workers: 3, seed: Date.now() >>> 0, death: 0 });
console.log(`seed ${seed}`);
console.log(await play({ rounds: count, workers, seed, death }));
console.log("each watch told of one end, each stream came whole or failed, each timer fired once");
