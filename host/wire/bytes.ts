// MessagePack, written and read by hand for declared types (github.com/msgpack/msgpack/blob/master/spec.md): the smallest form
// of everything on writing, every legal form on reading, and never a byte beyond the end.
import { ZanniError } from "../errors.ts";
import { isWellFormed, latin1Slice, utf8Write } from "./text.ts";

/** Texts up to this long are written unit by unit: while they are ASCII that is faster than a call. */
const LOOPED = utf8Write ? 24 : 100;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Texts up to this long are spelled out when they are read. */
const SPELLED = 48;
const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

/** Seconds since 1970 and nanoseconds, as MessagePack's extension -1 has them. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Bytes that somebody else has reserved are used up. */
export const noRoom = Symbol("no room");

export class Writer {
  #own: Uint8Array = new Uint8Array(256);
  #ownView: DataView = new DataView(this.#own.buffer);
  #bytes = this.#own;
  #view = this.#ownView;
  #at = 0;
  #end = this.#own.length;

  /** From here on, as if nothing had been written. */
  begin(): void {
    this.#bytes = this.#own;
    this.#view = this.#ownView;
    this.#at = 0;
    this.#end = this.#own.length;
  }

  /** Into these bytes, not beyond `end`: throws `noRoom`. */
  aim(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
    this.#end = end;
  }

  /** Where the next byte goes. */
  get offset(): number {
    return this.#at;
  }

  /** What has been written, valid until the next begin(). */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A copy of what has been written. */
  end(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
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
    this.#bytes[this.#at] = 0xca;
    this.#view.setFloat32(this.#at + 1, value);
    this.#at += 5;
  }

  f64(value: number): void {
    this.#room(9);
    this.#bytes[this.#at] = 0xcb;
    this.#view.setFloat64(this.#at + 1, value);
    this.#at += 9;
  }

  /** False: half of a surrogate pair is in it, and nothing has been written. */
  string(value: string): boolean {
    const { length } = value;
    this.#room(length + 5);
    if (length <= LOOPED) {
      const head = length < 32 ? 1 : 2;
      const at = this.#at + head;
      const bytes = this.#bytes;
      let i = 0;
      for (; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 127) break;
        bytes[at + i] = unit;
      }
      if (i === length) {
        if (head === 1) bytes[this.#at] = 0xa0 | length;
        else {
          bytes[this.#at] = 0xd9;
          bytes[this.#at + 1] = length;
        }
        this.#at = at + length;
        return true;
      }
    }
    if (utf8Write && length > LOOPED && length < 0x10000) {
      const head = length < 32 ? 1 : length < 0x100 ? 2 : 3;
      // As many bytes as units: it is ASCII.
      if (utf8Write.call(this.#bytes, value, this.#at + head, this.#end - this.#at - head) === length) {
        this.#header(length, 0xa0, 31, 0xd9, 0xda, 0xdb);
        this.#at += length;
        return true;
      }
    }
    if (!isWellFormed(value)) return false;
    this.#room(length * 3 + 5);
    const head = 5;
    const from = this.#at + head;
    const written = utf8Write
      ? utf8Write.call(this.#bytes, value, from, length * 3)
      : encoder.encodeInto(value, this.#bytes.subarray(from)).written;
    this.#header(written, 0xa0, 31, 0xd9, 0xda, 0xdb);
    if (this.#at !== from) this.#bytes.copyWithin(this.#at, from, from + written);
    this.#at += written;
    return true;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length + 5);
    this.#header(value.length, 0, -1, 0xc4, 0xc5, 0xc6);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  array(length: number): void {
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
    const bytes = this.#bytes;
    const view = this.#view;
    const at = this.#at;
    if (seconds >= 0 && seconds < 2 ** 34) {
      const short = nanoseconds === 0 && seconds < 2 ** 32;
      bytes[at] = short ? 0xd6 : 0xd7;
      bytes[at + 1] = 0xff;
      if (short) view.setUint32(at + 2, seconds);
      else {
        view.setUint32(at + 2, nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
        view.setUint32(at + 6, seconds >>> 0);
      }
      this.#at += short ? 6 : 10;
      return;
    }
    bytes[at] = 0xc7;
    bytes[at + 1] = 12;
    bytes[at + 2] = 0xff;
    view.setUint32(at + 3, nanoseconds);
    view.setBigInt64(at + 7, BigInt(seconds));
    this.#at += 15;
  }

  #natural(value: number): void {
    if (value < 0x80) this.#byte(value);
    else if (value < 0x100) this.#sized(0xcc, 1, value);
    else if (value < 0x10000) this.#sized(0xcd, 2, value);
    else if (value < 0x100000000) this.#sized(0xce, 4, value);
    else this.#wide(0xcf, BigInt(value));
  }

  /** A length; the room for it is there. A code of 0: there is no such form. */
  #header(length: number, fixed: number, most: number, one: number, two: number, four: number): void {
    if (length <= most) this.#bytes[this.#at++] = fixed | length;
    else if (length < 0x100 && one !== 0) this.#sized(one, 1, length);
    else if (length < 0x10000) this.#sized(two, 2, length);
    else this.#sized(four, 4, length);
  }

  #sized(code: number, size: 1 | 2 | 4, value: number): void {
    this.#room(5);
    const at = this.#at;
    this.#bytes[at] = code;
    if (size === 1) this.#bytes[at + 1] = value;
    else if (size === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
    this.#at = at + 1 + size;
  }

  #wide(code: number, value: bigint): void {
    this.#room(9);
    this.#bytes[this.#at] = code;
    this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, value));
    this.#at += 9;
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#end) return;
    if (this.#bytes !== this.#own) throw noRoom;
    const larger = new Uint8Array(Math.max(this.#end * 2, this.#at + bytes));
    larger.set(this.#own.subarray(0, this.#at));
    this.#own = larger;
    this.#ownView = new DataView(larger.buffer);
    this.#bytes = this.#own;
    this.#view = this.#ownView;
    this.#end = larger.length;
  }
}

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get offset(): number {
    return this.#at;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  /** Is the next value nothing? Then it is taken. */
  nil(): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== 0xc0) return false;
    this.#at++;
    return true;
  }

  bool(): boolean {
    const code = this.#code();
    if (code === 0xc3) return true;
    if (code === 0xc2) return false;
    throw this.wrong("a boolean", this.#at - 1);
  }

  /** A whole number; as a bigint when it is beyond ±2^53. */
  int(): number | bigint {
    const at = this.#at;
    const code = this.#code();
    if (code < 0x80) return code;
    if (code >= 0xe0) return code - 0x100;
    switch (code) {
      case 0xcc:
        return this.#u8();
      case 0xcd:
        return this.#u16();
      case 0xce:
        return this.#u32();
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
    const code = this.#at < this.#end ? this.#bytes[this.#at] : 0;
    if (code === 0xcb) {
      this.#at++;
      return this.#float(8);
    }
    if (code === 0xca) {
      this.#at++;
      return this.#float(4);
    }
    const at = this.#at;
    const whole = this.int();
    if (typeof whole === "bigint") throw this.wrong("a float", at);
    return whole;
  }

  string(): string {
    const at = this.#at;
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

  /** ASCII, as most texts are, eight units at a time or by the engine; others as any text. */
  #text(from: number, length: number): string {
    const bytes = this.#bytes;
    const to = from + length;
    let some = 0;
    if (length <= SPELLED) {
      let text = "";
      let i = from;
      for (; i + 8 <= to; i += 8) {
        const [a, b, c, d] = [
          bytes[i] as number,
          bytes[i + 1] as number,
          bytes[i + 2] as number,
          bytes[i + 3] as number,
        ];
        const [e, f, g, h] = [
          bytes[i + 4] as number,
          bytes[i + 5] as number,
          bytes[i + 6] as number,
          bytes[i + 7] as number,
        ];
        some |= a | b | c | d | e | f | g | h;
        text += String.fromCharCode(a, b, c, d, e, f, g, h);
      }
      for (; i < to; i++) {
        const unit = bytes[i] as number;
        some |= unit;
        text += String.fromCharCode(unit);
      }
      if (some < 128) return text;
    } else if (latin1Slice) {
      let i = from;
      for (; i + 8 <= to; i += 8) {
        some |= (bytes[i] as number) | (bytes[i + 1] as number) | (bytes[i + 2] as number) | (bytes[i + 3] as number);
        some |=
          (bytes[i + 4] as number) | (bytes[i + 5] as number) | (bytes[i + 6] as number) | (bytes[i + 7] as number);
      }
      for (; i < to; i++) some |= bytes[i] as number;
      if (some < 128) return latin1Slice.call(bytes, from, to);
    }
    try {
      return decoder.decode(bytes.subarray(from, to));
    } catch {
      throw this.wrong("UTF-8", from);
    }
  }

  #u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #u16(): number {
    const at = this.#take(2);
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  #u32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    const [a, b, c, d] = [
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
    ];
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  #wide(): bigint {
    const high = this.#u32();
    return (BigInt(high) << 32n) | BigInt(this.#u32());
  }

  /** By way of a view of its own: one over the bytes would cost more than all the rest. */
  #float(size: 4 | 8): number {
    const at = this.#take(size);
    for (let i = 0; i < size; i++) floatBytes[i] = this.#bytes[at + i] as number;
    return size === 8 ? floatView.getFloat64(0) : floatView.getFloat32(0);
  }

  /** A copy. */
  bytes(): Uint8Array {
    const at = this.#at;
    const code = this.#code();
    const length = code === 0xc4 ? this.#u8() : code === 0xc5 ? this.#u16() : code === 0xc6 ? this.#u32() : -1;
    if (length < 0) throw this.wrong("bytes", at);
    const from = this.#take(length);
    // Not slice(): that of a Buffer is no copy.
    return new Uint8Array(this.#bytes.subarray(from, from + length));
  }

  /** Its length; there is a byte for each item at least. */
  array(): number {
    return this.#length("an array", 0x90, 0xdc, 0xdd, 1);
  }

  map(): number {
    return this.#length("a map", 0x80, 0xde, 0xdf, 2);
  }

  instant(): Instant {
    const at = this.#at;
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
    if (depth <= 0) throw this.wrong("something less deep", this.#at);
    const at = this.#at;
    const code = this.#code();
    if (code < 0x80 || code >= 0xe0 || code === 0xc0 || code === 0xc2 || code === 0xc3) return;
    if (code < 0x90 || code === 0xde || code === 0xdf) {
      this.#at = at;
      for (let left = this.map() * 2; left > 0; left--) this.skip(depth - 1);
    } else if (code < 0xa0 || code === 0xdc || code === 0xdd) {
      this.#at = at;
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
    const bytes = this.#bytes;
    for (let left = count; left > 0; left--) {
      const code = bytes[this.#at] as number;
      const length = code >= 0xa0 && code < 0xc0 ? code - 0x9f : code < 0x80 ? 1 : 0;
      if (length === 0 || this.#at + length > this.#end) this.skip(depth);
      else this.#at += length;
    }
  }

  #lengthOf(size: number): number {
    if (size === 1) return this.#u8();
    return size === 2 ? this.#u16() : this.#u32();
  }

  /** The error of one who expected something else there. */
  wrong(expected: string, offset: number): ZanniError {
    const found = offset < this.#end ? `0x${(this.#bytes[offset] as number).toString(16)}` : "the end";
    return new ZanniError("ERR_MALFORMED", `byte ${offset} is ${found}, expected ${expected}`, { details: { offset } });
  }

  #length(what: string, fixed: number, two: number, four: number, bytesEach: number): number {
    const at = this.#at;
    const code = this.#code();
    const length =
      code >= fixed && code < fixed + 16 ? code - fixed : code === two ? this.#u16() : code === four ? this.#u32() : -1;
    if (length < 0) throw this.wrong(what, at);
    if (length * bytesEach > this.left) throw this.wrong(`${what} that ends before the bytes do`, at);
    return length;
  }

  #code(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#end) throw this.wrong(`${bytes} more bytes`, this.#end);
    this.#at = at + bytes;
    return at;
  }
}

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

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
