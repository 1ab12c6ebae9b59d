// The worker: scheduling, turns, control, tickets and parking, on an injected clock.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as L from "../../assembly/layout.ts";
import { type DebugCore, World } from "./instance.ts";

const turns = suite("turns");

turns("a message makes an idle cell runnable, once; the turn hands out what came, in order", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  for (let i = 1; i <= 5; i++) assert.is(world.post(to, i), L.SENT);
  assert.is(core.take(1) >>> 0, to.cell);
  assert.equal(world.batch(), [1, 2, 3, 4, 5]);
  world.post(to, 6);
  assert.is(core.take(1), L.TAKE_IDLE, "it is not queued a second time");
  assert.is(core.release(to.cell, L.TURN_DRY, 5), 1, "what came in meanwhile is handed out");
  assert.equal(world.batch(), [6]);
  assert.is(core.release(to.cell, L.TURN_DRY, 1), 0);
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.is(world.meter(L.METER_SENT), 6);
  assert.is(world.meter(L.METER_HANDLED), 6);
});

turns(
  "a message for another thread says which was sent to the same mailbox eight before it; one that stays does not",
  () => {
    const world = new World({ workers: 2 });
    const [near, far, other] = [world.cell(0), world.cell(1, 1), world.cell(1, 1)];
    /** Of the messages in a mailbox, newest first: where each is, and what it points at. */
    const stack = (cell: number) => {
      const found: [number, number][] = [];
      for (let at = (world.word(cell) & L.POINTER_MASK) >>> 0; at !== 0; at = world.word(at + L.FRAME_PUSH))
        found.push([at, world.word(at + L.FRAME_NEXT)]);
      return found;
    };
    for (let i = 0; i < 12; i++) world.post(near, i);
    for (const [, next] of stack(near.cell)) assert.is(next, 0);
    for (let i = 0; i < 12; i++) world.post(far, i);
    const frames = stack(far.cell);
    frames.forEach(([, next], i) => void assert.is(next, frames[i + 8]?.[0] ?? 0));
    // To somebody else, and back: it begins anew.
    world.post(other, 1);
    world.post(far, 12);
    assert.is(stack(other.cell)[0]?.[1], 0);
    assert.is(stack(far.cell)[0]?.[1], 0);
    assert.is((world.cores[1] as DebugCore).take(1) >>> 0, far.cell);
    assert.equal(world.batch(1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "in order, as always");
  },
);

turns(
  "in a turn, what is sent to one that is idle is handed on while nobody waits; what follows comes in order",
  () => {
    const world = new World();
    const { core } = world;
    const [a, b, c] = [world.cell(), world.cell(), world.cell()];
    const tags = ({ cell }: { cell: number }) => world.word(cell) & 31;
    world.post(a, 1);
    assert.is(core.take(1) >>> 0, a.cell);
    world.post(b, 1);
    assert.is(tags(b), L.OWNED | L.RUNNING, "claimed already");
    world.post(b, 2);
    world.post(c, 3);
    assert.is(tags(c), L.OWNED, "somebody comes before it");
    assert.is(core.release(a.cell, L.TURN_DRY, 1), 0);
    assert.is(core.take(0) >>> 0, b.cell);
    assert.equal(world.batch(), [1]);
    assert.is(core.release(b.cell, L.TURN_DRY, 1), 1);
    assert.equal(world.batch(), [2]);
    assert.is(core.release(b.cell, L.TURN_DRY, 1), 0);
    assert.is(core.take(0) >>> 0, c.cell);
    assert.is(core.release(c.cell, L.TURN_DRY, 1), 0);
    assert.is(core.take(1), L.TAKE_IDLE);
    assert.is(world.meter(L.METER_HANDLED), 4);
    world.post(b, 4);
    assert.is(tags(b), L.OWNED, "outside of a turn it waits in line");
  },
);

turns("two that hand on to each other let those that wait have their turn after at most 16", () => {
  const world = new World({ workers: 2 });
  const { core } = world;
  const [a, b, c] = [world.cell(0), world.cell(0), world.cell(0)];
  world.post(a, 1);
  let turns = 0;
  for (let cell = core.take(1) >>> 0; cell !== c.cell; cell = core.take(0) >>> 0) {
    assert.ok(turns < 30, "starved");
    if (turns === 3) world.post(c, 1, 1);
    if (turns >= 3) assert.ok(turns <= 3 + 16);
    world.post(cell === a.cell ? b : a, 1);
    assert.is(core.release(cell, L.TURN_DRY, 1), 0);
    turns++;
  }
  assert.ok(turns > 4, "and it went on until then");
});

turns("what is handed on counts for the limits; what has a priority waits in line", () => {
  const world = new World();
  const { core } = world;
  const [a, b] = [world.cell(), world.cell(0, 0, 3)];
  world.post(a, 1);
  core.take(1);
  for (let i = 1; i <= 3; i++) assert.is(world.post(b, i), L.SENT);
  assert.is(world.post(b, 4), L.FULL);
  core.release(a.cell, L.TURN_DRY, 1);
  for (const batch of [[1], [2, 3]]) {
    if (batch[0] === 1) assert.is(core.take(0) >>> 0, b.cell);
    assert.equal(world.batch(), batch);
    assert.is(core.release(b.cell, L.TURN_DRY, batch.length), batch[0] === 1 ? 1 : 0);
  }
  assert.equal([world.word(b.cell + L.CELL_TAKEN), world.word(b.cell + L.CELL_HANDLED)], [3, 3]);
  world.post(a, 1);
  core.take(1);
  const frame = core.prepare(16, L.PRIORITY_HIGH, 0, 0) >>> 0;
  world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL | (L.PRIORITY_HIGH << 8);
  assert.is(core.send(b.cell, b.generation, frame), L.SENT);
  assert.is(world.word(b.cell) & L.RUNNING, 0);
});

turns("states are those that users know", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  const tags = () => world.word(to.cell) & 31;
  assert.is(tags(), 0);
  world.post(to, 1);
  assert.is(tags(), L.OWNED);
  core.take(1);
  assert.is(tags(), L.OWNED | L.RUNNING);
  core.release(to.cell, L.TURN_BLOCK, 0);
  assert.is(tags(), L.BLOCKED);
  core.control(to.cell, to.generation, 0, L.SYSTEM_SETTLED);
  assert.is(tags(), L.BLOCKED | L.OWNED | L.SYS);
  core.take(1);
  core.release(to.cell, L.TURN_UNBLOCK, 0);
  assert.is(tags(), 0);
  core.close(to.cell);
  assert.is(tags(), L.STOPPED);
});

turns("a turn ends at the budget and the cell goes to the end of the line", () => {
  const world = new World({ budget: 10 });
  const { core } = world;
  const hot = world.cell();
  const quiet = world.cell();
  for (let i = 0; i < 25; i++) world.post(hot, i);
  world.post(quiet, 1);
  const seen: [string, number][] = [];
  for (let cell = core.take(1) >>> 0; cell !== 0; cell = core.take(1) >>> 0) {
    let count: number;
    do {
      count = world.batch().length;
      seen.push([cell === hot.cell ? "hot" : "quiet", count]);
    } while (core.release(cell, L.TURN_DRY, count));
  }
  assert.equal(seen, [
    ["hot", 10],
    ["quiet", 1],
    ["hot", 10],
    ["hot", 5],
  ]);
});

/** A cell that begins here, as the host makes it. */
function born(world: World): { cell: number; generation: number } {
  const cell = world.core.spawn(0, 0, 0, L.UNLIMITED, L.UNLIMITED, 0) >>> 0;
  const to = { cell, generation: world.core.generation(cell) };
  assert.is(world.core.begin(to.cell, to.generation), L.SENT);
  return to;
}

turns(
  "who is born in a turn comes before all others, elder siblings first, and their children before younger ones",
  () => {
    const world = new World();
    const { core } = world;
    const parent = world.cell();
    const other = world.cell();
    world.post(parent, 1);
    world.post(other, 1);
    assert.is(core.take(1) >>> 0, parent.cell);
    const elder = born(world);
    const younger = born(world);
    core.release(parent.cell, L.TURN_DRY, 1);
    assert.is(core.take(0) >>> 0, elder.cell);
    assert.is(world.out(L.WORKER_OUT_BITS), L.SYSTEM_START);
    const child = born(world);
    core.release(elder.cell, L.TURN_UNBLOCK, 0);
    const rest = [child, younger, other].map(({ cell }) => cell);
    for (const cell of rest) {
      assert.is(core.take(0) >>> 0, cell);
      core.release(cell, cell === other.cell ? L.TURN_DRY : L.TURN_UNBLOCK, cell === other.cell ? 1 : 0);
    }
    assert.is(core.take(0), L.TAKE_IDLE);
    assert.is(world.meter(L.METER_QUEUE), 0);
  },
);

turns("whom the young wake comes after their siblings: a tree is walked in depth, and back", () => {
  const world = new World();
  const { core } = world;
  const [root, other] = [world.cell(), world.cell()];
  world.post(root, 1);
  world.post(other, 1);
  const order: string[] = [];
  const names = new Map([
    [root.cell, "root"],
    [other.cell, "other"],
  ]);
  const parents = new Map<number, { cell: number; generation: number }>();
  for (let cell = core.take(1) >>> 0; cell !== 0; cell = core.take(1) >>> 0) {
    const name = names.get(cell) as string;
    const self = { cell, generation: core.generation(cell) };
    let outcome = L.TURN_DRY;
    const begins = (world.out(L.WORKER_OUT_BITS) & L.SYSTEM_START) !== 0;
    if (begins) {
      outcome = L.TURN_UNBLOCK;
      world.u32[(cell + L.CELL_SLOT) >>> 2] = 1;
    }
    const done = world.out(L.WORKER_OUT_COUNT);
    order.push(begins || order.length === 0 || name === "other" ? name : `${name}'`);
    // A root with two branches of two leaves; each that is done says so above.
    const bears = (begins && name.length === 1) || (name === "root" && order.length === 1);
    for (const child of bears ? ["a", "b"] : []) {
      const to = born(world);
      names.set(to.cell, name === "root" ? child : name + child);
      parents.set(to.cell, self);
    }
    const above = parents.get(cell);
    if (!bears && above) world.post(above, 1);
    while (core.release(cell, outcome, outcome === L.TURN_UNBLOCK ? 0 : done)) outcome = L.TURN_DRY;
  }
  assert.equal(order, ["root", "a", "aa", "ab", "a'", "b", "ba", "bb", "b'", "root'", "other"]);
  assert.is(world.meter(L.METER_QUEUE), 0);
});

turns("behind more siblings than can be passed over, whom they wake waits in line", () => {
  const world = new World();
  const { core } = world;
  const [parent, other, woken] = [world.cell(), world.cell(), world.cell()];
  world.post(parent, 1);
  world.post(other, 1);
  core.take(1);
  const young = Array.from({ length: 100 }, () => born(world).cell);
  core.release(parent.cell, L.TURN_DRY, 1);
  const order: number[] = [];
  for (let cell = core.take(0) >>> 0; cell !== 0; cell = core.take(0) >>> 0) {
    order.push(cell);
    if (order.length === 1) world.post(woken, 1);
    const begins = young.includes(cell);
    core.release(cell, begins ? L.TURN_UNBLOCK : L.TURN_DRY, begins ? 0 : 1);
  }
  assert.equal(order, [...young, other.cell, woken.cell]);
});

turns("outside of a turn, and elsewhere, newborn wait in line", () => {
  const world = new World();
  const { core } = world;
  const other = world.cell();
  world.post(other, 1);
  const to = born(world);
  assert.is(core.take(1) >>> 0, other.cell);
  core.release(other.cell, L.TURN_DRY, 1);
  assert.is(core.take(1) >>> 0, to.cell);
});

turns("the young share one slice; then those that are left wait behind all others", () => {
  const world = new World({ sliceUs: 1000 });
  const { core } = world;
  const parent = world.cell();
  const other = world.cell();
  world.post(parent, 1);
  world.post(other, 1);
  core.take(1);
  const [first, second, third] = [born(world), born(world), born(world)];
  core.release(parent.cell, L.TURN_DRY, 1);
  assert.is(core.take(1) >>> 0, first.cell);
  const child = born(world);
  core.release(first.cell, L.TURN_UNBLOCK, 0);
  world.time = 1;
  const order = [];
  for (let cell = core.take(1) >>> 0; cell !== 0; cell = core.take(1) >>> 0) {
    order.push(cell);
    core.release(cell, cell === other.cell ? L.TURN_DRY : L.TURN_UNBLOCK, cell === other.cell ? 1 : 0);
  }
  assert.equal(
    order,
    [other, child, second, third].map(({ cell }) => cell),
  );
});

turns("nobody is born for ever: where time stands still, a thousand turns are a slice", () => {
  const world = new World({ pages: 400 });
  const { core } = world;
  const parent = world.cell();
  const other = world.cell();
  world.post(parent, 1);
  world.post(other, 1);
  core.take(1);
  born(world);
  core.release(parent.cell, L.TURN_DRY, 1);
  for (let turns = 0; ; turns++) {
    const cell = core.take(1) >>> 0;
    if (cell === other.cell) {
      assert.is(turns, 1000);
      break;
    }
    born(world);
    core.release(cell, L.TURN_UNBLOCK, 0);
    assert.ok(turns < 2000, "starved");
  }
});

turns("a turn that yields early keeps the rest, in order, before what comes later", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  for (let i = 1; i <= 5; i++) world.post(to, i);
  core.take(1);
  core.release(to.cell, L.TURN_YIELD, 2);
  world.post(to, 6);
  core.take(1);
  assert.equal(world.batch(), [3, 4, 5]);
  assert.is(core.release(to.cell, L.TURN_DRY, 3), 1);
  assert.equal(world.batch(), [6]);
});

turns("BLOCKED takes control but no messages; they wait in order", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  world.post(to, 1);
  world.post(to, 2);
  core.take(1);
  assert.is(core.release(to.cell, L.TURN_BLOCK, 0), 0);
  world.post(to, 3);
  assert.is(core.take(1), L.TAKE_IDLE);
  core.control(to.cell, to.generation, 0, L.SYSTEM_RESUME);
  assert.is(core.take(1) >>> 0, to.cell);
  assert.is(world.out(L.WORKER_OUT_BITS), L.SYSTEM_RESUME);
  assert.is(world.out(L.WORKER_OUT_COUNT), 0);
  assert.is(core.release(to.cell, L.TURN_WAIT, 0), 0);
  core.control(to.cell, to.generation, 0, L.SYSTEM_SETTLED);
  core.take(1);
  assert.is(core.release(to.cell, L.TURN_UNBLOCK, 0), 1);
  assert.equal(world.batch(), [2]);
  assert.is(core.release(to.cell, L.TURN_DRY, 1), 1);
  assert.equal(world.batch(), [3]);
  assert.is(world.meter(L.METER_HANDLED), 2, "the one in hand counted when it was finished");
});

turns("a turn of messages and nothing else says so; one with control does not", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  world.post(to, 1);
  core.take(1);
  assert.is(world.out(L.WORKER_OUT_CASE), L.MESSAGES);
  assert.is(world.out(L.WORKER_OUT_BITS), 0);
  core.control(to.cell, to.generation, 0, L.SYSTEM_RESUME);
  world.post(to, 2);
  assert.is(core.release(to.cell, L.TURN_DRY, 1), 1);
  assert.is(world.out(L.WORKER_OUT_CASE), 0);
  assert.is(world.out(L.WORKER_OUT_BITS), L.SYSTEM_RESUME);
  assert.equal(world.batch(), [2], "together with what came in");
  world.post(to, 3);
  assert.is(core.release(to.cell, L.TURN_DRY, 1), 1);
  assert.is(world.out(L.WORKER_OUT_CASE), L.MESSAGES);
  core.release(to.cell, L.TURN_BLOCK, 0);
  core.control(to.cell, to.generation, 0, L.SYSTEM_RESUME);
  core.take(1);
  assert.is(world.out(L.WORKER_OUT_CASE), 0, "nor does one of a cell that is BLOCKED");
});

turns("what is counted is told every 16 turns, with each slice, and before there is nothing to do", () => {
  const world = new World();
  const { core } = world;
  const cells = Array.from({ length: 40 }, () => world.cell());
  const told = () => world.f64[(world.block() + L.WORKER_METER + L.METER_HANDLED) >>> 3] as number;
  for (const to of cells) world.post(to, 1);
  let late = 0;
  for (let i = 0; i < 40; i++) {
    const cell = core.take(0) >>> 0;
    late = Math.max(late, i - told());
    core.release(cell, L.TURN_DRY, 1);
  }
  assert.is(late, 15);
  core.take(1);
  assert.is(told(), 40, "a slice, and nothing to do");
  const [to] = cells;
  world.post(to as { cell: number; generation: number }, 1);
  core.release(core.take(0) >>> 0, L.TURN_DRY, 1);
  assert.is(told(), 40);
  core.take(0);
  assert.is(told(), 41);
});

turns("control frames come in order, also many", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  for (let i = 0; i < 600; i++) {
    const frame = core.reserveControl(0) >>> 0;
    world.u32[(frame + L.FRAME_NAME) >>> 2] = i;
    core.control(to.cell, to.generation, frame, 0);
  }
  const seen: number[] = [];
  core.take(1);
  let more: number;
  do {
    const count = world.out(L.WORKER_OUT_SYSTEM);
    for (let i = 0; i < count; i++) {
      const frame = world.word(world.block() + L.WORKER_SYSTEM + i * 4);
      seen.push(world.word(frame + L.FRAME_NAME));
      core.drop(frame);
    }
    more = core.release(to.cell, L.TURN_DRY, 0);
  } while (more);
  assert.equal(
    seen,
    Array.from({ length: 600 }, (_, i) => i),
  );
});

turns("the mailbox is limited in messages, exactly on one thread", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell(0, 0, 5);
  for (let i = 0; i < 5; i++) assert.is(world.post(to, i), L.SENT);
  assert.is(world.post(to, 9), L.FULL);
  core.take(1);
  assert.is(world.post(to, 9), L.FULL, "being handed out is not being handled");
  core.release(to.cell, L.TURN_YIELD, 2);
  assert.is(world.post(to, 5), L.SENT);
  assert.is(world.post(to, 6), L.SENT);
  assert.is(world.post(to, 9), L.FULL);
  assert.is(world.meter(L.METER_SENT), 7, "what is refused is not counted");
  const last = core.compose(16) >>> 0;
  world.u8[last + L.FRAME_KIND] = L.KIND_TELL;
  world.u8[last + L.FRAME_FLAGS] = L.FLAG_UNLIMITED;
  assert.is(core.send(to.cell, to.generation, last), L.SENT, "of a sender that ends, and cannot wait");
  assert.is(world.post(to, 9), L.FULL, "it counts for the others");
  core.take(1);
  assert.is(core.release(to.cell, L.TURN_DRY, world.batch().length), 1);
  assert.is(core.release(to.cell, L.TURN_DRY, world.batch().length), 0);
  assert.equal([world.word(to.cell + L.CELL_TAKEN), world.word(to.cell + L.CELL_HANDLED)], [8, 8]);
});

turns("a stop drains; what comes later is gone; a stale id never reaches the next tenant", () => {
  const world = new World();
  const { core } = world;
  const to = world.cell();
  world.post(to, 1);
  core.take(1);
  core.release(to.cell, L.TURN_DRY, 1);
  world.post(to, 2);
  core.take(1);
  assert.is(core.close(to.cell), 1);
  assert.equal(world.batch(), [2]);
  assert.is(core.bury(to.cell, 1), 0);
  core.vacate(to.cell);
  assert.is(world.meter(L.METER_DEAD), 1);
  assert.is(world.post(to, 3), L.GONE);
  const next = world.cell();
  assert.is(next.cell, to.cell, "the cell is used again");
  assert.is(world.post(to, 4), L.GONE);
  assert.is(core.control(to.cell, to.generation, 0, L.SYSTEM_KILL), L.GONE);
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.is(world.post(next, 5), L.SENT);
});

turns.run();

const stealing = suite("stealing");

stealing("work of one worker is taken by another, and counted", () => {
  const world = new World({ workers: 2 });
  const [a, b] = world.cores as [DebugCore, DebugCore];
  const cells = Array.from({ length: 4 }, () => world.cell(L.HOME_ANY));
  for (const to of cells) world.post(to, 1);
  const got = [b, a, b, a].map((core, i) => {
    const cell = core.take(1) >>> 0;
    core.release(cell, L.TURN_DRY, 1);
    return [i % 2 === 0 ? "b" : "a", cells.findIndex((each) => each.cell === cell)];
  });
  assert.equal(
    got,
    [
      ["b", 0],
      ["a", 3],
      ["b", 2],
      ["a", 1],
    ],
    "a thief takes the oldest and half of the rest, the owner its newest",
  );
  assert.is(world.meter(L.METER_STEALS, 1), 3);
  assert.is(world.meter(L.METER_STEALS, 0), 1);
});

stealing("a thread that does not steal hands its work to those who do", () => {
  const world = new World({ workers: 2, thieves: 1 });
  const [main, thief] = world.cores as [DebugCore, DebugCore];
  const to = world.cell(L.HOME_ANY);
  world.post(to, 1);
  assert.is(main.take(1), L.TAKE_IDLE);
  assert.is(thief.take(1) >>> 0, to.cell);
});

for (const memory of ["room", "no memory"] as const) {
  stealing(`a full deque has ${memory} for more: nothing is lost, nothing is doubled`, () => {
    const world = new World({ pages: 400 });
    const { core } = world;
    const count = 2 ** L.RING_FIRST * 2 + 100;
    const cells = Array.from({ length: count }, () => world.cell(L.HOME_ANY));
    if (memory === "no memory") while (core.allocate(L.CHUNK) !== 0);
    for (const { cell, generation } of cells) core.control(cell, generation, 0, L.SYSTEM_RESUME);
    const { dequeLength } = core;
    assert.is(dequeLength(world.block()), memory === "room" ? count : 2 ** L.RING_FIRST);
    const seen = new Set<number>();
    for (let cell = core.take(1) >>> 0; cell !== 0; cell = core.take(1) >>> 0) {
      assert.not.ok(seen.has(cell));
      seen.add(cell);
      core.release(cell, L.TURN_DRY, 0);
    }
    assert.is(seen.size, count);
  });
}

stealing("the oldest runs after at most 16 turns for each turn before it", () => {
  const world = new World();
  const { core } = world;
  const cells = Array.from({ length: 20 }, () => world.cell(L.HOME_ANY));
  for (const to of cells) world.post(to, 1);
  let turns = 0;
  for (;;) {
    const cell = core.take(1) >>> 0;
    turns++;
    if (cell === cells[0]?.cell) break;
    // Whoever ran is ready again at once: last in first out alone would never come to the first.
    const ran = cells.find((each) => each.cell === cell);
    core.release(cell, L.TURN_DRY, 1);
    if (ran) world.post(ran, 1);
    assert.ok(turns <= 16 * 20, "starved");
  }
});

stealing("pinned cells stay at home", () => {
  const world = new World({ workers: 2 });
  const [a, b] = world.cores as [DebugCore, DebugCore];
  const to = world.cell(1);
  world.post(to, 1);
  assert.is(a.take(1), L.TAKE_IDLE);
  assert.is(b.take(1) >>> 0, to.cell);
});

stealing.run();

const tickets = suite("tickets");

/** Worker 0 with a cell for its replies. */
function asker(): World & { replies: { cell: number; generation: number } } {
  const world = new World();
  const replies = world.cell();
  world.u32[(world.block() + L.WORKER_REPLIES) >>> 2] = replies.cell;
  world.u32[(world.block() + L.WORKER_REPLIES_GENERATION) >>> 2] = replies.generation;
  return Object.assign(world, { replies });
}

tickets("a deadline is kept by the wheel, never early, and a late reply is dropped", () => {
  const world = asker();
  const { core } = world;
  const ticket = core.openTicket(10) >>> 0;
  const generation = world.word(ticket + L.TICKET_STATE + 4);
  world.time = 9.9;
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.is(core.nextDue(), 10);
  world.time = 10;
  assert.is(core.take(1) >>> 0, world.replies.cell);
  const frame = world.word(world.block() + L.WORKER_BATCH);
  assert.is(frame, ticket);
  assert.is(world.u8[frame + L.FRAME_KIND], L.KIND_TIMEOUT);
  assert.is(core.reply(ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 0, 0), 0);
  core.release(world.replies.cell, L.TURN_DRY, 1);
  const next = core.openTicket(50) >>> 0;
  assert.is(next, ticket, "the block is used again");
  assert.is(core.reply(ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 0, 0), 0, "its generation is not");
});

tickets("an answer disarms the deadline", () => {
  const world = asker();
  const { core } = world;
  const ticket = core.openTicket(10) >>> 0;
  const generation = world.word(ticket + L.TICKET_STATE + 4);
  assert.is(core.pending(ticket, generation), 1);
  assert.is(core.reply(ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 42, 0), 1);
  assert.is(core.pending(ticket, generation), 0);
  assert.is(core.take(1) >>> 0, world.replies.cell);
  assert.is(world.f64[(ticket + L.FRAME_PAYLOAD) >>> 3], 42);
  core.release(world.replies.cell, L.TURN_DRY, 1);
  world.time = 100;
  assert.is(core.take(1), L.TAKE_IDLE);
  assert.is(core.nextDue(), Number.POSITIVE_INFINITY);
});

tickets("a ticket in memory that held something else before has no timer", () => {
  const world = asker();
  const { core } = world;
  const begun = core.openTicket(Number.POSITIVE_INFINITY) >>> 0;
  // All the chunks but the ones in use have been written to, and are free again.
  const frames = Array.from({ length: 2000 }, () => core.reserve(80) >>> 0);
  for (const frame of frames) world.u32.fill(0xffffffff, (frame + L.FRAME_PAYLOAD) >>> 2, (frame + 128) >>> 2);
  for (const frame of frames) core.drop(frame);
  core.tidy();
  const used = new Set(frames.map((frame) => frame >>> L.CHUNK_SHIFT));
  const tickets = Array.from({ length: 1000 }, () => core.openTicket(Number.POSITIVE_INFINITY) >>> 0);
  assert.ok(
    tickets.some((ticket) => used.has(ticket >>> L.CHUNK_SHIFT)),
    "some are where frames were",
  );
  for (const ticket of [begun, ...tickets]) {
    assert.is(core.cancelTicket(ticket, world.word(ticket + L.TICKET_STATE + 4)), 1);
  }
  assert.is(core.nextDue(), Number.POSITIVE_INFINITY);
});

tickets("cancelling settles it, once", () => {
  const world = asker();
  const { core } = world;
  const ticket = core.openTicket(Number.POSITIVE_INFINITY) >>> 0;
  const generation = world.word(ticket + L.TICKET_STATE + 4);
  assert.is(core.cancelTicket(ticket, generation), 1);
  assert.is(core.cancelTicket(ticket, generation), 0);
  assert.is(core.reply(ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 0, 0), 0);
});

tickets.run();

const desk = suite("what is put together on a desk");

desk("comes into the frame whole, behind what stands before it, and nothing beyond its block is touched", () => {
  const world = new World({ workers: 2 });
  for (const worker of [1, 0]) {
    const core = world.cores[worker] as DebugCore;
    const from = world.block(worker) + L.WORKER_DESK;
    for (const size of [0, 1, 7, 8, 15, 16, 17, 47, 48, 80, 127, 128, 129, 255, 1000, 4096, 16_383, L.DESK_BYTES]) {
      for (const due of [0, 5]) {
        for (let i = 0; i < L.DESK_BYTES; i++) world.u8[from + i] = i < size ? (i * 7 + size) & 255 : 0xee;
        const neighbours = [core, core].map((each) => each.compose(size) >>> 0);
        const frame = core.prepare(size, L.PRIORITY_NORMAL, due, 0) >>> 0;
        neighbours.push(core.compose(size) >>> 0);
        const before = neighbours.map((each) => world.u8.slice(each, each + L.FRAME_PAYLOAD + size));
        const header = world.u8.slice(frame, frame + L.FRAME_PAYLOAD + (due > 0 ? L.EXTENSION_BYTES : 0));
        core.fill(frame, size);
        const payload = frame + header.length;
        assert.equal(world.u8.slice(frame, payload), header);
        assert.equal(world.u8.slice(payload, payload + size), world.u8.slice(from, from + size));
        for (const [i, each] of neighbours.entries()) {
          assert.equal(world.u8.slice(each, each + L.FRAME_PAYLOAD + size), before[i]);
        }
        for (const each of [frame, ...neighbours]) core.drop(each);
      }
    }
  }
});

desk.run();

const parking = suite("parking");

parking("a worker that sees work does not park; one that is parked is called", () => {
  const world = new World({ workers: 2 });
  const [a, b] = world.cores as [DebugCore, DebugCore];
  const to = world.cell(1);
  const parked = () => world.word(world.block(1) + L.WORKER_PARKED);
  assert.is(b.take(1), L.TAKE_IDLE);
  world.post(to, 1);
  assert.is(b.park(), 0);
  b.release(b.take(1) >>> 0, L.TURN_DRY, 1);
  assert.is(b.take(1), L.TAKE_IDLE);
  assert.is(b.park(), 1);
  assert.is(parked(), L.PARKED);
  assert.is(world.word(L.HEADER + L.HEADER_SLEEPING), 1);
  world.post(to, 2);
  assert.is(parked(), L.AWAKE);
  assert.is(world.word(L.HEADER + L.HEADER_SLEEPING), 0);
  assert.is(b.unpark(), 1);
  assert.is(world.meter(L.METER_WAKES), 1);
  void a;
});

parking("work for everybody calls one sleeper, who then searches", () => {
  const world = new World({ workers: 3, thieves: 1 });
  const [, b, c] = world.cores as [DebugCore, DebugCore, DebugCore];
  for (const core of [b, c]) {
    assert.is(core.take(1), L.TAKE_IDLE);
    assert.is(core.park(), 1);
  }
  world.post(world.cell(L.HOME_ANY), 1);
  world.post(world.cell(L.HOME_ANY), 1);
  const words = [1, 2].map((worker) => world.word(world.block(worker) + L.WORKER_PARKED));
  assert.equal(words.sort(), [L.PARKED, L.SUMMONED].sort());
  assert.is(world.word(L.HEADER + L.HEADER_SEARCHING), 1);
});

parking.run();
