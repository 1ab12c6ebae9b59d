// A few of the crowds that `npm run crowds` plays, on one thread and on several, with deaths and without.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { play } from "./crowds.ts";

const test = suite("crowds");
for (const { workers, death } of [
  { workers: 0, death: 0 },
  { workers: 3, death: 0 },
  { workers: 3, death: 0.0015 },
]) {
  test(`${workers} workers, ${death > 0 ? "with" : "without"} deaths: nothing is lost, and nobody waits for ever`, async () => {
    const seed = Date.now() >>> 0;
    try {
      const { sent, handled, deaths, moves } = await play({ crowds: 6, workers, seed, death });
      console.log(`  ${sent} messages, ${deaths} deaths, ${moves} moves, seed ${seed}`);
      assert.ok(handled > 500);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`);
    }
  });
}
test.run();
