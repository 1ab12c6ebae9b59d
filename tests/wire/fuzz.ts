// npm run fuzz [-- --inputs 10000000] [--seed 1]: the decoder on random bytes and on mutated valid ones. Anything but a value or
// ERR_MALFORMED with an offset ends the run and prints the input; so does one that takes longer than a second.
import fc from "fast-check";
import { isZanniError } from "zanni";
import { options } from "../options.ts";
import { typed } from "./arbitrary.ts";

const { inputs: wanted, seed } = options({ inputs: 10_000_000, seed: 1 });

let state = seed >>> 0 || 1;
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const seeds = fc.sample(typed, { numRuns: 3000, seed }).map(({ type, value }) => ({ type, bytes: type.encode(value) }));
const outcomes = { decoded: 0, malformed: 0 };
const began = performance.now();
for (let input = 0; input < wanted; input++) {
  const { type, bytes } = seeds[random(seeds.length)] as (typeof seeds)[0];
  let hostile: Uint8Array;
  if (random(4) === 0) hostile = Uint8Array.from({ length: random(64) }, () => random(256));
  else {
    hostile = bytes.slice(0, random(8) === 0 ? random(bytes.length + 1) : bytes.length);
    for (let changes = random(4); changes > 0 && hostile.length > 0; changes--) {
      const at = random(hostile.length);
      hostile[at] = random(3) === 0 ? random(256) : (hostile[at] as number) ^ (1 << random(8));
    }
  }
  const before = input % 1024 === 0 ? performance.now() : 0;
  try {
    type.decode(hostile);
    outcomes.decoded++;
  } catch (error) {
    if (!isZanniError(error, "ERR_MALFORMED") || typeof error.details["offset"] !== "number") {
      console.error(`input ${input}: ${Buffer.from(hostile).toString("hex")}`);
      throw error;
    }
    outcomes.malformed++;
  }
  if (before > 0 && performance.now() - before > 1000) throw new Error(`slow: ${Buffer.from(hostile).toString("hex")}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${wanted} inputs in ${seconds} s, seed ${seed}: ${outcomes.decoded} decoded, ${outcomes.malformed} malformed, nothing else`,
);
