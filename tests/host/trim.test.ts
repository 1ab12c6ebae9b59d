// Putting a mailbox in order, while its thread may end at any time.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FRAME_NEXT } from "../../assembly/layout.ts";
import { relink } from "../../host/actor/trim.ts";
import { seeded } from "../../host/core/random.ts";

const test = suite("the order of a mailbox");
const list = 4;
const frameAt = (i: number) => (i + 1) * 64;

/** A list of so many frames, in that order. */
function listOf(frames: readonly number[]) {
  const words = new Uint32Array(((frames.length + 2) * 64) / 4);
  let at = list;
  for (const frame of frames) {
    words[at >>> 2] = frame;
    at = frame + FRAME_NEXT;
  }
  return words;
}

function read(words: Uint32Array): number[] {
  const frames: number[] = [];
  for (let frame = words[list >>> 2] as number; frame !== 0; frame = words[(frame + FRAME_NEXT) >>> 2] as number) {
    frames.push(frame);
    assert.ok(frames.length < words.length, "a circle");
  }
  return frames;
}

function shuffled(frames: readonly number[], random: () => number): number[] {
  return frames
    .map((frame) => [random(), frame] as const)
    .sort(([a], [b]) => a - b)
    .map(([, frame]) => frame);
}

test("whatever it was, it is what was asked for; at most one frame is out of reach, for two stores at most", () => {
  const random = seeded(7);
  for (let round = 0; round < 500; round++) {
    const frames = shuffled(
      Array.from({ length: round % 9 }, (_, i) => frameAt(i)),
      random,
    );
    const order = shuffled(frames, random);
    const words = listOf(frames);
    let missing = 0;
    const watched = new Proxy(words, {
      get: (_, name) => words[name as unknown as number],
      set(_, name, value: number) {
        words[name as unknown as number] = value;
        const reached = read(words);
        missing = reached.length === frames.length ? 0 : missing + 1;
        assert.ok(new Set(reached).size >= frames.length - 1, "more than one is out of reach");
        assert.ok(missing <= 2, "for too long");
        return true;
      },
    });
    relink(watched, list, order);
    assert.equal(read(words), order);
  }
});

test.run();
