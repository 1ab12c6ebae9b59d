// npm run bench:wire: a declared type against others, encode and decode together, on a small object (7 fields, about 100 B), a
// large one (nested, 10 line items, about 1.1 KB), and what row 8 sends (1 KiB, nearly all of it texts). All in one run,
// interleaved; medians of 9 rounds.
import { Packr } from "msgpackr";
import { type Infer, wire } from "zanni/wire";
import type { Crossing } from "../../host/wire/crossing.ts";
import { Kilobyte, kilobyte } from "./actors.ts";

const Small = wire.struct("Small", {
  id: wire.u32,
  name: wire.string,
  email: wire.string,
  active: wire.bool,
  score: wire.f64,
  visits: wire.u16,
  city: wire.string,
});
const Item = wire.struct("Item", {
  sku: wire.string,
  title: wire.string,
  quantity: wire.u16,
  price: wire.f64,
  taxed: wire.bool,
});
const Large = wire.struct("Large", {
  order: wire.u32,
  customer: Small,
  items: wire.list(Item),
  note: wire.string,
  total: wire.f64,
});
const small: Infer<typeof Small> = {
  id: 1_234_567,
  name: "Ada Lovelace",
  email: "ada@example.com",
  active: true,
  score: 98.25,
  visits: 4711,
  city: "London",
};
const large: Infer<typeof Large> = {
  order: 98_765_432,
  customer: small,
  items: Array.from({ length: 10 }, (_, i) => ({
    sku: `SKU-${10_000 + i}`,
    title: `A thing of some length, number ${i}, in a box`,
    quantity: i + 1,
    price: 9.99 * (i + 1),
    taxed: i % 2 === 0,
  })),
  note: "Leave it with the neighbour, please; the bell is broken.",
  total: 549.45,
};

type Codec = (value: object) => object;
const plain = new Packr({ useRecords: false });
const records = new Packr({ structures: [] });
const asArray = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(asArray)
    : typeof value === "object" && value !== null
      ? Object.values(value).map(asArray)
      : value;

function codecs(type: typeof Small | typeof Large | typeof Kilobyte): { readonly [name: string]: Codec } {
  return {
    "declared wire type": (value) => type.decode(type.encode(value as never)) as object,
    "msgpackr, records": (value) => records.unpack(records.pack(value)) as object,
    "msgpackr, maps": (value) => plain.unpack(plain.pack(value)) as object,
    structuredClone: (value) => structuredClone(value),
    JSON: (value) => JSON.parse(JSON.stringify(value)) as object,
  };
}

function measure(codec: Codec, value: object, count: number): number {
  const before = performance.now();
  let last: object = value;
  for (let i = 0; i < count; i++) last = codec(value);
  const ns = ((performance.now() - before) * 1e6) / count;
  if (JSON.stringify(last) !== JSON.stringify(value)) throw new Error("it does not round-trip");
  return ns;
}

const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 1] as number;

console.log("| codec | small, ns | ratio | large, ns | ratio | row 8, ns | ratio |\n|---|---|---|---|---|---|---|");
const results = new Map<string, number[]>();
for (const [type, value, count] of [
  [Small, small, 100_000],
  [Large, large, 20_000],
  [Kilobyte, kilobyte, 20_000],
] as const) {
  const all = Object.entries(codecs(type));
  const samples = new Map(all.map(([name]) => [name, [] as number[]]));
  for (let round = 0; round < 10; round++) {
    for (const [name, codec] of all) {
      const ns = measure(codec, value, count);
      // The first round warms up.
      if (round > 0) samples.get(name)?.push(ns);
    }
  }
  for (const [name, ns] of samples) results.set(name, [...(results.get(name) ?? []), median(ns)]);
}
const own = results.get("declared wire type") as number[];
for (const [name, all] of results) {
  const cells = all.map((ns, i) => `${ns.toFixed(0)} | ${(ns / (own[i] as number)).toFixed(2)}`);
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
// Lazily: one of fifty fields, the last of them the worst.
const names = Array.from({ length: 50 }, (_, i) => `field${i}`);
const Wide = wire.struct("Wide", Object.fromEntries(names.map((name) => [name, wire.string])));
const wide = Wide.encode(Object.fromEntries(names.map((name, i) => [name, `value ${i}`])));
// As messages are read; there is no other way to it yet.
const [crosses] = Object.getOwnPropertySymbols(Object.getPrototypeOf(Wide)) as unknown as [keyof typeof Wide];
const crossing = (Wide[crosses] as unknown as () => Crossing).call(Wide);
const reads: { readonly [what: string]: () => unknown } = {
  "decoded whole": () => Wide.decode(wide),
  "lazily, the first": () => (crossing.view(wide, 0, wide.length) as Record<string, unknown>)["field0"],
  "lazily, the last": () => (crossing.view(wide, 0, wide.length) as Record<string, unknown>)["field49"],
};
const times = new Map(Object.keys(reads).map((what) => [what, [] as number[]]));
for (let round = 0; round < 10; round++) {
  for (const [what, read] of Object.entries(reads)) {
    const before = performance.now();
    for (let i = 0; i < 20_000; i++) read();
    if (round > 0) times.get(what)?.push(((performance.now() - before) * 1e6) / 20_000);
  }
}
const [all, first, last] = [...times.values()].map(median) as [number, number, number];
const share = (ns: number) => `${ns.toFixed(0)} ns, ${((ns / all) * 100).toFixed(0)} %`;
console.log(`a struct of 50 fields: whole ${all.toFixed(0)} ns; the first ${share(first)}; the last ${share(last)}`);
const bytes = (value: object) => plain.pack(asArray(value)).length;
console.log(
  `bytes: small ${Small.encode(small).length} (msgpackr arrays ${bytes(small)}), large ${Large.encode(large).length} (${bytes(large)})`,
);
