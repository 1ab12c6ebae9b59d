// A few rounds of what `npm run bonds` plays, on one thread and on several, with deaths and without.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { play } from "./bonds.ts";

const test = suite("bonds");
for (const { workers, death } of [
  { workers: 0, death: 0 },
  { workers: 3, death: 0 },
  { workers: 3, death: 0.01 },
]) {
  test(`${workers} workers, ${death > 0 ? "with" : "without"} deaths: each tells once, and comes to its end`, async () => {
    const seed = Date.now() >>> 0;
    try {
      const { watches, streams, timers, deaths, moves } = await play({ rounds: 10, workers, seed, death });
      console.log(`  ${watches} watches, ${deaths} deaths, ${moves} moves, seed ${seed}`);
      assert.ok(watches > 100 && streams > 10 && timers > 1);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`);
    }
  });
}
test.run();
