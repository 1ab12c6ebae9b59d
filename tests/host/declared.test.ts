// Messages of declared types: as bytes of the type from thread to thread, whole or read lazily.
import * as assert from "uvu/assert";
import type { ActorRef, System } from "zanni";
import { Gate, Meter, Mirror } from "./actors.ts";
import { both, rejects, until } from "./helper.ts";

const reading = {
  sensor: "north",
  value: 22.5,
  at: new Date(1_709_827_200_000),
  tags: ["a", "ß", "日本", "🦜", "x".repeat(300)],
  unit: "°C",
};

both("declared messages", (test) => {
  /** One whose type is known everywhere: it has answered, and so has whoever was told. */
  const meter = async (system: System, init?: ActorRef<Meter>, options = {}) => {
    const ref = system.spawn(Meter, init, options);
    for (let i = 0; i < 3; i++) await ref.ask.seen();
    return ref;
  };

  test("what comes is what the type declares, and nothing else, from the first message on", async (open) => {
    const system = await open();
    const ref = system.spawn(Meter, undefined);
    const given = { ...reading, extra: 1 };
    for (let i = 0; i < 5; i++) assert.is(await ref.ask.read(given), "sensor,value,at,tags,unit");
    for (const seen of await ref.ask.seen()) assert.equal(seen, reading);
    assert.is(await ref.ask.read({ ...reading, note: "n" }), "sensor,value,at,tags,note,unit");
  });

  test("of every size: what grows finds room", async (open) => {
    const ref = await meter(await open());
    for (const length of [0, 1, 23, 24, 25, 31, 32, 90, 255, 256, 1000, 10, 12, 15_000, 5, 70_000, 3, 8]) {
      const one = { ...reading, sensor: "s".repeat(length), tags: [`é${"t".repeat(length)}`] };
      await ref.ask.read(one);
      assert.equal(await ref.ask.seen(), [one], `${length}`);
    }
  });

  test("while one is put together, a getter may send others", async (open) => {
    const system = await open();
    const [ref, other] = [await meter(system), await meter(system)];
    const inner = (value: number) => ({ ...reading, sensor: "s".repeat(value * 100), value });
    for (let i = 0; i < 5; i++) {
      const outer = {
        ...reading,
        get value() {
          other.tell.read(inner(1));
          other.tell.read({
            ...inner(2),
            get unit() {
              other.tell.read(inner(3));
              return "m";
            },
          });
          return 7;
        },
      };
      ref.tell.read(outer);
      assert.equal(await ref.ask.seen(), [{ ...reading, value: 7 }]);
      assert.equal(await other.ask.seen(), [inner(1), inner(3), { ...inner(2), unit: "m" }]);
    }
  });

  test("bytes, many and few, wherever they lie", async (open) => {
    const mirror = (await open()).spawn(Mirror);
    const given = { weight: 1, lines: [], counts: new Map([["a", 1]]), total: 2n, at: new Date(0) };
    for (const size of [1000, 1023, 1024, 1025, 16_000, 16_384, 33_000, 70_000, 300_001]) {
      const all = Uint8Array.from({ length: size + 8 }, (_, i) => (i * 7) ^ (i >>> 8));
      for (let i = 0; i < 8; i++) {
        const bytes = all.subarray(i, size + i);
        const entry = { ...given, title: "t".repeat(i), bytes };
        for (const { bytes: back } of [await mirror.ask.entry(entry), await mirror.ask.lazily(entry)]) {
          assert.is(back.length, size);
          assert.ok(
            back.every((byte, at) => byte === bytes[at]),
            `${size} at ${i}`,
          );
        }
      }
    }
  });

  test("a handler that is a generator answers with a stream, from the first message on", async (open) => {
    const system = await open();
    const ref = system.spawn(Meter, undefined);
    for (let i = 0; i < 5; i++) {
      const tags: string[] = [];
      for await (const tag of ref.ask.each(reading)) tags.push(tag);
      assert.equal(tags, reading.tags);
    }
    const refused = ref.ask.each({ ...reading, value: "warm" } as never)[Symbol.asyncIterator]();
    await rejects(refused.next() as Promise<unknown>, "ERR_INVALID_MESSAGE");
  });

  test("what does not fit is refused with its path, and the actor lives on", async (open) => {
    const system = await open();
    const ref = await meter(system);
    for (const [wrong, path] of [
      [{ ...reading, value: "warm" }, "value"],
      [{ ...reading, tags: ["a", 1] }, "tags.1"],
    ] as const) {
      const error = await rejects(ref.ask.read(wrong as never), "ERR_INVALID_MESSAGE");
      assert.is((error.details["issues"] as { path: string }[])[0]?.path, path);
    }
    // A tell is refused as well: a dead letter.
    const letters = system.stats().deadLetters;
    ref.tell.read({} as never);
    await until(() => system.stats().deadLetters > letters, "it is a dead letter");
    const half = await rejects(ref.ask.read({ ...reading, sensor: "\ud800" }), "ERR_NOT_SENDABLE");
    assert.is(half.details["at"], "args[0].sensor");
    assert.is(await ref.ask.read(reading), "sensor,value,at,tags,unit");
    assert.is((await ref.ask.seen()).length, 1);
  });

  test("lazily: fields are read when they are asked for, and it can be sent on", async (open) => {
    const system = await open();
    const next = await meter(system);
    const ref = await meter(system, next);
    assert.is(await ref.ask.glance(reading), false, "it is none of the usual objects");
    assert.equal(await ref.ask.seen(), [{ ...reading, at: reading.at.toISOString() }]);
    assert.equal(await ref.ask.whole(reading), reading);
    await ref.ask.pass(reading);
    await ref.ask.pass({ ...reading, note: "n" });
    assert.equal(await next.ask.seen(), [reading, { ...reading, note: "n" }]);
    const wide = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, `value ${i}`]));
    assert.is(await ref.ask.last(wide), "value 49");
  });

  test("a union, put aside and taken up again", async (open) => {
    const ref = await meter(await open());
    assert.is(await ref.ask.order({ type: "Wait", ms: 5 }), "Wait");
    const stopped = ref.ask.order({ type: "Stop" });
    assert.is(await ref.ask.order({ type: "Say", text: "hello" }), "Say");
    assert.equal(await ref.ask.seen(), [
      { type: "Wait", ms: 5 },
      { type: "Say", text: "hello" },
    ]);
    void stopped.catch(() => {});
    ref.tell.unstash();
    // It is put aside anew.
    assert.equal(await ref.ask.seen(), []);
  });

  test("with priority, and too late", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const ref = await meter(system);
    const held = ref.ask({ timeout: "1m" }).hold(gate);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    ref.with({ priority: "low" }).tell.read({ ...reading, sensor: "low" });
    ref.with({ priority: "high" }).tell.read({ ...reading, sensor: "high" });
    ref.with({ ttl: 1 }).tell.read({ ...reading, sensor: "late" });
    const began = performance.now();
    await until(() => performance.now() > began + 5, "it is too late");
    gate.tell.open();
    await held;
    await until(async () => system.stats().deadLetters > 0, "one is a dead letter");
    const seen = (await ref.ask.seen()) as (typeof reading)[];
    assert.equal(
      seen.map(({ sensor }) => sensor),
      ["high", "low"],
    );
  });

  test("through a full mailbox, and as dead letters that can be sent again", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const ref = await meter(system, undefined, { name: "meter", mailbox: { capacity: 4 } });
    const held = ref.ask({ timeout: "1m" }).hold(gate);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    for (let i = 0; i < 10; i++) ref.tell.read({ ...reading, sensor: `${i}` });
    gate.tell.open();
    await held;
    await ref.ready();
    const sensors = async () => ((await again.ask.seen()) as (typeof reading)[]).map(({ sensor }) => sensor);
    let again = ref;
    assert.equal(await sensors(), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);

    const stuck = ref.ask({ timeout: "1m" }).hold(gate);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits again");
    ref.tell.read({ ...reading, sensor: "left" });
    const ended = stuck.catch(() => {});
    await ref.kill();
    await ended;
    again = await meter(system, undefined, { name: "meter" });
    const letter = () => [...system.deadLetters].find(({ message }) => message === "read");
    await until(() => letter() !== undefined, "there is a dead letter");
    assert.ok(letter()?.replay());
    await until(async () => (await again.ask.read(reading)) !== "", "what was sent again is handled");
    assert.equal((await sensors()).sort(), ["left", "north"]);
  });
});
