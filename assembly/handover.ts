// What is ready and pinned here while another worker has nothing to do. The host knows whether an actor can travel
// (host/actor/move.ts); the core says when that pays:
//
//   busy for a whole slice ── two cells wait, or more ── a thief is parked ──▶ half of what waits is for that thief
//
// They are handed over as they come to their turn, the oldest first: nothing is reordered, and the queue is not searched.
// Whoever is woken so keeps what it got, so that work goes to where there was none, and stays there.
//
// A cell that was found by looking at all cells is handed over no more: whoever had made it ready may be about to queue it
// still, and a queue here would then be linked through a cell that is in one there.

import { parkedThief } from "./idle";
import { waiting } from "./inbox";
import { BLOCKED, CELL_BUDGET, CELL_SYSTEM_LIST, CELL_WORKER, FOUND, MOVABLE, SYS } from "./layout";
import { me, sliceMs } from "./place";
import { waitingMin } from "./scale";
import { glance32, note32 } from "./sync";

const IDLE: f64 = -1.0;

// Thread-local.
let busySince: f64 = -1; // when the last look was, or the work began
let met: bool = false; //     a cell that may be handed over had its turn since
let taker: u32 = 0; //        for whom
/** Of the pinned cells that come next, so many are. */
export let surplus: u32 = 0;

/** A thread begins. */
export function startHandover(): void {
  rest();
  met = false;
}

/** There is nothing to do. */
export function rest(): void {
  busySince = IDLE;
  surplus = 0;
}

/** The turn of a cell that says so. */
export function meet(): void {
  met = true;
}

/** ms of work before anything is given away; a model's clock stands still. */
function busyMin(): f64 {
  return MODEL ? 0 : sliceMs;
}

/** At the beginning of a slice: has it been long enough, with cells that may be handed over, for share()? */
export function isDue(now: f64): bool {
  if (busySince == IDLE) busySince = now;
  if (!met || now < busySince + busyMin()) return false;
  busySince = now;
  met = false;
  return true;
}

/** Decides how many of the cells in the queue are for whom. */
export function share(): void {
  surplus = 0;
  if (waiting < waitingMin) return;
  taker = parkedThief();
  if (taker != 0xffffffff) surplus = <u32>(waiting + 1) >>> 1;
}

/** A claimed cell. The worker that it is to be handed over to, and 1 more; 0: it has its turn here. */
export function takerOf(cell: u32, head: u32): u32 {
  if (load<u32>(cell + CELL_WORKER) != me) return 0;
  surplus--;
  const free = (head & (BLOCKED | SYS)) == 0 && load<u32>(cell + CELL_SYSTEM_LIST) == 0;
  return free && (glance32(cell + CELL_BUDGET) & MOVABLE) != 0 ? taker + 1 : 0;
}

/** It was found by looking at all cells. */
export function settleDown(cell: u32): void {
  // Only whoever owns the cell's home writes it; senders glance at other bits.
  note32(cell + CELL_BUDGET, (glance32(cell + CELL_BUDGET) & ~MOVABLE) | FOUND);
}
