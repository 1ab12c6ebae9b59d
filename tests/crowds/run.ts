// npm run crowds [-- --count 100 --workers 3 --seed N --death 0.0015]: so many crowds, one after the other.
import { play } from "./crowds.ts";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at >= 0 ? Number(process.argv[at + 1]) : otherwise;
};
const seed = option("seed", Date.now() >>> 0);
console.log(`seed ${seed}`);
console.log(
  await play({ crowds: option("count", 100), workers: option("workers", 3), seed, death: option("death", 0) }),
);
console.log("each message was handled once, or a dead letter, in order; nothing waits");
