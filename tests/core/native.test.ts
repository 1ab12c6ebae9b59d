// Native behaviors: turns by the clock, the run-next slot, and traps that stay with their actor. The behaviors are
// JavaScript in the place of AssemblyScript, on an injected clock.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asWasm } from "zanni/core/explore";
import * as L from "../../assembly/layout.ts";
import { World } from "./instance.ts";

const test = suite("native behaviors");

/** A world with one native actor per behavior. */
function play(...behaviors: ((name: number, world: World) => void)[]) {
  const world = new World();
  const actors = behaviors.map((behavior, i) => {
    const run = (_: number, frame: number) => behavior(world.word((frame >>> 0) + L.FRAME_NAME), world);
    world.tables[0]?.set(i + 1, asWasm(run));
    const cell = world.core.spawn(L.HOME_ANY, i + 1, 0, -1, -1, 0) >>> 0;
    return { cell, generation: world.core.generation(cell) >>> 0 };
  });
  return { world, core: world.core, actors: actors as [(typeof actors)[0], ...typeof actors] };
}

/** A native actor of that behavior, and its first message. */
function grow(core: World["core"], behavior: number, name: number): void {
  const cell = core.spawn(L.HOME_ANY, behavior, 0, -1, -1, 0) >>> 0;
  core.tell(cell, core.generation(cell) >>> 0, name, 0n, 0n);
}

test("a turn ends after the slice, and the rest waits for the next", () => {
  const seen: number[] = [];
  const { world, core, actors } = play((name, { time }) => {
    seen.push(name);
    world.time = time + 0.4;
  });
  for (let i = 0; i < 7; i++) world.post(actors[0], i);
  assert.is(core.take(1), L.TAKE_SLICE);
  assert.equal(seen, [0, 1, 2], "three of 0.4 ms pass 1 ms");
  assert.is(core.take(1), L.TAKE_SLICE);
  assert.equal(seen, [0, 1, 2, 3, 4, 5]);
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.equal(seen, [0, 1, 2, 3, 4, 5, 6]);
});

test("a turn ends at 1,000 messages, however short they are", () => {
  const order: string[] = [];
  const { world, core, actors } = play(
    () => void order.push("hot"),
    () => void order.push("quiet"),
  );
  const [hot, quiet] = actors as unknown as [(typeof actors)[0], (typeof actors)[0]];
  for (let i = 0; i < 2500; i++) world.post(hot, i);
  world.post(quiet, 0);
  while (core.take(1) !== L.TAKE_IDLE);
  assert.is(order.length, 2501);
  assert.ok(order.indexOf("quiet") <= 1000, "the quiet one waits for one turn at most");
});

test("what native code makes ready has what is left of the slice, the newest first; the oldest comes in its time", () => {
  const order: number[] = [];
  const to = (i: number) => all[i] as (typeof actors)[0];
  const tell = (i: number) => void core.tell(to(i).cell, to(i).generation, i, 0n, 0n);
  const { world, core, actors } = play(
    (name) => void order.push(name),
    (name, { time }) => {
      order.push(name);
      // Two more, for ever; one of them is the run-next cell.
      tell(name === 1 ? 2 : 1);
      tell(name === 3 ? 4 : 3);
      world.time = time + 0.01;
    },
  );
  const hot = Array.from({ length: 4 }, () => {
    const cell = core.spawn(L.HOME_ANY, 2, 0, -1, -1, 0) >>> 0;
    return { cell, generation: core.generation(cell) >>> 0 };
  });
  const all = [actors[0], ...hot];
  world.post(to(0), 0);
  world.post(to(1), 1);
  assert.is(core.take(1), L.TAKE_SLICE);
  assert.equal(order.indexOf(0), -1, "not in the slice of those that keep each other busy");
  assert.ok(order.length >= 100, "which is theirs, all of it");
  let slices = 1;
  for (; order.indexOf(0) < 0; slices++) {
    assert.ok(slices <= 16, "starved");
    core.take(1);
  }
});

test("a line of actors without end lets one of the others come in between, also where time stands still", () => {
  const MOST = 50_000;
  let turns = 0;
  let quiet = 0;
  const { world, core, actors } = play(
    () => {
      quiet = turns;
    },
    (name) => {
      // One that is no more than this, and comes next; then one that goes on.
      if (name > 0 && ++turns < MOST) {
        grow(core, 2, 0);
        grow(core, 2, 1);
      }
      if (turns === 10) world.post(pinned, 0);
      core.stopSelf();
    },
  );
  const pinned = world.cell(0);
  world.post(actors[0], 0);
  grow(core, 2, 1);
  assert.is(core.take(1) >>> 0, pinned.cell);
  assert.ok(turns <= 3000, `pinned: ${turns}`);
  core.release(pinned.cell, L.TURN_DRY, 1);
  while (core.take(0) !== L.TAKE_IDLE);
  assert.is(turns, MOST);
  assert.ok(quiet <= 3000, `quiet: ${quiet}`);
});

test("a tree of a hundred thousand is walked in depth: some hundred are alive at once", () => {
  let living = 0;
  let most = 0;
  let turns = 0;
  const { world, core, actors } = play((size, { time }) => {
    world.time = time + 0.0001;
    turns++;
    for (let i = 0; size > 1 && i < 10; i++) {
      most = Math.max(most, ++living);
      grow(core, 1, size / 10);
    }
    core.stopSelf();
    living--;
  });
  living++;
  world.post(actors[0], 100_000);
  while (core.take(1) !== L.TAKE_IDLE);
  assert.equal([turns, living], [111_111, 0]);
  assert.ok(most < 1000, `${most}`);
});

test("a trap fails the one actor that ran; its mailbox becomes dead letters, the worker goes on", () => {
  let counted = 0;
  const { world, core, actors } = play(
    () => {
      throw new WebAssembly.RuntimeError("unreachable");
    },
    () => void counted++,
  );
  const [trapping, counting] = actors as unknown as [(typeof actors)[0], (typeof actors)[0]];
  world.post(counting, 1);
  for (let i = 0; i < 3; i++) world.post(trapping, i);
  assert.throws(() => core.take(1), "unreachable");
  assert.is(core.fault() >>> 0, trapping.cell);
  assert.is(world.post(trapping, 9), L.GONE);
  world.post(counting, 2);
  while (core.take(1) !== L.TAKE_IDLE);
  assert.is(counted, 2);
  assert.is(world.meter(L.METER_SENT), world.meter(L.METER_HANDLED) + world.meter(L.METER_DEAD));
});

test("a stop ends a native actor after what was sent before it", () => {
  const seen: number[] = [];
  const { world, core, actors } = play((name) => void seen.push(name));
  world.post(actors[0], 1);
  core.stop(actors[0].cell, actors[0].generation);
  world.post(actors[0], 2);
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.equal(seen, [1]);
  assert.is(world.meter(L.METER_DEAD), 1);
  assert.is(world.post(actors[0], 3), L.GONE);
});

test.run();
