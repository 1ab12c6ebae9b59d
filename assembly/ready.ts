// Ready cells found by looking at all cells, when a queue cannot be relied on: its thread, or one that was about to put a
// cell into it, has died. What was in the queue before is found as well.

import { generationOf } from "./cell";
import { settleDown } from "./handover";
import { wake } from "./idle";
import { put, renewInbox } from "./inbox";
import {
  CELL_HEAD,
  CELL_WORKER,
  CLASS_CELL,
  OWNED,
  RENEWAL,
  RUNNING,
  STOPPED,
  WORKER_INBOX,
  WORKER_MARK,
} from "./layout";
import { blockOf, here, me } from "./place";
import { nextBlock } from "./pool";
import { enroll, leave } from "./stack";
import { cas64, glance32, load64 } from "./sync";

/** Is it to be claimed by somebody? */
export function isReady(head: u64): bool {
  return (<u32>head & (OWNED | RUNNING | STOPPED)) == OWNED;
}

/** Owner only: its queue is made anew, of all ready cells that are pinned here. */
export function gatherReady(): void {
  renewInbox(here);
  const mark = load<u32>(here + WORKER_MARK);
  for (let cell = nextBlock(0, CLASS_CELL, false); cell != 0; cell = nextBlock(cell, CLASS_CELL, false)) {
    const tenant = generationOf(load64(cell + CELL_HEAD));
    if (glance32(cell + CELL_WORKER) != me) continue;
    // The home is another's if the tenant has changed: whoever makes that one ready finds the new queue.
    const head = load64(cell + CELL_HEAD);
    if (generationOf(head) != tenant) continue;
    if (!isReady(head)) leave(cell, mark);
    else if (enroll(cell, mark)) {
      settleDown(cell);
      put(here, cell);
    }
  }
}

/** Any thread: has that worker do so. */
export function callForRenewal(worker: u32): void {
  const inbox = blockOf(worker) + WORKER_INBOX;
  for (;;) {
    const old = load64(inbox);
    // Pairs with sort(), and with visible().
    if (<i64>old < 0 || cas64(inbox, old, old | ((<u64>RENEWAL) << 32)) == old) break;
  }
  wake(worker);
}
