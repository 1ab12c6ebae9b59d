// The deque of ready cells that may run anywhere: the owner pushes and pops at the bottom, thieves take
// at the top. Chase and Lev, "Dynamic Circular Work-Stealing Deque" (SPAA 2005), with a fixed ring: a
// full one says so and the caller uses the injector.
//
// An entry is a hint, { generation | cell }. Whoever takes one must still claim the cell.
import { seeded } from "./check";
import { WORKER_BOTTOM, WORKER_DEQUE, WORKER_TOP } from "./layout";
import { dequeCapacity } from "./scale";
import { cas64, glance64, load64, note64, store64 } from "./sync";

/** No entry. */
export const EMPTY: u64 = 0;
/** Somebody else took it: try again, or elsewhere. */
export const RETRY: u64 = 1;

// ---- owner only -----------------------------------------------------------------------------------

/** False when the ring is full. */
export function push(block: usize, hint: u64): bool {
  const bottom = load64(block + WORKER_BOTTOM);
  const top = load64(block + WORKER_TOP);
  if (<i64>(bottom - top) >= <i64>dequeCapacity) return false;
  if (seeded(17)) {
    // Seeded bug 17: published before it is written.
    store64(block + WORKER_BOTTOM, bottom + 1);
    note64(slot(block, bottom), hint);
    return true;
  }
  // Plain: a thief that reads this slot too early or too late loses its CAS on the top.
  note64(slot(block, bottom), hint);
  store64(block + WORKER_BOTTOM, bottom + 1); // publishes the entry; pairs with the load in steal()
  return true;
}

/** Is there room for one more? Thieves only make more of it. */
export function hasRoom(block: usize): bool {
  return <i64>(load64(block + WORKER_BOTTOM) - load64(block + WORKER_TOP)) < <i64>dequeCapacity;
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
  const hint = glance64(slot(block, bottom));
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
  const top = load64(block + WORKER_TOP);
  const bottom = load64(block + WORKER_BOTTOM);
  if (<i64>(bottom - top) <= 0) return EMPTY;
  const hint = glance64(slot(block, top)); // thrown away unless the CAS succeeds
  return cas64(block + WORKER_TOP, top, top + 1) == top ? hint : RETRY;
}

/** How many entries there were a moment ago. */
export function length(block: usize): u32 {
  const n = <i64>(load64(block + WORKER_BOTTOM) - load64(block + WORKER_TOP));
  return n > 0 ? <u32>n : 0;
}

function slot(block: usize, index: u64): usize {
  return block + WORKER_DEQUE + ((<usize>index & (dequeCapacity - 1)) << 3);
}
