// npm run deaths [-- --count 1000 --workers 3 --seed N]: so many deaths at random instants, under load.
import { play } from "./deaths.ts";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at >= 0 ? Number(process.argv[at + 1]) : otherwise;
};
const seed = option("seed", Date.now() >>> 0);
console.log(`seed ${seed}`);
const toll = await play({ deaths: option("count", 1000), workers: option("workers", 3), seed });
console.log(toll);
console.log("each handled once, or a dead letter, or named; in order; every ask settled");
