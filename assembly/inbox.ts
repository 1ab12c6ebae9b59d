// Ready cells pinned to one worker. Others push onto its inbox, a stack linked through the cells; the
// owner takes the whole stack and appends it, oldest first, to a plain queue of its own.
//
// The link in the cell serves one queue at a time: only the step from unowned to OWNED queues a cell.
import { CELL_LINK, METER_QUEUE, WORKER_FIFO_HEAD, WORKER_FIFO_TAIL, WORKER_INBOX } from "./layout";
import { count } from "./meter";
import { cas32, load32, swap32 } from "./sync";

/** Any thread: queues a cell for the worker of this block. */
export function deliver(block: usize, cell: u32): void {
  for (;;) {
    const old = load32(block + WORKER_INBOX);
    store<u32>(cell + CELL_LINK, old);
    // Publishes the link; pairs with the swap in sort().
    if (cas32(block + WORKER_INBOX, old, cell) == old) return;
  }
}

// ---- owner only -----------------------------------------------------------------------------------

/** Moves what others delivered into the queue. */
export function sort(block: usize): void {
  if (load32(block + WORKER_INBOX) == 0) return;
  let cell = swap32(block + WORKER_INBOX, 0);
  const last = cell;
  let first: u32 = 0;
  let length = 0;
  while (cell != 0) {
    length++;
    const next = load<u32>(cell + CELL_LINK);
    store<u32>(cell + CELL_LINK, first);
    first = cell;
    cell = next;
  }
  const tail = load<u32>(block + WORKER_FIFO_TAIL);
  if (tail == 0) store<u32>(block + WORKER_FIFO_HEAD, first);
  else store<u32>(tail + CELL_LINK, first);
  store<u32>(block + WORKER_FIFO_TAIL, last);
  count(block, METER_QUEUE, length);
}

export function append(block: usize, cell: u32): void {
  store<u32>(cell + CELL_LINK, 0);
  const tail = load<u32>(block + WORKER_FIFO_TAIL);
  if (tail == 0) store<u32>(block + WORKER_FIFO_HEAD, cell);
  else store<u32>(tail + CELL_LINK, cell);
  store<u32>(block + WORKER_FIFO_TAIL, cell);
  count(block, METER_QUEUE, 1);
}

/** The oldest ready cell pinned here, or 0. */
export function first(block: usize): u32 {
  const cell = load<u32>(block + WORKER_FIFO_HEAD);
  if (cell == 0) return 0;
  const next = load<u32>(cell + CELL_LINK);
  store<u32>(block + WORKER_FIFO_HEAD, next);
  if (next == 0) store<u32>(block + WORKER_FIFO_TAIL, 0);
  count(block, METER_QUEUE, -1);
  return cell;
}
