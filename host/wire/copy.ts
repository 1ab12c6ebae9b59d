// Copies out of and into memory that threads share. Engines copy that eight bytes at a time where both sides lie alike to a
// multiple of eight, and else byte by byte: a MiB takes five times as long (V8's Relaxed_Memcpy). And when the buffers for it are let go.

/** Shorter ones are not worth a second copy. */
const LONG = 1024;
const DESK = 16_384;
let desk: Uint8Array | undefined;

/** As `into.set(from, at)`. What is long goes by way of memory of our own, where it lies as it does in what is shared. */
export function copy(from: Uint8Array, into: Uint8Array, at: number): void {
  const begin = from.byteOffset & 7;
  const end = (into.byteOffset + at) & 7;
  const skew = from.length < LONG || begin === end ? -1 : isShared(from) ? begin : isShared(into) ? end : -1;
  if (skew < 0) {
    into.set(from, at);
    return;
  }
  desk ??= new Uint8Array(DESK + 8);
  for (let i = 0; i < from.length; i += DESK) {
    const part = from.subarray(i, i + DESK);
    desk.set(part, skew);
    into.set(desk.subarray(skew, skew + part.length), at + i);
  }
}

/** A copy with a buffer of its own: not slice(), which for a Buffer is none. */
export function copyOf(from: Uint8Array): Uint8Array {
  if (from.length < LONG || !isShared(from)) return new Uint8Array(from);
  const own = new Uint8Array(from.length);
  copy(from, own, 0);
  return own;
}

function isShared({ buffer }: Uint8Array): boolean {
  return !(buffer instanceof ArrayBuffer);
}

const SPARE = 2 ** 20;

/** Is a buffer that many messages share much larger than this one needs? One large message is no reason to keep it for ever. */
export function isSpare(length: number, needed: number): boolean {
  return length > SPARE && needed < length >>> 3;
}
