// MessagePack, written and read by hand for declared types (github.com/msgpack/msgpack/blob/master/spec.md): the smallest form
// of everything on writing, every legal form on reading, and never a byte beyond the end.
import { ZanniError } from "../errors.ts";
import { copy, copyOf, isSpare } from "./copy.ts";
import { slab } from "./slab.ts";
import { isWellFormed, nodeTexts } from "./text.ts";

const { utf8Write, latin1Slice } = nodeTexts;

/** Texts up to this long are written unit by unit: while they are ASCII that is faster than a call. */
export const LOOPED = utf8Write ? 24 : 100;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Texts up to this long are read unit by unit, */
export const SPELLED = 16;
/** and where the engine does not offer to do it, up to this long. */
const SLICED = 48;
/**
 * For longer ones so many bytes are made text at once, and texts are cut out of that. No more: whoever keeps one of them keeps
 * all that it was cut out of.
 */
const WINDOW = 512;

/** What is read whole, and is of this size, is copied before: several bytes at a time are faster. */
const DESK_MIN = 128;
const DESK_MAX = 65536;
let desk = new Uint8Array(4096);
let deskView = new DataView(desk.buffer);
const floatView = new DataView(new ArrayBuffer(8));

/** Seconds since 1970 and nanoseconds, as MessagePack's extension -1 has them. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A whole number of 32 bits without a sign takes no more bytes. */
export const NATURAL_MOST = 5;

/** Bytes that somebody else has reserved are used up. */
export const noRoom = Symbol("no room");

/** So much is written one after the other into memory that several share, as Node's small Buffers do; longer ones have their own. */
const SLAB_MAX = 1024;
/** Where less than this is left of it, another one begins. */
const SLAB_MIN = 256;

export class Writer {
  #own: Uint8Array = new Uint8Array(256);
  #ownView: DataView = new DataView(this.#own.buffer);
  #from = 0;
  // Whoever writes many values in a row may do so by itself, and say how far it came: see fields.ts.
  memory = this.#own;
  view = this.#ownView;
  /** Where the next byte goes, */
  at = 0;
  /** and where none goes any more. */
  limit = this.#own.length;
  /** Where others keep what was written before; its rest is free. */
  #slab: Uint8Array = new Uint8Array();
  #slabView = this.#ownView;
  #slabBuffer = this.#slab.buffer;
  #slabAt = 0;
  #used = 0;
  /** What the last one took. */
  #last = 0;

  /** From here on, as if nothing had been written. */
  begin(): void {
    this.memory = this.#own;
    this.view = this.#ownView;
    this.#from = 0;
    this.at = 0;
    this.limit = this.#own.length;
  }

  /** The same, for what the caller keeps; end() answers it. */
  beginKept(): void {
    if (!slab || this.#last > SLAB_MAX) {
      this.begin();
      return;
    }
    // The next one most likely takes little more.
    if (this.#used + Math.max(SLAB_MIN, this.#last + (this.#last >>> 2)) > this.#slab.length) {
      this.#slab = slab();
      this.#slabBuffer = this.#slab.buffer;
      this.#slabAt = this.#slab.byteOffset;
      this.#slabView = new DataView(this.#slabBuffer, this.#slabAt, this.#slab.length);
      this.#used = 0;
    }
    if (this.memory !== this.#slab) {
      this.memory = this.#slab;
      this.view = this.#slabView;
    }
    this.#from = this.#used;
    this.at = this.#used;
    this.limit = this.#slab.length;
  }

  /** Into these bytes, not beyond `end`: throws `noRoom`. */
  aim(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    this.memory = bytes;
    this.view = view;
    this.#from = at;
    this.at = at;
    this.limit = end;
  }

  /** What has been written, valid until the next begin(). */
  get written(): Uint8Array {
    return this.memory.subarray(this.#from, this.at);
  }

  /** What has been written since beginKept(), the caller's. */
  end(): Uint8Array {
    const size = this.at - this.#from;
    this.#last = size;
    if (this.memory === this.#own || size > SLAB_MAX) return this.memory.slice(this.#from, this.at);
    this.#used = this.at;
    return new Uint8Array(this.#slabBuffer, this.#slabAt + this.#from, size);
  }

  /** Its own memory is much more than this one took. */
  get isSpare(): boolean {
    return isSpare(this.#own.length, this.at - this.#from);
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** A whole number within ±2^53. */
  int(value: number): void {
    if (value >= 0) this.#natural(value);
    else if (value >= -32) this.#byte(value & 0xff);
    else if (value >= -0x80) this.#sized(0xd0, 1, value & 0xff);
    else if (value >= -0x8000) this.#sized(0xd1, 2, value & 0xffff);
    else if (value >= -0x80000000) this.#sized(0xd2, 4, value >>> 0);
    else this.#wide(0xd3, BigInt(value));
  }

  bigint(value: bigint): void {
    if (value >= -0x80000000n && value <= 0xffffffffn) this.int(Number(value));
    else this.#wide(value < 0n ? 0xd3 : 0xcf, value);
  }

  f32(value: number): void {
    this.#room(5);
    this.memory[this.at] = 0xca;
    this.view.setFloat32(this.at + 1, value);
    this.at += 5;
  }

  f64(value: number): void {
    this.#room(9);
    this.memory[this.at] = 0xcb;
    this.view.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  /** False: half of a surrogate pair is in it, and nothing has been written. */
  string(value: string): boolean {
    const { length } = value;
    this.#room(length + 5);
    if (length <= LOOPED) {
      const head = length < 32 ? 1 : 2;
      if (writeAscii(this.memory, this.at + head, value)) {
        this.#header(length, 0xa0, 31, 0xd9, 0xda, 0xdb);
        this.at += length;
        return true;
      }
    }
    if (utf8Write && length > LOOPED && length < 0x10000) {
      const head = length < 32 ? 1 : length < 0x100 ? 2 : 3;
      // As many bytes as units: it is ASCII. A character that does not fit is left out whole, so there is room for one more, or
      // what is cut off could be as long.
      this.#room(head + length + 4);
      if (utf8Write.call(this.memory, value, this.at + head, this.limit - this.at - head) === length) {
        this.#header(length, 0xa0, 31, 0xd9, 0xda, 0xdb);
        this.at += length;
        return true;
      }
    }
    if (!isWellFormed(value)) return false;
    this.#room(length * 3 + 5);
    const head = 5;
    const from = this.at + head;
    const written = utf8Write
      ? utf8Write.call(this.memory, value, from, length * 3)
      : encoder.encodeInto(value, this.memory.subarray(from)).written;
    this.#header(written, 0xa0, 31, 0xd9, 0xda, 0xdb);
    if (this.at !== from) this.memory.copyWithin(this.at, from, from + written);
    this.at += written;
    return true;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length + 5);
    this.#header(value.length, 0, -1, 0xc4, 0xc5, 0xc6);
    copy(value, this.memory, this.at);
    this.at += value.length;
  }

  array(length: number): void {
    if (length < 16 && this.at < this.limit) {
      this.memory[this.at++] = 0x90 | length;
      return;
    }
    this.#room(5);
    this.#header(length, 0x90, 15, 0, 0xdc, 0xdd);
  }

  map(size: number): void {
    this.#room(5);
    this.#header(size, 0x80, 15, 0, 0xde, 0xdf);
  }

  /** In 4, 8 or 12 bytes. */
  instant({ seconds, nanoseconds }: Instant): void {
    this.#room(15);
    const bytes = this.memory;
    const view = this.view;
    const at = this.at;
    if (seconds >= 0 && seconds < 2 ** 34) {
      const short = nanoseconds === 0 && seconds < 2 ** 32;
      bytes[at] = short ? 0xd6 : 0xd7;
      bytes[at + 1] = 0xff;
      if (short) view.setUint32(at + 2, seconds);
      else {
        view.setUint32(at + 2, nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
        view.setUint32(at + 6, seconds >>> 0);
      }
      this.at += short ? 6 : 10;
      return;
    }
    bytes[at] = 0xc7;
    bytes[at + 1] = 12;
    bytes[at + 2] = 0xff;
    view.setUint32(at + 3, nanoseconds);
    view.setBigInt64(at + 7, BigInt(seconds));
    this.at += 15;
  }

  #natural(value: number): void {
    if (value > 0xffffffff) {
      this.#wide(0xcf, BigInt(value));
      return;
    }
    this.#room(NATURAL_MOST);
    this.at = writeNatural(this.memory, this.view, this.at, value);
  }

  /** A length; the room for it is there. A code of 0: there is no such form. */
  #header(length: number, fixed: number, most: number, one: number, two: number, four: number): void {
    if (length <= most) this.memory[this.at++] = fixed | length;
    else if (length < 0x100 && one !== 0) this.#sized(one, 1, length);
    else if (length < 0x10000) this.#sized(two, 2, length);
    else this.#sized(four, 4, length);
  }

  #sized(code: number, size: 1 | 2 | 4, value: number): void {
    this.#room(5);
    const at = this.at;
    this.memory[at] = code;
    if (size === 1) this.memory[at + 1] = value;
    else if (size === 2) this.view.setUint16(at + 1, value);
    else this.view.setUint32(at + 1, value);
    this.at = at + 1 + size;
  }

  #wide(code: number, value: bigint): void {
    this.#room(9);
    this.memory[this.at] = code;
    this.view.setBigUint64(this.at + 1, BigInt.asUintN(64, value));
    this.at += 9;
  }

  #byte(value: number): void {
    this.#room(1);
    this.memory[this.at++] = value;
  }

  #room(bytes: number): void {
    if (this.at + bytes > this.limit) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    if (this.memory !== this.#own && this.memory !== this.#slab) throw noRoom;
    const { written } = this;
    const size = written.length;
    if (size + bytes > this.#own.length) {
      this.#own = new Uint8Array(Math.max(this.#own.length * 2, size + bytes));
      this.#ownView = new DataView(this.#own.buffer);
    }
    this.#own.set(written);
    this.begin();
    this.at = size;
  }
}

export class Reader {
  // Whoever reads many values in a row may do so by itself, and say how far it came: see fields.ts.
  memory: Uint8Array;
  /** Of the same bytes, where there is one. */
  view: DataView | undefined;
  /** Where the next byte comes from, */
  at: number;
  /** and where none comes from any more. */
  limit: number;
  #begin = 0;
  /** What is there from #seen on, each byte as a unit. */
  #window = "";
  #seen = 0;
  #ahead = 0;

  /** From `at` on, up to `end`. */
  constructor(bytes: Uint8Array, at: number, end: number) {
    this.memory = bytes;
    this.at = at;
    this.limit = end;
  }

  /**
   * The same again and again, for one who reads all of it before anybody else does so. Copied before where that is faster, and
   * where an engine makes no texts of shared memory.
   */
  static whole(bytes: Uint8Array, at: number, end: number): Reader {
    const size = end - at;
    if (size > DESK_MAX) {
      const large = new Reader(bytes, at, end);
      return latin1Slice ? large.#turn(bytes, at, end) : large.#turn(bytes.slice(at, end), 0, size);
    }
    if (size < DESK_MIN && latin1Slice) return reader.#turn(bytes, at, end);
    if (size > desk.length) {
      desk = new Uint8Array(Math.min(size * 2, DESK_MAX));
      deskView = new DataView(desk.buffer);
    }
    desk.set(size === bytes.length ? bytes : bytes.subarray(at, end));
    return reader.#turn(desk, 0, size, deskView);
  }

  /** All has been read: whoever has the bytes has them alone. */
  over(): void {
    this.memory = desk;
  }

  #turn(bytes: Uint8Array, at: number, end: number, view?: DataView): this {
    this.memory = bytes;
    this.view = view;
    this.#begin = at;
    this.at = at;
    this.limit = end;
    this.#window = "";
    this.#seen = 0;
    this.#ahead = WINDOW;
    return this;
  }

  get left(): number {
    return this.limit - this.at;
  }

  /** From there again, where something has been read: texts are looked for ahead only. */
  back(at: number): void {
    this.at = at;
    this.#window = "";
    this.#seen = 0;
  }

  /** Is the next value nothing? Then it is taken. */
  nil(): boolean {
    if (this.at >= this.limit || this.memory[this.at] !== 0xc0) return false;
    this.at++;
    return true;
  }

  bool(): boolean {
    const code = this.#code();
    if (code === 0xc3) return true;
    if (code === 0xc2) return false;
    throw this.wrong("a boolean", this.at - 1);
  }

  /** A whole number; as a bigint when it is beyond ±2^53. */
  int(): number | bigint {
    const at = this.at;
    const code = this.#code();
    if (code >= 0xe0) return code - 0x100;
    const size = naturalSize(code);
    if (size > 0) {
      this.#take(size - 1);
      return naturalAt(this.memory, at, size);
    }
    switch (code) {
      case 0xcf:
        return narrow(this.#wide());
      case 0xd0:
        return (this.#u8() << 24) >> 24;
      case 0xd1:
        return (this.#u16() << 16) >> 16;
      case 0xd2:
        return this.#u32() | 0;
      case 0xd3:
        return narrow(BigInt.asIntN(64, this.#wide()));
      default:
        throw this.wrong("a whole number", at);
    }
  }

  /** A float of either size, or a whole number that one can hold. */
  float(): number {
    const code = this.at < this.limit ? this.memory[this.at] : 0;
    if (code === 0xcb) {
      this.at++;
      return this.#float(8);
    }
    if (code === 0xca) {
      this.at++;
      return this.#float(4);
    }
    const at = this.at;
    const whole = this.int();
    if (typeof whole === "bigint") throw this.wrong("a float", at);
    return whole;
  }

  string(): string {
    const at = this.at;
    const code = this.#code();
    const length =
      code >= 0xa0 && code < 0xc0
        ? code - 0xa0
        : code === 0xd9
          ? this.#u8()
          : code === 0xda
            ? this.#u16()
            : code === 0xdb
              ? this.#u32()
              : -1;
    if (length < 0) throw this.wrong("a text", at);
    return this.#text(this.#take(length), length);
  }

  #text(from: number, length: number): string {
    if (length <= SPELLED) {
      const short = spelled(this.memory, from, length);
      if (short !== undefined) return short;
    } else if (this.#isAscii(from, from + length)) {
      const at = from - this.#seen;
      if (at + length <= this.#window.length) return this.#window.substring(at, at + length);
      if (latin1Slice) return this.#look(from, length);
      if (length <= SLICED) {
        let text = "";
        for (let i = 0; i < length; i += SPELLED) text += spelled(this.memory, from + i, Math.min(length - i, SPELLED));
        return text;
      }
    }
    try {
      return decoder.decode(this.memory.subarray(from, from + length));
    } catch {
      throw this.wrong("UTF-8", from);
    }
  }

  #isAscii(from: number, to: number): boolean {
    const bytes = this.memory;
    const view = this.view;
    let some = 0;
    let i = from;
    if (view) {
      for (; i + 16 <= to; i += 16) {
        some |=
          view.getInt32(i, true) |
          view.getInt32(i + 4, true) |
          view.getInt32(i + 8, true) |
          view.getInt32(i + 12, true);
      }
      for (; i + 4 <= to; i += 4) some |= view.getInt32(i, true);
    }
    for (; i < to; i++) some |= bytes[i] as number;
    return (some & 0x80808080) === 0;
  }

  /** Text there, and with it what comes after it. */
  #look(from: number, length: number): string {
    const to = Math.min(from + Math.max(length, this.#ahead), this.limit);
    this.#window = (latin1Slice as NonNullable<typeof latin1Slice>).call(this.memory, from, to);
    this.#seen = from;
    return this.#window.substring(0, length);
  }

  #u8(): number {
    return this.memory[this.#take(1)] as number;
  }

  #u16(): number {
    const at = this.#take(2);
    if (this.view) return this.view.getUint16(at);
    return ((this.memory[at] as number) << 8) | (this.memory[at + 1] as number);
  }

  #u32(): number {
    const at = this.#take(4);
    if (this.view) return this.view.getUint32(at);
    return bytesAt(this.memory, at) >>> 0;
  }

  #wide(): bigint {
    const high = this.#u32();
    return (BigInt(high) << 32n) | BigInt(this.#u32());
  }

  #float(size: 4 | 8): number {
    const at = this.#take(size);
    if (this.view) return size === 8 ? this.view.getFloat64(at) : this.view.getFloat32(at);
    if (size === 8) return float64At(this.memory, at);
    floatView.setUint32(0, bytesAt(this.memory, at));
    return floatView.getFloat32(0);
  }

  /** A copy. */
  bytes(): Uint8Array {
    const at = this.at;
    const code = this.#code();
    const length = code === 0xc4 ? this.#u8() : code === 0xc5 ? this.#u16() : code === 0xc6 ? this.#u32() : -1;
    if (length < 0) throw this.wrong("bytes", at);
    const from = this.#take(length);
    return copyOf(this.memory.subarray(from, from + length));
  }

  /** Its length; there is a byte for each item at least. */
  array(): number {
    const few = (this.at < this.limit ? (this.memory[this.at] as number) : 0) - 0x90;
    if (few >= 0 && few < 16 && this.at + few < this.limit) {
      this.at++;
      return few;
    }
    return this.#length("an array", 0x90, 0xdc, 0xdd, 1);
  }

  map(): number {
    return this.#length("a map", 0x80, 0xde, 0xdf, 2);
  }

  instant(): Instant {
    const at = this.at;
    const code = this.#code();
    const length = code === 0xd6 ? 4 : code === 0xd7 ? 8 : code === 0xc7 ? this.#u8() : 0;
    if ((length !== 4 && length !== 8 && length !== 12) || this.#u8() !== 0xff) throw this.wrong("a timestamp", at);
    const first = this.#u32();
    if (length === 4) return { seconds: first, nanoseconds: 0 };
    if (length === 12) return { nanoseconds: first, seconds: Number(BigInt.asIntN(64, this.#wide())) };
    return { seconds: (first & 3) * 2 ** 32 + this.#u32(), nanoseconds: first >>> 2 };
  }

  /** Whatever comes: what a newer version has appended. */
  skip(depth: number): void {
    if (depth <= 0) throw this.wrong("something less deep", this.at);
    const at = this.at;
    const code = this.#code();
    if (code < 0x80 || code >= 0xe0 || code === 0xc0 || code === 0xc2 || code === 0xc3) return;
    if (code < 0x90 || code === 0xde || code === 0xdf) {
      this.at = at;
      for (let left = this.map() * 2; left > 0; left--) this.skip(depth - 1);
    } else if (code < 0xa0 || code === 0xdc || code === 0xdd) {
      this.at = at;
      for (let left = this.array(); left > 0; left--) this.skip(depth - 1);
    } else if (code < 0xc0) this.#take(code - 0xa0);
    else {
      const [sizeOfLength, more] = skipped[code] ?? [];
      if (sizeOfLength === undefined || more === undefined) throw this.wrong("a value", at);
      this.#take(sizeOfLength === 0 ? more : more + this.#lengthOf(sizeOfLength));
    }
  }

  /** So many values: short texts and small numbers at once. */
  pass(count: number, depth: number): void {
    const { memory, limit } = this;
    let { at } = this;
    for (let left = count; left > 0; left--) {
      const code = at < limit ? (memory[at] as number) : 0;
      const length = code >= 0xa0 && code < 0xc0 ? code - 0x9f : code < 0x80 ? 1 : 0;
      if (length !== 0 && at + length <= limit) at += length;
      else {
        this.at = at;
        this.skip(depth);
        ({ at } = this);
      }
    }
    this.at = at;
  }

  #lengthOf(size: number): number {
    if (size === 1) return this.#u8();
    return size === 2 ? this.#u16() : this.#u32();
  }

  /** The error of one who expected something else there. */
  wrong(expected: string, offset: number): ZanniError {
    const found = offset < this.limit ? `0x${(this.memory[offset] as number).toString(16)}` : "the end";
    const byte = offset - this.#begin;
    return new ZanniError("ERR_MALFORMED", `byte ${byte} is ${found}, expected ${expected}`, {
      details: { offset: byte },
    });
  }

  #length(what: string, fixed: number, two: number, four: number, bytesEach: number): number {
    const at = this.at;
    const code = this.#code();
    const length =
      code >= fixed && code < fixed + 16 ? code - fixed : code === two ? this.#u16() : code === four ? this.#u32() : -1;
    if (length < 0) throw this.wrong(what, at);
    if (length * bytesEach > this.left) throw this.wrong(`${what} that ends before the bytes do`, at);
    return length;
  }

  #code(): number {
    return this.memory[this.#take(1)] as number;
  }

  #take(bytes: number): number {
    const at = this.at;
    if (at + bytes > this.limit) throw this.wrong(`${bytes} more bytes`, this.limit);
    this.at = at + bytes;
    return at;
  }
}

const reader = new Reader(new Uint8Array(), 0, 0);

/** By code: bytes of the length that follows, and bytes beside those it says. */
const skipped: { readonly [code: number]: readonly [number, number] } = {
  196: [1, 0],
  197: [2, 0],
  198: [4, 0],
  199: [1, 1],
  200: [2, 1],
  201: [4, 1],
  202: [0, 4],
  203: [0, 8],
  204: [0, 1],
  205: [0, 2],
  206: [0, 4],
  207: [0, 8],
  208: [0, 1],
  209: [0, 2],
  210: [0, 4],
  211: [0, 8],
  212: [0, 2],
  213: [0, 3],
  214: [0, 5],
  215: [0, 9],
  216: [0, 17],
  217: [1, 0],
  218: [2, 0],
  219: [4, 0],
};

/** The text as it is, if it is ASCII; else false, and what lies there is worth nothing. There is room for a byte a unit. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  const { length } = text;
  let some = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    some |= a | b | c | d;
    bytes[at + i] = a;
    bytes[at + i + 1] = b;
    bytes[at + i + 2] = c;
    bytes[at + i + 3] = d;
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    some |= unit;
    bytes[at + i] = unit;
  }
  return some < 128;
}

/** A whole number of 32 bits without a sign, where there is room for NATURAL_MOST bytes. Answers where it ends. */
export function writeNatural(bytes: Uint8Array, view: DataView, at: number, value: number): number {
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  if (value < 0x100) {
    bytes[at] = 0xcc;
    bytes[at + 1] = value;
    return at + 2;
  }
  if (value < 0x10000) {
    bytes[at] = 0xcd;
    view.setUint16(at + 1, value);
    return at + 3;
  }
  bytes[at] = 0xce;
  view.setUint32(at + 1, value);
  return at + 5;
}

/** How many bytes such a number has that begins with this one; 0: it is no such number. */
export function naturalSize(code: number): number {
  if (code < 0x80) return 1;
  if (code === 0xcc) return 2;
  if (code === 0xcd) return 3;
  return code === 0xce ? 5 : 0;
}

export function naturalAt(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at] as number;
  if (size === 2) return bytes[at + 1] as number;
  if (size === 3) return ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return bytesAt(bytes, at + 1) >>> 0;
}

/** Text of at most SPELLED bytes. Undefined: it is not ASCII. All units at once: a text that is put together of several costs more. */
export function spelled(bytes: Uint8Array, at: number, length: number): string | undefined {
  const code = String.fromCharCode;
  if (length === 0) return "";
  const a = bytes[at] as number;
  if (length === 1) return a < 128 ? code(a) : undefined;
  const b = bytes[at + 1] as number;
  if (length === 2) return (a | b) < 128 ? code(a, b) : undefined;
  const c = bytes[at + 2] as number;
  if (length === 3) return (a | b | c) < 128 ? code(a, b, c) : undefined;
  const d = bytes[at + 3] as number;
  if (length === 4) return (a | b | c | d) < 128 ? code(a, b, c, d) : undefined;
  const e = bytes[at + 4] as number;
  if (length === 5) return (a | b | c | d | e) < 128 ? code(a, b, c, d, e) : undefined;
  const f = bytes[at + 5] as number;
  if (length === 6) return (a | b | c | d | e | f) < 128 ? code(a, b, c, d, e, f) : undefined;
  const g = bytes[at + 6] as number;
  if (length === 7) return (a | b | c | d | e | f | g) < 128 ? code(a, b, c, d, e, f, g) : undefined;
  const h = bytes[at + 7] as number;
  if (length === 8) return (a | b | c | d | e | f | g | h) < 128 ? code(a, b, c, d, e, f, g, h) : undefined;
  const i = bytes[at + 8] as number;
  if (length === 9) return (a | b | c | d | e | f | g | h | i) < 128 ? code(a, b, c, d, e, f, g, h, i) : undefined;
  const j = bytes[at + 9] as number;
  if (length === 10)
    return (a | b | c | d | e | f | g | h | i | j) < 128 ? code(a, b, c, d, e, f, g, h, i, j) : undefined;
  const k = bytes[at + 10] as number;
  if (length === 11)
    return (a | b | c | d | e | f | g | h | i | j | k) < 128 ? code(a, b, c, d, e, f, g, h, i, j, k) : undefined;
  const l = bytes[at + 11] as number;
  if (length === 12)
    return (a | b | c | d | e | f | g | h | i | j | k | l) < 128 ? code(a, b, c, d, e, f, g, h, i, j, k, l) : undefined;
  const m = bytes[at + 12] as number;
  if (length === 13)
    return (a | b | c | d | e | f | g | h | i | j | k | l | m) < 128
      ? code(a, b, c, d, e, f, g, h, i, j, k, l, m)
      : undefined;
  const n = bytes[at + 13] as number;
  if (length === 14)
    return (a | b | c | d | e | f | g | h | i | j | k | l | m | n) < 128
      ? code(a, b, c, d, e, f, g, h, i, j, k, l, m, n)
      : undefined;
  const o = bytes[at + 14] as number;
  if (length === 15)
    return (a | b | c | d | e | f | g | h | i | j | k | l | m | n | o) < 128
      ? code(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
      : undefined;
  const p = bytes[at + 15] as number;
  return (a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p) < 128
    ? code(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
    : undefined;
}

/** By way of a view elsewhere: one over the bytes would cost more than all the rest. */
export function float64At(bytes: Uint8Array, at: number): number {
  floatView.setUint32(0, bytesAt(bytes, at));
  floatView.setUint32(4, bytesAt(bytes, at + 4));
  return floatView.getFloat64(0);
}

function bytesAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
