// Records by their shape: the names of their fields, in order. A program has few of them, and each thread learns both what it
// sends and what it is sent, so that a record crosses as its shape's number and one word for each field.
//
// The names cross too, as "name\0name": a reader compares them with those it knows by that number, four bytes at a time. A shape
// that comes often has functions of its own, which an engine compiles for its names.
import type { Views } from "../core/memory.ts";
import { blank, many, type Plain } from "../engine.ts";
import { fnv } from "./hash.ts";

const FIELDS_MAX = 16;
const NAMES_MAX = 512;
/** Kept of either kind; then it begins anew. */
const KEPT = 1024;
/** How often a shape has come when it gets functions of its own. */
const OFTEN = 1000;
/** So many are looked at before all are searched. */
const RECENT = 8;
/** Fields of a row: their tags are four bits each, a word in all. */
const SIZE = 8;

/** Writes the value of one field, and answers its tag. */
export interface Putter {
  put(value: unknown): number;
}

/** Reads the value of the next field. */
export interface Taker {
  take(tag: number): unknown;
}

/** Up to eight fields. */
interface Row {
  /** Answers their tags, the first in the lowest bits. */
  readonly put: (record: Plain, to: Putter) => number;
  readonly take: (record: Plain, tags: number, from: Taker) => void;
}

const rows = many(
  8,
  ([a, b, c, d, e, f, g, h]: Names): Row => ({
    put(record, to) {
      let tags = to.put(record[a]);
      if (b === undefined) return tags;
      tags |= to.put(record[b]) << 4;
      if (c === undefined) return tags;
      tags |= to.put(record[c]) << 8;
      if (d === undefined) return tags;
      tags |= to.put(record[d]) << 12;
      if (e === undefined) return tags;
      tags |= to.put(record[e]) << 16;
      if (f === undefined) return tags;
      tags |= to.put(record[f]) << 20;
      if (g === undefined) return tags;
      tags |= to.put(record[g]) << 24;
      if (h === undefined) return tags;
      return tags | (to.put(record[h]) << 28);
    },
    take(record, tags, from) {
      record[a] = from.take(tags & 15);
      if (b === undefined) return;
      record[b] = from.take((tags >>> 4) & 15);
      if (c === undefined) return;
      record[c] = from.take((tags >>> 8) & 15);
      if (d === undefined) return;
      record[d] = from.take((tags >>> 12) & 15);
      if (e === undefined) return;
      record[e] = from.take((tags >>> 16) & 15);
      if (f === undefined) return;
      record[f] = from.take((tags >>> 20) & 15);
      if (g === undefined) return;
      record[g] = from.take((tags >>> 24) & 15);
      if (h === undefined) return;
      record[h] = from.take(tags >>> 28);
    },
  }),
);

/** One name at least. */
type Names = readonly [string, ...string[]];

/** The first of them is for all that come seldom. */
let next = 1;

export class Shape {
  readonly hash: number;
  names: readonly string[];
  /** Its names as they cross, in ASCII: how many bytes, */
  readonly length: number;
  /** and these, an even number of words of 4 bytes. */
  readonly words: Uint32Array;
  /** All its fields. */
  rows: readonly Row[];
  /** Without them. */
  blank: () => Plain = () => ({});
  #uses = 0;

  constructor(text: string, names: readonly string[]) {
    this.hash = fnv(text);
    this.length = text.length;
    this.words = wordsOf(text);
    this.names = names;
    this.rows = this.#rows(() => 0);
  }

  /** Once more. */
  used(): this {
    if (++this.#uses === OFTEN) {
      this.names = this.names.map(asKey);
      this.rows = this.#rows(() => (next < rows.length ? next++ : 0));
      this.blank = blank(this.names);
    }
    return this;
  }

  is(u32: Uint32Array, at: number, length: number): boolean {
    if (length !== this.length) return false;
    const { words } = this;
    for (let i = 0; i < words.length; i++) if (words[i] !== u32[at + i]) return false;
    return true;
  }

  #rows(which: () => number): readonly Row[] {
    const all: Row[] = [];
    for (let i = 0; i < this.names.length; i += SIZE) {
      const row = rows[which()] as (typeof rows)[0];
      all.push(row(this.names.slice(i, i + SIZE) as unknown as Names));
    }
    return all;
  }
}

export class Shapes {
  /** By their names; null: these cannot cross so, or have come but once. */
  readonly #sent = new Map<string, Shape | null>();
  /** The same come again, mostly. */
  readonly #recent: Shape[] = [];
  /** By their numbers, of what is sent and of what is read. */
  readonly #known = new Map<number, Shape>();

  /** Undefined: it must cross otherwise. */
  of(record: object): Shape | undefined {
    const recent = this.#recent;
    const last = recent[0];
    if (last && has(record, last.names)) return last.used();
    const names = Object.keys(record);
    for (let i = 1; i < recent.length; i++) {
      const shape = recent[i] as Shape;
      if (same(names, shape.names)) return shape.used();
    }
    const shape = this.#find(names);
    if (shape && recent.unshift(shape.used()) > RECENT) recent.pop();
    return shape;
  }

  #find(names: readonly string[]): Shape | undefined {
    if (names.length > FIELDS_MAX) return undefined;
    const text = names.join("\0");
    if (text.length > NAMES_MAX) return undefined;
    const known = this.#sent.get(text);
    // A name may have a "\0" in itself.
    if (known) return same(names, known.names) ? known : undefined;
    if (this.#sent.size >= KEPT) this.#sent.clear();
    // A record that is used as a dictionary has names of its own each time: it is not worth a shape.
    const shape = known === null && crosses(names) ? this.#shape(text, names) : null;
    this.#sent.set(text, shape);
    return shape ?? undefined;
  }

  /** The one that has that number, and the names at `at`, in words of 4 bytes. */
  read({ u8, u32 }: Views, hash: number, at: number, length: number): Shape {
    const known = this.#known.get(hash);
    if (known?.is(u32, at, length)) return known.used();
    const text = String.fromCharCode(...u8.subarray(at * 4, at * 4 + length));
    return this.#shape(text, text === "" ? [] : text.split("\0")).used();
  }

  #shape(text: string, names: readonly string[]): Shape {
    const shape = new Shape(text, names);
    const known = this.#known.get(shape.hash);
    if (known?.is(shape.words, 0, shape.length)) return known;
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(shape.hash, shape);
    return shape;
  }
}

/** Not with a name that every object inherits: where that is frozen, or has a setter, it cannot be stored. */
function crosses(names: readonly string[]): boolean {
  return names.every((name) => !(name in Object.prototype) && /^[ -~]+$/.test(name));
}

/** The same text, as engines keep names: they find nothing fast by any other. */
const asKey = (name: string): string => Object.keys({ [name]: 0 })[0] as string;

function wordsOf(text: string): Uint32Array {
  const words = new Uint32Array(Math.ceil(text.length / 8) * 2);
  for (let i = 0; i < text.length; i++) {
    words[i >> 2] = (words[i >> 2] as number) | (text.charCodeAt(i) << ((i & 3) << 3));
  }
  return words;
}

function same(names: readonly string[], others: readonly string[]): boolean {
  const { length } = names;
  if (length !== others.length) return false;
  for (let i = 0; i < length; i++) if (names[i] !== others[i]) return false;
  return true;
}

/** Are these its names, all of them and in this order? By a loop over them, which makes no list. */
function has(record: object, names: readonly string[]): boolean {
  let i = 0;
  for (const name in record) if (name !== names[i++]) return false;
  return i === names.length;
}
