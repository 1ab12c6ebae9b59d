// A thread has died, between any two instructions. Its successor adopts index and block, and puts in order what it left:
//
//   pool, wheel, deque     lists are made anew from what the blocks say
//   a cell in its turn     the head names the runner; what a drain had taken, and what was on its way between two lists, is
//                          listed; the message in hand is known, and not handled again
//   ready cells            whatever queue they were in, or about to get into: found by looking at all cells, and queued anew
//   control                SYS is raised wherever a system word is not empty: its sender may have died in between
//   instances              of JavaScript are lost: their cells are BLOCKED, mailboxes kept, until a supervisor decides
//   asks                   of these instances end; timers and asks of native actors go on
//
// Others may go on meanwhile, and die. Only one with proof of the death calls adopt(): an exit, or a lock given back.
// Lost are, at worst: blocks of memory on their way, counts of one turn.
import { generationOf, given, pointerOf, raise, runnerOf } from "./cell";
import { seeded } from "./check";
import { mend as mendDeque } from "./deque";
import { settleDown } from "./handover";
import { mendSearch } from "./idle";
import { renewInbox } from "./inbox";
import { renewInjector } from "./injector";
import {
  BLOCKED,
  CELL_BEHAVIOR,
  CELL_BUDGET,
  CELL_CAPACITY,
  CELL_HAND,
  CELL_HANDLED,
  CELL_HANDLED_BYTES,
  CELL_HEAD,
  CELL_INIT,
  CELL_KEPT,
  CELL_LINK,
  CELL_LIST,
  CELL_RANKED,
  CELL_SLOT,
  CELL_SYSTEM,
  CELL_SYSTEM_LIST,
  CELL_TAKEN,
  CELL_TAKEN_BYTES,
  CELL_WAITS,
  CELL_WORKER,
  CLASS_CELL,
  FOUND,
  FRAME_COUNT,
  FRAME_KIND,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_PUSH,
  FRAME_SIZE,
  HOME_ANY,
  KIND_SUCCEEDED,
  LINK_QUEUE,
  METER_HANDLED,
  OWNED,
  POINTER_MASK,
  RUNNING,
  SCHEDULE,
  SHELF_FIRST,
  SHELF_LAST,
  SHELF_LEAVING,
  SHELF_NEXT,
  STOPPED,
  SYS,
  SYSTEM_BITS,
  SYSTEM_START,
  UNLIMITED,
  WORKER_CURRENT,
  WORKER_EXPIRING,
  WORKER_HANDED,
  WORKER_HANDED_TO,
  WORKER_INTENT,
  WORKER_INTENT_CELL,
  WORKER_LIFE,
  WORKER_MOVING,
  WORKER_NEXT,
  WORKER_OUT_CELL,
  WORKER_PROGRESS,
  WORKER_PUSHING,
  WORKER_REPLIES,
  WORKER_SENT,
} from "./layout";
import { giveBack, isPrivate, order, publish, pushSystem } from "./mailbox";
import { count } from "./meter";
import { here, me, settle, workers } from "./place";
import { fillReserve, mendPool, nextBlock } from "./pool";
import { lists, mendRanks, ranked, sort } from "./rank";
import { callForRenewal, gatherReady, isReady } from "./ready";
import { leave } from "./stack";
import { cas32, cas64, glance32, load64, note32, store32 } from "./sync";
import { claimedBefore, fail, mendTickets } from "./ticket";
import { end, queue, settled, startThread } from "./worker";

/**
 * Makes this instance the worker of that index, whose thread is dead. Cells that are left in a turn of it are for the host to
 * see to: native ones that had begun a message or wait for their supervisor, and those that were about to end. False: no
 * memory for its reserve.
 */
export function adopt(index: u32): bool {
  // One thread does not survive itself.
  if (SINGLE) return false;
  settle(index);
  const life = load<u32>(here + WORKER_LIFE) + 1;
  store<u32>(here + WORKER_LIFE, life);
  startThread();
  mendPool();
  renewInbox(here);
  mendDeque(here);
  // Seeded bug 26: cells in other threads' chunks are not looked at.
  const own = seeded(26);
  // Before anything is pushed in its name.
  for (let cell = nextBlock(0, CLASS_CELL, own); cell != 0; cell = nextBlock(cell, CLASS_CELL, own)) mendKept(cell);
  for (let cell = nextBlock(0, CLASS_CELL, own); cell != 0; cell = nextBlock(cell, CLASS_CELL, own)) mendCell(cell);
  forgetTurn();
  const expired = mendTickets(load<u32>(here + WORKER_EXPIRING));
  store<u32>(here + WORKER_EXPIRING, 0);
  const replies = load<u32>(here + WORKER_REPLIES);
  if (expired != 0 && !holds(replies, expired)) settled(expired);
  // Asked and about to be answered on the same thread.
  for (let ticket = claimedBefore(me, life, 0); ticket != 0; ticket = claimedBefore(me, life, ticket)) {
    if (!holds(replies, ticket)) lost(ticket);
  }
  if (!seeded(22)) gatherReady();
  const mark = renewInjector(here);
  for (let cell = nextBlock(0, CLASS_CELL, own); cell != 0; cell = nextBlock(cell, CLASS_CELL, own)) {
    const home = glance32(cell + CELL_WORKER);
    const head = load64(cell + CELL_HEAD);
    const ready = isReady(head) && !seeded(22);
    if (home == HOME_ANY && !ready) leave(cell, mark);
    if (!ready) continue;
    if (home == HOME_ANY) recall(cell, generationOf(head), mark);
    else if (home != me && home < workers) callForRenewal(home);
  }
  mendSearch();
  return fillReserve();
}

/** The next cell that somebody lives in, or is about to leave; 0: there is no more. For the host, after adopt(). */
export function nextCell(after: u32): u32 {
  let cell = nextBlock(after, CLASS_CELL, false);
  while (cell != 0) {
    const head = load64(cell + CELL_HEAD);
    if ((<u32>head & STOPPED) == 0 || runnerOf(head) == me + 1) return cell;
    cell = nextBlock(cell, CLASS_CELL, false);
  }
  return 0;
}

/**
 * On every thread, when it hears in its replies that another life of that worker has begun: asks that it had claimed before
 * fail. What it had answered came before the news.
 */
export function failClaimed(worker: u32, life: u32): void {
  for (let ticket = claimedBefore(worker, life, 0); ticket != 0; ticket = claimedBefore(worker, life, ticket))
    lost(ticket);
}

function lost(ticket: u32): void {
  fail(ticket);
  settled(ticket);
}

/** Which worker's turn the cell is in, and 1 more; 0: none's. */
export function runner(cell: u32): u32 {
  return runnerOf(load64(cell + CELL_HEAD));
}

// ---- one cell -------------------------------------------------------------------------------------

function mendCell(cell: u32): void {
  const head = load64(cell + CELL_HEAD);
  const ours = runnerOf(head) == me + 1;
  if (ours) mendMailbox(cell, head);
  else if (
    meant(WORKER_INTENT, WORKER_INTENT_CELL, cell) ||
    (meant(WORKER_HANDED, WORKER_HANDED_TO, cell) && !seeded(40))
  ) {
    // It was counted as taken, and has not been.
    if (glance32(cell + CELL_WORKER) == me && glance32(cell + CELL_CAPACITY) != UNLIMITED) recount(cell);
  }
  if ((<u32>head & STOPPED) != 0) return;
  const native = glance32(cell + CELL_BEHAVIOR) != 0;
  if (!native && glance32(cell + CELL_WORKER) == me) {
    if (cell == load<u32>(here + WORKER_REPLIES)) resume(cell);
    else lose(cell);
  } else if (ours) {
    if (load<u32>(cell + CELL_HAND) == 0 && (<u32>head & BLOCKED) == 0) resume(cell);
    else if (load<u32>(cell + CELL_INIT) == 0) end(cell);
  }
  // A sender may have died before it raised SYS.
  const system = load64(cell + CELL_SYSTEM);
  const waiting = (<u32>system & (POINTER_MASK | SYSTEM_BITS)) != 0 && !seeded(23);
  if (!waiting) return;
  note32(here + WORKER_PUSHING, cell);
  if (raise(cell, generationOf(system)) == SCHEDULE) queue(cell);
}

/** The dead thread was about to take that from this cell, or to give it. */
function meant(frame: usize, whose: usize, cell: u32): bool {
  return load<u32>(here + frame) != 0 && load<u32>(here + whose) == cell;
}

/** What an actor that lived there kept: a frame that was about to leave its shelf is there, or was sent. */
function mendKept(cell: u32): void {
  // One that somebody else is about to fill is nobody's yet.
  if ((<u32>load64(cell + CELL_HEAD) & STOPPED) != 0) return;
  // Supervisors without code of their own, and the cell of replies, keep something else.
  const keeps =
    glance32(cell + CELL_BEHAVIOR) == 0 && glance32(cell + CELL_WORKER) == me && load<u32>(cell + CELL_INIT) != 0;
  if (!keeps) return;
  const sent = seeded(34) ? 0 : load<u32>(here + WORKER_SENT);
  for (let shelf = load<u32>(cell + CELL_KEPT); shelf != 0; shelf = load<u32>(shelf + SHELF_NEXT)) {
    const frame = load<u32>(shelf + SHELF_LEAVING);
    const first = load<u32>(shelf + SHELF_FIRST);
    if (frame != 0 && frame != first && frame != sent && frame != load<u32>(cell + CELL_HAND)) {
      store<u32>(frame + FRAME_NEXT, first);
      store<u32>(shelf + SHELF_FIRST, frame);
      if (first == 0) store<u32>(shelf + SHELF_LAST, frame);
    } else if (first == 0) store<u32>(shelf + SHELF_LAST, 0);
    store<u32>(shelf + SHELF_LEAVING, 0);
  }
}

/** The messages of a cell that was in a turn: each is listed once, or in hand. */
function mendMailbox(cell: u32, head: u64): void {
  const ranks = ranked(cell);
  const from = ranks ? load<u32>(cell + CELL_RANKED) : 0;
  if (ranks) mendRanks(cell);
  // Claimed by native code that sent to it: its message may not be listed yet.
  const handed = load<u32>(here + WORKER_HANDED);
  if (handed != 0 && load<u32>(here + WORKER_HANDED_TO) == cell && load<u32>(cell + CELL_LIST) == 0) {
    store<u32>(handed + FRAME_NEXT, 0);
    store<u32>(cell + CELL_LIST, handed);
  }
  const intent = load<u32>(here + WORKER_INTENT);
  if (intent != 0 && load<u32>(here + WORKER_INTENT_CELL) == cell && !stacked(head, intent)) {
    if (!lists(cell, intent)) order(cell, intent);
    // They come after all that has a number.
    if (ranks) numberStack(intent, from);
  }
  const hand = load<u32>(cell + CELL_HAND);
  if (hand != 0 && load<u32>(cell + CELL_LIST) == hand) store<u32>(cell + CELL_LIST, load<u32>(hand + FRAME_NEXT));
  const begun = load<u32>(here + WORKER_PROGRESS);
  if (begun != 0 && load<u32>(here + WORKER_OUT_CELL) == cell && lists(cell, begun)) {
    while (load<u32>(cell + CELL_LIST) != begun) dropFirst(cell);
    if (cell == load<u32>(here + WORKER_REPLIES)) {
      // The news of a death are heard again: twice does no harm.
      if (load<u8>(begun + FRAME_KIND) != KIND_SUCCEEDED || seeded(32)) dropFirst(cell);
    } else {
      store<u32>(cell + CELL_HAND, begun);
      store<u32>(cell + CELL_LIST, load<u32>(begun + FRAME_NEXT));
    }
  }
  if (load<u32>(cell + CELL_CAPACITY) != UNLIMITED) recount(cell);
  if (ranks) sort(cell);
}

/** Handled already. */
function dropFirst(cell: u32): void {
  const frame = load<u32>(cell + CELL_LIST);
  store<u32>(cell + CELL_LIST, load<u32>(frame + FRAME_NEXT));
  if (!isPrivate(frame)) {
    publish(cell, 1, load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD);
    count(here, METER_HANDLED, 1);
  }
  giveBack(frame);
}

/** What has been taken and is not handled yet is what is there. */
function recount(cell: u32): void {
  let messages: u32 = 0;
  let bytes: u32 = 0;
  let frame = load<u32>(cell + CELL_HAND);
  if (frame != 0 && !isPrivate(frame)) {
    messages++;
    bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
  }
  for (frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if (isPrivate(frame)) continue;
    messages++;
    bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
  }
  note32(cell + CELL_TAKEN, glance32(cell + CELL_HANDLED) + messages);
  note32(cell + CELL_TAKEN_BYTES, glance32(cell + CELL_HANDLED_BYTES) + bytes);
}

/** Still among what has been pushed and not taken? Who pushes meanwhile puts it on top. */
function stacked(head: u64, sought: u32): bool {
  for (let frame = pointerOf(head); frame != 0; frame = load<u32>(frame + FRAME_PUSH)) if (frame == sought) return true;
  return false;
}

/** What was taken last, in the order it came in; its links of pushing are as they were. */
function numberStack(newest: u32, from: u32): void {
  let number = from;
  for (let frame = newest; frame != 0; frame = load<u32>(frame + FRAME_PUSH)) number++;
  for (let frame = newest; frame != 0; frame = load<u32>(frame + FRAME_PUSH)) note32(frame + FRAME_COUNT, --number);
}

/** Its turn had done nothing that cannot be done again: it is ready, and queued with all that are. */
function resume(cell: u32): void {
  // Ours until the CAS; from then on it may be in another's turn.
  const control = load<u32>(cell + CELL_SYSTEM_LIST) != 0;
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if ((<u32>old & RUNNING) == 0) return;
    if (cas64(cell + CELL_HEAD, old, given(old, RUNNING)) == old) break;
  }
  // Control that was handed out is looked at again.
  if (control) raise(cell, generationOf(load64(cell + CELL_HEAD)));
}

/** An instance that lived on the dead thread: its cell waits. One that had not begun to live is started. */
function lose(cell: u32): void {
  let next: u64 = 0;
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    // Over meanwhile, and about to be another's.
    if ((<u32>old & STOPPED) != 0) return;
    // Another is about to hand it over: it will be delivered. Seeded bug 30.
    if (runnerOf(old) != 0 && runnerOf(old) != me + 1 && !seeded(30)) return;
    note32(cell + CELL_WAITS, 0);
    next = given(old, RUNNING | OWNED) | BLOCKED;
    if (load<u32>(cell + CELL_SYSTEM_LIST) != 0) next |= SYS;
    if ((<u32>next & SYS) != 0) next |= OWNED;
    // Pairs with push() and raise(). Who made it ready before puts it into a queue in vain.
    if (cas64(cell + CELL_HEAD, old, next) == old) break;
  }
  settleDown(cell);
  const begun = load<u32>(cell + CELL_SLOT) != 0 || load<u32>(cell + CELL_INIT) == 0;
  if (!begun) pushSystem(cell, generationOf(next), 0, SYSTEM_START);
}

/** A ready cell for whoever comes: out of the list that it was in, if any, and queued; twice does no harm. */
function recall(cell: u32, generation: u32, mark: u32): void {
  if ((glance32(cell + CELL_LINK) & LINK_QUEUE) == mark) return;
  // Whoever ends it from here on finds both, and leaves it lying: see mayBeLinked() in worker.ts.
  note32(here + WORKER_PUSHING, cell);
  for (;;) {
    const budget = glance32(cell + CELL_BUDGET);
    if (cas32(cell + CELL_BUDGET, budget, budget | FOUND) == budget) break;
  }
  // It may have been over before, and have its next tenant. Seeded bug 38: it is queued all the same.
  const head = load64(cell + CELL_HEAD);
  if ((generationOf(head) != generation || !isReady(head)) && !seeded(38)) return;
  const link = glance32(cell + CELL_LINK);
  if ((link & LINK_QUEUE) == mark) return;
  // Pairs with draw(): one of the two takes it out.
  if ((link & LINK_QUEUE) != 0 && cas32(cell + CELL_LINK, link, 0) != link) return;
  queue(cell);
}

// ---- the block ------------------------------------------------------------------------------------

function forgetTurn(): void {
  store<u32>(here + WORKER_NEXT, 0);
  store<u32>(here + WORKER_CURRENT, 0);
  // Pairs with mayBeLinked(): what the dead thread read of a cell, it read before.
  store32(here + WORKER_PUSHING, 0);
  store<u32>(here + WORKER_HANDED, 0);
  store<u32>(here + WORKER_INTENT, 0);
  store<u32>(here + WORKER_MOVING, 0);
  store<u32>(here + WORKER_PROGRESS, 0);
}

/** Is the ticket among what waits for that cell, the caller's? */
function holds(cell: u32, ticket: u32): bool {
  return lists(cell, ticket) || stacked(load64(cell + CELL_HEAD), ticket);
}
