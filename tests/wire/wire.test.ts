// Declared types: bytes, text, what is refused, and what other implementations make of it.
import { deepStrictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Decoder, ExtensionCodec, encode as otherEncode } from "@msgpack/msgpack";
import { buildSync } from "esbuild";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isZanniError } from "zanni";
import { type Infer, type WireType, wire } from "zanni/wire";
import { fromJson, toJson } from "zanni/wire/json";
import { type Any, crossingOf, structured, typed } from "./arbitrary.ts";

const SensorReading = wire.struct("SensorReading", { sensor_id: wire.string, value: wire.f64, timestamp: wire.i64 });
const Command = wire.union("Command", {
  Shutdown: {},
  Restart: { delay: wire.i64 },
  UpdateConfig: { key: wire.string, value: wire.string },
});
interface Tree {
  readonly name: string;
  readonly kids: readonly Tree[];
}
const Tree: WireType<Tree> = wire.struct("Tree", { name: wire.string, kids: wire.list(wire.lazy(() => Tree)) });
const reading: Infer<typeof SensorReading> = { sensor_id: "temp-north-3", value: 22.5, timestamp: 1709827200000n };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
function thrown(run: () => unknown): { code: string; message: string; details: { at?: string; offset?: number } } {
  try {
    run();
  } catch (error) {
    if (isZanniError(error)) return error as never;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const binary = suite("binary");

binary("into memory that is too short nothing is written as if it were whole", () => {
  fc.assert(
    fc.property(structured, ({ type, value }) => {
      const bytes = type.encode(value);
      const memory = new Uint8Array(bytes.length + 40);
      const view = new DataView(memory.buffer);
      for (let room = 0; room <= bytes.length + 20; room++) {
        const size = crossingOf(type).writeInto(memory, view, 8, 8 + room, value);
        if (size !== 0) assert.equal(memory.slice(8, 8 + size), bytes);
        assert.is(memory[8 + room], 0, "what is beyond the end is somebody else's");
      }
    }),
    { numRuns: 500 },
  );
});

binary("where there is not room for a text it is not cut off", () => {
  const Note = wire.struct("Note", { text: wire.string });
  const crossing = crossingOf(Note);
  const memory = new Uint8Array(4096);
  const view = new DataView(memory.buffer);
  for (const character of ["a", "é", "€", "🎭"]) {
    for (const count of [8, 12, 16, 24, 27, 28, 30, 31, 32, 33, 60, 127, 128, 255, 256, 258]) {
      const text = character.repeat(count);
      const bytes = Note.encode({ text });
      for (let room = 0; room <= text.length * 3 + 16; room++) {
        const size = crossing.writeInto(memory, view, 8, 8 + room, { text });
        if (size !== 0) assert.equal(memory.slice(8, 8 + size), bytes, `${count} times ${character} in ${room} bytes`);
        else assert.ok(room < bytes.length + text.length * 2 + 16);
      }
    }
  }
});

binary("structs are arrays in field order, unions [discriminant, ...fields], integers the smallest form", () => {
  assert.is(hex(SensorReading.encode(reading)), "93ac74656d702d6e6f7274682d33cb4036800000000000cf0000018e19a49400");
  assert.is(hex(Command.encode({ type: "Shutdown" })), "9100");
  assert.is(hex(Command.encode({ type: "Restart", delay: 5n })), "920105");
  assert.is(hex(Command.encode({ type: "UpdateConfig", key: "k", value: "v" })), "9302a16ba176");
  const sizes: [bigint, number][] = [
    [0n, 1],
    [127n, 1],
    [128n, 2],
    [255n, 2],
    [256n, 3],
    [65_536n, 5],
    [2n ** 32n - 1n, 5],
    [2n ** 32n, 9],
    [-1n, 1],
    [-32n, 1],
    [-33n, 2],
    [-129n, 3],
    [-32_769n, 5],
    [-(2n ** 31n), 5],
    [-(2n ** 31n) - 1n, 9],
  ];
  for (const [value, size] of sizes) assert.is(wire.i64.encode(value).length, size, String(value));
});

binary("every type round-trips exactly, and so does its JSON", () => {
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      const bytes = type.encode(value);
      deepStrictEqual(type.decode(bytes), value);
      deepStrictEqual(fromJson(type, toJson(type, value)), value);
      deepStrictEqual(type.encode(type.decode(bytes)), bytes);
      assert.not.ok("issues" in (type["~standard"].validate(value) as object));
    }),
    { numRuns: 2000 },
  );
});

binary("a struct that is read lazily has the same fields, in whatever order they are asked for", () => {
  fc.assert(
    fc.property(structured, fc.nat({ max: 9 }), ({ type, value, asked }, before) => {
      const bytes = type.encode(value);
      // Its bytes lie somewhere in a message.
      const message = new Uint8Array(before + bytes.length + 7).fill(0xc1);
      message.set(bytes, before);
      const view = crossingOf(type).view(message, before, before + bytes.length) as Record<string, unknown>;
      const whole = value as Record<string, unknown>;
      for (const name of asked) deepStrictEqual(view[name], Object.hasOwn(whole, name) ? whole[name] : undefined, name);
      const { toJSON } = view as unknown as { toJSON(): object };
      deepStrictEqual(toJSON.call(view), value);
    }),
    { numRuns: 1000 },
  );
});

binary("texts that are read lazily are their own, in whatever order and of whatever length", () => {
  const names = ["a", "b", "c"] as const;
  const Texts = wire.struct("Texts", { a: wire.string, b: wire.string, c: wire.string });
  for (const lengths of [
    [30, 300, 40],
    [300, 30, 40],
    [20, 20, 20],
    [5, 700, 17],
  ]) {
    const whole = Object.fromEntries(names.map((name, i) => [name, name.repeat(lengths[i] as number)]));
    const bytes = Texts.encode(whole as Infer<typeof Texts>);
    for (const order of ["abc", "acb", "bac", "bca", "cab", "cba"]) {
      const view = crossingOf(Texts).view(bytes, 0, bytes.length) as Record<string, unknown>;
      for (const name of order) assert.is(view[name], whole[name], `${name} of ${order}, ${lengths}`);
    }
  }
});

binary("a field that is read lazily is kept, and one that cannot be read is in nobody's way", () => {
  const Sent = wire.struct("Pair", { a: wire.list(wire.u8), b: wire.string, c: wire.list(wire.u8) });
  const Read = wire.struct("Pair", { a: wire.list(wire.u8), b: wire.u8, c: wire.list(wire.u8) });
  const bytes = Sent.encode({ a: [1], b: "two", c: [3] });
  const names = ["a", "b", "c"] as const;
  for (const first of names) {
    for (const second of names) {
      const view = crossingOf(Read).view(bytes, 0, bytes.length) as Record<"a" | "b" | "c", unknown>;
      const kept = new Map<string, unknown>();
      for (const name of [first, second, ...names, first, second]) {
        if (name === "b") assert.throws(() => view.b, /byte 3 is 0xa3, expected a whole number/);
        else {
          deepStrictEqual(view[name], name === "a" ? [1] : [3]);
          assert.is(view[name], kept.get(name) ?? view[name], name);
          kept.set(name, view[name]);
        }
      }
    }
  }
});

binary("what most fields are is in a struct what it is by itself", () => {
  const edges = [
    ...[0, 1, 31, 32, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
    ...[
      -0,
      -1,
      -32,
      -33,
      -128,
      -129,
      -32768,
      -32769,
      -(2 ** 31),
      -(2 ** 31) - 1,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ],
    ...[true, false, null, undefined, "", "a", "é", "\ud800", "x".repeat(24), "x".repeat(25), "x".repeat(32), 5n, {}],
  ];
  // All forms of numbers, flags and texts there are, and of something else.
  const forms = [
    ...["05", "7f", "ff", "e0", "cc05", "ccff", "cd0005", "cdffff", "ce00000005", "ceffffffff", "cf0000000000000005"],
    ...["cfffffffffffffffff", "d0ff", "d07f", "d1ffff", "d1007f", "d2ffffffff", "d20000007f", "d3ffffffffffffffff"],
    ...["ca3f800000", "cb3ff8000000000000", "cb7ff8000000000000", "cb8000000000000000", "c2", "c3", "c0", "c1", "90"],
    ...["a0", "a161", "a2c3a9", "a1c3", "a2c328", "d90161", "da000161", "db0000000161", `b0${"61".repeat(16)}`],
    ...[`b1${"61".repeat(17)}`, `bf${"61".repeat(31)}`, `d920${"61".repeat(32)}`, "c40161"],
  ];
  const outcome = (run: () => unknown) => {
    try {
      return run();
    } catch (error) {
      assert.ok(isZanniError(error), (error as Error).stack);
      return error.message;
    }
  };
  const { u8, i8, u16, i16, u32, i32, f64, bool, string } = wire;
  for (const type of [u8, i8, u16, i16, u32, i32, f64, bool, string] as Any[]) {
    const struct = wire.struct("S", { field: type, next: bool });
    for (const value of edges) {
      const alone = outcome(() => `92${hex(type.encode(value))}c3`);
      const within = outcome(() => hex(struct.encode({ field: value, next: true })));
      assert.is(within, String(alone).replace("value", "value.field"), `${type.hash} of ${String(value)}`);
    }
    for (const form of forms) {
      const alone = outcome(() => type.decode(Buffer.from(form, "hex")));
      const within = outcome(() => struct.decode(Buffer.from(`92${form}c3`, "hex")));
      // By itself it begins at byte 0, and nothing follows it.
      if (typeof within !== "string") deepStrictEqual(within, { field: alone, next: true }, form);
      else {
        const moved = String(alone).replace(/^byte (\d+)/, (_, at) => `byte ${Number(at) + 1}`);
        assert.is(within, moved, `${type.hash} of ${form}`);
      }
    }
  }
});

binary("what follows a field that is larger than all memory so far is where it belongs", () => {
  for (const [large, from, make] of [
    [wire.bytes, 100, (size: number) => new Uint8Array(size).fill(size)],
    [wire.string, 50_000, (size: number) => "x".repeat(size)],
  ] as [Any, number, (size: number) => unknown][]) {
    const type = wire.struct("Grown", { before: wire.u8, large, text: wire.string, flag: wire.bool });
    for (let size = from; size < from * 100; size = Math.floor(size * 1.4)) {
      const value = { before: 7, large: make(size), text: "after", flag: true };
      deepStrictEqual(type.decode(type.encode(value)), value);
    }
  }
});

binary("fields are found in whatever order they are, among others, and where they are inherited", () => {
  const Two = wire.struct("Two", { a: wire.u8, b: wire.string });
  const Three = wire.struct("Three", { a: wire.u8, b: wire.string, toString: wire.optional(wire.u8) });
  class Inheriting {
    readonly c = 3;
    get a() {
      return 1;
    }
  }
  const values: object[] = [
    { b: "two", a: 1 },
    { a: 1, c: 3, b: "two" },
    { a: 1, b: "two", c: 3 },
    Object.create({ a: 1, b: "two" }),
    Object.assign(new Inheriting(), { b: "two" }),
    Object.assign(Object.create({ toString: 7 }), { a: 1, b: "two" }),
    new Proxy({ a: 1, b: "two" }, {}),
  ];
  for (const value of values) {
    assert.is(hex(Two.encode(value as never)), "9201a374776f");
    assert.is(hex(Three.encode(value as never)), "9301a374776fc0");
  }
  assert.is(hex(Three.encode({ a: 1, b: "two", toString: 7 } as never)), "9301a374776f07");
  const wide = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`field${i}`, i]));
  const Wide = wire.union("Wide", { Only: Object.fromEntries(Object.keys(wide).map((name) => [name, wire.u8])) });
  deepStrictEqual(Wide.decode(Wide.encode({ type: "Only", ...wide } as never)), { type: "Only", ...wide });
});

binary("structs of any number of fields, written with fewer or with more, and what is wrong with one of them", () => {
  const kinds = [wire.u32, wire.string, wire.bool, wire.f64, wire.list(wire.u8)];
  const usual = [70_000, "text", true, 0.5, [1, 2, 3]];
  const fallbacks = [1, "none", false, 0, []];
  const typeOf = (count: number) =>
    wire.struct(
      "T",
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`f${i}`, wire.added(1, kinds[i % 5] as Any, fallbacks[i % 5])]),
      ),
    );
  const sample = (count: number, all: number) =>
    Object.fromEntries(Array.from({ length: all }, (_, i) => [`f${i}`, (i < count ? usual : fallbacks)[i % 5]]));
  const types = Array.from({ length: 26 }, (_, count) => typeOf(count));
  for (const [count, type] of types.entries()) {
    const bytes = type.encode(sample(count, count));
    for (const [all, other] of types.entries()) deepStrictEqual(other.decode(bytes), sample(Math.min(count, all), all));
    for (let i = 0; i < count; i++) {
      const wrong = { ...sample(count, count), [`f${i}`]: Symbol("wrong") };
      assert.is(thrown(() => type.encode(wrong)).details.at, `value.f${i}`);
    }
    for (let end = 0; end < bytes.length; end++) {
      assert.is(thrown(() => type.decode(bytes.subarray(0, end))).code, "ERR_MALFORMED");
    }
  }
});

binary("where Object.prototype is frozen, names that every object inherits are decoded as well", () => {
  const program = `
    import { wire } from "zanni/wire";
    Object.freeze(Object.prototype);
    const Odd = wire.struct("Odd", { toString: wire.u8, constructor: wire.string, a: wire.bool });
    console.log(JSON.stringify(Odd.decode(Odd.encode({ toString: 1, constructor: "two", a: true }))));
  `;
  const args = ["--input-type=module", "-e", program];
  const cwd = fileURLToPath(new URL("../../../../", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd });
  assert.is(stdout.trim(), '{"toString":1,"constructor":"two","a":true}', stderr);
});

binary("texts of every length, ASCII or not, wherever they are", () => {
  const Texts = wire.list(wire.string);
  const lengths = Array.from({ length: 70 }, (_, i) => i);
  const ascii = lengths.map((length) => "abcdefghijklmnopqrstuvwxyz".repeat(3).slice(0, length));
  const all = [...ascii, ...ascii.map((text) => `é${text}`), ...ascii.map((text) => `${text}é`), "x".repeat(600)];
  // Small enough to be read where they are, large enough to be copied, and larger than what is copied.
  for (const text of all) assert.equal(Texts.decode(Texts.encode([text])), [text]);
  assert.equal(Texts.decode(Texts.encode(all)), all);
  const many = Array.from({ length: 20 }, () => all).flat();
  assert.ok(Texts.encode(many).length > 65_536);
  assert.equal(Texts.decode(Texts.encode(many)), many);
});

binary("what has been encoded or decoded stays as it is, and nobody can take it away", () => {
  const Blob = wire.struct("Blob", { name: wire.string, bytes: wire.bytes });
  const kept = Array.from({ length: 400 }, (_, i) => {
    const blob = { name: `number ${i} of many`, bytes: new Uint8Array((i * 37) % 1500).fill(i) };
    const encoded = Blob.encode(blob);
    return { blob, encoded, decoded: Blob.decode(encoded), hex: hex(encoded) };
  });
  // Also where small ones were before it.
  for (const { encoded } of kept) assert.ok(encoded.length <= 1024 || encoded.buffer.byteLength === encoded.length);
  for (const { encoded } of kept.filter((_, i) => i % 3 === 0)) {
    // Its memory is its own, or cannot be transferred.
    try {
      structuredClone(encoded, { transfer: [encoded.buffer as ArrayBuffer] });
    } catch (error) {
      assert.is((error as Error).name, "DataCloneError");
    }
  }
  for (const [i, { blob, encoded, decoded, hex: before }] of kept.entries()) {
    deepStrictEqual(decoded, blob);
    if (i % 3 !== 0) assert.is(hex(encoded), before);
  }
});

binary("the edges of lengths and depths", () => {
  for (const length of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    const text = "é".repeat(length >> 1) + "x".repeat(length & 1);
    assert.is(wire.string.decode(wire.string.encode(text)), text);
    const bytes = new Uint8Array(length).fill(7);
    assert.equal(wire.bytes.decode(wire.bytes.encode(bytes)), bytes);
    const list = wire.list(wire.u8);
    assert.is(list.decode(list.encode(new Array<number>(length).fill(1))).length, length);
  }
  const nested = (depth: number): Tree => ({ name: "t", kids: depth === 0 ? [] : [nested(depth - 1)] });
  const deep = nested(40);
  assert.equal(Tree.decode(Tree.encode(deep)), deep);
  assert.match(thrown(() => Tree.encode(nested(200))).message, /nested deeper than 128/);
  const hostile = new Uint8Array(1000).fill(0x91);
  assert.match(thrown(() => wire.list(wire.removed).decode(hostile)).message, /byte \d+/);
});
binary.run();

const refused = suite("refused");

refused("what does not fit is named by its path, and nothing is sent", () => {
  const Outer = wire.struct("Outer", { list: wire.list(SensorReading), by: wire.map(wire.string, wire.u8) });
  const outer = (value: unknown) => thrown(() => Outer.encode(value as never));
  const good = { list: [reading], by: new Map([["a", 1]]) };
  assert.ok(Outer.encode(good).length > 0);
  const cases: [unknown, string][] = [
    [{ ...good, list: [reading, { ...reading, value: "x" }] }, "value.list[1].value"],
    [{ ...good, list: [reading, { ...reading, timestamp: 5 }] }, "value.list[1].timestamp"],
    [{ ...good, by: new Map([["k", 256]]) }, "value.by.k"],
    [{ ...good, by: { k: 1 } }, "value.by"],
    [{ list: good.list }, "value.by"],
    [[], "value"],
    [{ ...good, list: [reading, () => 1] }, "value.list[1]"],
  ];
  for (const [value, at] of cases) {
    const error = outer(value);
    assert.is(error.code, "ERR_NOT_SENDABLE");
    assert.is(error.details.at, at, error.message);
  }
});

refused("numbers out of range, halves of surrogate pairs, holes, getters that throw, circles", () => {
  const code = (type: Any, value: unknown) => thrown(() => type.encode(value)).message;
  assert.match(code(wire.u8, 256), /from 0 to 255/);
  assert.match(code(wire.u8, -0), /-0/);
  assert.match(code(wire.i32, 1.5), /whole number/);
  assert.match(code(wire.i32, Number.NaN), /NaN/);
  assert.match(code(wire.u64, -1n), /from 0 to/);
  assert.match(code(wire.i64, 2n ** 63n), /from -9223372036854775808/);
  assert.match(code(wire.f32, 0.1), /fround/);
  assert.match(code(wire.string, "a\ud800b"), /surrogate/);
  assert.match(code(wire.timestamp, new Date(Number.NaN)), /valid Date/);
  const list = wire.list(wire.optional(wire.u8));
  // biome-ignore lint/suspicious/noSparseArray: that is the point
  assert.match(code(list, [1, , 2]), /\[1\] is a hole/);
  const throwing = {
    get sensor_id(): string {
      throw new Error("no");
    },
    value: 1,
    timestamp: 1n,
  };
  assert.match(code(SensorReading, throwing), /value\.sensor_id throws when it is read: Error: no/);
  const circle: { name: string; kids: unknown[] } = { name: "c", kids: [] };
  circle.kids.push(circle);
  assert.match(code(Tree, circle), /in a circle/);
  for (const value of [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324]) {
    assert.ok(Object.is(wire.f64.decode(wire.f64.encode(value)), value));
    assert.ok(Object.is(fromJson(wire.f64, toJson(wire.f64, value)), value));
  }
});

refused("a getter that encodes something itself disturbs nobody", () => {
  const sly = {
    get sensor_id() {
      return hex(SensorReading.encode(reading)).slice(0, 4);
    },
    value: 1,
    timestamp: 1n,
  };
  assert.equal(SensorReading.decode(SensorReading.encode(sly)), { sensor_id: "93ac", value: 1, timestamp: 1n });
});

refused("definitions that are wrong name the field", () => {
  const define = (run: () => unknown) => thrown(run).message;
  assert.match(
    define(() => wire.struct("Bad", { callback: (() => 1) as never })),
    /"callback" of "Bad" is a function, not a wire type/,
  );
  assert.match(
    define(() => wire.struct("Late", { a: wire.added(2, wire.u8, 0), b: wire.u8 })),
    /append it/,
  );
  assert.match(
    define(() => wire.added(2, wire.u8, 300)),
    /fallback/,
  );
  assert.match(
    define(() => wire.union("U", { V: { type: wire.u8 } })),
    /names the variant/,
  );
  const many = Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`v${i}`, {}]));
  assert.match(
    define(() => wire.union("U", many)),
    /128 fit/,
  );
  assert.match(
    define(() => wire.union("U", undefined as never)),
    /the variants of "U" are undefined/,
  );
  assert.match(
    define(() => toJson({} as never, 1)),
    /not a wire type/,
  );
  assert.match(
    define(() => fromJson(wire.u8, undefined as never)),
    /option "text" is undefined/,
  );
});
refused.run();

const hostile = suite("hostile bytes");

hostile("random and mutated: only ERR_MALFORMED, with an offset", () => {
  const mutate = fc.tuple(typed, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }));
  const decode = (type: Any, bytes: Uint8Array) => {
    try {
      type.decode(bytes);
    } catch (error) {
      assert.ok(isZanniError(error, "ERR_MALFORMED"), (error as Error).stack);
      assert.type(error.details["offset"], "number");
    }
  };
  fc.assert(
    fc.property(mutate, fc.uint8Array({ maxLength: 60 }), ([{ type, value }, changes], random) => {
      const bytes = type.encode(value);
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      decode(type, bytes);
      decode(type, bytes.subarray(0, bytes.length >> 1));
      decode(type, random);
    }),
    { numRuns: 3000 },
  );
});

hostile("random and mutated, read lazily: only ERR_MALFORMED, and never beyond the end", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(structured, changes, ({ type, value, asked }, changes) => {
      const bytes = type.encode(value);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      for (const end of [bytes.length, bytes.length >> 1]) {
        try {
          const view = crossingOf(type).view(bytes, 0, end) as Record<string, unknown>;
          for (const name of asked) void view[name];
        } catch (error) {
          assert.ok(isZanniError(error, "ERR_MALFORMED"), (error as Error).stack);
          assert.ok((error.details["offset"] as number) <= end);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

hostile("a struct that ends too early is refused, whatever lies behind it", () => {
  const { u32, f64, bool, string } = wire;
  const fields = { text: string, flag: bool, whole: u32, float: f64 };
  const value = { text: "four", flag: true, whole: 2 ** 31, float: 1.5 };
  for (const before of ["", "x".repeat(200)]) {
    // Each of them last.
    for (const last of ["text", "flag", "whole", "float"] as const) {
      const type = wire.struct("Cut", { before: string, ...fields, last: fields[last] } as Record<string, Any>);
      const bytes = type.encode({ before, ...value, last: value[last] });
      for (let end = 0; end < bytes.length; end++) {
        // Whole ones were read there just now.
        type.decode(bytes);
        const error = thrown(() => crossingOf(type).read(bytes, 0, end));
        assert.is(error.code, "ERR_MALFORMED");
        assert.ok((error.details.offset as number) <= end);
      }
    }
  }
});

hostile("bytes that are read are a copy, also out of a Buffer; what are no bytes is refused", () => {
  const buffer = Buffer.from(wire.bytes.encode(new Uint8Array([1, 2, 3])));
  const read = wire.bytes.decode(buffer);
  buffer.fill(0);
  deepStrictEqual(read, new Uint8Array([1, 2, 3]));
  assert.is(thrown(() => wire.u8.decode("5" as never)).code, "ERR_MALFORMED");
});

hostile("lengths are checked against the bytes left", () => {
  const huge = new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]);
  assert.is(thrown(() => wire.list(wire.u8).decode(huge)).details.offset, 0);
  assert.is(thrown(() => wire.list(wire.u8).decode(new Uint8Array([0x93, 1, 2]))).details.offset, 0);
  assert.is(thrown(() => wire.string.decode(new Uint8Array([0xdb, 0xff, 0xff, 0xff, 0xff]))).code, "ERR_MALFORMED");
  assert.is(thrown(() => wire.string.decode(new Uint8Array([0xa2, 0xc3, 0x28]))).details.offset, 1);
  assert.is(thrown(() => wire.u8.decode(new Uint8Array([1, 2]))).details.offset, 1);
});

hostile("hostile text: only ERR_MALFORMED, with an offset", () => {
  const cases: [string, number][] = [
    ["", 0],
    ['{"sensor_id":"x"', 16],
    ['{"sensor_id":5}', 13],
    ['{"sensor_id":"x","value":tru}', 25],
    ['{"sensor_id":"x","value":1,"timestamp":1.5}', 39],
    ['{"sensor_id":"x","value":1,"timestamp":1} x', 42],
    ['{"sensor_id":"\\q"}', 13],
    ['{"value":1}', 0],
  ];
  for (const [text, offset] of cases) {
    const error = thrown(() => fromJson(SensorReading, text));
    assert.is(error.code, "ERR_MALFORMED");
    assert.is(error.details.offset, offset, `${text}: ${error.message}`);
  }
  fc.assert(
    fc.property(typed, fc.nat(), fc.string({ maxLength: 3 }), ({ type, value }, at, noise) => {
      const text = toJson(type, value);
      const from = at % (text.length + 1);
      try {
        fromJson(type, text.slice(0, from) + noise + text.slice(from + 1));
      } catch (error) {
        assert.ok(isZanniError(error, "ERR_MALFORMED"), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
hostile.run();

const json = suite("json");

json("the text that was asked for", () => {
  assert.is(toJson(SensorReading, reading), '{"sensor_id":"temp-north-3","value":22.5,"timestamp":1709827200000}');
  assert.is(toJson(Command, { type: "Restart", delay: 2n ** 60n }), '{"type":"Restart","delay":"1152921504606846976"}');
  assert.is(toJson(wire.bytes, new Uint8Array([1, 2, 255])), '"AQL/"');
  assert.is(toJson(wire.timestamp, new Date(0)), '"1970-01-01T00:00:00.000Z"');
  assert.is(toJson(wire.map(wire.u8, wire.bool), new Map([[2, true]])), "[[2,true]]");
});

json("blanks, other orders, unknown fields and __proto__ are read", () => {
  const text =
    ' { "timestamp" : "5" , "more" : [ { } ] , "__proto__" : { "x" : 1 } , "value":1e2 , "sensor_id":"\\u0041" } ';
  const value = fromJson(SensorReading, text);
  assert.equal(value, { timestamp: 5n, value: 100, sensor_id: "A" });
  assert.is(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(fromJson(Command, '{"delay":5,"type":"Restart"}'), { type: "Restart", delay: 5n });
});

json("times that there are", () => {
  const read = (text: string) => fromJson(wire.timestamp, JSON.stringify(text)).toISOString();
  for (const there of [
    "2024-02-29T00:00:00Z",
    "1969-12-31T23:59:59.9Z",
    "+012024-02-29T01:02:03Z",
    "-000001-12-31T00:00:00Z",
  ])
    assert.is(read(there), new Date(there).toISOString());
  assert.is(read("2023-12-31T24:00:00Z"), "2024-01-01T00:00:00.000Z");
  for (const none of ["2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32"])
    assert.throws(() => read(`${none}T00:00:00Z`), /character 0 .* expected a time/, none);
  assert.throws(() => read("2024-01-01T25:00:00Z"), /expected a time/);
});

json("a bundle without it has none of it", () => {
  const bundle = (code: string) =>
    buildSync({
      stdin: { contents: code, resolveDir: fileURLToPath(new URL("../../../../", import.meta.url)) },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "neutral",
      logLevel: "error",
    }).outputFiles[0]?.text ?? "";
  const marker = "such as 2024-03-07";
  const use = 'console.log(wire.struct("S",{a:wire.u8}).encode({a:1}))';
  assert.not.ok(bundle(`import { wire } from "zanni/wire"; ${use}`).includes(marker));
  assert.ok(bundle(`import { fromJson } from "zanni/wire/json"; console.log(fromJson)`).includes(marker));
});
json.run();

const others = suite("other implementations");

/** A value as MessagePack has it, by the type's shape as we know it here. */
const Exchange = wire.struct("Exchange", {
  text: wire.string,
  float: wire.f64,
  small: wire.i32,
  large: wire.i64,
  yes: wire.bool,
  bytes: wire.bytes,
  list: wire.list(wire.u16),
  map: wire.map(wire.string, wire.i8),
  nothing: wire.optional(wire.u8),
  at: wire.timestamp,
});
const exchanged: Infer<typeof Exchange> = {
  text: "grüße 🎭",
  float: -1.25,
  small: -70_000,
  large: 2n ** 62n,
  yes: true,
  bytes: new Uint8Array([0, 255]),
  list: [1, 300, 65_535],
  map: new Map([
    ["a", 1],
    ["b", -100],
  ]),
  at: new Date(1_709_827_200_123),
};

others("@msgpack/msgpack reads what we write, and we read what it writes", () => {
  const decoder = new Decoder({ extensionCodec: ExtensionCodec.defaultCodec, useBigInt64: true });
  const bytes = Exchange.encode(exchanged);
  const array = decoder.decode(bytes) as unknown[];
  assert.equal(array, [
    "grüße 🎭",
    -1.25,
    -70_000,
    2n ** 62n,
    true,
    exchanged.bytes,
    [1, 300, 65_535],
    { a: 1, b: -100 },
    null,
    exchanged.at,
  ]);
  assert.equal(Exchange.decode(otherEncode(array, { useBigInt64: true })), exchanged);
});

others("python's msgpack reads what we write, and we read what it writes, in every legal form", () => {
  const script = `
import sys, msgpack
data = msgpack.unpackb(sys.stdin.buffer.read(), timestamp=3, strict_map_key=False)
print(repr(data[:9]), file=sys.stderr)
sys.stdout.buffer.write(msgpack.packb(data, datetime=True))
`;
  const python = ["python3", "/usr/bin/python3"].find((each) => spawnSync(each, ["-c", "import msgpack"]).status === 0);
  if (!python) {
    console.log("  skipped: python3-msgpack is not installed");
    return;
  }
  const { stdout, stderr, status } = spawnSync(python, ["-c", script], { input: Exchange.encode(exchanged) });
  assert.is(status, 0, String(stderr));
  assert.match(String(stderr), /'grüße 🎭', -1\.25, -70000, 4611686018427387904, True/);
  assert.equal(Exchange.decode(new Uint8Array(stdout)), exchanged);
  console.log("  python3-msgpack has exchanged bytes with us");
});

others("forms that are longer than they need be are read", () => {
  const forms: [Any, string, unknown][] = [
    [wire.u8, "cc05", 5],
    [wire.u8, "cd0005", 5],
    [wire.u8, "ce00000005", 5],
    [wire.u8, "cf0000000000000005", 5],
    [wire.i8, "d3fffffffffffffffb", -5],
    [wire.i64, "d0fb", -5n],
    [wire.f64, "ca3fc00000", 1.5],
    [wire.f64, "07", 7],
    [wire.string, "d90161", "a"],
    [wire.string, "da000161", "a"],
    [wire.string, "db0000000161", "a"],
    [wire.list(wire.u8), "dc000101", [1]],
    [wire.list(wire.u8), "dd0000000101", [1]],
    [wire.map(wire.string, wire.u8), "de0001a16101", new Map([["a", 1]])],
    [wire.timestamp, "c70cff00000000ffffffffffffffff", new Date(-1000)],
  ];
  for (const [type, bytes, value] of forms)
    assert.equal(type.decode(new Uint8Array(Buffer.from(bytes, "hex"))), value, bytes);
});
others.run();
