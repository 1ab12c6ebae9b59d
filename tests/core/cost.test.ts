// What a message costs, counted: operations on shared words, calls into the core, and memory.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, createSystem, type System, type SystemOptions } from "zanni";
import { type Core, load, World } from "zanni/core/explore";
import * as L from "../../assembly/layout.ts";
import * as actors from "../host/actors.ts";
import { worker } from "../host/helper.ts";

const shared = suite("operations on shared words for a message");

/** For each of `messages` from worker 0 to an actor of worker 1, in a system of so many workers. */
function operations(workers: number, messages: number): number {
  let count = 0;
  const ignore = () => {};
  const hooks = { step: () => void count++, racy: ignore, plain: ignore, awaken: ignore };
  const world = new World(workers, 0, load("model"), 0, hooks);
  world.start();
  const { cell, generation } = world.cell(0, 1);
  const call = (thread: number, name: string, ...args: number[]) => (world.core(thread)[name] as Core[string])(...args);
  const before = count;
  for (let i = 0; i < messages; i++) {
    assert.is(call(0, "post", cell, generation, 7, 0, 0, 0, 0, 0, 0, 0), L.SENT);
    assert.is(call(1, "take", 0) >>> 0, cell);
    assert.is(call(1, "release", cell, L.TURN_DRY, 1), 0);
  }
  return (count - before) / messages;
}

shared("are as many with 16 workers as with one more than it takes", () => {
  const counts = [2, 4, 8, 16].map((workers) => operations(workers, 500));
  console.log(`  ${counts[0]?.toFixed(2)} for a message that comes alone to a worker that has nothing else`);
  for (const each of counts) assert.is(each, counts[0]);
});

shared("do not become more: it took 19.1 when this was written", () => {
  assert.ok(operations(2, 500) < 19.3, `${operations(2, 500)}`);
});

shared("for one that is handed on in a turn: it took 11.0 when this was written", () => {
  let count = 0;
  const ignore = () => {};
  const hooks = { step: () => void count++, racy: ignore, plain: ignore, awaken: ignore };
  const world = new World(1, 0, load("model"), 0, hooks);
  world.start();
  const [a, b] = [world.cell(0, 0), world.cell(0, 0)];
  const call = (name: string, ...args: number[]) => (world.core(0)[name] as Core[string])(...args);
  call("post", a.cell, a.generation, 7, 0, 0, 0, 0, 0, 0, 0);
  assert.is(call("take", 0) >>> 0, a.cell);
  const before = count;
  const rounds = 500;
  for (let i = 0; i < rounds; i++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      call("post", to.cell, to.generation, 7, 0, 0, 0, 0, 0, 0, 0);
      assert.is(call("release", from.cell, L.TURN_DRY, 1), 0);
      assert.is(call("take", 0) >>> 0, to.cell);
    }
  }
  const each = (count - before) / (2 * rounds);
  console.log(`  ${each.toFixed(2)} for a message that is handed on`);
  assert.ok(each < 11.2, `${each}`);
});
shared.run();

const waiting = suite("a moment's wait of the owner, for a batch to come together");

/** How often it waits, for 720 batches of so many messages from another thread; it sends one back for every so many batches. */
function waits(size: number, answers = Infinity): number {
  let count = 0;
  const ignore = () => {};
  const own = L.WORKER_FIRST + L.WORKER_PARKED;
  const step = (thread: number, address: number) => void (thread === 0 && address === own && count++);
  const world = new World(2, 0, load("model"), 0, { step, racy: ignore, plain: ignore, awaken: ignore });
  world.start();
  const [here, there] = [world.cell(0, 0), world.cell(1, 1)];
  const call = (thread: number, name: string, ...args: number[]) => (world.core(thread)[name] as Core[string])(...args);
  const turn = (thread: number, cell: number) => {
    assert.is(call(thread, "take", 0) >>> 0, cell);
    let handled = 0;
    for (let more = 1; more !== 0; ) {
      const some = world.word(world.block(thread) + L.WORKER_OUT_COUNT);
      handled += some;
      more = call(thread, "release", cell, L.TURN_DRY, some);
    }
    return handled;
  };
  const send = (thread: number, to: typeof here) =>
    assert.is(call(thread, "post", to.cell, to.generation, 7, 0, 0, 0, 0, 0, 0, 0), L.SENT);
  for (let i = 0; i < 720; i++) {
    for (let k = 0; k < size; k++) send(1, here);
    assert.is(turn(0, here.cell), size);
    if (i % answers !== answers - 1) continue;
    send(0, there);
    assert.is(turn(1, there.cell), 1);
  }
  return count;
}

waiting("is for many, and for few where nothing is sent meanwhile; not for those that wait for an answer", () => {
  assert.is(waits(1), 0);
  assert.is(waits(20), 720);
  assert.is(waits(20, 1), 720);
  assert.is(waits(3), 720);
  assert.is(waits(3, 5), 720, "now and then is not always");
  assert.is(waits(2), 88);
  assert.is(waits(3, 1), 88);
  assert.is(waits(15, 1), 88);
  assert.is(waits(200), 0, "so many come without one");
});
waiting.run();

const crossings = suite("calls into the core");

class Counter extends Actor {
  #count = 0;
  add(by: number) {
    this.#count += by;
  }
  value() {
    return this.#count;
  }
}

/**
 * Runs it with a system, of one thread if nothing else is said; `count` answers how often the core of this thread has been called so
 * far, by name.
 */
async function counted(
  run: (system: System, count: () => Map<string, number>) => Promise<void>,
  options: SystemOptions = {},
): Promise<void> {
  const counts = new Map<string, number>();
  const { Instance } = WebAssembly;
  class Counting {
    readonly exports: Record<string, unknown> = {};
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      for (const [name, value] of Object.entries(new Instance(module, imports).exports)) {
        this.exports[name] = (...args: unknown[]) => {
          counts.set(name, (counts.get(name) ?? 0) + 1);
          return Reflect.apply(value as () => unknown, undefined, args);
        };
      }
    }
  }
  Object.assign(WebAssembly, { Instance: Counting });
  try {
    await using system = await createSystem({ logger: false, ...options });
    await run(system, () => new Map(counts));
  } finally {
    Object.assign(WebAssembly, { Instance });
  }
}

crossings("one for a tell, and two for a turn", async () => {
  await counted(async (system, count) => {
    const counter = system.spawn(Counter);
    await counter.ask.value();
    const messages = 10_000;
    const before = count();
    for (let i = 0; i < messages; i++) counter.tell.add(1);
    assert.is(await counter.ask.value(), messages);
    const after = count();
    const spent = [...after].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
    const all = spent.reduce((sum, [, calls]) => sum + calls, 0);
    const posts = spent.find(([name]) => name === "post")?.[1];
    assert.is(posts, messages + 1, "one for each tell, and for the ask");
    // One message in 64 says how long it took.
    const samples = spent.find(([name]) => name === "sample")?.[1] ?? 0;
    // A turn handles a thousand: ten of them, and the ask.
    assert.ok(all - messages - 1 - samples <= 40, spent.map(([name, calls]) => `${name} ${calls}`).join(", "));
  });
});

crossings(
  "few before whoever awaited an answer goes on, and many then: a thread looks for work when nobody has any left",
  async () => {
    const options = { actors, worker, workers: 1 };
    await counted(async (system, count) => {
      const looks = () => count().get("visible") ?? 0;
      const all = [0, 1].map(() => system.spawn(actors.Counter, undefined, { placement: 0 }));
      for (let round = 0; round < 200; round++) {
        let settled = 0;
        await Promise.all(
          all.map(async (each) => {
            await each.ask.value();
            settled = looks();
          }),
        );
        const now = looks();
        assert.ok(now - settled < 20, `${now - settled} looks in round ${round}`);
      }
      assert.ok(looks() > 10_000, `${looks()} looks in all`);
    }, options);
  },
);
crossings.run();

const memory = suite("memory");
memory("of messages is used again: a million of them take no more than the first ten thousand", async () => {
  const system = await createSystem({ logger: false });
  const counter = system.spawn(Counter);
  const send = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < 10_000; i++) counter.tell.add(1);
      await counter.ask.value();
    }
    return system.stats().memory.used;
  };
  const first = await send(1);
  assert.is(await send(99), first);
  await system.stop();
});
memory.run();
