// Random declared types, each with random values of it.
import fc from "fast-check";
import { type WireType, wire } from "zanni/wire";
import type { Crossing } from "../../host/wire/crossing.ts";

// biome-ignore lint/suspicious/noExplicitAny: types of anything
export type Any = WireType<any>;
export interface Sample {
  readonly type: Any;
  /** Its values. */
  readonly values: fc.Arbitrary<unknown>;
}

const whole = (bits: number, signed: boolean) => {
  const most = 2 ** (signed ? bits - 1 : bits) - 1;
  return fc.integer({ min: signed ? -most - 1 : 0, max: most }).map((n) => n + 0);
};
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 80 }),
);

const atoms: readonly Sample[] = [
  { type: wire.bool, values: fc.boolean() },
  { type: wire.i8, values: whole(8, true) },
  { type: wire.i16, values: whole(16, true) },
  { type: wire.i32, values: whole(32, true) },
  { type: wire.u8, values: whole(8, false) },
  { type: wire.u16, values: whole(16, false) },
  { type: wire.u32, values: whole(32, false) },
  { type: wire.i64, values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { type: wire.u64, values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { type: wire.f32, values: fc.float() },
  { type: wire.f64, values: fc.double() },
  { type: wire.string, values: text },
  { type: wire.bytes, values: fc.uint8Array({ maxLength: 300 }) },
  { type: wire.timestamp, values: fc.date({ noInvalidDate: true }) },
];

/** Some that every object has, and more than one row takes (host/wire/rows.ts). */
const fieldName = fc.constantFrom(
  ...["a", "b", "c", "d", "e", "f", "g", "constructor", "toString", "length", "ünïcode", "with space"],
);

/** A struct of these, in this order. */
export function structOf(name: string, parts: readonly (readonly [string, Sample])[]): Sample {
  const unique = [...new Map(parts).entries()];
  const type = wire.struct(name, Object.fromEntries(unique.map(([field, sample]) => [field, sample.type])));
  const values = fc
    .tuple(...unique.map(([, sample]) => sample.values))
    .map((items) =>
      Object.fromEntries(unique.map(([field], i) => [field, items[i]]).filter(([, item]) => item !== undefined)),
    );
  return { type, values };
}

/** Types up to a depth. */
export function samples(depth: number): fc.Arbitrary<Sample> {
  const atom = fc.constantFrom(...atoms);
  if (depth === 0) return atom;
  const inner = samples(depth - 1);
  const parts = fc.array(fc.tuple(fieldName, inner), { maxLength: 5 });
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    {
      weight: 1,
      arbitrary: inner.map(({ type, values }) => ({
        type: wire.list(type),
        values: fc.array(values, { maxLength: 5 }),
      })),
    },
    {
      weight: 1,
      arbitrary: inner.map(({ type, values }) => ({
        type: wire.optional(type),
        values: fc.option(values, { nil: undefined }),
      })),
    },
    {
      weight: 1,
      arbitrary: inner.map(({ type, values }) => ({
        type: wire.map(wire.string, type),
        values: fc.array(fc.tuple(text, values), { maxLength: 4 }).map((entries) => new Map(entries)),
      })),
    },
    { weight: 2, arbitrary: parts.map((each) => structOf("S", each)) },
    {
      weight: 1,
      arbitrary: fc.array(parts, { minLength: 1, maxLength: 3 }).map((variants) => {
        const structs = variants.map((each, i) => [`V${i}`, structOf(`V${i}`, each), new Map(each)] as const);
        const type = wire.union(
          "U",
          Object.fromEntries(
            structs.map(([name, , fields]) => [
              name,
              Object.fromEntries([...fields].map(([field, sample]) => [field, sample.type])),
            ]),
          ),
        );
        const values = fc.oneof(
          ...structs.map(([name, { values }]) => values.map((value) => ({ type: name, ...(value as object) }))),
        );
        return { type, values };
      }),
    },
  );
}

/** A type with one of its values. */
export const typed = samples(3).chain(({ type, values }) => values.map((value) => ({ type, value })));

/** A struct, one of its values, and its fields in some order, some of them more than once. */
export const structured = fc.array(fc.tuple(fieldName, samples(2)), { minLength: 1, maxLength: 14 }).chain((parts) => {
  const { type, values } = structOf("L", parts);
  const asked = fc.array(fc.constantFrom(...parts.map(([name]) => name)), { maxLength: 12 });
  return fc.record({ type: fc.constant(type), value: values, asked });
});

/** What receive() reads a message by; there is no other way to it from outside. */
export function crossingOf(type: Any): Crossing {
  const [crosses] = Object.getOwnPropertySymbols(Object.getPrototypeOf(type)) as unknown as [keyof Any];
  return (type[crosses] as unknown as () => Crossing).call(type);
}
