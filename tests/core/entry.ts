// What tests and the explorer call: the ABI, and the parts behind it one by one. The debug, model and
// seeded builds are made from this file; the releases from assembly/index.ts.

export { block, claim, idle, raise, unblock, yieldTurn } from "../../assembly/cell";
export {
  length as dequeLength,
  pop as dequePop,
  push as dequePush,
  steal as dequeSteal,
} from "../../assembly/deque";
export { beginSearch, endSearch, stealable, wake, wakeAny } from "../../assembly/idle";
export { append, deliver, first, sort } from "../../assembly/inbox";
export * from "../../assembly/index";
export { draw, inject } from "../../assembly/injector";
export { order, push, pushSystem, takeControl } from "../../assembly/mailbox";
export { allocate, allocateControl, classOf, collect, flushAll, free, sizeOf } from "../../assembly/pool";
export { claim as claimTicket, expired } from "../../assembly/ticket";
export { arm, cancel, due, nextDue as nextTimer } from "../../assembly/wheel";
export { enterNative, leaveNative } from "../../assembly/worker";
