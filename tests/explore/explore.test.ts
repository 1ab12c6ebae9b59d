import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Explorer, load } from "zanni/core/explore";
import { bugs } from "./bugs.ts";
import { scenario, scenarios } from "./scenarios.ts";
import { search } from "./searches.ts";
import type { Found } from "./worker.ts";

const plays = scenarios.map(({ name, threads, deaths }) => {
  // A death is one more move, at any access to memory.
  const preemptions = (threads === 2 ? 3 : 2) - (deaths ? 2 : 0);
  // With two there are too many for each run; npm run explore -- successor 0 plays them all.
  const random = deaths?.most === 2 ? { seed: 20261122, executions: 20_000 } : undefined;
  return { play: name, threads, preemptions: random ? Number.POSITIVE_INFINITY : preemptions, random };
});
const searches = search([
  ...plays.map(({ play, preemptions, random }) => ({ play, preemptions, random })),
  ...bugs.map(({ number, scenario, preemptions }) => ({ play: scenario, preemptions, bug: number })),
]);

const exhaustive = suite("every interleaving up to the bound");
for (const [i, { play, threads, preemptions, random }] of plays.entries()) {
  const how = random ? `${random.executions} at random` : `${preemptions} preemptions`;
  exhaustive(`${play} (${threads} threads, ${how})`, async () => {
    const { outcome } = (await searches[i]) as Found;
    const rate = Math.round(outcome.executions / outcome.seconds);
    console.log(`  ${play}: ${outcome.executions} executions, ${rate}/s`);
    assert.is(outcome.failure?.message, undefined, `trace ${outcome.failure?.trace.slice(0, 2000)}`);
    assert.ok(outcome.complete || random, "the search was cut off");
  });
}
exhaustive.run();

const seeds = suite("each seeded bug is found");
for (const [i, bug] of bugs.entries()) {
  seeds(`${bug.number}: ${bug.name}`, async () => {
    const { outcome, replayed } = (await searches[plays.length + i]) as Found;
    const { failure, executions } = outcome;
    assert.ok(failure, `not found in ${executions} executions`);
    console.log(`  ${bug.number} at execution ${failure?.execution}: ${failure?.message}`);
    assert.is(replayed, failure?.message, "its trace replays it");
  });
}
seeds.run();

const random = suite("random interleavings");
random("the whole cycle, 20,000 executions from a printed seed", () => {
  const seed = 1;
  const model = load("model");
  for (const name of ["mailbox", "blocked: two", "stop", "wake: targeted"]) {
    const outcome = new Explorer(scenario(name), model).explore({
      preemptions: Number.POSITIVE_INFINITY,
      random: { seed, executions: 5_000 },
    });
    assert.is(outcome.failure?.message, undefined, `seed ${seed}, trace ${outcome.failure?.trace}`);
  }
});
random.run();
