// What tests and the explorer call: the ABI, and the parts behind it one by one. The debug, model and
// seeded builds are made from this file; the releases from assembly/index.ts.
export * from "../../assembly/index";
export { claim, idle, yieldTurn, block, unblock, raise } from "../../assembly/cell";
export { push, order, pushSystem, takeControl } from "../../assembly/mailbox";
export {
  push as dequePush,
  pop as dequePop,
  steal as dequeSteal,
  length as dequeLength,
} from "../../assembly/deque";
export { deliver, sort, first, append } from "../../assembly/inbox";
export { inject, draw } from "../../assembly/injector";
export { allocate, allocateControl, free, collect, flushAll, classOf, sizeOf } from "../../assembly/pool";
export { arm, cancel, due, nextDue as nextTimer } from "../../assembly/wheel";
export { claim as claimTicket, expired } from "../../assembly/ticket";
export { wake, wakeAny, beginSearch, endSearch, stealable } from "../../assembly/idle";
