// Generators that are asked: items in order, backpressure, and every way to end.
import * as assert from "uvu/assert";
import { Drinker, Gate, Journal, Source, Springs } from "./actors.ts";
import { both, rejects, until } from "./helper.ts";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

both("streams", (test) => {
  test("a generator method is an async iterable at the caller, and other messages come in between", async (open) => {
    const system = await open();
    const source = system.spawn(Source, undefined);
    assert.equal(await collect(source.ask.count(0, 1000)), [...Array(1000).keys()]);
    assert.equal(await collect(source.ask.slowly(3)), [{ i: 0 }, { i: 1 }, { i: 2 }]);
    assert.equal(await collect(source.ask.iterable()), ["a", "b"]);
    assert.equal(await collect(source.ask.count(0, 0)), []);
    const endless = source.ask.count(0, 1e9)[Symbol.asyncIterator]();
    assert.is((await endless.next()).value, 0);
    assert.is(await source.ask.ping(), "pong");
    await endless.return?.();
  });

  test("of a setup function too; an ask that does not iterate is told so", async (open) => {
    const system = await open();
    const springs = system.spawn(Springs);
    assert.equal(await collect(springs.ask.count(3)), [0, 1, 2]);
    const error = await rejects(springs.ask.count(3) as unknown as Promise<unknown>, "ERR_NOT_SENDABLE");
    assert.match(error.message, /answers with a stream; take its items by for await, and write/);
    assert.is(await springs.ask.ping(), "pong");
    const source = system.spawn(Source, undefined);
    const plain = await rejects(source.ask.iterator() as unknown as Promise<unknown>, "ERR_NOT_SENDABLE");
    assert.match(plain.message, /write it as a generator: async \*iterator\(\)/);
  });

  test("backpressure: the generator is never further ahead than the window", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const source = system.spawn(Source, journal);
    const items = source.ask.count(0, 300);
    await source.ask.ping();
    await source.ask.ping();
    assert.equal(await journal.ask.lines(), [], "256 of 300 are under way, and it waits");
    assert.is((await collect(items)).length, 300);
    assert.equal(await journal.ask.atLeast(1), ["count ended"]);
  });

  test("break, cancel() and dispose end the generator in its actor", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const source = system.spawn(Source, journal);
    for await (const n of source.ask.count(0, 1e9)) if (n === 5) break;
    await journal.ask.atLeast(1);
    for await (const { i } of source.ask.slowly(1e9)) if (i === 5) break;
    await journal.ask.atLeast(2);
    const cancelled = source.ask.count(0, 1e9);
    await cancelled[Symbol.asyncIterator]().next();
    await cancelled.cancel();
    assert.equal(await collect(cancelled), []);
    assert.equal(await journal.ask.atLeast(3), ["count ended", "slowly ended", "count ended"]);
    assert.is(await source.ask.ping(), "pong");
  });

  test("one that is given up while its actor awaits something has nothing to do with the next", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const gate = system.spawn(Gate);
    const source = system.spawn(Source, journal);
    const gated = source.ask.gated(gate)[Symbol.asyncIterator]();
    await gated.next();
    await until(async () => (await gate.ask.waiting()) === 1, "the next step awaits the gate");
    // The next ask has the same ticket, and is handled before the first generator is closed.
    await gated.return?.();
    const next = source.ask.count(0, 1e9)[Symbol.asyncIterator]();
    await gate.ask.open();
    assert.is((await next.next()).value, 0);
    await next.return?.();
    assert.equal([...(await journal.ask.atLeast(2))].sort(), ["count ended", "gated ended"]);
  });

  test("a signal ends it, with its reason", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const source = system.spawn(Source, journal);
    const controller = new AbortController();
    const items = source.ask({ signal: controller.signal }).count(0, 1e9);
    await rejects(
      (async () => {
        for await (const n of items) if (n === 300) controller.abort(new Error("enough"));
      })(),
      "ERR_ASK_ABORTED",
    );
    assert.equal(await journal.ask.atLeast(1), ["count ended"]);
  });

  test("its failure arrives after the items, and is the actor's", async (open) => {
    const system = await open();
    const source = system.spawn(Source, undefined);
    const got: number[] = [];
    const failing = (async () => {
      for await (const n of source.ask.failing(3)) got.push(n);
    })();
    const error = await rejects(failing, "ERR_ACTOR_FAILED");
    assert.match(error.message, /no more/);
    assert.equal(got, [0, 1, 2]);
    assert.is(system.stats().restarts, 1);
    await rejects(collect(source.ask.unsendable()), "ERR_ACTOR_FAILED");
  });

  test("one that is refused at once rejects, and has nothing to do with another", async (open) => {
    const system = await open();
    const source = system.spawn(Source, undefined);
    const other = source.ask.count(0, 3);
    const aborted = source.ask({ signal: AbortSignal.abort(new Error("no")) }).count(5, 9);
    await rejects(collect(aborted), "ERR_ASK_ABORTED");
    assert.equal(await collect(other), [0, 1, 2]);
    const two = source.ask.count(0, 2)[Symbol.asyncIterator]();
    const results = await Promise.all([two.next(), two.next(), two.next()]);
    assert.equal(
      results.map(({ value }) => value),
      [0, 1, undefined],
    );
  });

  test("a refusal is only the asker's", async (open) => {
    const system = await open();
    const source = system.spawn(Source, undefined);
    await rejects(collect(source.ask.refusing()), "ERR_REFUSED");
    assert.is(await source.ask.ping(), "pong");
    assert.is(system.stats().restarts, 0);
  });

  test("a crash, a stop or a kill of the actor ends its streams with the reason", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    let ended = 0;
    for (const [end, code] of [
      ["crash", "ERR_ACTOR_FAILED"],
      ["stop", "ERR_ACTOR_STOPPED"],
      ["kill", "ERR_ACTOR_STOPPED"],
    ] as const) {
      const source = system.spawn(Source, journal);
      const items = source.ask.count(0, 1e9)[Symbol.asyncIterator]();
      await items.next();
      if (end === "crash") source.tell.crash();
      else void source[end]();
      const drained = (async () => {
        while (!(await items.next()).done);
      })();
      await rejects(drained, code);
      assert.is((await journal.ask.atLeast(++ended)).length, ended, "its finally has run");
    }
  });

  test("between actors; the end of whoever asked ends the generator", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const source = system.spawn(Source, journal);
    const drinker = system.spawn(Drinker, source);
    assert.is(await drinker.ask({ timeout: "1m" }).sum(10_000), 49_995_000);
    await journal.ask.atLeast(1);
    drinker.tell.forever();
    // An ask that is given up before it is handled begins no generator.
    const asked = async () => (await system.tree()).children.find(({ path }) => path === source.path)?.processed ?? 0;
    await until(async () => (await asked()) >= 2, "it drinks");
    await drinker.kill();
    assert.equal(await journal.ask.atLeast(2), ["count ended", "count ended"]);
  });
});
