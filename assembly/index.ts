// The ABI. host/core/abi.ts says the same in TypeScript, and a test
// compares the two. Nothing but exports, and the two calls that begin a system and a thread.

import { layDeque } from "./deque";
import { startInbox } from "./inbox";
import {
  HEADER,
  HEADER_BUDGET,
  HEADER_EPOCH,
  HEADER_FIRST,
  HEADER_FRONTIER,
  HEADER_LAYOUT,
  HEADER_LIMIT,
  HEADER_MAXIMUM,
  HEADER_METAS,
  HEADER_SLICE,
  HEADER_STATES,
  HEADER_THIEVES,
  HEADER_WORKERS,
  META_BYTES,
  WORKER_BYTES,
  WORKER_FIRST,
} from "./layout";
import { blockOf, here, settle } from "./place";
import { fillReserve } from "./pool";
import { startThread } from "./worker";

/**
 * Begins a system on zeroed memory, before any other thread attaches: plain stores. `first` is the lowest
 * chunk of the arena (0: right after the tables). False when the memory is too small.
 */
export function boot(
  workers: u32,
  thieves: u32,
  pages: u32,
  maximum: u32,
  first: u32,
  epoch: f64,
  budget: u32,
  sliceUs: u32,
): bool {
  const states: u32 = WORKER_FIRST + workers * WORKER_BYTES;
  const metas: u32 = (states + (maximum << 2) + 63) & ~63;
  const end: u32 = (metas + maximum * META_BYTES + 65535) >>> 16;
  if (first < end) first = end;
  if (first >= maximum || end > pages) return false;
  store<u32>(HEADER + HEADER_LAYOUT, LAYOUT);
  store<u32>(HEADER + HEADER_WORKERS, workers);
  store<u32>(HEADER + HEADER_THIEVES, thieves);
  store<u32>(HEADER + HEADER_STATES, states);
  store<u32>(HEADER + HEADER_METAS, metas);
  store<u32>(HEADER + HEADER_FIRST, first);
  store<u32>(HEADER + HEADER_FRONTIER, first);
  store<u32>(HEADER + HEADER_MAXIMUM, maximum);
  store<u32>(HEADER + HEADER_LIMIT, pages);
  store<f64>(HEADER + HEADER_EPOCH, epoch);
  store<u32>(HEADER + HEADER_BUDGET, budget);
  store<u32>(HEADER + HEADER_SLICE, sliceUs);
  for (let worker: u32 = 0; worker < workers; worker++) layDeque(blockOf(worker));
  return true;
}

/** Makes this instance the worker of that index. False: no memory for its reserve. */
export function attach(index: u32): bool {
  settle(index);
  startThread();
  startInbox(here);
  return fillReserve();
}

/** Hash of the layout that this core was compiled with. */
export function layout(): u32 {
  return LAYOUT;
}

export { unblock as start } from "./cell";
export { fill, reserve, reserveControl } from "./frame";
export { park, unpark, visible } from "./idle";
export { rank } from "./mailbox";
export { tidy } from "./pool";
export { adopt, failClaimed, nextCell, runner } from "./takeover";
export { cancel as cancelTicket, drop, open as openTicket, pending, relax } from "./ticket";
export {
  begin,
  bury,
  close,
  compose,
  control,
  discard,
  fault,
  generation,
  leastLoaded,
  list,
  look,
  move,
  next,
  nextDue,
  post,
  prepare,
  putDown,
  release,
  reply,
  report,
  request,
  sample,
  send,
  settleBatch,
  spawn,
  stateOf,
  stop,
  stopQueued,
  stopSelf,
  take,
  tell,
  vacate,
} from "./worker";
