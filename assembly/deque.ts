// The deque of ready cells that may run anywhere: the owner pushes and pops at the bottom, thieves take
// at the top. Chase and Lev, "Dynamic Circular Work-Stealing Deque" (SPAA 2005): one that is full goes on in a
// ring of twice the size, with the entries at the same indices. The ring before stays as it was, and is not given
// back: a thief may still read in it. One that has no memory for that, or is as large as it gets, says so, and the
// caller uses the injector, at three times the cost.
//
// An entry is a hint, { generation | cell }. Whoever takes one must still claim the cell.
import { seeded } from "./check";
import { RING_SHIFT, WORKER_BOTTOM, WORKER_DEQUE, WORKER_RING, WORKER_TOP } from "./layout";
import { allocate } from "./pool";
import { ringFirst, ringMax } from "./scale";
import { cas64, glance64, load32, load64, note64, store32, store64 } from "./sync";

/** No entry. */
export const EMPTY: u64 = 0;
/** Somebody else took it: try again, or elsewhere. */
export const RETRY: u64 = 1;

/** Thread-local: pushes since there was no memory for a larger ring. */
let denied: u32 = 0;
/** Looking for it in vain takes longer than the injector does. */
const PATIENCE: u32 = 1024;

/** A thread begins. */
export function startDeque(): void {
  denied = 0;
}

/** When a system begins, before any other thread attaches: plain. */
export function layDeque(block: usize): void {
  store<u32>(block + WORKER_RING, <u32>(block + WORKER_DEQUE) | ringFirst);
}

// ---- owner only -----------------------------------------------------------------------------------

/** False when it is full. */
export function push(block: usize, hint: u64): bool {
  const bottom = load64(block + WORKER_BOTTOM);
  const top = load64(block + WORKER_TOP);
  let ring = load<u32>(block + WORKER_RING);
  if (<i64>(bottom - top) >= sizeOf(ring)) {
    ring = grow(block, ring, top, bottom);
    if (ring == 0) return false;
  }
  if (seeded(17)) {
    // Seeded bug 17: published before it is written.
    store64(block + WORKER_BOTTOM, bottom + 1);
    note64(slot(ring, bottom), hint);
    return true;
  }
  // Plain: a thief that reads this slot too early or too late loses its CAS on the top.
  note64(slot(ring, bottom), hint);
  store64(block + WORKER_BOTTOM, bottom + 1); // publishes the entry; pairs with the load in steal()
  return true;
}

/** The entries in a ring of twice the size, or 0. A thread that dies here has lost that ring, and no entry. */
function grow(block: usize, ring: u32, top: u64, bottom: u64): u32 {
  const shift = (ring & RING_SHIFT) + 1;
  if (shift > ringMax) return 0;
  if (denied != 0 && (++denied & (PATIENCE - 1)) != 0) return 0;
  // The explorer's is there already: the pool has scenarios of its own.
  const memory = MODEL ? <u32>(block + WORKER_DEQUE) + 64 : allocate(8 << shift);
  denied = memory == 0 ? 1 : 0;
  if (memory == 0) return 0;
  const larger = memory | shift;
  if (seeded(42)) store32(block + WORKER_RING, larger);
  for (let i = top; i != bottom; i++) note64(slot(larger, i), glance64(slot(ring, i)));
  store32(block + WORKER_RING, larger); // publishes the copies; pairs with the load in steal()
  return larger;
}

/** Is there room for one more, as it is? Thieves only make more of it. */
export function hasRoom(block: usize): bool {
  return <i64>(load64(block + WORKER_BOTTOM) - load64(block + WORKER_TOP)) < sizeOf(load<u32>(block + WORKER_RING));
}

/** After the death of its owner: a pop that was under way may have left the bottom below the top. */
export function mend(block: usize): void {
  const top = load64(block + WORKER_TOP);
  if (<i64>(load64(block + WORKER_BOTTOM) - top) < 0) store64(block + WORKER_BOTTOM, top);
}

/** The newest entry, or EMPTY. */
export function pop(block: usize): u64 {
  const bottom = load64(block + WORKER_BOTTOM) - 1;
  if (<i64>(bottom + 1 - load64(block + WORKER_TOP)) <= 0) return EMPTY;
  store64(block + WORKER_BOTTOM, bottom); // announces the pop; pairs with steal()'s load of the bottom
  const top = load64(block + WORKER_TOP);
  if (<i64>(bottom - top) < 0) {
    store64(block + WORKER_BOTTOM, bottom + 1);
    return EMPTY;
  }
  const hint = glance64(slot(load<u32>(block + WORKER_RING), bottom));
  if (bottom != top) return hint;
  // The last entry: a thief may be after it too, and the CAS decides.
  const won = seeded(4) || cas64(block + WORKER_TOP, top, top + 1) == top;
  if (seeded(4)) store64(block + WORKER_TOP, top + 1);
  store64(block + WORKER_BOTTOM, seeded(5) ? bottom : bottom + 1);
  return won ? hint : EMPTY;
}

// ---- any thread -----------------------------------------------------------------------------------

/** The oldest entry, EMPTY or RETRY. The owner uses it too, to take its oldest work first. */
export function steal(block: usize): u64 {
  const early = seeded(41) ? load32(block + WORKER_RING) : 0;
  const top = load64(block + WORKER_TOP);
  const bottom = load64(block + WORKER_BOTTOM);
  if (<i64>(bottom - top) <= 0) return EMPTY;
  // Last: whichever ring this is, the entry at the top was in it by then. Pairs with the store in grow().
  const ring = seeded(41) ? early : load32(block + WORKER_RING);
  const hint = glance64(slot(ring, top)); // thrown away unless the CAS succeeds
  return cas64(block + WORKER_TOP, top, top + 1) == top ? hint : RETRY;
}

/** How many entries there were a moment ago. */
export function length(block: usize): u32 {
  const n = <i64>(load64(block + WORKER_BOTTOM) - load64(block + WORKER_TOP));
  return n > 0 ? <u32>n : 0;
}

function sizeOf(ring: u32): i64 {
  return 1 << (<i64>(ring & RING_SHIFT));
}

function slot(ring: u32, index: u64): usize {
  return <usize>(ring & ~RING_SHIFT) + ((<usize>index & ((1 << (ring & RING_SHIFT)) - 1)) << 3);
}
