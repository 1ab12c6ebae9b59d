// npm run explore [-- PART [PREEMPTIONS]]: the same plays with one preemption more than the tests afford, and random
// executions without a bound, from a printed seed.
import { Explorer, load } from "zanni/core/explore";
import { scenarios } from "./scenarios.ts";

const [part = "", bound] = process.argv.slice(2);
const model = load("model");
const seed = Date.now() >>> 0;
console.log(`seed ${seed}`);
for (const play of scenarios.filter(({ name }) => name.includes(part))) {
  const preemptions = bound === undefined ? (play.threads === 2 ? 4 : 3) : Number(bound);
  for (const bounds of [
    { preemptions, most: 20_000_000 },
    { preemptions: Number.POSITIVE_INFINITY, random: { seed, executions: 200_000 } },
  ]) {
    const { executions, complete, seconds, failure } = new Explorer(play, model).explore(bounds);
    const kind = "random" in bounds ? "random" : `up to ${preemptions} preemptions`;
    console.log(
      `${play.name}, ${kind}: ${executions} executions in ${seconds.toFixed(0)} s${complete ? "" : ", not complete"}`,
    );
    if (failure) {
      console.log(`  FAILED: ${failure.message}\n  trace ${failure.trace}`);
      process.exitCode = 1;
    }
  }
}
