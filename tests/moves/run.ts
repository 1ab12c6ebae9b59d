// npm run moves [-- --count 10000 --workers 3 --seed N]: so many moves of actors, under load.
import { tour } from "./moves.ts";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at >= 0 ? Number(process.argv[at + 1]) : otherwise;
};
const seed = option("seed", Date.now() >>> 0);
console.log(`seed ${seed}`);
console.log(await tour({ moves: option("count", 10_000), workers: option("workers", 3), seed }));
console.log("of each pair every message came once and in order; every ask was answered");
