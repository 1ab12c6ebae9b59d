// Pools: routes, broadcast, resizing, and items fed through with backpressure.
import * as assert from "uvu/assert";
import { type ActorRef, pool, type System } from "zanni";
import { byKey } from "../../host/pattern/route.ts";
import { Foreman, Gate, Journal, Source, Springs, Worker } from "./actors.ts";
import { both, observed, onNode, rejects, threaded, throws, until } from "./helper.ts";

const names = (paths: readonly string[]) => paths.map((path) => path.slice(path.lastIndexOf("/") + 1));

async function held(system: System, gate: ActorRef<Gate>, count: number) {
  await until(async () => (await gate.ask.waiting()) === count, `${count} are held`);
  return system;
}

both("pool", (test, mode) => {
  test("round-robin takes turns; its workers are supervised below its name", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 3, name: "workers" });
    const paths: string[] = [];
    for (let i = 0; i < 6; i++) paths.push(await workers.ask.who());
    assert.equal(paths.slice(0, 3), ["workers/1", "workers/2", "workers/3"]);
    assert.equal(paths.slice(3), paths.slice(0, 3));
    assert.is(workers.path, "workers");
    assert.is(workers.size, 3);
  });

  test("by default there are as many as threads, and they are spread over them", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined);
    assert.is(workers.size, system.stats().workers.length);
    if (mode === "single") return;
    const tree = await system.tree();
    const homes = new Set(tree.children[0]?.children.map(({ worker }) => worker));
    assert.is(homes.size, workers.size);
  });

  test("random reaches all of them", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 3, route: "random" });
    const seen = new Set<string>();
    for (let i = 0; i < 200 && seen.size < 3; i++) seen.add(await workers.ask.who());
    assert.is(seen.size, 3);
  });

  test("least-busy avoids who is held up", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 3, route: "least-busy" });
    const first = workers.ask({ timeout: "1m" }).hold();
    const second = workers.ask({ timeout: "1m" }).hold();
    await held(system, gate, 2);
    const free = new Set<string>();
    for (let i = 0; i < 10; i++) free.add(await workers.ask.who());
    assert.is(free.size, 1);
    gate.tell.open();
    assert.not.ok(free.has(await first) || free.has(await second));
  });

  test("consistent-hash: one worker for a key; few keys move when a worker comes or goes", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 4, route: "consistent-hash", hashBy: "key" });
    const homes = async () => {
      const found: string[] = [];
      for (let i = 0; i < 60; i++) found.push(await workers.ask.keyed({ key: `k${i}` }));
      return found;
    };
    const before = await homes();
    assert.equal(await homes(), before);
    assert.is(new Set(before).size, 4);
    await workers.resize(5);
    const after = await homes();
    const moved = before.filter((home, i) => home !== after[i]);
    assert.ok(moved.length > 0 && moved.length < 30, `${moved.length} of 60 moved`);
    assert.ok(
      after.every((home, i) => home === before[i] || home.endsWith("/5")),
      "and only to the new one",
    );
    const error = await rejects(workers.ask.who(), "ERR_OPTION");
    assert.match(error.message, /"key" of the first argument/);
  });

  test("pull: nothing waits behind a slow message while another worker is idle", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 2, route: "pull" });
    const slow = workers.ask({ timeout: "1m" }).hold();
    await held(system, gate, 1);
    const others = await Promise.all(Array.from({ length: 20 }, () => workers.ask.who()));
    assert.is(new Set(others).size, 1);
    for (let i = 0; i < 5; i++) workers.tell.count();
    gate.tell.open();
    assert.not.ok(others.includes(await slow));
    await rejects(workers.ask.square(-1), "ERR_ACTOR_FAILED");
    assert.is(await workers.ask.square(3), 9, "and its worker goes on");
    await workers.stop();
    throws(() => workers.tell.count(), "ERR_ACTOR_STOPPED");
  });

  test("pull: the time of an ask runs while it waits, and it can be given up; nobody handles it then", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 1, route: "pull", name: "w" });
    const slow = workers.ask({ timeout: "1m" }).hold();
    await held(system, gate, 1);
    const error = await rejects(workers.ask({ timeout: 30 }).who(), "ERR_ASK_TIMEOUT");
    assert.match(error.message, '"w" did not answer "who" in time');
    const abort = new AbortController();
    const aborted = rejects(workers.ask({ timeout: "1m", signal: abort.signal }).who(), "ERR_ASK_ABORTED");
    abort.abort();
    await aborted;
    const last = workers.ask({ timeout: "1m" }).handled();
    gate.tell.open();
    await slow;
    assert.is(await last, 1);
  });

  test("a failure that nobody looks at is noticed, as that of any ask", async (open) => {
    if (!onNode) {
      console.log(`skipped: pool, ${mode}, a failure that nobody looks at is noticed: process events are Node's`);
      return;
    }
    const system = await open({ supervision: { maxRestarts: 100 } });
    const seen: unknown[] = [];
    const note = (error: unknown) => seen.push(error);
    process.on("unhandledRejection", note);
    try {
      for (const route of ["round-robin", "pull"] as const) {
        const springs = system.pool(Springs, undefined, { size: 1, route });
        void springs.ask.ping();
        // Whoever takes a stream looks at its failure.
        const failing = springs.ask.failing()[Symbol.asyncIterator]();
        assert.is((await failing.next()).value, 1);
        await rejects(failing.next() as Promise<unknown>, "ERR_ACTOR_FAILED");
        assert.is(seen.length, 0);
        void (springs.ask.crash() as Promise<void>);
        await until(() => seen.length > 0, `${route}: it is noticed`);
        seen.length = 0;
      }
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("pull: a worker may answer with a stream, and takes the next message after it", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 1, route: "pull" });
    const items = workers.ask.upTo(1000);
    const next = workers.ask.who();
    let sum = 0;
    for await (const item of items) sum += item;
    assert.is(sum, 499_500);
    assert.is(await next, `${workers.path}/1`);
    for await (const item of workers.ask.upTo(1e9)) if (item === 10) break;
    assert.is(await workers.ask.who(), `${workers.path}/1`);
  });

  test("pull: what is told has all the time, whatever the message that it was told for has", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const foreman = system.spawn(Foreman, gate, { name: "foreman" });
    const waits = rejects(foreman.ask({ timeout: 100 }).tellAndWait(), "ERR_ASK_TIMEOUT");
    await held(system, gate, 1);
    await waits;
    gate.tell.open();
    await until(async () => (await foreman.ask.handled()) >= 4, "all are handled");
    assert.is(system.stats().deadLetters, 0);
  });

  test("pull: nobody waits for what is told, and so it closes no circle", async (open) => {
    const system = await open();
    const other = system.spawn(Gate);
    const foreman = system.spawn(Foreman, system.spawn(Gate));
    const done = foreman.ask({ timeout: "1m" }).tellAndAsk(other);
    await held(system, other, 1);
    other.tell.open();
    await done;
    const worker = (await system.lookup(`${foreman.path}/pool/1`)) as ActorRef<Worker>;
    await until(async () => (await worker.ask.handled()) === 1, "it is handled");
    assert.is(system.stats().restarts, 0);
  });

  test("pull: what waits is what it was when it was sent; what cannot be sent is refused at once", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 1, route: "pull" });
    const slow = workers.ask({ timeout: "1m" }).hold();
    await held(system, gate, 1);
    const list = [1];
    // Only its type says what it is.
    const parcel = new (class {
      size = 1;
    })();
    const asked = [workers.ask.same({ list, gate }), workers.ask.sized(parcel), workers.ask.same("text")];
    list.push(2);
    parcel.size = 2;
    throws(() => workers.tell.same(() => 1), "ERR_NOT_SENDABLE");
    await rejects(workers.ask.same(() => 1) as Promise<unknown>, "ERR_NOT_SENDABLE");
    gate.tell.open();
    await slow;
    const [same, ...others] = await Promise.all(asked);
    assert.equal(same.list, [1]);
    assert.ok(same.gate.equals(gate));
    assert.equal(others, [1, "text"]);
    // With a worker that is idle, too.
    throws(() => workers.tell.same(() => 1), "ERR_NOT_SENDABLE");
    assert.is(await workers.ask.sized({ size: 3 }), 3);
  });

  test("pull: a worker that has ended takes nothing of what waits", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 2, route: "pull", name: "w" });
    const both = [workers.ask({ timeout: "1m" }).hold(), workers.ask({ timeout: "1m" }).hold()];
    await held(system, gate, 2);
    const others = Array.from({ length: 20 }, () => workers.ask({ timeout: "1m" }).who());
    const lost = rejects(both[0] as Promise<string>, "ERR_ACTOR_STOPPED");
    await ((await system.lookup("w/1")) as ActorRef<Worker>).kill();
    await lost;
    gate.tell.open();
    assert.equal(new Set(await Promise.all(others)), new Set(["w/2"]));
    // Idle as it ends.
    await workers.resize(3);
    await ((await system.lookup("w/2")) as ActorRef<Worker>).kill();
    for (let i = 0; i < 5; i++) assert.ok((await workers.ask.who()) !== "w/2");
    assert.is(system.stats().deadLetters, 0);
  });

  test("pull: what was told and waits when the last worker is gone is a dead letter", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 1, route: "pull", name: "w" });
    workers.tell.hold();
    await held(system, gate, 1);
    for (let i = 0; i < 3; i++) workers.tell.count();
    const asked = rejects(workers.ask({ timeout: "1m" }).who(), "ERR_ACTOR_STOPPED");
    await ((await system.lookup("w/1")) as ActorRef<Worker>).kill();
    await asked;
    const dead = system.deadLetters.map(({ actor, message, reason }) => `${actor} ${message} ${reason}`);
    assert.equal(
      dead.filter((text) => text.startsWith("w ")),
      Array(3).fill("w count stopped"),
    );
  });

  test("broadcast reaches each; tell goes by the route", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 3, name: "w" });
    assert.is(workers.broadcast.count(), true);
    for (let i = 0; i < 3; i++) workers.tell.count();
    for (let i = 1; i <= 3; i++) {
      const ref = (await system.lookup(`w/${i}`)) as ActorRef<Worker>;
      assert.is(await ref.ask.handled(), 2);
    }
  });

  test("resize: new ones take part at once; those too many finish what they have", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 2, name: "w" });
    await workers.resize(3);
    const paths = await Promise.all([1, 2, 3].map(() => workers.ask.who()));
    assert.equal(names(paths).sort(), ["1", "2", "3"]);
    const last = (await system.lookup("w/3")) as ActorRef<Worker>;
    const busy = last.ask({ timeout: "1m" }).hold();
    const queued = last.ask({ timeout: "1m" }).who();
    await held(system, gate, 1);
    const smaller = workers.resize(1);
    assert.is(workers.size, 1);
    gate.tell.open();
    assert.is(await busy, "w/3");
    assert.is(await queued, "w/3");
    await smaller;
    assert.is(await system.lookup("w/3"), undefined);
    assert.equal(new Set([await workers.ask.who(), await workers.ask.who()]), new Set(["w/1"]));
  });

  test("a worker that crashes is restarted; one that is gone gets nothing any more", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 2, name: "w" });
    await rejects(workers.ask.square(-1), "ERR_ACTOR_FAILED");
    const first = (await system.lookup("w/1")) as ActorRef<Worker>;
    await first.kill();
    await until(() => workers.size === 1, "it is taken out");
    for (let i = 0; i < 4; i++) assert.is(await workers.ask.who(), "w/2");
    await workers.stop();
    await rejects(workers.ask.who(), "ERR_ACTOR_STOPPED");
    throws(() => workers.tell.count(), "ERR_ACTOR_STOPPED");
    await rejects(workers.resize(2), "ERR_ACTOR_STOPPED");
  });

  test("options are checked", async (open) => {
    const system = await open();
    throws(() => system.pool(Worker, undefined, { size: 0 }), "ERR_OPTION");
    throws(() => system.pool(Worker, undefined, { route: "nearest" as "random" }), "ERR_OPTION");
    throws(() => system.pool(Worker, undefined, { hashBy: "key" }), "ERR_OPTION");
    throws(() => system.pool(Worker, undefined, { sizes: 3 } as object), "ERR_OPTION");
    await until(() => system.stats().active === 0, "nothing is left behind");
  });
});

both("pool.map", (test) => {
  test("results by completion, and in order when asked for", async (open) => {
    const system = await open();
    const workers = pool(system, Worker, undefined, { size: 3 });
    const items = Array.from({ length: 200 }, (_, i) => i);
    const all: number[] = [];
    for await (const square of workers.map(items, (worker, n) => worker.square(n))) all.push(square);
    assert.equal(
      all.sort((a, b) => a - b),
      items.map((n) => n * n),
    );
    const ordered: number[] = [];
    for await (const square of workers.map(items, (worker, n) => worker.square(n), { ordered: true }))
      ordered.push(square);
    assert.equal(
      ordered,
      items.map((n) => n * n),
    );
  });

  test("backpressure: a source is not asked for more than there is room for", async (open) => {
    const system = await open();
    const workers = system.pool(Worker, undefined, { size: 2 });
    let taken = 0;
    let closed = false;
    async function* source() {
      try {
        for (;;) yield taken++;
      } finally {
        closed = true;
      }
    }
    let got = 0;
    for await (const _ of workers.map(source(), (worker, n) => worker.square(n), { concurrency: 4 })) {
      got++;
      assert.ok(taken <= got + 5, `${taken} taken, ${got} given`);
      if (got === 50) break;
    }
    assert.is(closed, true);
  });

  test("a failure ends it, and so does a signal; leaving aborts what is under way", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const workers = system.pool(Worker, { gate }, { size: 2 });
    const failing = workers.map([1, 2, -3, 4], (worker, n) => worker.square(n), { ordered: true, concurrency: 1 });
    const got: number[] = [];
    try {
      for await (const square of failing) got.push(square);
      throw new Error("it must fail");
    } catch (error) {
      assert.is((error as { code: string }).code, "ERR_ACTOR_FAILED");
    }
    assert.equal(got, [1, 4]);
    const abort = new AbortController();
    const aborted = (async () => {
      for await (const _ of workers.map([1, 2], (worker) => worker.hold(), { signal: abort.signal }));
    })();
    await held(system, gate, 2);
    abort.abort(new Error("enough"));
    assert.is(await aborted.catch((error: Error) => error.message), "enough");
    const one = workers.map([1, 2], async (worker, n) => {
      if (n === 1) await worker.hold();
      else await worker.square(-1);
    });
    await rejects(one[Symbol.asyncIterator]().next() as Promise<unknown>, "ERR_ACTOR_FAILED");
    // The other waits no longer.
    const both = await Promise.all([1, 2].map(() => workers.ask({ timeout: "3s" }).who()));
    assert.is(new Set(both).size, 2);
  });

  test("a source is closed also when nothing was taken, and holds up no failure", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const source = system.spawn(Source, journal);
    const workers = system.pool(Worker, undefined, { size: 2 });
    const items = source.ask.count(0, 1e9);
    await items[Symbol.asyncIterator]().next();
    await workers.map(items, (worker, n) => worker.square(n)).cancel();
    assert.equal(await journal.ask.atLeast(1), ["count ended"]);
    async function* stuck() {
      yield -1;
      await new Promise(() => {});
    }
    const results = workers.map(stuck(), (worker, n) => worker.square(n))[Symbol.asyncIterator]();
    await rejects(results.next() as Promise<unknown>, "ERR_ACTOR_FAILED");
  });
});

both("rendezvous hashing", (test) => {
  test("keys are spread evenly", async () => {
    const workers = Array.from({ length: 8 }, (_, id) => ({ id, load: 0 }));
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 8000; i++) {
      const { id } = byKey(workers, `key ${i}`) ?? { id: -1 };
      counts[id] = (counts[id] as number) + 1;
    }
    for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(" "));
  });
});

threaded("pool whose workers are elsewhere", (test) => {
  test("pull: a worker that has ended takes nothing, although nobody here has heard of it", () =>
    observed(async (system) => {
      const workers = system.pool(Worker, undefined, { size: 2, route: "pull", name: "w" });
      const first = (await system.lookup("w/1")) as ActorRef<Worker>;
      await first.ask.who();
      const { active } = system.stats();
      const gone = first.kill();
      // Without a turn of the event loop, in which this thread would hear of it.
      const end = performance.now() + 20_000;
      while (system.stats().active === active) if (performance.now() > end) throw new Error("it does not end");
      assert.is(await workers.ask.who(), "w/2");
      assert.is(workers.size, 1);
      await gone;
    }));
});
