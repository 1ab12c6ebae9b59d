// Whatever may be sent comes as it was: any values, undeclared and of declared types, as arguments, answers, inits and streams,
// several at a time, so that frames of every length are written and read by threads that do the same.
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ActorRef, Spawner } from "zanni";
import type { Infer } from "zanni/wire";
import { type Entry, Mirror, type Page } from "../host/actors.ts";
import { both, workers } from "../host/helper.ts";

/** Also as long as what one byte, or two, can say of a length, and of characters that take one byte to four. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc
    .tuple(
      fc.constantFrom("x", "é", "\u0000", "ÿ", "€", "日", "🦜"),
      fc.nat({ max: 20 }),
      fc.constantFrom(0, 15, 24, 250, 600),
    )
    .map(([character, more, count]) => character.repeat(count + more)),
);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 2 ** 31, 2 ** 32, -(2 ** 31), 2 ** 53));
const typed = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.int16Array(),
  fc.float64Array(),
  fc.bigInt64Array({ maxLength: 9 }),
);
const leaf = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  typed,
);
/** Of a field; one is refused. */
const name = fc.oneof(fc.string({ maxLength: 8 }), text).filter((each) => each !== "__proto__");
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 6 }),
    fc.dictionary(name, tie("any"), { maxKeys: 6, noNullPrototype: true }),
    fc.array(fc.tuple(fc.oneof(text, number), tie("any")), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(fc.oneof(text, number), { maxLength: 4 }).map((entries) => new Set(entries)),
  ),
}));
const entry: fc.Arbitrary<Infer<typeof Entry>> = fc.record(
  {
    title: text,
    weight: fc.double(),
    note: text,
    lines: fc.array(text, { maxLength: 4 }),
    bytes: fc.uint8Array({ maxLength: 300 }),
    counts: fc.dictionary(text, fc.integer(), { maxKeys: 4 }).map((counts) => new Map(Object.entries(counts))),
    total: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    at: fc.date({ noInvalidDate: true }),
  },
  { requiredKeys: ["title", "weight", "lines", "bytes", "counts", "total", "at"], noNullPrototype: true },
);
const page: fc.Arbitrary<Infer<typeof Page>> = fc.oneof(
  text.map((heading) => ({ type: "Title" as const, heading })),
  fc.array(entry, { maxLength: 3 }).map((entries) => ({ type: "Entries" as const, entries })),
  fc.constant({ type: "Empty" as const }),
);

/** One exchange with a mirror, and what must come of it. */
type Exchange = (mirror: ActorRef<Mirror>, spawner: Spawner) => Promise<void>;
const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  fc.array(any, { maxLength: 5 }).map((values) => async (mirror: ActorRef<Mirror>) => {
    deepStrictEqual(await mirror.ask.all(...values), values);
  }),
  any.map((value) => async (mirror: ActorRef<Mirror>) => deepStrictEqual(await mirror.ask.later(value), value)),
  fc.tuple(leaf, leaf).map(([a, b]) => async (mirror: ActorRef<Mirror>) => {
    deepStrictEqual(await mirror.ask.turned(a, b), [b, a]);
  }),
  entry.map((value) => async (mirror: ActorRef<Mirror>) => deepStrictEqual(await mirror.ask.entry(value), value)),
  entry.map((value) => async (mirror: ActorRef<Mirror>) => deepStrictEqual(await mirror.ask.lazily(value), value)),
  page.map((value) => async (mirror: ActorRef<Mirror>) => deepStrictEqual(await mirror.ask.page(value), value)),
  fc.array(any, { maxLength: 12 }).map((values) => async (mirror: ActorRef<Mirror>) => {
    const came: unknown[] = [];
    for await (const value of mirror.ask.each(values)) came.push(value);
    deepStrictEqual(came, values);
  }),
  any.map((init) => async (_: ActorRef<Mirror>, spawner: Spawner) => {
    const mirror = spawner.spawn(Mirror, init);
    deepStrictEqual(await mirror.ask.begun(), init);
    await mirror.stop();
  }),
);

both("whatever may be sent", (test, mode) => {
  test("comes as it was", async (open) => {
    const system = await open();
    const mirrors = Array.from({ length: 3 }, (_, i) =>
      system.spawn(Mirror, undefined, mode === "shared" ? { placement: i % workers } : {}),
    );
    const exchanges = fc.array(fc.tuple(fc.nat({ max: 2 }), exchange), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(exchanges, async (all) => {
        await Promise.all(all.map(([i, run]) => run(mirrors[i] as ActorRef<Mirror>, system)));
      }),
      { numRuns: 1500, interruptAfterTimeLimit: 60_000 },
    );
  });
});
