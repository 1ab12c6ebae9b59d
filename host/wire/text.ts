// What texts need: a check, and Node's own ways between texts and bytes, where there are any. They are faster than TextEncoder
// and TextDecoder, and take shared memory, which those do not everywhere.
interface NativeBuffer {
  /** Answers how many bytes it took, no more than `length`. */
  utf8Write?(this: Uint8Array, text: string, at: number, length: number): number;
  latin1Slice?(this: Uint8Array, from: number, to: number): string;
}

interface NativeBuffers {
  readonly prototype: NativeBuffer;
  allocUnsafe?(size: number): Uint8Array;
  byteLength?(text: string): number;
}

const native = (globalThis as { Buffer?: NativeBuffers }).Buffer;
export const utf8Write = native?.prototype.utf8Write;
export const latin1Slice = native?.prototype.latin1Slice;
/** In UTF-8: as many as it has units, if it is in ASCII. */
export const byteLength = native?.byteLength;

/** Of memory that is shared with others and cannot be transferred, where there is such: much faster than memory of one's own. */
export const slab: ((size: number) => Uint8Array) | undefined =
  native?.allocUnsafe &&
  ((size) => {
    const { buffer, byteOffset } = (native.allocUnsafe as NonNullable<typeof native.allocUnsafe>)(size);
    return new Uint8Array(buffer, byteOffset, size);
  });

/** No half of a surrogate pair: what UTF-8 can say. */
export function isWellFormed(text: string): boolean {
  const { isWellFormed: own } = text as { isWellFormed?: () => boolean };
  return own ? own.call(text) : !/\p{Surrogate}/u.test(text);
}

/** The same text, with U+FFFD in the place of each half. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
}
