// Thirty of the thousand that `npm run deaths` plays.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { play } from "./deaths.ts";

const test = suite("deaths at random instants");
test("under load: each message handled once, or a dead letter, or named; in order; every ask settles", async () => {
  const seed = Date.now() >>> 0;
  try {
    const toll = await play({ deaths: 30, workers: 3, seed });
    console.log(`  ${toll.deaths} deaths, ${toll.sent} messages, ${toll.missing} lost in hand, seed ${seed}`);
    assert.ok(toll.deaths >= 30 && toll.handled > 1000);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).stack}`);
  }
});
test.run();
