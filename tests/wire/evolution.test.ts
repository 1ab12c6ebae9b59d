// Histories of a type: what the rules call safe is read both ways, and what they call breaking is called so; the command line.
import { deepStrictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compare, lockOf } from "../../host/wire/lock.ts";
import { wire as own, type WireType } from "../../host/wire/type.ts";

// biome-ignore lint/suspicious/noExplicitAny: types of anything
type Any = WireType<any>;
const lock = (type: Any) => lockOf({ T: type });
const breaks = (before: Any, after: Any) => compare(lock(before), lock(after)).filter(({ breaking }) => breaking);

// ---- histories ------------------------------------------------------------------------------------

interface Field {
  readonly name: string;
  readonly kind: "number" | "text" | "numbers";
  readonly optional: boolean;
  /** 0: there from the beginning. */
  readonly since: number;
  readonly removed: boolean;
}
const kinds = { number: own.i32, text: own.string, numbers: own.list(own.u8) };
const fallbacks = { number: -1, text: "none", numbers: [9] };
const values = {
  number: fc.integer({ min: -1000, max: 1000 }).map((n) => n + 0),
  text: fc.string({ maxLength: 5 }),
  numbers: fc.array(fc.nat({ max: 255 }), { maxLength: 3 }),
};

function typeOf(fields: readonly Field[]): Any {
  const parts = fields.map(({ name, kind, optional, since, removed }) => {
    if (removed) return [name, own.removed];
    const base: Any = optional ? own.optional(kinds[kind] as Any) : kinds[kind];
    return [name, since > 0 ? own.added(since, base, optional ? undefined : fallbacks[kind]) : base];
  });
  return own.struct("T", Object.fromEntries(parts) as { [name: string]: Any });
}

function valuesOf(fields: readonly Field[]): fc.Arbitrary<{ [name: string]: unknown }> {
  const alive = fields.filter(({ removed }) => !removed);
  return fc
    .tuple(
      ...alive.map(({ kind, optional }) =>
        optional ? fc.option(values[kind] as fc.Arbitrary<unknown>, { nil: undefined }) : values[kind],
      ),
    )
    .map((items) =>
      Object.fromEntries(alive.map(({ name }, i) => [name, items[i]]).filter(([, item]) => item !== undefined)),
    );
}

/** What a reader of `to` must see of a value written by `from`. */
function seen(value: { readonly [name: string]: unknown }, from: readonly Field[], to: readonly Field[]) {
  const expected: { [name: string]: unknown } = {};
  for (const [i, field] of to.entries()) {
    if (field.removed) continue;
    const written = from[i];
    const item = written && !written.removed ? value[written.name] : undefined;
    if (item !== undefined) expected[field.name] = item;
    else if (field.since > 0 && !field.optional) expected[field.name] = fallbacks[field.kind];
  }
  return expected;
}

const kind = fc.constantFrom("number" as const, "text" as const, "numbers" as const);
const first = fc
  .array(fc.record({ kind, optional: fc.boolean() }), { minLength: 1, maxLength: 9 })
  .map((all) => all.map((each, i): Field => ({ ...each, name: `f${i}`, since: 0, removed: false })));
const step = fc.oneof(
  fc.record({ op: fc.constant("append" as const), kind, optional: fc.boolean(), at: fc.constant(0) }),
  fc.record({ op: fc.constant("remove" as const), kind, optional: fc.boolean(), at: fc.nat() }),
);
const history = fc.tuple(first, fc.array(step, { maxLength: 9 })).map(([start, steps]) => {
  const versions: (readonly Field[])[] = [start];
  for (const [i, { op, kind, optional, at }] of steps.entries()) {
    const now = versions.at(-1) as readonly Field[];
    if (op === "append") {
      versions.push([...now, { name: `f${now.length}`, kind, optional, since: i + 1, removed: false }]);
      continue;
    }
    // What is optional, or was added, can be emptied.
    const can = now.filter(({ removed, optional, since }) => !removed && (optional || since > 0));
    const chosen = can[at % Math.max(1, can.length)];
    if (chosen) versions.push(now.map((each) => (each === chosen ? { ...each, removed: true } : each)));
  }
  return versions;
});

const histories = suite("histories");
histories("safe steps: old bytes with new types, new bytes with old types, and no step is called breaking", () => {
  const cases = history.chain((versions) =>
    fc
      .tuple(fc.constant(versions), fc.nat({ max: versions.length - 1 }), fc.nat({ max: versions.length - 1 }))
      .chain(([all, i, j]) =>
        fc.tuple(
          fc.constant({ from: all[i] as readonly Field[], to: all[j] as readonly Field[], older: i <= j }),
          valuesOf(all[i] as readonly Field[]),
        ),
      ),
  );
  fc.assert(
    fc.property(cases, ([{ from, to, older }, value]) => {
      const bytes = typeOf(from).encode(value);
      deepStrictEqual(typeOf(to).decode(bytes), seen(value, from, to));
      if (older) assert.equal(breaks(typeOf(from), typeOf(to)), []);
    }),
    { numRuns: 1000 },
  );
});
histories.run();

// ---- rules ----------------------------------------------------------------------------------------

const rules = suite("rules");
const { struct, u8, u16, string, optional, added, removed, union, list, map } = own;

rules("each change is called what it is", () => {
  const base = struct("T", { a: u8, b: optional(string) });
  const cases: [string, Any, Any, RegExp | undefined][] = [
    ["the same", base, struct("T", { a: u8, b: optional(string) }), undefined],
    ["appended with a fallback", base, struct("T", { a: u8, b: optional(string), c: added(2, u8, 1) }), undefined],
    ["an optional removed", base, struct("T", { a: u8, b: removed }), undefined],
    ["appended without", base, struct("T", { a: u8, b: optional(string), c: u8 }), /T\.c is new without a fallback/],
    ["reordered", base, struct("T", { b: optional(string), a: u8 }), /T\.a is called b now, or fields changed places/],
    ["retyped", base, struct("T", { a: u16, b: optional(string) }), /T\.a was u8, is u16/],
    ["dropped", base, struct("T", { a: u8 }), /T\.b is gone; leave wire\.removed/],
    [
      "a needed one removed",
      base,
      struct("T", { a: removed, b: optional(string) }),
      /T\.a is removed, and older readers/,
    ],
    ["used again", struct("T", { a: removed }), struct("T", { a: u8 }), /T\.a was removed, is u8/],
    ["deeper", list(map(string, base)), list(map(string, struct("T", { a: string }))), /T\[\]\.values\(\)\.a was u8/],
    ["a variant appended", union("U", { A: {} }), union("U", { A: {}, B: { x: u8 } }), undefined],
    ["a variant gone", union("U", { A: {}, B: {} }), union("U", { A: {} }), /T\.B is gone/],
    [
      "another discriminant",
      union("U", { A: {}, B: {} }),
      union("U", { B: {}, A: {} }),
      /its discriminant \(0\) taken by B/,
    ],
    ["within a variant", union("U", { A: { x: u8 } }), union("U", { A: { x: string } }), /T\.A\.x was u8, is string/],
    ["something else", base, union("T", { A: {} }), /T was the struct T, is the union T/],
  ];
  for (const [what, before, after, pattern] of cases) {
    const found = breaks(before, after).map(({ at, what: text }) => `${at} ${text}`);
    if (!pattern) assert.equal(found, [], what);
    else
      assert.ok(
        found.some((each) => pattern.test(each)),
        `${what}: ${found.join("; ")}`,
      );
    assert.is(before.hash === after.hash, what === "the same", what);
  }
});

rules("a recursive type is compared and hashed without end", () => {
  interface Tree {
    readonly kids: readonly Tree[];
  }
  const make = (): WireType<Tree> => {
    const type: WireType<Tree> = own.struct("Tree", { kids: own.list(own.lazy(() => type)) });
    return type;
  };
  assert.is(make().hash, make().hash);
  assert.equal(compare(lock(make()), lock(make())), []);
});

rules("unknown variants are refused with an offset, emptied ones of added fields have their fallback", () => {
  const newer = union("U", { A: {}, B: { x: u8 } });
  assert.throws(() => union("U", { A: {} }).decode(newer.encode({ type: "B", x: 1 }) as never), /a variant of U/);
  const v2 = struct("T", { a: added(1, u8, 7) });
  assert.equal(v2.decode(struct("T", { a: removed }).encode({})), { a: 7 });
});
rules.run();

// ---- the command line -----------------------------------------------------------------------------

const cli = suite("zanni wire");
const root = fileURLToPath(new URL("../../../../", import.meta.url));

cli("lock, check: the same 0, safe 0, breaking 1, wrong use 2", () => {
  const folder = mkdtempSync(join(root, "build/wire-"));
  const zanni = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "build/cli.js"), ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    return { status, text: stdout + stderr };
  };
  const types = (fields: string) =>
    writeFileSync(
      join(folder, "types.mjs"),
      `import { wire } from "zanni/wire";\nexport const Reading = wire.struct("Reading", { ${fields} });\nexport const other = 1;\n`,
    );
  try {
    types("value: wire.f64");
    assert.match(zanni("wire", "check", "types.mjs").text, /zanni wire lock writes it/);
    assert.equal(zanni("wire", "lock", "types.mjs"), { status: 0, text: "zanni.lock.json: 1 types\n" });
    assert.equal(zanni("wire", "check", "types.mjs"), { status: 0, text: "the same\n" });
    types("value: wire.f64, unit: wire.added(2, wire.string, 'C')");
    assert.equal(zanni("wire", "check", "types.mjs"), {
      status: 0,
      text: "safe      Reading.unit is added, with a fallback\n",
    });
    types("value: wire.string");
    assert.equal(zanni("wire", "check", "types.mjs"), {
      status: 1,
      text: "breaking  Reading.value was f64, is string\n",
    });
    assert.is(zanni("--help").status, 0);
    for (const args of [
      [],
      ["wire"],
      ["wire", "check"],
      ["wire", "lock", "nowhere.mjs"],
      ["wire", "lock", "types.mjs", "--fiel", "x"],
      ["cluster"],
    ]) {
      const { status, text } = zanni(...args);
      assert.is(status, 2, args.join(" "));
      assert.match(text, /zanni wire lock TYPES/);
    }
    writeFileSync(join(folder, "zanni.lock.json"), "{");
    assert.is(zanni("wire", "check", "types.mjs").status, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
cli.run();
