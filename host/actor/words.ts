// Values that need no encoding: numbers, booleans, nothings, dates, short texts, refs, and records and lists of all these. Each
// is a few words of 8 bytes, most of them one, told apart by four bits; all text comes behind the words, in one piece.
//
//   0      4       6      8                              8 x words                          + text
//   │ tags │ text  │ words │ the words of each, in order │ the text of each, in order, in ASCII │
//
//   number               the number              text     its length
//   date                 its milliseconds        list     { length, 8 tags }, 16 more tags a word, then its items' words
//   true, false, null…   nothing but the tag     ref      { cell, generation } { definition, length of its path, or FIRST_TEXT }
//   record               { shape, fields << 16 | length of its names } { 16 tags }, its names, then its fields' words
//
// It is what programs send most: a record with a record in it arrives in two fifths of the time that it takes by way of
// MessagePack, which takes what does not fit.
//
// Words and texts are composed in memory of this class, and copied from there when it is known how much they are.
import {
  TAG_DATE,
  TAG_FALSE,
  TAG_LIST,
  TAG_NULL,
  TAG_NUMBER,
  TAG_RECORD,
  TAG_REF,
  TAG_TEXT,
  TAG_TRUE,
  TAG_UNDEFINED,
} from "../../assembly/layout.ts";
import type { Views } from "../core/memory.ts";
import { nodeTexts } from "../wire/text.ts";
import type { Carrier } from "./carrier.ts";
import { hashOf, nameOf } from "./hash.ts";
import type { Holder } from "./holder.ts";
import { Ref, valueWith } from "./ref.ts";
import { Shapes } from "./shapes.ts";

const ARGS_MAX = 7;
const WORDS_MAX = 256;
/** Records and lists within each other. */
const DEPTH_MAX = 16;
/** Where an engine has ways of its own between texts and bytes; without them each character costs. */
const { latin1Write, latin1Slice, byteLength } = nodeTexts;
const native = latin1Write && latin1Slice && byteLength ? { latin1Write, latin1Slice, byteLength } : undefined;
const TEXT_MAX = native ? 4096 : 256;
/** Up to here a character at a time is faster than a call of a native function. */
const SPELLED_MAX = 16;
const COPIED_MAX = 48;
/** So much is made text at once, and texts are cut out of it. No more: whoever keeps one of them keeps all of that. */
const WINDOW = 512;
/** Paths read lately, by cell; the same actors are heard from again and again. */
const KEPT = 4096;
/** In the place of a length: that text is the first one. */
const FIRST_TEXT = 0xffff;

export class Words {
  // What was composed last: its words, and its texts.
  readonly #f64 = new Float64Array(WORDS_MAX);
  readonly #u32 = new Uint32Array(this.#f64.buffer);
  #count = 0;
  readonly #text32 = new Uint32Array(TEXT_MAX / 4);
  readonly #text8 = new Uint8Array(this.#text32.buffer);
  #length = 0;
  /** From here on they are in one text instead, the first of which is long; such ones have not been looked at here. */
  #copied = 0;
  #joined = "";
  #depth = 0;
  /** Something does not fit. */
  #unfit = false;
  /** What a ref need not say: its path is the text that came first. */
  #path: string | undefined;
  /** A getter of the value that is being composed may send something itself. */
  #busy = false;
  readonly #shapes = new Shapes();
  /** Addresses that have been read: no text is made of the same bytes twice. */
  readonly #known = new Map<number, { generation: number; definition: string; path: string }>();
  /** Definitions by name, as they are written. */
  readonly #hashes = new Map<string, number>();

  // ---- writing ------------------------------------------------------------------------------------

  /**
   * How many bytes write() will take for these; 0: they must be encoded, also where a getter throws. A ref with this path, as of a
   * parent that names itself, does not repeat it: it is the first of the values.
   */
  compose(values: readonly unknown[], path?: string): number {
    if (this.#busy || values.length > ARGS_MAX) return 0;
    this.#begin(path);
    try {
      let tags = 0;
      for (let i = 0; i < values.length; i++) tags |= this.put(values[i]) << (i << 2);
      return this.#end(values.length, tags);
    } catch {
      // Whoever encodes it says what, and where.
      return 0;
    } finally {
      this.#busy = false;
    }
  }

  #begin(path: string | undefined): void {
    this.#busy = true;
    this.#path = path;
    this.#unfit = false;
    this.#depth = 0;
    this.#count = 1;
    this.#length = 0;
    this.#joined = "";
  }

  #end(count: number, tags: number): number {
    const joined = this.#joined;
    if (joined === "") this.#copied = this.#length;
    if (this.#unfit || (joined !== "" && native?.byteLength(joined) !== joined.length)) return 0;
    this.#u32[0] = (count << 28) | tags;
    this.#u32[1] = (this.#count << 16) | this.#length;
    // Texts are copied four bytes at a time.
    return (this.#count << 3) + ((this.#length + 3) & ~3);
  }

  /** What was composed last, at `at`, a multiple of 8. */
  write({ u8, u32 }: Views, at: number): void {
    const from = this.#u32;
    const to = at >>> 2;
    const count = this.#count << 1;
    for (let i = 0; i < count; i++) u32[to + i] = from[i] as number;
    const texts = this.#text32;
    for (let i = 0; i << 2 < this.#copied; i++) u32[to + count + i] = texts[i] as number;
    const joined = this.#joined;
    if (joined !== "") native?.latin1Write.call(u8, joined, at + (count << 2) + this.#copied, joined.length);
  }

  /** Adds the words of a value. Answers its tag. */
  put(value: unknown): number {
    switch (typeof value) {
      case "number":
        return this.#putNumber(value, TAG_NUMBER);
      case "string": {
        const word = this.#count;
        if (word === WORDS_MAX || !this.#text(value)) return this.#refuse();
        this.#u32[word << 1] = value.length;
        this.#count = word + 1;
        return TAG_TEXT;
      }
      case "boolean":
        return value ? TAG_TRUE : TAG_FALSE;
      case "undefined":
        return TAG_UNDEFINED;
      case "object":
        if (value === null) return TAG_NULL;
        return value instanceof Ref ? this.#putRef(value) : this.#putObject(value);
      default:
        return this.#refuse();
    }
  }

  #putNumber(value: number, tag: number): number {
    if (this.#count === WORDS_MAX) return this.#refuse();
    this.#f64[this.#count++] = value;
    return tag;
  }

  /** Nothing more once something does not fit: there is no end of what is in a circle. */
  #putObject(value: object): number {
    if (this.#unfit || this.#depth === DEPTH_MAX) return this.#refuse();
    const prototype: unknown = Object.getPrototypeOf(value);
    this.#depth++;
    const tag =
      prototype === Object.prototype
        ? this.#putRecord(value)
        : prototype === Array.prototype
          ? this.#putList(value as readonly unknown[])
          : prototype === Date.prototype
            ? this.#putNumber(Number(value), TAG_DATE)
            : this.#refuse();
    this.#depth--;
    return tag;
  }

  #refuse(): number {
    this.#unfit = true;
    return TAG_UNDEFINED;
  }

  #putRef(ref: Ref): number {
    const word = this.#count << 1;
    const { path } = ref;
    if (ref.here || ref.native || this.#count + 2 > WORDS_MAX) return this.#refuse();
    const first = path === this.#path;
    if (!first && !this.#text(path)) return this.#refuse();
    this.#u32[word] = ref.cell;
    this.#u32[word + 1] = ref.generation;
    this.#u32[word + 2] = this.#hash(ref.definition);
    this.#u32[word + 3] = first ? FIRST_TEXT : path.length;
    this.#count += 2;
    return TAG_REF;
  }

  #putRecord(record: object): number {
    const shape = this.#shapes.of(record);
    if (!shape) return this.#refuse();
    const { words, rows } = shape;
    const fields = shape.names.length;
    const names = (this.#count + 2) << 1;
    if (names + words.length > WORDS_MAX * 2) return this.#refuse();
    const u32 = this.#u32;
    u32[names - 4] = shape.hash;
    u32[names - 3] = (fields << 16) | shape.length;
    for (let i = 0; i < words.length; i++) u32[names + i] = words[i] as number;
    this.#count = (names + words.length) >>> 1;
    for (let i = 0; i < 2; i++) u32[names - 2 + i] = rows[i]?.put(record as { [name: string]: unknown }, this) ?? 0;
    return TAG_RECORD;
  }

  #putList(list: readonly unknown[]): number {
    const { length } = list;
    const at = this.#count << 1;
    const end = at + tagsEnd(length);
    if (end > WORDS_MAX * 2) return this.#refuse();
    const u32 = this.#u32;
    this.#count = end >>> 1;
    u32.fill(0, at, end);
    u32[at] = length;
    for (let i = 0; i < length; i++) {
      const item = list[i];
      // A hole.
      if (item === undefined && !(i in list)) return this.#refuse();
      const word = at + 1 + (i >>> 3);
      u32[word] = (u32[word] as number) | (this.put(item) << ((i & 7) << 2));
    }
    return TAG_LIST;
  }

  /** False: it is too long, or not in ASCII as far as it was looked at. */
  #text(text: string): boolean {
    const { length } = text;
    const at = this.#length;
    if (at + length > TEXT_MAX) return false;
    const isLong = native !== undefined && length > COPIED_MAX;
    if (isLong && this.#joined === "") this.#copied = at;
    // At one unit of a long text too: looked at, what was added together becomes one piece, for this and all later times.
    const looked = isLong ? 1 : length;
    for (let i = 0; i < looked; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      this.#text8[at + i] = unit;
    }
    if (isLong || this.#joined !== "") this.#joined += text;
    this.#length = at + length;
    return true;
  }

  /** A definition that this thread knows by its digits only is passed on by them. */
  #hash(definition: string): number {
    let hash = this.#hashes.get(definition);
    if (hash === undefined) {
      hash = definition.startsWith("#") ? Number.parseInt(definition.slice(1), 16) : hashOf(definition);
      this.#hashes.set(definition, hash);
    }
    return hash;
  }

  // ---- reading ------------------------------------------------------------------------------------
  //
  // No code of users runs meanwhile, so where it has got to can be kept here.

  #views: Views | undefined;
  #carrier: Carrier | undefined;
  #reader: Holder | undefined;
  #word = 0;
  #at = 0;
  /** Where the length of the first text is, in words of 4 bytes, and the text. */
  #first = 0;
  #firstAt = 0;
  #textEnd = 0;
  /** What is there from #seen on, once one of the texts was long. */
  #window = "";
  #seen = 0;

  /** The values at `at`. Refs are the reader's. */
  read(views: Views, at: number, carrier: Carrier, reader: Holder): unknown[] {
    const tags = this.#open(views, at, carrier, reader);
    const values = new Array<unknown>(tags >>> 28);
    for (let i = 0; i < values.length; i++) values[i] = this.take((tags >>> (i << 2)) & 15);
    this.#close();
    return values;
  }

  /** The one behind so many texts. */
  readOne(views: Views, at: number, carrier: Carrier, reader: Holder, texts: number): unknown {
    const tags = this.#open(views, at, carrier, reader);
    for (let i = 0; i < texts; i++) this.#at += views.u32[this.#word++ << 1] as number;
    const value = this.take((tags >>> (texts << 2)) & 15);
    this.#close();
    return value;
  }

  #open(views: Views, at: number, carrier: Carrier, reader: Holder): number {
    const { u32 } = views;
    const sizes = u32[(at >>> 2) + 1] as number;
    this.#views = views;
    this.#carrier = carrier;
    this.#reader = reader;
    this.#word = (at >>> 3) + 1;
    this.#first = this.#word << 1;
    this.#at = at + ((sizes >>> 16) << 3);
    this.#firstAt = this.#at;
    this.#textEnd = this.#at + (sizes & 0xffff);
    this.#seen = 0;
    return u32[at >>> 2] as number;
  }

  #close(): void {
    this.#reader = undefined;
    this.#window = "";
  }

  /** The next value, which has that tag. */
  take(tag: number): unknown {
    const views = this.#views as Views;
    switch (tag) {
      case TAG_NUMBER:
        return views.f64[this.#word++];
      case TAG_TEXT:
        return this.#taken(views.u8, views.u32[this.#word++ << 1] as number);
      case TAG_REF:
        return this.#takeRef(views, this.#carrier as Carrier, this.#reader as Holder);
      case TAG_RECORD:
        return this.#takeRecord(views);
      case TAG_LIST:
        return this.#takeList(views);
      case TAG_DATE:
        return new Date(views.f64[this.#word++] as number);
      default:
        return valueWith(tag, 0);
    }
  }

  #takeRef({ u8, u32 }: Views, carrier: Carrier, reader: Holder): Ref {
    const word = this.#word << 1;
    this.#word += 2;
    const cell = u32[word] as number;
    const generation = u32[word + 1] as number;
    const length = u32[word + 3] as number;
    let known = this.#known.get(cell);
    if (known?.generation !== generation) {
      const path = length === FIRST_TEXT ? this.#firstText(u8, u32) : this.#taken(u8, length);
      known = { generation, definition: nameOf(u32[word + 2] as number), path };
      if (this.#known.size >= KEPT) this.#known.clear();
      this.#known.set(cell, known);
    } else if (length !== FIRST_TEXT) this.#at += length;
    return new Ref(carrier, cell, generation, known.definition, known.path, reader);
  }

  #takeRecord(views: Views): object {
    const { u32 } = views;
    const at = (this.#word + 2) << 1;
    const length = (u32[at - 3] as number) & 0xffff;
    const { words, rows, blank } = this.#shapes.read(views, u32[at - 4] as number, at, length);
    this.#word = (at + words.length) >>> 1;
    const record = blank();
    for (let i = 0; i < rows.length; i++) rows[i]?.take(record, u32[at - 2 + i] as number, this);
    return record;
  }

  #takeList({ u32 }: Views): unknown[] {
    const at = this.#word << 1;
    const length = u32[at] as number;
    this.#word += tagsEnd(length) >>> 1;
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) {
      list.push(this.take(((u32[at + 1 + (i >>> 3)] as number) >>> ((i & 7) << 2)) & 15));
    }
    return list;
  }

  #firstText(u8: Uint8Array, u32: Uint32Array): string {
    const next = this.#at;
    this.#at = this.#firstAt;
    this.#window = "";
    this.#seen = 0;
    const text = this.#taken(u8, u32[this.#first] as number);
    this.#at = next;
    return text;
  }

  /** The next text. Short ones are spelled; long ones are cut out of what is read at once. */
  #taken(u8: Uint8Array, length: number): string {
    const from = this.#at;
    this.#at += length;
    if (!native || length <= SPELLED_MAX) return spelled(u8, from, this.#at);
    if (this.#at > this.#seen + this.#window.length) {
      const to = Math.min(from + Math.max(length, WINDOW), this.#textEnd);
      this.#window = native.latin1Slice.call(u8, from, to);
      this.#seen = from;
    }
    return this.#window.substring(from - this.#seen, this.#at - this.#seen);
  }
}

/** Of a list of that length: how many words of 4 bytes come before its items, itself among them. */
const tagsEnd = (length: number): number => ((length + 23) >>> 4) << 1;

/** Of ASCII, eight at a time: what is put together of few pieces costs less. */
function spelled(u8: Uint8Array, from: number, to: number): string {
  const code = String.fromCharCode;
  let text = "";
  for (let at = from; ; at += 8) {
    const left = to - at;
    if (left === 0) return text;
    const a = u8[at] as number;
    if (left === 1) return text + code(a);
    const b = u8[at + 1] as number;
    if (left === 2) return text + code(a, b);
    const c = u8[at + 2] as number;
    if (left === 3) return text + code(a, b, c);
    const d = u8[at + 3] as number;
    if (left === 4) return text + code(a, b, c, d);
    const e = u8[at + 4] as number;
    if (left === 5) return text + code(a, b, c, d, e);
    const f = u8[at + 5] as number;
    if (left === 6) return text + code(a, b, c, d, e, f);
    const g = u8[at + 6] as number;
    if (left === 7) return text + code(a, b, c, d, e, f, g);
    text += code(a, b, c, d, e, f, g, u8[at + 7] as number);
  }
}
