// Plain values, a word or two each (host/actor/words.ts): what is written is read again exactly, and what does not fit is left
// to MessagePack. On the class itself, over a memory of its own.
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HEADER, HEADER_LIMIT } from "../../assembly/layout.ts";
import type { Carrier } from "../../host/actor/carrier.ts";
import type { Holder } from "../../host/actor/holder.ts";
import { Ref } from "../../host/actor/ref.ts";
import { Words } from "../../host/actor/words.ts";
import { Views } from "../../host/core/memory.ts";

const test = suite("words");

const carrier = {} as Carrier;
const [writer, reader] = [{ path: "writer" }, { path: "reader" }] as [Holder, Holder];
const ref = (cell: number, path: string) => new Ref(carrier, cell, 7, "Echo", path, writer);

function memory(): Views {
  const views = new Views(new WebAssembly.Memory({ initial: 2 }));
  views.u32[(HEADER + HEADER_LIMIT) >>> 2] = 2;
  return views;
}

/** Two threads: what one writes, the other reads. */
function crossing(): (values: readonly unknown[]) => unknown[] | undefined {
  const [views, there, here] = [memory(), new Words(), new Words()];
  return (values) => {
    if (!written(views, there, composed(there, values))) return undefined;
    return here.read(views, 8192, carrier, reader);
  };
}

/** Names get a shape when they come again: of records in each other, at each level once more. */
function composed(words: Words, values: readonly unknown[], path?: string): number {
  let size = 0;
  for (let time = 0; time < 6; time++) size = words.compose(values, path);
  return size;
}

function written(views: Views, words: Words, size: number): boolean {
  if (size === 0) return false;
  // Whatever was there before.
  views.u8.fill(0xa5, 4096, 32_768);
  words.write(views, 8192);
  assert.is(views.u8[8192 + size], 0xa5, "no more than it said");
  return true;
}

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ minLength: 17, maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const plain = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, true, false, null, undefined),
  text,
);
const names = fc.oneof(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 5 }));
const dictionary = (of: fc.Arbitrary<unknown>, maxKeys: number) =>
  fc.dictionary(names, of, { noNullPrototype: true, maxKeys });
const record = dictionary(plain, 18);
/** Lists, dates and records, in each other. */
const { whole } = fc.letrec((tie) => ({
  whole: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    plain,
    fc.date({ noInvalidDate: false }),
    fc.array(tie("whole"), { maxLength: 20 }),
    dictionary(tie("whole"), 4),
  ),
}));

test("what fits is what it was, also where texts are long", () => {
  const cross = crossing();
  let crossed = 0;
  const values = fc.array(fc.oneof(plain, record, whole), { maxLength: 8 });
  fc.assert(
    fc.property(values, (given) => {
      const taken = cross(given);
      if (taken === undefined) return;
      crossed++;
      assert.equal(taken.length, given.length);
      given.forEach((value, i) => void exactly(taken[i], value));
    }),
    { numRuns: 20_000 },
  );
  assert.ok(crossed > 4000, `enough of them fit: ${crossed}`);
});

/** Records and lists in turn. */
const nested = (depth: number): unknown =>
  depth === 0 ? {} : depth % 2 ? [nested(depth - 1)] : { in: nested(depth - 1) };
/** In itself, twice at each step. */
const circle: Record<string, unknown> = {};
circle["one"] = circle;
circle["other"] = [circle, circle];

test("what must fit, and what must not", () => {
  const cross = crossing();
  const sixteen = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`field${i}`, i % 3 ? i : `text ${i}`]));
  const fits: unknown[][] = [
    [],
    ["", "a text", "of some length: more than is spelled, and less than is read at once"],
    ["x".repeat(4096)],
    [{}],
    [{ id: 1, name: "one", at: undefined, of: null, on: true }],
    [sixteen, sixteen, 3],
    [{ 10: "ten", 2: "two" }],
    [1, 2, 3, 4, 5, 6, 7],
    [{ a: { b: 1 } }],
    [{ a: [] }],
    [[1]],
    [[], [[], [null, undefined, -0]]],
    [new Date(0), new Date(Number.NaN), [new Date(-1.5e12)]],
    [nested(15)],
    [Array.from({ length: 239 }, (_, i) => i)],
    [Array.from({ length: 40 }, (_, i) => ({ i }))],
  ];
  for (const values of fits) exactly(cross(values), values);
  const not: unknown[][] = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    ["ü"],
    ["half of a pair \ud800, in a text that is long enough to be looked at by the engine"],
    ["x".repeat(4097)],
    ["x".repeat(3000), "y".repeat(3000)],
    [{ ...sixteen, more: 1 }],
    [{ ü: 1 }],
    [{ "": 1 }],
    [nested(16)],
    [Array.from({ length: 240 }, (_, i) => i)],
    [new Array(1e9)],
    // biome-ignore lint/suspicious/noSparseArray: it is what is refused
    [[1, , 3]],
    [[1, [2n]]],
    [circle],
    [new (class extends Array {})()],
    [new (class extends Date {})()],
    [Object.create(Date.prototype)],
    [1n],
    [Symbol.iterator],
    [() => 1],
    [new (class Point {})()],
    [Object.create(null)],
    [JSON.parse('{ "__proto__": 1 }')],
    [{ toString: 1 }],
    [{ constructor: 1 }],
    [new Ref(carrier, 64, 1, "Echo", "pinned", writer, true)],
    [new Ref(carrier, 64, 1, "mod:native", "native", writer)],
  ];
  for (const values of not) assert.is(cross(values), undefined, String(Object.keys(values[0] as object).slice(0, 9)));
});

test("refs belong to whoever reads them, and a cell's next tenant is another", () => {
  const cross = crossing();
  const [first, inside] = cross([ref(128, "shop/one"), { to: ref(256, "x".repeat(100)), n: 3 }]) as [
    Ref,
    { to: Ref; n: number },
  ];
  assert.equal([first.cell, first.generation, first.definition, first.path], [128, 7, "Echo", "shop/one"]);
  assert.is(first.holder, reader);
  assert.equal([inside.to.path, inside.n], ["x".repeat(100), 3]);
  // Known already: its path is not read, and what comes behind it is.
  const [again, behind] = cross([ref(128, "shop/one"), "behind"]) as [Ref, string];
  assert.equal([again.path, behind], ["shop/one", "behind"]);
  const next = new Ref(carrier, 128, 8, "Echo", "shop/two", writer);
  assert.is((cross([next]) as [Ref])[0].path, "shop/two");
});

test("an init behind a path, which is left out; refs with that path do not repeat it", () => {
  const [views, there, here] = [memory(), new Words(), new Words()];
  const path = fc.oneof(fc.stringMatching(/^[a-z]{0,40}$/), fc.stringMatching(/^[a-z]{500,600}$/));
  let cell = 64;
  const next = (path: string) => {
    cell += 64;
    return ref(cell, path);
  };
  const inits = path.chain((path) => {
    const refs = fc.oneof(fc.constant(path), fc.stringMatching(/^[a-z]{0,60}$/)).map(next);
    const init = fc.oneof(
      fc.dictionary(names, fc.oneof(refs, plain), { noNullPrototype: true, maxKeys: 6 }),
      refs,
      plain,
    );
    return fc.tuple(fc.constant(path), init);
  });
  let fitted = 0;
  const bare = (value: unknown) => (value instanceof Ref ? [value.cell, value.definition, value.path] : value);
  fc.assert(
    fc.property(inits, ([path, init]) => {
      if (!written(views, there, composed(there, [path, init], path))) return;
      fitted++;
      const got = here.readOne(views, 8192, carrier, reader, 1);
      if (typeof init !== "object" || init === null || init instanceof Ref) exactly(bare(got), bare(init));
      else
        for (const [key, value] of Object.entries(init))
          exactly(bare((got as Record<string, unknown>)[key]), bare(value));
      exactly(here.read(views, 8192, carrier, reader)[0], path);
    }),
    { numRuns: 4000 },
  );
  assert.ok(fitted > 1000, `enough of them fit: ${fitted}`);
  const self = next("shop/a name of some length");
  const number = composed(there, [self.path, { self: 1 }], self.path);
  assert.is(composed(there, [self.path, { self }], self.path), number + 8, "two words for the ref, and no text");
});

test("a getter that sends while it is read, and one that throws", () => {
  const words = new Words();
  let nested = -1;
  const re = {
    get a() {
      nested = words.compose([1]);
      return "text";
    },
    b: 2,
  };
  const size = composed(words, [re]);
  assert.is(nested, 0, "what it sends is encoded");
  const views = memory();
  words.write(views, 8192);
  assert.ok(size > 0);
  assert.equal(words.read(views, 8192, carrier, reader), [{ a: "text", b: 2 }]);
  const bad = {
    get a(): never {
      throw new RangeError("no");
    },
  };
  assert.is(composed(words, [bad]), 0, "whoever encodes it says what it was");
  assert.ok(words.compose([1, "good"]) > 0, "and the next is as before");
});

test("records used as dictionaries, and two shapes of one number", () => {
  const words = new Words();
  assert.is(words.compose([{ once: 1 }]), 0, "names that come once are left to MessagePack");
  assert.ok(words.compose([{ once: 2 }]) > 0);
  const cross = crossing();
  for (let i = 0; i < 5000; i++)
    assert.equal(cross([{ [`key${i}`]: i, [`other${i}`]: "x" }]), [{ [`key${i}`]: i, [`other${i}`]: "x" }]);
  // FNV-1a of these two names is the same.
  assert.equal(cross([{ costarring: 1 }]), [{ costarring: 1 }]);
  assert.equal(cross([{ liquid: 2 }]), [{ liquid: 2 }]);
  assert.equal(cross([{ costarring: 3 }]), [{ costarring: 3 }]);
});

/** Also -0, NaN, the order of fields, and what has no own toString. */
function exactly(got: unknown, wanted: unknown): void {
  if (wanted instanceof Date) {
    assert.ok(got instanceof Date);
    exactly(got.getTime(), wanted.getTime());
  } else if (typeof wanted === "object" && wanted !== null) {
    assert.equal(Object.keys(got as object), Object.keys(wanted));
    assert.is(Object.getPrototypeOf(got), Object.getPrototypeOf(wanted));
    for (const key of Object.keys(wanted)) exactly((got as never)[key], wanted[key as never]);
  } else assert.ok(Object.is(got, wanted), `${String(got)} is not ${String(wanted)}`);
}

test.run();
