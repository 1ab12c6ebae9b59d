// Ready cells pinned to one worker. Others push onto its inbox, a stack linked through the cells; the
// owner takes the whole stack and appends it, oldest first, to a plain queue of its own.
//
// The link in the cell serves one queue at a time: only the step from unowned to OWNED queues a cell.
//
// A tree of actors is walked in depth. Whoever is born in a turn here comes before all others, behind its elder siblings; and
// whom the young make ready comes after their siblings, as a parent that hears from its children does:
//
//   head ─▶ siblings ─▶ whom they woke ─▶ their parent's siblings ─▶ … ─▶ YOUNG ─▶ the others, oldest first ─▶ tail
//
// So what lives at once is the height of the tree times its width, not all of it. The young share the slice of whoever made
// the first of them; when that is over, lineUp() puts those that are left behind all others.
import { seeded } from "./check";
import {
  CELL_LINK,
  CELL_SLOT,
  LINK_LAST,
  LINK_QUEUE,
  WORKER_BORN,
  WORKER_FIFO_HEAD,
  WORKER_FIFO_TAIL,
  WORKER_INBOX,
  WORKER_MARK,
  WORKER_YOUNG,
} from "./layout";
import { siblingsMax } from "./scale";
import { markOf, newestOf, nextOf, ONE, push, renew, takeAll } from "./stack";
import { glance32, load64 } from "./sync";

/** Thread-local: whose turn it is, the first it has, has no younger siblings that wait, and has made nobody ready yet. */
let last: bool = false;
/** Thread-local: how many are in the queue. */
export let waiting: i32 = 0;

/** Any thread: queues a cell for the worker of this block. */
export function deliver(block: usize, cell: u32): void {
  push(block + WORKER_INBOX, ONE, cell);
}

// ---- owner only -----------------------------------------------------------------------------------

/** Moves what others delivered into the queue. True: the owner is asked to look for ready cells itself, see takeover.ts. */
export function sort(block: usize): bool {
  const inbox = load64(block + WORKER_INBOX);
  if (<i64>inbox < 0) return true;
  if (newestOf(inbox) == 0) return false;
  const taken = takeAll(block + WORKER_INBOX, inbox);
  const mark = markOf(taken, ONE);
  let cell = newestOf(taken);
  const newest = cell;
  let first: u32 = 0;
  let length = 0;
  while (cell != 0) {
    length++;
    const next = nextOf(load<u32>(cell + CELL_LINK));
    store<u32>(cell + CELL_LINK, first | mark);
    first = cell;
    cell = next;
  }
  const tail = load<u32>(block + WORKER_FIFO_TAIL);
  if (tail == 0) store<u32>(block + WORKER_FIFO_HEAD, first);
  else store<u32>(tail + CELL_LINK, first | mark);
  store<u32>(block + WORKER_FIFO_TAIL, newest);
  waiting += length;
  return false;
}

/** A thread begins. */
export function startInbox(block: usize): void {
  last = false;
  waiting = 0;
  store<u32>(block + WORKER_MARK, markOf(load64(block + WORKER_INBOX), ONE));
}

/** Empties both; ready cells pinned here are found by looking at all cells. */
export function renewInbox(block: usize): void {
  store<u32>(block + WORKER_FIFO_HEAD, 0);
  store<u32>(block + WORKER_FIFO_TAIL, 0);
  store<u32>(block + WORKER_YOUNG, 0);
  store<u32>(block + WORKER_BORN, 0);
  waiting = 0;
  store<u32>(block + WORKER_MARK, renew(block + WORKER_INBOX, ONE));
}

/** A cell that this worker made ready. */
export function append(block: usize, cell: u32): void {
  // It may be there already: when its thread had died it was not ready any more, and whoever had made it so queued it in vain.
  const there = (glance32(cell + CELL_LINK) & LINK_QUEUE) == load<u32>(block + WORKER_MARK);
  if (!there) put(block, cell);
}

/** Are there any who share the slice that goes on? */
export function anyYoung(block: usize): bool {
  return load<u32>(block + WORKER_YOUNG) != 0;
}

/** A cell that begins in the turn of whoever made it; nobody else has made it ready. */
export function bear(block: usize, cell: u32): void {
  const elder = load<u32>(block + WORKER_BORN);
  insert(block, elder, cell);
  store<u32>(block + WORKER_BORN, cell);
  last = false;
}

/** A cell that one of the young has made ready. */
export function join(block: usize, cell: u32): void {
  if ((glance32(cell + CELL_LINK) & LINK_QUEUE) == load<u32>(block + WORKER_MARK)) return;
  const end = load<u32>(block + WORKER_YOUNG);
  let at: u32 = 0;
  if (end != 0 && !last) {
    at = load<u32>(block + WORKER_FIFO_HEAD);
    for (let steps: u32 = 0; at != end; steps++) {
      const link = load<u32>(at + CELL_LINK);
      if ((link & LINK_LAST) != 0) break;
      // Too wide to be walked so.
      if (steps == siblingsMax) {
        put(block, cell);
        return;
      }
      at = nextOf(link);
    }
  }
  insert(block, at, cell);
  last = false;
}

/** Behind one of the young, as the last of its siblings; 0: before all others, alone. */
function insert(block: usize, at: u32, cell: u32): void {
  const mark = load<u32>(block + WORKER_MARK);
  const next = at == 0 ? load<u32>(block + WORKER_FIFO_HEAD) : nextOf(load<u32>(at + CELL_LINK));
  store<u32>(cell + CELL_LINK, next | mark | LINK_LAST);
  if (at == 0) store<u32>(block + WORKER_FIFO_HEAD, cell);
  else store<u32>(at + CELL_LINK, cell | mark);
  // Seeded bug 35: what comes later is linked to what was the last before.
  if (next == 0 && !seeded(35)) store<u32>(block + WORKER_FIFO_TAIL, cell);
  // The first of all, or behind the last.
  if (at == load<u32>(block + WORKER_YOUNG)) store<u32>(block + WORKER_YOUNG, cell);
  waiting++;
}

/** The young have had their slice: those that are left wait as all others do. */
export function lineUp(block: usize): void {
  const end = load<u32>(block + WORKER_YOUNG);
  const next = nextOf(load<u32>(end + CELL_LINK));
  store<u32>(block + WORKER_YOUNG, 0);
  store<u32>(block + WORKER_BORN, 0);
  if (next == 0) return;
  const mark = load<u32>(block + WORKER_MARK);
  store<u32>(load<u32>(block + WORKER_FIFO_TAIL) + CELL_LINK, load<u32>(block + WORKER_FIFO_HEAD) | mark);
  store<u32>(end + CELL_LINK, mark);
  store<u32>(block + WORKER_FIFO_HEAD, next);
  store<u32>(block + WORKER_FIFO_TAIL, end);
}

/** One that is in no queue, or enrolled. */
export function put(block: usize, cell: u32): void {
  const mark = load<u32>(block + WORKER_MARK);
  store<u32>(cell + CELL_LINK, mark);
  const tail = load<u32>(block + WORKER_FIFO_TAIL);
  if (tail == 0) store<u32>(block + WORKER_FIFO_HEAD, cell);
  else store<u32>(tail + CELL_LINK, cell | mark);
  store<u32>(block + WORKER_FIFO_TAIL, cell);
  waiting++;
}

/** The ready cell pinned here whose turn it is, or 0. */
export function first(block: usize): u32 {
  const cell = load<u32>(block + WORKER_FIFO_HEAD);
  if (cell == 0) return 0;
  store<u32>(block + WORKER_BORN, 0);
  if (cell == load<u32>(block + WORKER_YOUNG)) store<u32>(block + WORKER_YOUNG, 0);
  const link = load<u32>(cell + CELL_LINK);
  const next = nextOf(link);
  last = (link & LINK_LAST) != 0 && load<u32>(cell + CELL_SLOT) == 0;
  store<u32>(cell + CELL_LINK, 0);
  store<u32>(block + WORKER_FIFO_HEAD, next);
  if (next == 0) store<u32>(block + WORKER_FIFO_TAIL, 0);
  waiting--;
  return cell;
}
