// Pool, deque and wheel, one by one, on the debug build; each below and above 2 GiB.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as L from "../../assembly/layout.ts";
import { type DebugCore, located, World } from "./instance.ts";

const places: [string, number][] = [
  ["low", 0],
  ["above 2 GiB", 40_000],
];

for (const [where, first] of places) {
  const pool = suite(`pool, ${where}`);

  pool("blocks are aligned, disjoint and of the right size", () => {
    const { core } = new World({ first });
    const blocks: [number, number][] = [];
    for (const bytes of [1, 64, 65, 128, 1000, 4096, 32_768, 32_769, 200_000]) {
      for (let i = 0; i < 3; i++) blocks.push([core.allocate(bytes) >>> 0, bytes]);
    }
    blocks.sort((a, b) => a[0] - b[0]);
    blocks.forEach(([at, bytes], i) => {
      assert.ok(at > first * L.CHUNK, `${at} is a block`);
      assert.is(at % 64, 0);
      const next = blocks[i + 1];
      if (next) assert.ok(at + bytes <= next[0], "disjoint");
    });
  });

  pool("what is freed is used again, and empty chunks serve every size", () => {
    const world = new World({ first, pages: first + 40 });
    const { core } = world;
    for (const bytes of [64, 1024, 32_768, 100_000, 500_000, 64, 2048]) {
      const blocks: number[] = [];
      for (;;) {
        const block = core.allocate(bytes) >>> 0;
        if (block === 0) break;
        blocks.push(block);
      }
      assert.ok(blocks.length * bytes > 1_000_000, `${blocks.length} blocks of ${bytes}`);
      for (const block of blocks) core.free(block);
      core.tidy();
      assert.is(world.word(L.HEADER + L.HEADER_USED), 1, "all but the reserve's chunk came back");
    }
  });

  pool("the reserve serves control when memory is used up, and fills again", () => {
    const { core } = new World({ first, pages: first + 20 });
    const blocks: number[] = [];
    for (let block = core.allocate(256); block !== 0; block = core.allocate(256)) blocks.push(block);
    const control: number[] = [];
    for (let block = core.allocateControl(256); block !== 0; block = core.allocateControl(256)) control.push(block);
    assert.is(control.length, L.RESERVE_BLOCKS);
    for (const block of control) core.free(block);
    assert.is(core.allocate(256), 0, "the reserve is not for messages");
    assert.not.equal(core.allocateControl(256), 0);
    for (const block of blocks) core.free(block);
  });

  pool("blocks freed by another worker come home", () => {
    const { cores } = new World({ workers: 2, first, pages: first + 40 });
    const [a, b] = cores as [DebugCore, DebugCore];
    const blocks = Array.from({ length: 1000 }, () => a.allocate(64));
    for (const block of blocks) b.free(block);
    b.flushAll();
    a.collect();
    const again = new Set(Array.from({ length: 1000 }, () => a.allocate(64)));
    assert.is(again.size, 1000);
    for (const block of blocks) assert.ok(again.has(block));
  });

  pool("on their way home, blocks say which comes eight after them in their chain", () => {
    const world = new World({ workers: 2, first });
    const [a, b] = world.cores as [DebugCore, DebugCore];
    const blocks = Array.from({ length: 12 }, () => a.allocate(64) >>> 0);
    for (const block of blocks) b.free(block);
    const ahead = blocks.map((block) => world.word(block + L.BLOCK_AHEAD));
    assert.equal(ahead, [0, 0, 0, 0, 0, 0, 0, 0, ...blocks.slice(0, 4)]);
    // A new chain does not point into the one before.
    b.flushAll();
    const other = a.allocate(64) >>> 0;
    b.free(other);
    assert.is(world.word(other + L.BLOCK_AHEAD), 0);
    b.flushAll();
    a.collect();
    const again = Array.from({ length: 13 }, () => a.allocate(64) >>> 0);
    assert.equal(again.sort(), [...blocks, other].sort(), "all of them are home");
  });

  pool("freeing twice is caught, and the stack names file and line", () => {
    const { core } = new World({ first });
    core.allocate(64);
    const block = core.allocate(64);
    core.free(block);
    try {
      core.free(block);
      assert.unreachable("not caught");
    } catch (error) {
      assert.match((error as Error).message, /check 2 failed/);
      assert.match((error as Error).stack ?? "", /assembly\/pool\.ts:\d+:\d+/);
    }
    assert.is(located("at x (wasm://wasm/ab:wasm-function[1]:zz)"), "at x (wasm://wasm/ab:wasm-function[1]:zz)");
  });

  pool.run();

  const wheel = suite(`wheel, ${where}`);

  wheel("each timer fires once, never early, at most one tick late, over all levels", () => {
    const world = new World({ first, pages: first + 200 });
    const { core } = world;
    const block = world.block();
    const due = new Map<number, number>();
    let seed = 7;
    const random = (most: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % most;
    };
    for (const most of [60, 4_000, 260_000, 17_000_000, 40_000_000]) {
      for (let i = 0; i < 200; i++) {
        const timer = core.allocate(128) >>> 0;
        world.u32.fill(0, timer >>> 2, (timer >>> 2) + 32);
        const at = random(most) + 0.5;
        core.arm(block, timer, at);
        due.set(timer, at);
      }
    }
    const times = [...new Set([...due.values()])].sort((a, b) => a - b);
    for (const at of times) {
      for (const now of [at - 0.5, at + 0.6]) {
        for (let timer = core.due(block, now) >>> 0; timer !== 0; timer = core.due(block, now) >>> 0) {
          const wanted = due.get(timer) as number;
          assert.ok(now >= wanted, `${wanted} fired at ${now}`);
          assert.ok(now - wanted < 1.2, `${wanted} fired as late as ${now}`);
          due.delete(timer);
        }
      }
    }
    assert.is(due.size, 0);
    assert.is(core.nextTimer(block), Number.POSITIVE_INFINITY);
  });

  wheel("a cancelled timer does not fire; the next look is never too late", () => {
    const world = new World({ first });
    const { core } = world;
    const block = world.block();
    const timers = [5, 100, 5_000, 300_000].map((at) => {
      const timer = core.allocate(128) >>> 0;
      world.u32.fill(0, timer >>> 2, (timer >>> 2) + 32);
      core.arm(block, timer, at);
      return timer;
    });
    assert.is(core.nextTimer(block), 5);
    assert.is(core.cancel(block, timers[0] as number), 1);
    assert.is(core.cancel(block, timers[0] as number), 0);
    assert.ok(core.nextTimer(block) <= 100);
    assert.is(core.due(block, 99), 0);
    assert.is(core.due(block, 100) >>> 0, timers[1]);
    assert.ok(core.nextTimer(block) <= 5_000);
  });

  wheel.run();
}

const deque = suite("deque");

deque("last in first out for the owner, first in first out for thieves", () => {
  const world = new World();
  const { core } = world;
  const block = world.block();
  for (let i = 2n; i < 8n; i++) assert.is(core.dequePush(block, i), 1);
  assert.is(core.dequePop(block), 7n);
  assert.is(core.dequeSteal(block), 2n);
  assert.is(core.dequePop(block), 6n);
  assert.is(core.dequeLength(block), 3);
  for (const hint of [3n, 4n, 5n]) assert.is(core.dequeSteal(block), hint);
  assert.is(core.dequeSteal(block), 0n);
  assert.is(core.dequePop(block), 0n);
});

deque("full goes on in a larger ring, as long as there is memory, and then says so", () => {
  const world = new World();
  const { core } = world;
  const block = world.block();
  const full = (from: bigint) => {
    let pushed = from;
    while (core.dequePush(block, pushed + 2n)) pushed++;
    return pushed;
  };
  const most = full(0n);
  assert.ok(most >= 2n ** BigInt(L.RING_FIRST + 3), `it grew to ${most} entries`);
  assert.is(most & (most - 1n), 0n, "twice, and twice again");
  for (let round = 0; round < 3; round++) {
    assert.is(core.dequePop(block), most + 1n, "the newest");
    for (let i = 0n; i < most - 1n; i++) assert.is(core.dequeSteal(block), i + 2n);
    assert.is(core.dequeSteal(block), 0n);
    assert.is(full(0n), most);
  }
});

deque.run();

const queues = suite("queues of ready cells");

/** What the owner finds, in order. */
function drained(world: World): number[] {
  const found: number[] = [];
  for (;;) {
    world.core.sort(world.block());
    const cell = world.core.first(world.block()) >>> 0;
    if (cell === 0) return found;
    found.push(cell);
    assert.ok(found.length < 100, "the queue has no end");
  }
}

queues("a cell that is in the inbox or the queue already is not put there again", () => {
  const world = new World({ workers: 2 });
  const [a, b, c] = [world.cell().cell, world.cell().cell, world.cell().cell];
  const block = world.block();
  const other = world.cores[1] as DebugCore;
  for (const cell of [a, b, c]) other.deliver(block, cell);
  world.core.append(block, b);
  other.deliver(block, a);
  assert.equal(drained(world), [a, b, c]);
  for (const cell of [a, b]) world.core.append(block, cell);
  other.deliver(block, b);
  other.deliver(block, c);
  assert.equal(drained(world), [a, b, c]);
});

queues("a renewed inbox holds what is ready and nothing else, time after time", () => {
  const world = new World({ workers: 2 });
  const ready = [world.cell(), world.cell(), world.cell()];
  const idle = world.cell();
  const other = world.cores[1] as DebugCore;
  for (const to of ready) assert.is(world.post(to, 1, 1), L.SENT);
  // One that was made ready, and is so no more.
  other.deliver(world.block(), idle.cell);
  for (let death = 0; death < 40; death++) {
    world.cores[0] = world.succeed(0);
    const lost = ready.map(({ cell }) => cell).filter((cell) => world.word(cell) & L.BLOCKED);
    assert.is(lost.length, ready.length, "their instances are lost");
    assert.equal(drained(world), []);
  }
  for (const { cell, generation } of ready) other.control(cell, generation, 0, L.SYSTEM_RESTART);
  assert.equal(
    drained(world),
    ready.map(({ cell }) => cell),
  );
});

queues.run();

const cells = suite("cells");

cells("one that has had as many tenants as there are generations takes no more", () => {
  const world = new World();
  const { core } = world;
  const { cell } = world.cell();
  core.close(cell);
  core.vacate(cell);
  // As if it had had them.
  world.u32[(cell + L.CELL_HEAD + 4) >>> 2] = L.GENERATION_MASK;
  const next = world.cell();
  assert.is.not(next.cell, cell);
  assert.is(next.generation, 1);
});

cells.run();
