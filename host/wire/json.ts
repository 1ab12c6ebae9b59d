// Declared types as JSON text, for logs and the outside world. Written and read by the type's shape, without JSON.parse: so that
// an error has its offset, and nothing that the type does not know gets in.
//
//   i64, u64      a number up to 2^53 - 1, a text beyond; both are read
//   f32, f64      a number; "NaN", "Infinity", "-Infinity"; -0 stays -0
//   bytes         a text, base64 (RFC 4648, with padding)
//   timestamp     a text, ISO 8601 in UTC; milliseconds since 1970 are read too
//   map           a list of [key, value], in the order of the map
//   optional      nothing: left out of a struct, null elsewhere
//   union         { "type": variant, … }
import { ZanniError } from "../errors.ts";
import { defaults, wrong } from "../options.ts";
import { fieldOf } from "./fields.ts";
import type { Field, Shape } from "./shape.ts";
import { shapeOf, type WireType } from "./type.ts";

/**
 * The value as text. Throws ERR_NOT_SENDABLE with the path of what does not fit.
 *
 * @example
 * toJson(SensorReading, reading); // {"sensor_id":"temp-north-3","value":22.5,"timestamp":1709827200000}
 */
export function toJson<T>(type: WireType<T>, value: T): string {
  const shape = shapeOf(type);
  // What the binary codec takes, this one can write.
  type.encode(value);
  return write(shape, value);
}

/** Throws ERR_MALFORMED with the offset, in UTF-16 units. Fields that the type does not know are passed over. */
export function fromJson<T>(type: WireType<T>, text: string): T {
  const shape = shapeOf(type);
  if (typeof text !== "string") wrong("text", text, "a text");
  const reader = new Text(text);
  const value = read(reader, shape, defaults.depthMax);
  reader.end();
  // The limits of each type are the binary codec's to know.
  const misfit = type["~standard"].validate(value);
  if ("issues" in misfit && misfit.issues) {
    const [issue] = misfit.issues;
    throw reader.wrong(`a value that fits: ${(issue?.path ?? []).map(String).join(".")} ${issue?.message}`, 0);
  }
  return value as T;
}

// ---- writing --------------------------------------------------------------------------------------

function write(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "list":
      return `[${(value as readonly unknown[]).map((item) => write(shape.item, item)).join(",")}]`;
    case "map": {
      const entries = [...(value as ReadonlyMap<unknown, unknown>)];
      return `[${entries.map(([key, item]) => `[${write(shape.key, key)},${write(shape.item, item)}]`).join(",")}]`;
    }
    case "optional":
      return value === undefined ? "null" : write(shape.item, value);
    case "struct":
      return `{${writeFields(shape.fields, value as object).join(",")}}`;
    case "union": {
      const { type } = value as { readonly type: string };
      const fields = shape.variants.find(({ name }) => name === type)?.fields ?? [];
      return `{${[`"type":${JSON.stringify(type)}`, ...writeFields(fields, value as object)].join(",")}}`;
    }
    case "added":
      return write(shape.item, value);
    case "lazy":
      return write(shape.item(), value);
    case "removed":
      return "null";
    case "i64":
    case "u64":
      return isSafe(value as bigint) ? String(value) : `"${value}"`;
    case "f32":
    case "f64":
      return Object.is(value, -0) ? "-0" : Number.isFinite(value) ? String(value) : `"${value}"`;
    case "bytes":
      return `"${toBase64(value as Uint8Array)}"`;
    default:
      return JSON.stringify(value);
  }
}

function writeFields(fields: readonly Field[], value: object): string[] {
  const written: string[] = [];
  for (const { name, shape } of fields) {
    const item = fieldOf(value, name, name in Object.prototype);
    if (item !== undefined) written.push(`${JSON.stringify(name)}:${write(shape, item)}`);
  }
  return written;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

// ---- reading --------------------------------------------------------------------------------------

// Apart from read(), as in type.ts.
function tooDeep(text: Text, at: number): Error {
  return text.wrong(`something nested at most ${defaults.depthMax} deep`, at);
}

function read(text: Text, shape: Shape, depth: number): unknown {
  const at = text.next();
  if (depth <= 0) throw tooDeep(text, at);
  const below = depth - 1;
  switch (shape.kind) {
    case "list": {
      const items: unknown[] = [];
      text.list(() => items.push(read(text, shape.item, below)));
      return items;
    }
    case "map": {
      const entries = new Map<unknown, unknown>();
      text.list(() => {
        let key: unknown;
        let count = 0;
        text.list(() => {
          if (count === 0) key = read(text, shape.key, below);
          else if (count === 1) entries.set(key, read(text, shape.item, below));
          else throw text.wrong("the end of a pair", text.next());
          count++;
        });
        if (count !== 2) throw text.wrong("a pair of key and value", text.next());
      });
      return entries;
    }
    case "optional":
      return text.isNull() ? undefined : read(text, shape.item, depth);
    case "struct":
      return readStruct(text, shape.fields, below, at);
    case "union":
      return readUnion(text, shape, below, at);
    case "added":
      return read(text, shape.item, depth);
    case "lazy":
      return read(text, shape.item(), depth);
    case "removed":
      text.skip(depth);
      return undefined;
    case "bool":
      return text.bool();
    case "string":
      return text.string();
    case "bytes":
      return fromBase64(text, text.string(), at);
    case "timestamp":
      return text.date(at);
    case "i64":
    case "u64":
      return text.bigint(at);
    case "f32":
    case "f64":
      return text.float();
    case "ref":
      throw text.wrong("no ref: they cross in messages only", at);
    default:
      return text.number();
  }
}

function readStruct(text: Text, fields: readonly Field[], depth: number, at: number): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  const seen = new Set<string>();
  const known = new Map(fields.map(({ name, shape }) => [name, shape]));
  text.object((name) => {
    const shape = known.get(name);
    if (!shape) return text.skip(depth);
    seen.add(name);
    const value = read(text, shape, depth);
    if (value !== undefined) into[name] = value;
  });
  complete(text, fields, seen, into, at);
  return into;
}

/** What was left out has its fallback, or is nothing. */
function complete(text: Text, fields: readonly Field[], seen: Set<string>, into: Record<string, unknown>, at: number) {
  for (const { name, shape } of fields) {
    if (seen.has(name)) continue;
    if (shape.kind === "added") {
      if (shape.fallback !== undefined) into[name] = shape.fallback;
    } else if (shape.kind !== "optional" && shape.kind !== "removed") throw text.wrong(`the field "${name}"`, at);
  }
}

function readUnion(text: Text, shape: Extract<Shape, { kind: "union" }>, depth: number, at: number) {
  // Its variant may be named anywhere in it.
  let type: string | undefined;
  text.object((name) => {
    if (name === "type") type = text.string();
    else text.skip(depth);
  });
  const variant = shape.variants.find(({ name }) => name === type);
  if (!variant) throw text.wrong(`"type" of ${shape.variants.map(({ name }) => name).join(", ")}`, at);
  text.back(at);
  return { type, ...readStruct(text, variant.fields, depth, at) };
}

const blank = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const quoted = /"(?:[^"\\]|\\.)*"/sy;

/** JSON text (RFC 8259), read part by part. */
class Text {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the next value begins. */
  next(): number {
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
    return this.#at;
  }

  back(to: number): void {
    this.#at = to;
  }

  end(): void {
    if (this.next() < this.#text.length) throw this.wrong("the end", this.#at);
  }

  isNull(): boolean {
    return this.#word("null");
  }

  bool(): boolean {
    if (this.#word("true")) return true;
    if (this.#word("false")) return false;
    throw this.wrong("true or false", this.#at);
  }

  string(): string {
    const at = this.next();
    const text = this.#match(quoted, "a text");
    try {
      return JSON.parse(text) as string;
    } catch {
      // An escape that is none, or a line break within.
      throw this.wrong("a text as JSON has it", at);
    }
  }

  number(): number {
    return Number(this.#match(number, "a number"));
  }

  float(): number {
    const at = this.next();
    if (this.#text[at] !== '"') return this.number();
    const named = this.string();
    if (named === "NaN" || named === "Infinity" || named === "-Infinity") return Number(named);
    throw this.wrong('a number, "NaN", "Infinity" or "-Infinity"', at);
  }

  bigint(at: number): bigint {
    const digits = this.#text[this.next()] === '"' ? this.string() : this.#match(number, "a whole number");
    if (!/^-?\d{1,20}$/.test(digits)) throw this.wrong("a whole number of 64 bits", at);
    return BigInt(digits);
  }

  date(at: number): Date {
    const given = this.#text[this.next()] === '"' ? this.string() : this.number();
    const date = new Date(given);
    // Engines take the 30th of February for the first of March, as the hour 24 is the next day's first.
    const [, day, hour] = /^[+-]?\d{4,6}-\d\d-(\d\d)T(\d\d):\d\d:\d\d(?:\.\d+)?Z$/.exec(String(given)) ?? [];
    const iso = typeof given === "number" || hour === "24" || date.getUTCDate() === Number(day);
    if (!iso || Number.isNaN(date.getTime())) throw this.wrong("a time, such as 2024-03-07T16:00:00.000Z", at);
    return date;
  }

  list(item: () => void): void {
    this.#sign("[", "a list");
    if (this.#is("]")) return;
    do item();
    while (this.#is(","));
    this.#sign("]", '"," or "]"');
  }

  object(field: (name: string) => void): void {
    this.#sign("{", "an object");
    if (this.#is("}")) return;
    do {
      this.next();
      const name = this.string();
      this.#sign(":", '":"');
      field(name);
    } while (this.#is(","));
    this.#sign("}", '"," or "}"');
  }

  skip(depth: number): void {
    const at = this.next();
    if (depth <= 0) throw this.wrong("something less deep", at);
    const sign = this.#text[at];
    if (sign === "{") this.object(() => this.skip(depth - 1));
    else if (sign === "[") this.list(() => this.skip(depth - 1));
    else if (sign === '"') this.string();
    else if (!this.isNull() && !this.#word("true") && !this.#word("false")) this.number();
  }

  wrong(expected: string, offset: number): ZanniError {
    const found = offset < this.#text.length ? JSON.stringify(this.#text[offset]) : "the end";
    return new ZanniError("ERR_MALFORMED", `character ${offset} is ${found}, expected ${expected}`, {
      details: { offset },
    });
  }

  #match(pattern: RegExp, expected: string): string {
    const at = this.next();
    pattern.lastIndex = at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.wrong(expected, at);
    this.#at = at + found.length;
    return found;
  }

  #word(word: string): boolean {
    const at = this.next();
    if (!this.#text.startsWith(word, at)) return false;
    this.#at = at + word.length;
    return true;
  }

  #is(sign: string): boolean {
    if (this.#text[this.next()] !== sign) return false;
    this.#at++;
    return true;
  }

  #sign(sign: string, expected: string): void {
    if (!this.#is(sign)) throw this.wrong(expected, this.#at);
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: Text, given: string, at: number): Uint8Array {
  if (given.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw text.wrong("base64", at);
  const decoded = atob(given);
  return Uint8Array.from(decoded, (unit) => unit.charCodeAt(0));
}
