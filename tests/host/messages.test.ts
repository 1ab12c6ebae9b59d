import * as assert from "uvu/assert";
import type { ActorRef } from "zanni";
import { Counter, Dials, Echo, Gate, Journal, Named, Nothing, Order, Promised, Relay, Slow, Sum } from "./actors.ts";
import { both, pick, rejects, throws, until } from "./helper.ts";

both("messages", (test) => {
  test("tell changes state, ask answers", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 10 });
    assert.is(counter.tell.add(5), true);
    assert.is(await counter.ask.value(), 15);
    assert.is(await counter.ask.add(1), 16);
  });

  test("a handler is what the instance has under its name, however often it was called", async (open) => {
    const system = await open();
    const dials = Array.from({ length: 2 }, () => system.spawn(Dials)) as [ActorRef<Dials>, ActorRef<Dials>];
    const names = ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"] as const;
    const often = 2500;
    const round = () => {
      for (let i = 0; i < often; i++) for (const each of dials) for (const name of names) each.tell[name](1);
    };
    round();
    await Promise.all(dials.map((each) => each.ask.sums()));
    dials[0].tell.replace();
    round();
    const twice = names.map(() => 2 * often);
    const replaced = names.map((name) => (name === "d1" ? 11 * often : 2 * often));
    assert.equal(await dials[0].ask.sums(), replaced);
    assert.equal(await dials[1].ask.sums(), twice, "the other one has the handler of its class");
  });

  test("any name that is a name of a method is a name of a message", async (open) => {
    const system = await open();
    const named = system.spawn(Named);
    for (const name of ["options", "ref", "name", "length", "constructor_"] as const) {
      assert.is(named.tell[name](0), true);
      assert.is(await named.ask[name](1), `${name.replace("_", "")} 1`);
      assert.is(await named.ask({ timeout: "5s" })[name](2), `${name.replace("_", "")} 2`);
    }
  });

  test("a setup function is an actor", async (open) => {
    const system = await open();
    const sum = system.spawn(Sum, 5, { name: "sum" });
    for (let i = 1; i <= 100; i++) sum.tell.add(i);
    assert.is(await sum.ask.total(), 5055);
    assert.is(await sum.ask.path(), "sum");
  });

  test("a setup function that gives no handlers fails, and says why", async (open) => {
    const system = await open({ supervision: { maxRestarts: 100 } });
    for (const [def, what] of [
      [Promised, /the setup of "Promised" gave a promise, not an object of handlers/],
      [Nothing, /the setup of "Nothing" gave undefined/],
    ] as const) {
      const ref = system.spawn(def as typeof Sum, undefined, { restart: "temporary" });
      const reason = (await ref.stopped) as { readonly error: Error };
      assert.match(reason.error.message, what);
    }
  });

  test("refs beside numbers and nothing, as many as there are, with any names", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const named = ["a", "b", "ü", "名前", "x".repeat(200)].map((name) => system.spawn(Echo, undefined, { name }));
    const [a, b, umlaut, kanji, long] = named as [typeof echo, typeof echo, typeof echo, typeof echo, typeof echo];
    const of = (path: string) => `ActorRef(${path})`;
    assert.equal(await echo.ask.many(a), [of("a")]);
    assert.equal(await echo.ask.many(1, a, undefined, null, true, -0, b), [
      "1",
      of("a"),
      "undefined",
      "null",
      "true",
      "-0",
      of("b"),
    ]);
    assert.equal(
      await echo.ask.many(a, a, a, a, a, a, a, b),
      ["a", "a", "a", "a", "a", "a", "a", "b"].map(of),
      "more than fit a frame's tags",
    );
    assert.equal(await echo.ask.many(umlaut, kanji, long), [of("ü"), of("名前"), of("x".repeat(200))]);
    assert.equal(await echo.ask.many(a, "text", 3), [of("a"), "text", "3"]);
    // Across threads and back; the names of those that are gone stay what they were.
    assert.equal(await echo.ask.chain([a, b], umlaut, 1, kanji), ["ü", "3", "名前", of("名前")]);
    await a.kill();
    assert.equal(await echo.ask.many(a), [of("a")]);
    const next = system.spawn(Echo, undefined, { name: "next" });
    assert.equal(await echo.ask.many(next, a), [of("next"), of("a")]);
  });

  test("values round-trip exactly", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const values: unknown[] = [
      0,
      -0,
      1.5,
      -1,
      2 ** 31,
      2 ** 53,
      -(2 ** 40),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      true,
      false,
      null,
      undefined,
      "",
      "text",
      "ünïcödé 🎭",
      "x".repeat(100_000),
      5n,
      -(2n ** 80n),
      [],
      [1, [2, [3]]],
      [undefined, null],
      {},
      { a: { b: { c: [1, "2", null] } } },
      new Date(1709827200000),
      new Map<unknown, unknown>([
        [1, { a: 1 }],
        ["k", new Map()],
      ]),
      new Set([1, "a", { b: 2 }]),
      new Uint8Array([1, 2, 3]),
      new Float64Array([1.5, -2]),
      new Uint8Array(200_000).fill(7),
      /a+b/gi,
    ];
    for (const value of values) {
      const back = await echo.ask.echo(value);
      assert.equal(back, value, `${Object.prototype.toString.call(value)} ${String(value).slice(0, 30)}`);
      if (typeof value === "number") assert.ok(Object.is(back, value), `${value} exactly`);
    }
    assert.equal(await echo.ask.two(-0, undefined), ["0", "undefined"]);
    assert.equal(await echo.ask.two(null, true), ["null", "true"]);
  });

  test("records of any names and size; what is made of a built-in class is of that class", async (open) => {
    const echo = (await open()).spawn(Echo);
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
    const names = { toJSON: 1, constructor: "of a house", hasOwnProperty: 2, length: 3 };
    const bare = Object.assign(Object.create(null), names) as object;
    for (const record of [many(15), many(16), many(65_535), many(65_536), many(70_000), names, { ...bare }, {}]) {
      assert.equal(await echo.ask.echo(record), record);
    }
    assert.equal(await echo.ask.echo(bare), { ...bare });
    const toJSON = () => "other";
    const of = <T extends object>(value: T): T =>
      Object.setPrototypeOf(value, Object.create(Object.getPrototypeOf(value), { toJSON: { value: toJSON } }));
    class Bytes extends Uint8Array {}
    class Numbers extends Float64Array {}
    const memory = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9]).buffer;
    for (const [value, same] of [
      [of(new Date(5)), new Date(5)],
      [of(/a/g), /a/g],
      [of(new Uint16Array([1, 2])), new Uint16Array([1, 2])],
      [new Bytes(memory, 2, 3), new Uint8Array([3, 4, 5])],
      [new Numbers([1.5]), new Float64Array([1.5])],
      [of(new DataView(memory, 3, 2)), new DataView(memory.slice(3, 5))],
    ] as const) {
      const back = (await echo.ask.echo(value)) as object;
      assert.equal(back, same);
      assert.is(Object.getPrototypeOf(back), Object.getPrototypeOf(same));
    }
    // Where the engine has it.
    const { Float16Array } = globalThis as unknown as { Float16Array?: Float32ArrayConstructor };
    if (Float16Array) assert.equal(await echo.ask.echo(new Float16Array([1.5])), new Float16Array([1.5]));
  });

  test("records of many shapes, each more often than one without functions of its own", async (open) => {
    const echo = (await open()).spawn(Echo);
    const others = [
      7,
      -0,
      2 ** 40,
      0.5,
      "",
      "text",
      "of some length, more than is spelled at once",
      true,
      false,
      null,
      undefined,
    ];
    const record = (fields: number, time: number): Record<string, unknown> =>
      Object.fromEntries(
        Array.from({ length: fields }, (_, i) => [`field${i}`, others[(fields + i * time) % others.length]]),
      );
    for (let time = 0; time < 1100; time++) {
      const records = Array.from({ length: 17 }, (_, fields) => record(fields, time));
      const got = await Promise.all(records.map((each) => echo.ask.echo(each)));
      if (time % 100 === 0 || time > 950) assert.equal(got, records);
      for (const each of got) assert.is(Object.getPrototypeOf(each), Object.prototype);
    }
  });

  test("records with names of their own each, and some that come again, more than are kept", async (open) => {
    const echo = (await open()).spawn(Echo);
    const once = (i: number): Record<string, number> => ({ [`of ${i}`]: i, [`and ${i}`]: -i });
    // Of these some have the same names, if one does not look where a name ends.
    const again: readonly Record<string, number>[] = [
      { a: 1, b: 2 },
      { "a\0b": 3 },
      { b: 4, a: 5 },
      {},
      { "": 6 },
      { a: 7 },
    ];
    for (let i = 0; i < 3000; i += 10) {
      const records = [...Array.from({ length: 10 }, (_, j) => once(i + j)), ...again, once(i)];
      const got = (await Promise.all(records.map((each) => echo.ask.echo(each)))) as typeof records;
      assert.equal(got, records);
      assert.equal(
        got.map((each) => Object.keys(each)),
        records.map((each) => Object.keys(each)),
      );
    }
  });

  test("errors keep name, message, stack and cause", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const error = new RangeError("too far", { cause: new TypeError("inner") });
    const back = (await echo.ask.echo(error)) as RangeError;
    assert.instance(back, RangeError);
    assert.is(back.message, "too far");
    assert.is(back.stack, error.stack);
    assert.instance(back.cause, TypeError);
    const several = new AggregateError([error, "text"], "all failed");
    const all = (await echo.ask.echo(several)) as AggregateError;
    assert.instance(all, AggregateError);
    assert.is(all.message, "all failed");
    assert.is((all.errors[0] as Error).message, "too far");
    assert.is(all.errors[1], "text");
    // One that holds something else instead.
    const none = (await echo.ask.echo(Object.assign(new AggregateError([]), { errors: 5 }))) as Error;
    assert.is(none.name, "AggregateError");
    // Whatever its texts are: what has failed is told.
    const odd = (await echo.ask.echo(new Error("half \ud800", { cause: "\udfff" }))) as Error;
    assert.is(odd.message, "half \ufffd");
    throws(() => system.spawn(Echo, undefined, { name: "\ud800" }), "ERR_OPTION");
  });

  test("a message is a copy, also on the same thread", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const value = { list: [1, 2, 3] };
    const answer = echo.ask.mutate(value);
    value.list.push(4);
    assert.is(await answer, 3);
    assert.is("changed" in value, false);
  });

  test("what cannot be sent is refused with its path, and nothing is enqueued", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    class Custom {}
    const cases: [unknown, string][] = [
      [() => 1, "args[0]"],
      [{ opts: { progress: () => 1 } }, "args[0].opts.progress"],
      [[1, Symbol("s")], "args[0][1]"],
      [{ p: Promise.resolve() }, "args[0].p"],
      [cycle, "args[0].self"],
      [new WeakMap(), "args[0]"],
      [new Map([["k", () => 1]]), "args[0].get(k)"],
      [{ buffer: new Uint8Array(sharedBuffer()) }, "args[0].buffer"],
      [{ c: new Custom() }, "args[0].c"],
      [{ signal: new AbortController().signal }, "args[0].signal"],
      [["well", "\ud83d alone"], "args[0][1]"],
      [new Set(["\udc00"]), "args[0].values()"],
      // A decoder would make something else of these.
      [[Object.assign(new Array(3), { 0: 1, 2: 3 })], "args[0][0][1]"],
      [{ list: new Array(2) }, "args[0].list[0]"],
      [JSON.parse('{"a":{"__proto__":1}}'), "args[0].a.__proto__"],
      [{ "\udc00": 1 }, "args[0].\ufffd"],
      ...[new Uint8Array(8), new DataView(new ArrayBuffer(8)), new ArrayBuffer(8)].map((bytes): [unknown, string] => [
        { gone: transferred(bytes) },
        "args[0].gone",
      ]),
    ];
    for (const [value, at] of cases) {
      assert.is(throws(() => echo.tell.echo(value), "ERR_NOT_SENDABLE").details["at"], at);
      await rejects(echo.ask.echo(value), "ERR_NOT_SENDABLE");
    }
    const getter = Object.defineProperty({}, "bad", {
      enumerable: true,
      get() {
        throw new Error("from the getter");
      },
    });
    for (const value of [getter, [[getter]]]) {
      const error = throws(() => echo.tell.echo(value), "ERR_NOT_SENDABLE");
      assert.match(String(error.details["at"]), /\.bad$/);
      assert.match((error.cause as Error).message, "from the getter");
    }
    for (const name of ["then", "constructor", Symbol.toStringTag]) {
      const hostile = Object.defineProperty(Object.create({ constructor: undefined }), name, {
        get() {
          throw new Error("from the getter");
        },
      });
      const error = throws(() => echo.tell.echo(hostile), "ERR_NOT_SENDABLE");
      assert.match((error.cause as Error).message, "from the getter");
    }
    const counting = (function* () {
      yield 1;
    })();
    for (const [value, what] of [
      [counting, "Generator"],
      [new Custom(), "Custom"],
      [new (class {})(), "Object"],
    ] as const) {
      const error = throws(() => echo.tell.echo(value), "ERR_NOT_SENDABLE");
      assert.match(error.message, `an instance of ${what}`);
    }
    for (const bytes of [new Uint8Array(sharedBuffer()), transferred(new Uint8Array(8))]) {
      const { message } = throws(() => echo.tell.echo(bytes), "ERR_NOT_SENDABLE");
      assert.is(
        message,
        "args[0] is in memory that is shared, or has been transferred, which cannot be sent; send a copy",
      );
    }
    // A part of an error.
    const failed = Object.defineProperty(new Error("failed"), "code", {
      get() {
        throw new Error("from the getter");
      },
    });
    assert.is(throws(() => echo.tell.echo([failed]), "ERR_NOT_SENDABLE").details["at"], "args[0][0]");
    assert.is(system.stats().sent, 0);
    await rejects(echo.ask.unsendable(), "ERR_NOT_SENDABLE");
    const init = { start: 1, deep: [{ f() {} }] } as unknown as { start: number };
    assert.is(throws(() => system.spawn(Counter, init), "ERR_NOT_SENDABLE").details["at"], "init.deep[0].f");
    const empty = [new Uint8Array(0), new ArrayBuffer(0)];
    assert.equal(await echo.ask.echo(empty), empty);
  });

  test("refs travel in messages, replies and init, and work where they arrive", async (open) => {
    const system = await open();
    const echo = system.spawn(Echo);
    const counter = system.spawn(Counter, { start: 1 });
    const back = (await echo.ask.echo({ inside: [counter] })) as { inside: [typeof counter] };
    assert.ok(back.inside[0].equals(counter));
    assert.is(await back.inside[0].ask.add(1), 2);
    assert.is(back.inside[0].path, counter.path);
  });

  test("order is kept between each pair, under load from many senders", async (open) => {
    const system = await open({ mailbox: { capacity: Number.POSITIVE_INFINITY } });
    const order = system.spawn(Order);
    const relays = Array.from({ length: 8 }, (_, id) => system.spawn(Relay, { to: order, id }));
    for (const relay of relays) relay.tell.flood(5_000);
    await until(async () => (await order.ask.result()).count === 40_000, "40,000 messages");
    assert.is((await order.ask.result()).wrong, 0);
  });

  test("unknown messages do not crash the actor", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 1 });
    const loose = counter as unknown as typeof counter & { ask: { nope(): Promise<void> }; tell: { nope(): boolean } };
    const error = await rejects(loose.ask.nope(), "ERR_UNKNOWN_MESSAGE");
    assert.match(error.message, /"nope"/);
    loose.tell.nope();
    assert.is(await counter.ask.value(), 1);
    await until(() => system.deadLetters.length === 2, "two dead letters");
    assert.equal(pick(system.deadLetters[1]), [counter.path, "nope", "unknown-message"]);
  });

  test("hooks and inherited helpers are not messages", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 1 }) as unknown as { ask: Record<string, () => Promise<void>> };
    for (const name of ["onStart", "onStop", "constructor", "toString", "__proto__"]) {
      const ask = counter.ask[name] as () => Promise<void>;
      if (typeof ask === "function") await rejects(ask.call(counter.ask), "ERR_UNKNOWN_MESSAGE");
    }
  });

  test("one message at a time: nothing runs between the awaits of a handler", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const gate = system.spawn(Gate);
    const slow = system.spawn(Slow, { gate, journal });
    slow.tell.work("first");
    const quick = slow.ask({ timeout: "1m" }).quick("second");
    await until(async () => (await gate.ask.waiting()) === 1, "the handler waits");
    assert.equal(await journal.ask.lines(), ["first begins"]);
    gate.tell.open();
    await quick;
    assert.equal(await journal.ask.atLeast(3), ["first begins", "first ends", "second"]);
  });
});

/** The same, without its bytes. */
function transferred<T extends ArrayBuffer | ArrayBufferView>(value: T): T {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  return value;
}

/** Also where a page that is not isolated hides the constructor. */
function sharedBuffer(): ArrayBufferLike {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer;
}
