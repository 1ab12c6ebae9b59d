// The ABI, and the parts behind it one by one: for tests, for the explorer, and for those who test or build schedulers
// (zanni/core). The debug, model and seeded builds are made from this file; the releases from index.ts.

import { isPrivate, push as pushCounted } from "./mailbox";

export { block, claim, idle, raise, unblock, yieldTurn } from "./cell";
export {
  length as dequeLength,
  pop as dequePop,
  push as dequePush,
  steal as dequeSteal,
} from "./deque";
export { beginSearch, endSearch, stealable, wake, wakeAny } from "./idle";
export { append, deliver, first, sort } from "./inbox";
export * from "./index";
export { draw, inject } from "./injector";
export { order, pushSystem, takeControl } from "./mailbox";
export { allocate, allocateControl, classOf, collect, flushAll, free, sizeOf } from "./pool";
export { claim as claimTicket, expired } from "./ticket";
export { arm, cancel, due, nextDue as nextTimer } from "./wheel";
export { enterNative, leaveNative } from "./worker";

/** Into the mailbox, as the frame says whether it counts. */
export function push(cell: usize, generation: u32, frame: u32): i32 {
  return pushCounted(cell, generation, frame, !isPrivate(frame));
}
