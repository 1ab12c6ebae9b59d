// Three hundred of the ten thousand that `npm run moves` makes.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tour } from "./moves.ts";

const test = suite("moves under load");
test("of each pair every message comes once and in order; every ask is answered", async () => {
  const seed = Date.now() >>> 0;
  try {
    const { moves, messages, missedWakes } = await tour({ moves: 300, workers: 2, seed });
    console.log(`  ${moves} moves, ${messages} messages, seed ${seed}`);
    assert.ok(moves >= 300 && messages > 1000);
    assert.is(missedWakes, 0);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).stack}`);
  }
});
test.run();
