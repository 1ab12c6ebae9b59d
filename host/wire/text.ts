// What texts need: a check, and Node's own ways between texts and bytes, where there are any. They are faster than TextEncoder
// and TextDecoder, and take shared memory, which those do not everywhere.
interface NativeBuffer {
  /** Answers how many bytes it took, no more than `length`. */
  utf8Write?(this: Uint8Array, text: string, at: number, length: number): number;
  /** Of units below 256; of others it takes a part. */
  latin1Write?(this: Uint8Array, text: string, at: number, length: number): number;
  latin1Slice?(this: Uint8Array, from: number, to: number): string;
}

interface NativeBuffers {
  readonly prototype: NativeBuffer;
  byteLength?(text: string): number;
}

const buffers = (globalThis as { Buffer?: NativeBuffers }).Buffer;

/**
 * Whoever calls them often takes them into constants of its module: an imported name is a variable to the engine, and what it
 * does not know beforehand it calls by a detour: a sixth of the time of a message of 1 KiB across threads.
 */
export const nodeTexts = {
  utf8Write: buffers?.prototype.utf8Write,
  latin1Write: buffers?.prototype.latin1Write,
  latin1Slice: buffers?.prototype.latin1Slice,
  /** In UTF-8: as many as it has units, if it is in ASCII. */
  byteLength: buffers?.byteLength,
};

/** No half of a surrogate pair: what UTF-8 can say. */
export function isWellFormed(text: string): boolean {
  const { isWellFormed: own } = text as { isWellFormed?: () => boolean };
  return own ? own.call(text) : !/\p{Surrogate}/u.test(text);
}

/** The same text, with U+FFFD in the place of each half. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
}
