// Values that need no encoding: numbers, booleans, nothings, short texts, refs, and records of these. Each is a word of 8
// bytes or two, told apart by four bits; all text comes behind the words, in one piece.
//
//   0      4       6      8                              8 x words                          + text
//   │ tags │ text  │ words │ the words of each, in order │ the text of each, in order, in ASCII │
//
//   number               the number              text     its length
//   true, false, null…   nothing but the tag     ref      { cell, generation } { definition, length of its path, or FIRST_TEXT }
//   record               { shape, fields << 16 | length of its names } { 16 tags }, then its fields' words
//
// It is what programs send most: a record of three fields arrives in half the time that it takes by way of MessagePack, which
// takes what does not fit.
import {
  TAG_FALSE,
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
/** Where an engine has ways of its own between texts and bytes; without them each character costs. */
const { latin1Write, latin1Slice, byteLength } = nodeTexts;
const native = latin1Write && latin1Slice && byteLength ? { latin1Write, latin1Slice, byteLength } : undefined;
const TEXT_MAX = native ? 4096 : 256;
/** Up to here a character at a time is faster than a call of a native function. */
const SPELLED_MAX = 16;
const TOGETHER_MAX = 48;
/** So much is made text at once, and texts are cut out of it. No more: whoever keeps one of them keeps all of that. */
const WINDOW = 512;
/** Paths read lately, by cell; the same actors are heard from again and again. */
const KEPT = 4096;
/** In the place of a length: that text is the first one. */
const FIRST_TEXT = 0xffff;
/** In the place of a tag: it does not fit. */
const UNFIT = -1;

export class Words {
  // What was composed last: its words, and its texts.
  readonly #f64 = new Float64Array(WORDS_MAX);
  readonly #u32 = new Uint32Array(this.#f64.buffer);
  #count = 0;
  readonly #texts: string[] = [];
  #textCount = 0;
  #length = 0;
  /** One of them was too long to be looked at here. */
  #long = false;
  /** All texts in one, when that is long. */
  #joined: string | undefined;
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

  /** How many bytes write() will take for these; 0: they must be encoded, also where a getter throws. */
  compose(values: readonly unknown[]): number {
    if (this.#busy || values.length > ARGS_MAX) return 0;
    this.#begin();
    try {
      let tags = 0;
      for (let i = 0; i < values.length; i++) {
        const tag = this.#put(values[i], false);
        if (tag === UNFIT) return 0;
        tags |= tag << (i << 2);
      }
      return this.#end(values.length, tags);
    } catch {
      // Whoever encodes it says what, and where.
      return 0;
    } finally {
      this.#busy = false;
    }
  }

  /** The same for one value. */
  composeOne(value: unknown): number {
    if (this.#busy) return 0;
    this.#begin();
    try {
      const tag = this.#put(value, false);
      return tag === UNFIT ? 0 : this.#end(1, tag);
    } catch {
      // Whoever encodes it says what, and where.
      return 0;
    } finally {
      this.#busy = false;
    }
  }

  /** The same for a path and an init. A ref with that path, as of a parent that names itself, does not repeat it. */
  composeInit(path: string, init: unknown): number {
    if (this.#busy) return 0;
    this.#begin();
    try {
      if (this.#put(path, false) === UNFIT) return 0;
      this.#path = path;
      const tag = this.#put(init, false);
      return tag === UNFIT ? 0 : this.#end(2, TAG_TEXT | (tag << 4));
    } catch {
      // Whoever encodes it says what, and where.
      return 0;
    } finally {
      this.#path = undefined;
      this.#busy = false;
    }
  }

  #begin(): void {
    this.#busy = true;
    this.#count = 1;
    this.#textCount = 0;
    this.#length = 0;
    this.#long = false;
    this.#joined = undefined;
  }

  #end(count: number, tags: number): number {
    if (native && this.#length > TOGETHER_MAX) {
      let joined = "";
      for (let i = 0; i < this.#textCount; i++) joined += this.#texts[i] as string;
      if (this.#long && native.byteLength(joined) !== this.#length) return 0;
      this.#joined = joined;
    }
    this.#u32[0] = (count << 28) | tags;
    this.#u32[1] = (this.#count << 16) | this.#length;
    return (this.#count << 3) + this.#length;
  }

  /** What was composed last, at `at`, a multiple of 8. */
  write({ u8, u32 }: Views, at: number): void {
    const from = this.#u32;
    const to = at >>> 2;
    const count = this.#count << 1;
    for (let i = 0; i < count; i++) u32[to + i] = from[i] as number;
    let text = at + (count << 2);
    if (this.#joined !== undefined) {
      native?.latin1Write.call(u8, this.#joined, text, this.#length);
      return;
    }
    const texts = this.#texts;
    for (let i = 0; i < this.#textCount; i++) {
      const one = texts[i] as string;
      for (let k = 0; k < one.length; k++) u8[text++] = one.charCodeAt(k);
    }
  }

  /** Adds the words of a value. Answers its tag, or UNFIT. */
  #put(value: unknown, nested: boolean): number {
    switch (typeof value) {
      case "number":
        if (this.#count === WORDS_MAX) return UNFIT;
        this.#f64[this.#count++] = value;
        return TAG_NUMBER;
      case "string": {
        const word = this.#count;
        if (word === WORDS_MAX || !this.#text(value)) return UNFIT;
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
        if (value instanceof Ref) return this.#putRef(value);
        return nested ? UNFIT : this.#putRecord(value);
      default:
        return UNFIT;
    }
  }

  #putRef(ref: Ref): number {
    const word = this.#count << 1;
    const { path } = ref;
    if (ref.here || ref.native || this.#count + 2 > WORDS_MAX) return UNFIT;
    const first = path === this.#path;
    if (!first && !this.#text(path)) return UNFIT;
    this.#u32[word] = ref.cell;
    this.#u32[word + 1] = ref.generation;
    this.#u32[word + 2] = this.#hash(ref.definition);
    this.#u32[word + 3] = first ? FIRST_TEXT : path.length;
    this.#count += 2;
    return TAG_REF;
  }

  #putRecord(record: object): number {
    if (Object.getPrototypeOf(record) !== Object.prototype) return UNFIT;
    const shape = this.#shapes.of(record);
    if (!shape) return UNFIT;
    const { names } = shape;
    const fields = names.length;
    if (this.#count + 2 + fields * 2 > WORDS_MAX || this.#length + shape.text.length > TEXT_MAX) return UNFIT;
    const word = this.#count << 1;
    this.#count += 2;
    this.#add(shape.text);
    let low = 0;
    let high = 0;
    for (let i = 0; i < fields; i++) {
      const tag = this.#put((record as { readonly [name: string]: unknown })[names[i] as string], true);
      if (tag === UNFIT) return UNFIT;
      if (i < 8) low |= tag << (i << 2);
      else high |= tag << ((i - 8) << 2);
    }
    this.#u32[word] = shape.hash;
    this.#u32[word + 1] = (fields << 16) | shape.text.length;
    this.#u32[word + 2] = low;
    this.#u32[word + 3] = high;
    return TAG_RECORD;
  }

  /** False: it is too long, or not in ASCII as far as it was looked at. */
  #text(text: string): boolean {
    const { length } = text;
    if (this.#length + length > TEXT_MAX) return false;
    const isLong = native !== undefined && length > TOGETHER_MAX;
    // At one unit of a long text too: looked at, what was added together becomes one piece, for this and all later times.
    const looked = isLong ? 1 : length;
    for (let i = 0; i < looked; i++) if (text.charCodeAt(i) > 127) return false;
    if (isLong) this.#long = true;
    this.#add(text);
    return true;
  }

  #add(text: string): void {
    this.#texts[this.#textCount++] = text;
    this.#length += text.length;
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
    const tags = this.#open(views, at);
    const values = new Array<unknown>(tags >>> 28);
    for (let i = 0; i < values.length; i++) values[i] = this.#take(views, (tags >>> (i << 2)) & 15, carrier, reader);
    this.#window = "";
    return values;
  }

  /** The one behind so many texts. */
  readOne(views: Views, at: number, carrier: Carrier, reader: Holder, texts: number): unknown {
    const tags = this.#open(views, at);
    for (let i = 0; i < texts; i++) this.#at += views.u32[this.#word++ << 1] as number;
    const value = this.#take(views, (tags >>> (texts << 2)) & 15, carrier, reader);
    this.#window = "";
    return value;
  }

  #open({ u32 }: Views, at: number): number {
    const sizes = u32[(at >>> 2) + 1] as number;
    this.#word = (at >>> 3) + 1;
    this.#first = this.#word << 1;
    this.#at = at + ((sizes >>> 16) << 3);
    this.#firstAt = this.#at;
    this.#textEnd = this.#at + (sizes & 0xffff);
    this.#window = "";
    this.#seen = 0;
    return u32[at >>> 2] as number;
  }

  #take(views: Views, tag: number, carrier: Carrier, reader: Holder): unknown {
    switch (tag) {
      case TAG_NUMBER:
        return views.f64[this.#word++];
      case TAG_TEXT:
        return this.#taken(views.u8, views.u32[this.#word++ << 1] as number);
      case TAG_REF:
        return this.#takeRef(views, carrier, reader);
      case TAG_RECORD:
        return this.#takeRecord(views, carrier, reader);
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

  #takeRecord(views: Views, carrier: Carrier, reader: Holder): object {
    const { u8, u32 } = views;
    const word = this.#word << 1;
    this.#word += 2;
    const sizes = u32[word + 1] as number;
    const low = u32[word + 2] as number;
    const high = u32[word + 3] as number;
    const length = sizes & 0xffff;
    const names = this.#shapes.read(u8, u32[word] as number, this.#at, length);
    this.#at += length;
    const record: { [name: string]: unknown } = {};
    const fields = sizes >>> 16;
    for (let i = 0; i < fields; i++) {
      const tag = (i < 8 ? low >>> (i << 2) : high >>> ((i - 8) << 2)) & 15;
      record[names[i] as string] = this.#take(views, tag, carrier, reader);
    }
    return record;
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

/** Of ASCII, four at a time. */
function spelled(u8: Uint8Array, from: number, to: number): string {
  const code = String.fromCharCode;
  let text = "";
  let at = from;
  for (; at + 4 <= to; at += 4) {
    text += code(u8[at] as number, u8[at + 1] as number, u8[at + 2] as number, u8[at + 3] as number);
  }
  for (; at < to; at++) text += code(u8[at] as number);
  return text;
}
