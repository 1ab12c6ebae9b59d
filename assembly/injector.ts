// Ready cells for whoever comes: from threads that do not steal, from full deques, and from turns that
// expired. A stack linked through the cells, taken whole (so there is no ABA) by one worker, which moves
// them, oldest first, into its deque, where thieves reach them. What does not fit waits in the worker's
// block; putting it back would move every cell again for each one that is taken.
//
// When a thread has died the injector is renewed, and with it all such lists: a worker that finds another mark in a link than
// it knows lets its list go, as somebody sees to every cell of it.

import { generationOf } from "./cell";
import { hasRoom, push as pushHint } from "./deque";
import {
  CELL_HEAD,
  CELL_LINK,
  HEADER,
  HEADER_INJECTOR,
  LINK_DOOMED,
  LINK_QUEUE,
  POINTER_MASK,
  WORKER_BACKLOG,
} from "./layout";
import { free } from "./pool";
import { ALL, markOf, newestOf, nextOf, push, renew, takeAll } from "./stack";
import { cas32, glance32, load64 } from "./sync";

const INJECTOR: usize = HEADER + HEADER_INJECTOR;

/** Thread-local: the mark of the cells in the backlog. */
let mark: u32 = 0;

/** Any thread. */
export function inject(cell: u32): void {
  push(INJECTOR, ALL, cell);
}

/** Any thread: is there anything? */
export function injected(): bool {
  return newestOf(load64(INJECTOR)) != 0;
}

/** A worker that steals: the oldest cell, or 0. Others move into its deque, as many as fit. */
export function draw(block: usize): u32 {
  let rest = load<u32>(block + WORKER_BACKLOG);
  if (rest == 0) {
    rest = oldest();
    if (rest == 0) return 0;
  }
  let found: u32 = 0;
  // One is answered; the others must find room.
  while (rest != 0 && (found == 0 || hasRoom(block))) {
    const cell = rest;
    // Glances, also below: the CAS decides.
    const link = glance32(cell + CELL_LINK);
    // Renewed: the rest is not ours any more.
    if ((link & LINK_QUEUE) != mark) {
      rest = 0;
      break;
    }
    // Out of the list first: once it is in the deque the cell may run, and be linked anew. Pairs with enroll() and doom().
    if (cas32(cell + CELL_LINK, link, 0) != link) continue;
    rest = nextOf(link);
    if ((link & LINK_DOOMED) != 0) free(cell);
    else if (found == 0) found = cell;
    else pushHint(block, hintOf(cell));
  }
  store<u32>(block + WORKER_BACKLOG, rest);
  return found;
}

/** The whole stack, linked oldest first. */
function oldest(): u32 {
  const there = load64(INJECTOR);
  if (newestOf(there) == 0) return 0;
  const taken = takeAll(INJECTOR, there);
  mark = markOf(taken, ALL);
  let cell = newestOf(taken);
  let before: u32 = 0;
  while (cell != 0) {
    const link = glance32(cell + CELL_LINK);
    if ((link & LINK_QUEUE) != mark) return 0;
    if (cas32(cell + CELL_LINK, link, before | (link & ~POINTER_MASK)) != link) continue;
    before = cell;
    cell = nextOf(link);
  }
  return before;
}

/** A queued cell is RUNNABLE, so its generation cannot change before it is claimed. */
export function hintOf(cell: u32): u64 {
  return ((<u64>generationOf(load64(cell + CELL_HEAD))) << 32) | cell;
}

/**
 * The caller's cell is over. True: it is in no list, and goes back to the pool. False: whoever takes it out of its list sees to
 * that; it came to its turn by a second hint.
 */
export function doom(cell: u32): bool {
  for (;;) {
    const link = glance32(cell + CELL_LINK);
    if ((link & LINK_QUEUE) == 0) return true;
    // In one that was given up: nobody takes it out.
    if ((link & LINK_QUEUE) != markOf(load64(INJECTOR), ALL)) return true;
    if (cas32(cell + CELL_LINK, link, link | LINK_DOOMED) == link) return false;
  }
  return true;
}

/** Empties it, and has all lists that were drawn from it let go. Answers the new mark. */
export function renewInjector(block: usize): u32 {
  store<u32>(block + WORKER_BACKLOG, 0);
  return renew(INJECTOR, ALL);
}
