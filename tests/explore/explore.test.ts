import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Explorer, load } from "zanni/core/explore";
import { bugs } from "./bugs.ts";
import { scenario, scenarios } from "./scenarios.ts";

const model = load("model");
const seeded = load("seeded");

const exhaustive = suite("every interleaving up to the bound");
for (const play of scenarios) {
  // A death is one more move, at any access to memory.
  const preemptions = (play.threads === 2 ? 3 : 2) - (play.deaths ? 2 : 0);
  exhaustive(`${play.name} (${play.threads} threads, ${preemptions} preemptions)`, () => {
    const outcome = new Explorer(play, model).explore({ preemptions });
    const rate = Math.round(outcome.executions / outcome.seconds);
    console.log(`  ${play.name}: ${outcome.executions} executions, ${rate}/s`);
    assert.is(outcome.failure?.message, undefined, `trace ${outcome.failure?.trace.slice(0, 2000)}`);
    assert.ok(outcome.complete, "the search was cut off");
  });
}
exhaustive.run();

const seeds = suite("each seeded bug is found");
for (const bug of bugs) {
  seeds(`${bug.number}: ${bug.name}`, () => {
    const explorer = new Explorer(scenario(bug.scenario), seeded, bug.number);
    const { failure, executions } = explorer.explore({ preemptions: bug.preemptions });
    assert.ok(failure, `not found in ${executions} executions`);
    console.log(`  ${bug.number} at execution ${failure?.execution}: ${failure?.message}`);
    assert.is(explorer.replay(failure?.trace ?? ""), failure?.message, "its trace replays it");
  });
}
seeds.run();

const random = suite("random interleavings");
random("the whole cycle, 20,000 executions from a printed seed", () => {
  const seed = 1;
  for (const name of ["mailbox", "blocked: two", "stop", "wake: targeted"]) {
    const outcome = new Explorer(scenario(name), model).explore({
      preemptions: Number.POSITIVE_INFINITY,
      random: { seed, executions: 5_000 },
    });
    assert.is(outcome.failure?.message, undefined, `seed ${seed}, trace ${outcome.failure?.trace}`);
  }
});
random.run();
