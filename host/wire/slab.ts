// Memory for small messages, as Node's small Buffers have it: shared with others, so that nobody can transfer it. Much faster
// than memory of one's own.
const buffers = (globalThis as { Buffer?: { allocUnsafe?(size: number): Uint8Array } }).Buffer;
const allocUnsafe = buffers?.allocUnsafe;
/** The most that comes out of such memory. */
const SMALL = 4088;

/** Undefined where there is none. */
export const slab = allocUnsafe && ((): Uint8Array => both(allocUnsafe(SMALL), allocUnsafe(SMALL)));

/** All of one memory, as most often; else what came second. */
function both(first: Uint8Array, { buffer, byteOffset }: Uint8Array): Uint8Array {
  const adjacent = buffer === first.buffer && byteOffset === first.byteOffset + SMALL;
  return adjacent ? new Uint8Array(buffer, first.byteOffset, 2 * SMALL) : new Uint8Array(buffer, byteOffset, SMALL);
}
