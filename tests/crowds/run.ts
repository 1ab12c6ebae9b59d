// npm run crowds [-- --count 100 --workers 3 --seed N --death 0.0015]: so many crowds, one after the other.
import { options } from "../options.ts";
import { play } from "./crowds.ts";

const { count, workers, seed, death } = options({ count: 100, workers: 3, seed: Date.now() >>> 0, death: 0 });
console.log(`seed ${seed}`);
console.log(await play({ crowds: count, workers, seed, death }));
console.log("each message was handled once, or a dead letter, in order; nothing waits");
