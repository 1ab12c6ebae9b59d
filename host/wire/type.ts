// Declared wire types: a static type, a codec, a hash and a Standard Schema in one value. A codec is put together once, from
// closures, when its type is defined; nothing is compiled at run time, so a strict Content-Security-Policy is fine.
//
//   wire.struct(name, fields) ──▶ { write, read, shape } of each field ──▶ { write, read, shape } of the whole
//
// On the wire all is plain MessagePack: structs as arrays in field order, unions as [discriminant, ...fields].
import { ZanniError } from "../errors.ts";
import { defaults } from "../options.ts";
import { noRoom, Reader, Writer } from "./bytes.ts";
import { type Crossing, crosses, introduce, whole } from "./crossing.ts";
import {
  type AsField,
  blankOf,
  type Codec,
  FLAG,
  FLOAT,
  OTHER,
  type Part,
  type Read,
  shapesOf,
  TEXT,
  WHOLE,
} from "./fields.ts";
import { fits, located, Misfit, misfit, misfitOf, refusal, shown, within } from "./misfit.ts";
import { readFields, rowsOf, writeFields } from "./rows.ts";
import type { RefBrand } from "./sendable.ts";
import { type Atom, described, digest, holdsRefs, type Shape } from "./shape.ts";
import type { StandardSchemaV1 } from "./standard.ts";

/** A declared wire type: what `wire` builds. */
export interface WireType<T> extends StandardSchemaV1<T, T> {
  /** 16 hexadecimal digits of what it looks like on the wire; types that differ there have different ones. */
  readonly hash: string;
  /**
   * MessagePack. On Node, as with small Buffers, up to 1 KiB is part of memory that others share and that cannot be transferred.
   * Throws ERR_NOT_SENDABLE with the path of what does not fit.
   */
  encode(value: T): Uint8Array;
  /** Throws ERR_MALFORMED with the offset; never anything else. */
  decode(bytes: Uint8Array): T;
}

/**
 * The type of the values of a wire type.
 *
 * @example
 * type Reading = Infer<typeof Reading>;
 */
export type Infer<W> = W extends WireType<infer T> ? T : never;
// biome-ignore lint/suspicious/noExplicitAny: fields of any type
export type Fields = { readonly [name: string]: WireType<any> };
/** As editors show it: the fields themselves, instead of what they were made from. */
type Shown<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;
type FieldsOf<F extends Fields> = {
  -readonly [K in keyof F as undefined extends Infer<F[K]> ? never : K]: Infer<F[K]>;
} & { -readonly [K in keyof F as undefined extends Infer<F[K]> ? K : never]?: Infer<F[K]> };
type StructOf<F extends Fields> = Shown<FieldsOf<F>>;
type UnionOf<V extends { readonly [variant: string]: Fields }> = {
  [K in keyof V]: Shown<{ type: K } & FieldsOf<V[K]>>;
}[keyof V] extends infer U
  ? U
  : never;

const codecs = new WeakMap<object, Codec>();

let scratch: Writer | undefined;

class Declared<T> implements WireType<T> {
  readonly "~standard": StandardSchemaV1<T, T>["~standard"];
  readonly #codec: Codec;
  #hash: string | undefined;
  #crossing: Crossing | null | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
    codecs.set(this, codec);
    if (codec.shape.kind === "struct" || codec.shape.kind === "union") introduce(this);
    this["~standard"] = { version: 1, vendor: "zanni", validate: (value) => validated(codec, value) as never };
  }

  get hash(): string {
    this.#hash ??= digest(JSON.stringify(described(this.#codec.shape)));
    return this.#hash;
  }

  /** For messages of actors. */
  [crosses](): Crossing | undefined {
    this.#crossing ??= crossingBy(this.#codec, this.hash) ?? null;
    return this.#crossing ?? undefined;
  }

  encode(value: T): Uint8Array {
    const writer = scratch ?? new Writer();
    scratch = undefined;
    try {
      writer.beginKept();
      this.#codec.write(writer, value, defaults.depthMax);
      return writer.end();
    } catch (error) {
      throw refusal(misfitOf(error), "value");
    } finally {
      scratch = writer.isSpare ? undefined : writer;
    }
  }

  decode(bytes: Uint8Array): T {
    if (!(bytes instanceof Uint8Array)) {
      throw new ZanniError("ERR_MALFORMED", `bytes are a Uint8Array, not ${shown(bytes)}`, { details: { offset: 0 } });
    }
    return readAll(this.#codec, bytes) as T;
  }
}

/** The bytes, or why there are none: what user code throws on the way is a misfit too. */
function attempt<R>(
  { write }: Codec,
  value: unknown,
  begin: (writer: Writer) => void,
  end: (writer: Writer) => R,
): R | Misfit {
  // A getter may encode something else in between: that gets a writer of its own.
  const writer = scratch ?? new Writer();
  scratch = undefined;
  begin(writer);
  try {
    write(writer, value, defaults.depthMax);
    return end(writer);
  } catch (error) {
    return misfitOf(error);
  } finally {
    scratch = writer.isSpare ? undefined : writer;
  }
}

/** A value is only checked: refs have no bytes, but may be part of a message. */
let checking = false;

function validated(codec: Codec, value: unknown) {
  const before = checking;
  checking = true;
  let misfit: Uint8Array | Misfit;
  try {
    misfit = attempt(codec, value, fresh, written);
  } finally {
    checking = before;
  }
  // What it does not declare is not part of it.
  if (!(misfit instanceof Misfit)) return { value: holdsRefs(codec.shape) ? value : readAll(codec, misfit) };
  return { issues: [{ message: misfit.what, path: [...misfit.path].reverse() }] };
}

/** The parts of a type; throws when it is none, with what it is a part of. */
function codecOf(type: unknown, where: string): Codec {
  const codec = typeof type === "object" && type !== null ? codecs.get(type) : undefined;
  if (codec) return codec;
  const what = typeof type === "function" ? "a function" : String(type);
  throw new ZanniError("ERR_OPTION", `${where} is ${what}, not a wire type; declare it with wire.*`, {
    details: { option: where, given: type, allowed: "a wire type" },
  });
}

function readAll({ read }: Codec, bytes: Uint8Array, at = 0, end = bytes.length): unknown {
  const reader = Reader.whole(bytes, at, end);
  const value = read(reader, defaults.depthMax);
  if (reader.left > 0) throw reader.wrong("the end", reader.at);
  reader.over();
  return value;
}

/** For those who walk types: JSON, locks. */
export function shapeOf(type: WireType<unknown>): Shape {
  return codecOf(type, "the type").shape;
}

export function isWireType(value: unknown): value is WireType<unknown> {
  return typeof value === "object" && value !== null && codecs.has(value);
}

// ---- in messages ------------------------------------------------------------------------------------

const fresh = (writer: Writer) => writer.begin();
const written = (writer: Writer) => writer.written;
const reached = (writer: Writer) => writer.at;

function crossingBy(codec: Codec, hash: string): Crossing | undefined {
  if (holdsRefs(codec.shape)) return undefined;
  let View: ReturnType<typeof viewOf> | undefined;
  return {
    mark: Number.parseInt(hash.slice(8), 16),
    write(value) {
      const bytes = attempt(codec, value, fresh, written);
      return bytes instanceof Misfit ? undefined : bytes;
    },
    writeInto(bytes, view, at, end, value) {
      try {
        const offset = attempt(codec, value, (writer) => writer.aim(bytes, view, at, end), reached);
        return offset instanceof Misfit ? -1 : offset - at;
      } catch (error) {
        if (error === noRoom) return 0;
        throw error;
      }
    },
    read: (bytes, at, end) => readAll(codec, bytes, at, end),
    view(bytes, at, end) {
      View ??= viewOf(codec);
      return View ? new View(bytes, at, end) : readAll(codec, bytes, at, end);
    },
  };
}

// ---- atoms ----------------------------------------------------------------------------------------

function atom<T>(
  kind: Atom,
  write: (writer: Writer, value: unknown) => void,
  read: (reader: Reader) => unknown,
  asField: AsField = OTHER,
) {
  return new Declared<T>({ shape: { kind }, write, read, asField }) as WireType<T>;
}

function small(kind: Atom, least: number, most: number): WireType<number> {
  return new Declared<number>({
    shape: { kind },
    asField: WHOLE,
    most,
    write: (writer, value) => writeWhole(writer, value, least, most),
    read: (reader) => readWhole(reader, least, most),
  });
}

function writeWhole(writer: Writer, value: unknown, least: number, most: number): void {
  const holds = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  if (!holds || Object.is(value, -0)) throw misfit(value, `a whole number from ${least} to ${most}`);
  writer.int(value as number);
}

function readWhole(reader: Reader, least: number, most: number): number {
  const at = reader.at;
  const value = reader.int();
  if (typeof value === "bigint" || value < least || value > most) {
    throw reader.wrong(`a whole number from ${least} to ${most}`, at);
  }
  return value;
}

function large(kind: Atom, least: bigint, most: bigint): WireType<bigint> {
  const expected = `a bigint from ${least} to ${most}`;
  return atom(
    kind,
    (writer, value) => {
      fits(typeof value === "bigint" && value >= least && value <= most, value, expected);
      writer.bigint(value as bigint);
    },
    (reader) => {
      const at = reader.at;
      const value = BigInt(reader.int());
      if (value < least || value > most) throw reader.wrong(expected, at);
      return value;
    },
  );
}

function writeFloat(writer: Writer, value: unknown): void {
  if (typeof value !== "number") throw misfit(value, "a number");
  writer.f64(value);
}

function writeText(writer: Writer, value: unknown): void {
  if (typeof value !== "string") throw misfit(value, "a text");
  if (!writer.string(value)) throw new Misfit("is a text with half of a surrogate pair");
}

function writeFlag(writer: Writer, value: unknown): void {
  if (typeof value !== "boolean") throw misfit(value, "a boolean");
  writer.bool(value);
}

const f32 = atom<number>(
  "f32",
  (writer, value) => {
    fits(typeof value === "number", value, "a number");
    const exact = Object.is(Math.fround(value as number), value);
    fits(exact, value, "a number that 32 bits hold exactly: Math.fround() rounds it");
    writer.f32(value as number);
  },
  (reader) => reader.float(),
);
const f64 = atom<number>("f64", writeFloat, (reader) => reader.float(), FLOAT);
const string = atom<string>("string", writeText, (reader) => reader.string(), TEXT);
const bool = atom<boolean>("bool", writeFlag, (reader) => reader.bool(), FLAG);

const timestamp = atom<Date>(
  "timestamp",
  (writer, value) => {
    const ms = value instanceof Date ? value.getTime() : Number.NaN;
    fits(!Number.isNaN(ms), value, "a valid Date");
    const seconds = Math.floor(ms / 1000);
    writer.instant({ seconds, nanoseconds: (ms - seconds * 1000) * 1e6 });
  },
  (reader) => {
    const at = reader.at;
    const { seconds, nanoseconds } = reader.instant();
    const ms = seconds * 1000 + Math.floor(nanoseconds / 1e6);
    if (!(nanoseconds < 1e9) || !(Math.abs(ms) <= 8.64e15)) throw reader.wrong("a timestamp that a Date can hold", at);
    return new Date(ms);
  },
);

// ---- parts ----------------------------------------------------------------------------------------

function deeper(depth: number): number {
  if (depth <= 0) throw tooDeep();
  return depth - 1;
}

function deeperIn(reader: Reader, depth: number): number {
  if (depth <= 0) throw tooDeepIn(reader);
  return depth - 1;
}

// Apart from what is called often: Node 20 can wait for ever at its exit for the compiler, which makes a text of a constant
// number in the background.

function tooDeep(): Misfit {
  return new Misfit(`is nested deeper than ${defaults.depthMax}, or in a circle`);
}

function tooDeepIn(reader: Reader): Error {
  return reader.wrong(`something nested at most ${defaults.depthMax} deep`, reader.at);
}

function list<T>(item: WireType<T>): WireType<readonly T[]> {
  const { shape, write, read } = codecOf(item, "the item of a list");
  return new Declared<readonly T[]>({
    shape: { kind: "list", item: shape },
    write(writer, value, depth) {
      fits(Array.isArray(value), value, "a list");
      const below = deeper(depth);
      const items = value as readonly unknown[];
      const { length } = items;
      writer.array(length);
      let i = 0;
      try {
        for (; i < length; i++) {
          const item = items[i];
          if (item === undefined && !(i in items)) throw new Misfit("is a hole in a list");
          write(writer, item, below);
        }
      } catch (error) {
        throw located(error, i);
      }
    },
    read(reader, depth) {
      const below = deeperIn(reader, depth);
      const items: unknown[] = [];
      for (let left = reader.array(); left > 0; left--) items.push(read(reader, below));
      return items;
    },
  });
}

function map<K extends string | number, V>(key: WireType<K>, value: WireType<V>): WireType<ReadonlyMap<K, V>> {
  const keys = codecOf(key, "the key of a map");
  const values = codecOf(value, "the value of a map");
  return new Declared<ReadonlyMap<K, V>>({
    shape: { kind: "map", key: keys.shape, item: values.shape },
    write(writer, given, depth) {
      fits(given instanceof Map, given, "a Map");
      const below = deeper(depth);
      const entries = [...(given as Map<unknown, unknown>)];
      writer.map(entries.length);
      for (const [k, v] of entries) {
        within("keys()", () => keys.write(writer, k, below));
        within(String(k), () => values.write(writer, v, below));
      }
    },
    read(reader, depth) {
      const below = deeperIn(reader, depth);
      const found = new Map<unknown, unknown>();
      for (let left = reader.map(); left > 0; left--) {
        const k = keys.read(reader, below);
        found.set(k, values.read(reader, below));
      }
      return found;
    },
  });
}

function optional<T>(type: WireType<T>): WireType<T | undefined> {
  const { shape, write, read } = codecOf(type, "an optional");
  return new Declared<T | undefined>({
    shape: { kind: "optional", item: shape },
    write(writer, value, depth) {
      if (value === undefined) writer.nil();
      else write(writer, value, depth);
    },
    read: (reader, depth) => (reader.nil() ? undefined : read(reader, depth)),
  });
}

function added<T>(since: number, type: WireType<T>, fallback: NoInfer<T>): WireType<T> {
  const { shape, write, read } = codecOf(type, "an added field");
  if (!Number.isInteger(since) || since < 1) {
    throw new ZanniError("ERR_OPTION", `wire.added(${since}): the version is a whole number from 1`, {
      details: { option: "since", given: since, allowed: "a whole number from 1" },
    });
  }
  const misfit = attempt({ shape, write, read }, fallback, fresh, written);
  if (misfit instanceof Misfit) throw refusal(misfit, "the fallback");
  // Where a newer version has emptied it, it reads as if it were not there.
  const orFallback: Read = (reader, depth) => (reader.nil() ? fallback : read(reader, depth));
  const readAdded = shape.kind === "optional" ? read : orFallback;
  return new Declared<T>({ shape: { kind: "added", since, item: shape, fallback }, write, read: readAdded });
}

function lazy<T>(type: () => WireType<T>): WireType<T> {
  let codec: Codec | undefined;
  const known = () => {
    codec ??= codecOf(type(), "what lazy() answers");
    return codec;
  };
  return new Declared<T>({
    shape: { kind: "lazy", item: () => known().shape },
    write: (writer, value, depth) => known().write(writer, value, deeper(depth)),
    read: (reader, depth) => known().read(reader, deeperIn(reader, depth)),
  });
}

const removed = atom<undefined>(
  "removed",
  (writer, value) => {
    fits(value === undefined, value, "undefined: that field has been removed");
    writer.nil();
  },
  (reader) => {
    reader.skip(defaults.depthMax);
    return undefined;
  },
);

// ---- structs and unions -----------------------------------------------------------------------------

function partsOf(of: string, fields: Fields): readonly Part[] {
  if (typeof fields !== "object" || fields === null) throw new ZanniError("ERR_OPTION", `"${of}" has no fields`);
  return Object.entries(fields).map(([name, type]) => {
    if (name === "__proto__") throw new ZanniError("ERR_OPTION", `a field of "${of}" cannot be named __proto__`);
    const { shape, write, read, asField = OTHER, most = 0 } = codecOf(type, `"${name}" of "${of}"`);
    return { name, inherited: name in Object.prototype, shape, write, read, most, ...asField };
  });
}

/** Fields that a version appended come last, in the order of versions: older ones read what they know. */
function checkAdded(of: string, parts: readonly Part[]): void {
  let since = 0;
  for (const { name, shape } of parts) {
    if (shape.kind === "added" && shape.since >= since) since = shape.since;
    else if (since > 0 && shape.kind !== "removed") {
      throw new ZanniError(
        "ERR_OPTION",
        `"${name}" of "${of}" comes after a field that a later version added: append it`,
      );
    }
  }
}

function struct<const F extends Fields>(name: string, fields: F): WireType<StructOf<F>> {
  const parts = partsOf(name, fields);
  checkAdded(name, parts);
  const rows = rowsOf(parts);
  const blank = blankOf(parts, []);
  return new Declared<StructOf<F>>({
    shape: { kind: "struct", name, fields: shapesOf(parts) },
    parts,
    write(writer, value, depth) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) fits(false, value, `a ${name}`);
      writer.array(parts.length);
      writeFields(rows, writer, value as object, deeper(depth));
    },
    read(reader, depth) {
      const below = deeperIn(reader, depth);
      const count = reader.array();
      const into = blank();
      readFields(rows, reader, count, into, below);
      return into;
    },
  });
}

/** A struct over its bytes: a field is read when it is asked for, and kept. Undefined: it is none. */
function viewOf({ parts }: Codec): (new (bytes: Uint8Array, at: number, end: number) => object) | undefined {
  if (!parts) return undefined;
  class View extends LazyStruct {
    constructor(bytes: Uint8Array, at: number, end: number) {
      super(parts as readonly Part[], bytes, at, end);
    }
  }
  for (const [i, { name }] of parts.entries()) {
    // Nothing of its own has a name that a field could have.
    Object.defineProperty(View.prototype, name, {
      get(this: View) {
        return LazyStruct.read(this, i);
      },
    });
  }
  return View;
}

/** What receive(type, handler, { lazily: true }) gives: the fields are getters. */
class LazyStruct {
  readonly #parts: readonly Part[];
  /** It stands where the field begins that comes after the last one read. */
  readonly #reader: Reader;
  readonly #begin: number;
  readonly #count: number;
  #next = 0;
  /** The field that was asked for last. */
  #field = -1;
  #value: unknown;
  /** Those asked for before it: most handlers want one field, and need no table. */
  #values: unknown[] | undefined;

  constructor(parts: readonly Part[], bytes: Uint8Array, at: number, end: number) {
    const reader = new Reader(bytes, at, end);
    this.#parts = parts;
    this.#reader = reader;
    this.#count = reader.array();
    this.#begin = reader.at;
  }

  static read(of: LazyStruct, field: number): unknown {
    if (field !== of.#field) of.#turnTo(field);
    return of.#value;
  }

  #turnTo(field: number): void {
    if (this.#field >= 0) {
      this.#values ??= new Array(this.#parts.length);
      this.#values[this.#field] = this.#value;
    }
    const isKnown = this.#values !== undefined && field in this.#values;
    this.#value = isKnown ? (this.#values as unknown[])[field] : this.#read(field);
    this.#field = field;
  }

  #read(field: number): unknown {
    const { name, shape, read } = this.#parts[field] as Part;
    const reader = this.#reader;
    if (field >= this.#count) {
      if (shape.kind === "added") return shape.fallback;
      if (shape.kind === "removed") return undefined;
      throw reader.wrong(`the field "${name}"`, reader.limit);
    }
    const from = this.#next <= field ? this.#next : 0;
    if (from === 0) reader.back(this.#begin);
    // Until it is read, the reader stands nowhere.
    this.#next = Number.POSITIVE_INFINITY;
    reader.pass(field - from, defaults.depthMax);
    const value = read(reader, defaults.depthMax - 1);
    this.#next = field + 1;
    return value;
  }

  /** All of it, as a plain object. */
  [whole](): object {
    const all: Record<string, unknown> = {};
    for (const [i, { name }] of this.#parts.entries()) {
      const value = LazyStruct.read(this, i);
      if (value !== undefined) all[name] = value;
    }
    return all;
  }

  toJSON(): object {
    return this[whole]();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): object {
    return this[whole]();
  }
}

const VARIANTS_MAX = 128;

function union<const V extends { readonly [variant: string]: Fields }>(
  name: string,
  variants: V,
): WireType<UnionOf<V>> {
  if (typeof variants !== "object" || variants === null) {
    throw new ZanniError(
      "ERR_OPTION",
      `the variants of "${name}" are ${variants}, and not an object with the fields of each`,
    );
  }
  const all = Object.entries(variants).map(([variant, fields], discriminant) => {
    const parts = partsOf(`${name}.${variant}`, fields);
    checkAdded(`${name}.${variant}`, parts);
    for (const part of parts) {
      if (part.name === "type") throw new ZanniError("ERR_OPTION", `"${name}.${variant}": "type" names the variant`);
    }
    return { variant, discriminant, parts, rows: rowsOf(parts), blank: blankOf(parts, ["type"]) };
  });
  if (all.length > VARIANTS_MAX) {
    throw new ZanniError("ERR_OPTION", `"${name}" has ${all.length} variants; ${VARIANTS_MAX} fit into a byte`);
  }
  const byName = new Map(all.map((each) => [each.variant, each]));
  const names = [...byName.keys()].join(", ");
  return new Declared<UnionOf<V>>({
    shape: {
      kind: "union",
      name,
      variants: all.map(({ variant, parts }) => ({ name: variant, fields: shapesOf(parts) })),
    },
    write(writer, value, depth) {
      if (typeof value !== "object" || value === null) fits(false, value, `a ${name}`);
      const { type } = value as { readonly type?: unknown };
      const found = byName.get(type as string);
      if (!found) throw located(new Misfit(`is ${shown(type)}, not one of ${names}`), "type");
      writer.array(found.parts.length + 1);
      writer.int(found.discriminant);
      writeFields(found.rows, writer, value as object, deeper(depth));
    },
    read(reader, depth) {
      const below = deeperIn(reader, depth);
      const count = reader.array();
      const at = reader.at;
      const found = count > 0 ? all[Number(reader.int())] : undefined;
      if (!found) throw reader.wrong(`a variant of ${name} (0 to ${all.length - 1})`, at);
      const into = found.blank();
      into["type"] = found.variant;
      readFields(found.rows, reader, count - 1, into, below);
      return into;
    },
  });
}

/**
 * The builder.
 *
 * @example
 * const Reading = wire.struct("Reading", { sensor: wire.string, value: wire.f64, at: wire.timestamp });
 * type Reading = Infer<typeof Reading>;
 * const bytes = Reading.encode({ sensor: "north", value: 22.5, at: new Date() });
 */
export const wire = {
  /** True or false. */
  bool,
  /** Text; one with half of a surrogate pair is refused. */
  string,
  /** A Uint8Array; decoded, a copy. */
  bytes: atom<Uint8Array>(
    "bytes",
    (writer, value) => {
      fits(value instanceof Uint8Array, value, "a Uint8Array");
      writer.bytes(value as Uint8Array);
    },
    (reader) => reader.bytes(),
  ),
  /** A Date, to the millisecond. */
  timestamp,
  /** A whole number from -128 to 127. */
  i8: small("i8", -0x80, 0x7f),
  /** A whole number of 16 bits, with a sign. */
  i16: small("i16", -0x8000, 0x7fff),
  /** A whole number of 32 bits, with a sign. */
  i32: small("i32", -0x80000000, 0x7fffffff),
  /** A bigint of 64 bits, with a sign. */
  i64: large("i64", -(2n ** 63n), 2n ** 63n - 1n),
  /** A whole number from 0 to 255. */
  u8: small("u8", 0, 0xff),
  /** A whole number from 0 to 65,535. */
  u16: small("u16", 0, 0xffff),
  /** A whole number from 0 to 4,294,967,295. */
  u32: small("u32", 0, 0xffffffff),
  /** A bigint from 0, of 64 bits. */
  u64: large("u64", 0n, 2n ** 64n - 1n),
  /** A number that 32 bits hold exactly. */
  f32,
  /** Any number; NaN and -0 are kept. */
  f64,
  /** A list of values of one type. */
  list,
  /** A Map; its keys are texts or numbers. */
  map,
  /** May be undefined; a field of a struct may be left out. */
  optional,
  /** Encoded as an array in field order. */
  struct,
  /** `{ type: "Restart", delay: 5n }`, encoded as `[discriminant, ...fields]`; at most 128 variants. */
  union,
  /** An ActorRef: it crosses in messages, checked by receive(); bytes of its own it has none. */
  ref: <R extends RefBrand>(): WireType<R> =>
    atom<R>(
      "ref",
      (_, value) => {
        const isRef = typeof value === "object" && value !== null && "tell" in value && "path" in value;
        fits(isRef, value, "an ActorRef");
        if (!checking) throw new Misfit("is a ref, which crosses in messages only");
      },
      (reader) => {
        throw reader.wrong("no ref: they cross in messages only", reader.at);
      },
    ),
  /** A field appended in version `since`: older peers leave it out, and it reads as `fallback`. */
  added,
  /** A field that is no longer used: its place stays. */
  removed,
  /** For recursive types. */
  lazy,
} as const;
