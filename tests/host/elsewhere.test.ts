// Reading of an actor that ends in the middle of it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CELL_HEAD, CELL_INIT, STOPPED } from "../../assembly/layout.ts";
import { whileThere } from "../../host/actor/elsewhere.ts";
import type { Thread } from "../../host/actor/thread.ts";

const test = suite("an actor elsewhere");
const actor = { cell: 64, generation: 3 };

/** A thread with that actor's cell, and the words of it. */
function memory() {
  const words = new Map([
    [actor.cell + CELL_HEAD + 4, actor.generation],
    [actor.cell + CELL_INIT, 512],
  ]);
  const views = { load: (address: number) => words.get(address) ?? 0, refresh: () => {} };
  return { thread: { views } as unknown as Thread, words };
}

test("what is read of it is what was there", () => {
  const { thread } = memory();
  assert.is(
    whileThere(thread, actor, (init) => init),
    512,
  );
  const fails = () => {
    throw new Error("broken");
  };
  assert.throws(() => whileThere(thread, actor, fails), /broken/);
});

test("it has ended, or another lives there", () => {
  const { thread, words } = memory();
  const read = () => assert.unreachable("it is not read");
  assert.is(whileThere(thread, { ...actor, generation: 2 }, read), undefined);
  words.set(actor.cell + CELL_HEAD, STOPPED);
  assert.is(whileThere(thread, actor, read), undefined);
});

for (const [how, end] of [
  ["ends", (words: Map<number, number>) => words.set(actor.cell + CELL_HEAD, STOPPED)],
  ["ends, and another moves in,", (words: Map<number, number>) => words.set(actor.cell + CELL_HEAD + 4, 4)],
] as const) {
  test(`it ${how} while it is read: nothing was read, also where that failed`, () => {
    for (const fails of [false, true]) {
      const { thread, words } = memory();
      const read = () => {
        end(words);
        if (fails) throw new RangeError("garbage");
        return "garbage";
      };
      assert.is(whileThere(thread, actor, read), undefined);
    }
  });
}

test.run();
