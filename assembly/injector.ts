// Ready cells for whoever comes: from threads that do not steal, from full deques, and from turns that
// expired. A stack linked through the cells, taken whole (so there is no ABA) by one worker, which moves
// them, oldest first, into its deque, where thieves reach them. What does not fit waits in the worker's
// block; putting it back would move every cell again for each one that is taken.

import { generationOf } from "./cell";
import { push as pushHint } from "./deque";
import { CELL_HEAD, CELL_LINK, HEADER, HEADER_INJECTOR, WORKER_BACKLOG } from "./layout";
import { cas32, load32, load64, swap32 } from "./sync";

/** Any thread. */
export function inject(cell: u32): void {
  for (;;) {
    const old = load32(HEADER + HEADER_INJECTOR);
    store<u32>(cell + CELL_LINK, old);
    // Publishes the link; pairs with the swap in draw().
    if (cas32(HEADER + HEADER_INJECTOR, old, cell) == old) return;
  }
}

/** Any thread: is there anything? */
export function injected(): bool {
  return load32(HEADER + HEADER_INJECTOR) != 0;
}

/** A worker that steals: the oldest cell, or 0. Others move into its deque, as many as fit. */
export function draw(block: usize): u32 {
  let cell = load<u32>(block + WORKER_BACKLOG);
  if (cell == 0) {
    cell = takeAll();
    if (cell == 0) return 0;
  }
  let rest = load<u32>(cell + CELL_LINK);
  // The next link is read first: once in the deque, the cell may run and be queued elsewhere.
  while (rest != 0) {
    const next = load<u32>(rest + CELL_LINK);
    if (!pushHint(block, hintOf(rest))) break;
    rest = next;
  }
  store<u32>(block + WORKER_BACKLOG, rest);
  return cell;
}

/** The whole stack, linked oldest first. */
function takeAll(): u32 {
  if (!injected()) return 0;
  let cell = swap32(HEADER + HEADER_INJECTOR, 0);
  let oldest: u32 = 0;
  while (cell != 0) {
    const next = load<u32>(cell + CELL_LINK);
    store<u32>(cell + CELL_LINK, oldest);
    oldest = cell;
    cell = next;
  }
  return oldest;
}

/** A queued cell is RUNNABLE, so its generation cannot change before it is claimed. */
export function hintOf(cell: u32): u64 {
  return ((<u64>generationOf(load64(cell + CELL_HEAD))) << 32) | cell;
}
