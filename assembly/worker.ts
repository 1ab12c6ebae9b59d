// The worker: a message's life in three verbs, and the choice of what runs next.
//
//   send(cell, frame)        any thread   into the mailbox; a cell that became ready is queued, once
//   take()                   the worker   due timers, then one ready cell: native ones run right here,
//                                         a host's cell is handed out with a batch of its messages
//   release(cell, outcome)   the worker   what was handled is freed; the cell goes on, waits or sleeps
//
// Where a ready cell is queued:
//   pinned, home is this worker    its FIFO, plain; in front of it while it is of a tree that is being walked (inbox.ts)
//   pinned, home is elsewhere      that worker's inbox, and a targeted wake
//   pinned here, idle, sent to     the run-next slot if it is free: claimed in the same CAS, with the message in its list. It
//   in a turn, while nobody waits  would be queued and taken out of the queue again, and comes no sooner so
//   native, idle, sent to by       likewise, and before all others: it inherits the rest of the slice
//   native code of this worker
//   native otherwise               the deque, from a thread that steals; else the injector; an any wake
//   native whose turn expired      the injector: last-in first-out alone would starve the others
//
// What runs next: the run-next slot; then FIFO and deque in turns; then the injector; then another
// worker's deque. Every 16th take begins with the oldest work: injector, or the top of the own deque. What native code made
// ready in this slice does not count: it has what is left of the slice, a thousand turns in a row, and a tree of actors is walked
// in depth.
//
// A thief takes half of what a victim has, up to 32 entries: one at a time it came back for each few turns (45,000
// steals in a skynet of a million leaves, against 35).
//
// Rejected: one queue for all (contended at every message); a lock around park (a dead thread would keep it).
import {
  block,
  claim,
  close as closeHead,
  closeSystem,
  generationOf,
  idle,
  isAlerted,
  isIdle,
  open as openHead,
  pointerOf,
  seize,
  startCounting,
  unblock,
  vacated,
  yieldTurn,
} from "./cell";
import { seeded } from "./check";
import { clock } from "./clock";
import { EMPTY, length, pop, push as pushHint, RETRY, startDeque, steal } from "./deque";
import { reserve, reserveSmallest, reserveStamped } from "./frame";
import { isDue, meet, rest, share, startHandover, surplus, takerOf } from "./handover";
import { announcing, beginSearch, endSearch, thief, wake, wakeAny } from "./idle";
import { anyYoung, append, bear, deliver, first, join, lineUp, sort, waiting } from "./inbox";
import { doom, draw, hintOf, inject, injected } from "./injector";
import {
  BEHAVIOR_TABLE,
  BLOCKED,
  BUDGET_MASK,
  CELL_BEHAVIOR,
  CELL_BUDGET,
  CELL_CAPACITY,
  CELL_HAND,
  CELL_HANDLED,
  CELL_HANDLED_BYTES,
  CELL_HEAD,
  CELL_INIT,
  CELL_KEPT,
  CELL_LATER,
  CELL_LIMIT,
  CELL_LINK,
  CELL_LIST,
  CELL_PROCESSED,
  CELL_RANKED,
  CELL_SLOT,
  CELL_STATE,
  CELL_STATE_BYTES,
  CELL_SYSTEM_LIST,
  CELL_TAKEN,
  CELL_TAKEN_BYTES,
  CELL_WAITS,
  CELL_WORKER,
  CLASS_CELL,
  EXTENSION_BYTES,
  FLAG_EXTENDED,
  FLAG_PRIVATE,
  FOUND,
  FRAME_DUE,
  FRAME_FLAGS,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_PRIORITY,
  FRAME_PUSH,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_SIZE,
  FRAME_STAMP,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  FRAME_TRACE,
  FULL,
  GENERATION_MASK,
  GONE,
  HANDOVER,
  HOME_ANY,
  KIND_STOP,
  KIND_TELL,
  LINK_QUEUE,
  MESSAGES,
  METER_BUCKETS,
  METER_CREATED,
  METER_DEAD,
  METER_HANDLED,
  METER_LATENCY,
  METER_LATENCY_COUNT,
  METER_LATENCY_SUM,
  METER_MOVES,
  METER_QUEUE,
  METER_SENT,
  METER_STEALS,
  METER_STOPPED,
  METER_TIMEOUTS,
  METER_TURNS,
  MOVABLE,
  NATIVE_CONTROL,
  NATIVE_ROOM,
  NATIVE_STOP,
  NATIVE_UNANSWERED,
  NATIVE_UNKNOWN,
  NO_MEMORY,
  NOTHING,
  OVER,
  OWNED,
  POLICY_SHIFT,
  POLICY_SOFT,
  REFUSED,
  RUNNING,
  SCHEDULE,
  SENT,
  SLOT_NATIVE,
  SYS,
  SYSTEM_KILL,
  SYSTEM_START,
  TAKE_IDLE,
  TAKE_SLICE,
  TICKET_ASKER,
  TICKET_NAME,
  TICKET_SLOT,
  TICKET_STATE,
  TICKET_TO,
  TICKET_TO_GENERATION,
  TURN_BLOCK,
  TURN_DRY,
  TURN_UNBLOCK,
  TURN_WAIT,
  TURN_YIELD,
  UNLIMITED,
  WORKER_BATCH,
  WORKER_CURRENT,
  WORKER_EXPIRING,
  WORKER_FIFO_HEAD,
  WORKER_HANDED,
  WORKER_HANDED_TO,
  WORKER_LOAD,
  WORKER_NEXT,
  WORKER_NEXT_GENERATION,
  WORKER_NOW,
  WORKER_OUT_BITS,
  WORKER_OUT_BLOCKED,
  WORKER_OUT_CASE,
  WORKER_OUT_CELL,
  WORKER_OUT_COUNT,
  WORKER_OUT_GENERATION,
  WORKER_OUT_SLOT,
  WORKER_OUT_SYSTEM,
  WORKER_OUT_TO,
  WORKER_PROGRESS,
  WORKER_PUSHING,
  WORKER_REPLIES,
  WORKER_REPLIES_GENERATION,
  WORKER_SEED,
  WORKER_SENT,
  WORKER_SYSTEM,
  WORKER_TICK,
} from "./layout";
import {
  admits,
  advance,
  arrange,
  drainAll,
  finish,
  isCrowded,
  isPrivate,
  order,
  present,
  publish,
  push,
  pushSystem,
  receive,
  refill,
  takeControl,
  takeOne,
} from "./mailbox";
import { count, show } from "./meter";
import { blockOf, budget, here, me, sliceMs, workers } from "./place";
import { allocateClass, collect, flushAll, free, freeCell, freeSmallest } from "./pool";
import { endRanks, ranked } from "./rank";
import { gatherReady } from "./ready";
import {
  clockEvery,
  inRowMax,
  oldestEvery,
  reportEvery,
  searchRounds,
  shortStride,
  sliceTurns,
  stealMax,
} from "./scale";
import { gather, startStream, streams } from "./stream";
import { add32, bequeath, glance32, load32, load64, note32 } from "./sync";
import { cancel as cancelTicket, claim as claimTicket, drop, expired, fill, open as openTicket } from "./ticket";
import { startTrail } from "./trail";
import { nextDue as nextTimer } from "./wheel";

// Thread-local; all of it is made anew by the next slice.
let now: f64 = 0; //         the clock, as read last
let sliceEnd: f64 = 0;
let late: bool = false; //  the slice was over by then
let turnStart: f64 = 0;
let left: u32 = 0; //        messages left in this turn
let ticks: u32 = 0; //       messages until the next look at the clock
let sends: u32 = 0; //       one message in 64 is stamped
// Counted since report(); a message costs no access to the meter.
let turns: u32 = 0;
let sent: u32 = 0;
let handled: u32 = 0;
let stopping: bool = false; // the running native behavior asked to stop
let mark: u32 = 0; //       `left` when a native turn was last settled: the difference is handled, also after a trap
let native: bool = false; // native code runs: what it makes ready comes next
let inRow: u32 = 0; //       turns of the run-next slot without a look at the queues
let stride: u32 = 1; //      messages between two looks at the clock, more while they are short
let young: bool = false; //   the turn is that of one of the young, see inbox.ts
let youngEnd: f64 = 0; //    until then they come first,
let youngLeft: u32 = 0; //   so many of them
let heirs: u32 = 0; //       newest entries of the deque, made ready by native code in this slice,
let heirsLeft: u32 = 0; //   of which so many may run yet

/** A thread begins: nothing cached from an earlier memory. */
export function startThread(): void {
  now = 0;
  sliceEnd = 0;
  late = false;
  turnStart = 0;
  left = 0;
  ticks = 0;
  sends = 0;
  turns = 0;
  sent = 0;
  handled = 0;
  stopping = false;
  mark = 0;
  native = false;
  inRow = 0;
  stride = 1;
  young = false;
  youngEnd = 0;
  youngLeft = 0;
  heirs = 0;
  heirsLeft = 0;
  startCounting();
  startDeque();
  startStream();
  startHandover();
  startTrail();
}

/** One message in so many carries a time stamp. */
const SAMPLE: u32 = 64;

// ==== any thread ===================================================================================

/** A user's message. SENT: the frame is the mailbox's. GONE, FULL: it is still the caller's. */
export function send(cell: u32, generation: u32, frame: u32): i32 {
  // Byte by byte: a word that was written in parts a moment ago can be read only when all of them have left the processor's
  // store buffer.
  return convey<Other>(cell, generation, frame, !isPrivate(frame), load<u8>(frame + FRAME_PRIORITY) != 0);
}

/**
 * Who conveys: each has its copy of convey(), and the compiler inlines what is called in one place, as by behaviors. Were the copies
 * the same, it would make one of them; the build looks.
 */
class Behavior {}
class Other {}

/** The same, for one who knows what the frame says: after the push it is the receiver's, and may be freed already. */
function convey<By>(cell: u32, generation: u32, frame: u32, counted: bool, urgent: bool): i32 {
  // Seeded bug 19: the receiver is told before the message is there.
  if (seeded(19) && glance32(cell + CELL_BUDGET) != 0) control(cell, generation, 0, SYSTEM_START);
  if (
    native
      ? comesFirst(cell, generation) && hand(cell, generation, frame, false)
      : handOn(cell, generation, frame, counted, urgent)
  ) {
    if (counted) sent++;
    return SENT;
  }
  pushing(cell);
  const owed = push(cell, generation, frame, counted);
  if (owed == OVER) return FULL;
  if (counted) sent++;
  if (owed == REFUSED) {
    if (counted) count(here, METER_DEAD, 1);
    return GONE;
  }
  if (owed == SCHEDULE) queue(cell);
  if (isCrowded()) tellOver(cell, generation);
  // Behaviors have no priorities.
  if (idof<By>() != idof<Behavior>() && urgent) control(cell, generation, 0, SYSTEM_START);
  return SENT;
}

/** The mailbox holds more than it should. A glance: the next tenant sheds nothing when it is told in vain. */
function tellOver(cell: u32, generation: u32): void {
  if (!seeded(19) && glance32(cell + CELL_BUDGET) >>> POLICY_SHIFT >= <u32>POLICY_SOFT) {
    control(cell, generation, 0, SYSTEM_START);
  }
}

/** The whole of a small tell or ask in one call: up to two values, stored inline. What is not sent is freed. */
export function post(
  cell: u32,
  generation: u32,
  name: u32,
  tags: u32,
  a: f64,
  b: f64,
  sender: u32,
  senderGeneration: u32,
  ticket: u32,
  ticketGeneration: u32,
): i32 {
  const isStamped = stamped();
  const frame = isStamped ? reserveStamped(16, KIND_TELL, clock()) : reserveSmallest(16, KIND_TELL);
  if (frame == 0) return NO_MEMORY;
  const payload = frame + FRAME_PAYLOAD + (isStamped ? EXTENSION_BYTES : 0);
  store<u32>(frame + FRAME_NAME, name);
  store<u32>(frame + FRAME_TAGS, tags);
  store<u32>(frame + FRAME_SENDER, sender);
  store<u32>(frame + FRAME_SENDER_GENERATION, senderGeneration);
  store<u32>(frame + FRAME_TICKET, ticket);
  store<u32>(frame + FRAME_TICKET_GENERATION, ticketGeneration);
  store<f64>(payload, a);
  store<f64>(payload + 8, b);
  const outcome = convey<Other>(cell, generation, frame, true, false);
  if (outcome != SENT) free(frame);
  return outcome;
}

/** A frame for a user's message of `bytes`, stamped one time in 64. 0: no memory. */
export function compose(bytes: u32): u32 {
  return stamped() ? reserveStamped(bytes, 0, clock()) : reserve(bytes);
}

/** The same with a priority, a time after which it is not handled any more, ms, and the number of its trace; 0: none. */
export function prepare(bytes: u32, priority: u32, due: f64, trace: f64): u32 {
  const extended = due != 0 || trace != 0;
  const frame = extended ? reserveStamped(bytes, 0, stamped() || trace != 0 ? clock() : 0) : compose(bytes);
  if (frame == 0) return 0;
  store<u8>(frame + FRAME_PRIORITY, priority);
  if (!extended) return frame;
  store<f64>(frame + FRAME_DUE, due);
  store<f64>(frame + FRAME_TRACE, trace);
  return frame;
}

/** Control: a frame or bits. SENT, or GONE with the frame still the caller's. */
export function control(cell: u32, generation: u32, frame: u32, bits: u32): i32 {
  pushing(cell);
  const owed = pushSystem(cell, generation, frame, bits);
  if (owed == REFUSED) return GONE;
  if (owed == SCHEDULE) queue(cell);
  return SENT;
}

/** The first turn of a host's cell that spawn() made. If that was in a turn here, it comes next, in the slice of its maker. */
export function begin(cell: u32, generation: u32): i32 {
  pushing(cell);
  const owed = pushSystem(cell, generation, 0, SYSTEM_START);
  if (owed == REFUSED) return GONE;
  if (owed != SCHEDULE) return SENT;
  if (load<u32>(cell + CELL_WORKER) != me || load<u32>(here + WORKER_CURRENT) == 0) {
    queue(cell);
    return SENT;
  }
  if (!young && !anyYoung(here)) {
    youngEnd = now + sliceMs;
    youngLeft = sliceTurns;
  }
  bear(here, cell);
  return SENT;
}

/**
 * Answers an ask: `value` is a frame with the payload, or 0 when it is inline in `tags`, `a`, `b`. False when
 * nobody waits any more; the value is then still the caller's.
 */
export function reply(
  ticket: u32,
  generation: u32,
  kind: u32,
  form: u32,
  value: u32,
  size: u32,
  tags: u32,
  a: f64,
  b: f64,
): bool {
  if (!claimTicket(ticket, generation)) return false;
  fill(ticket, kind, form, value, size, tags);
  store<f64>(ticket + FRAME_PAYLOAD, a);
  store<f64>(ticket + FRAME_PAYLOAD + 8, b);
  settled(ticket);
  return true;
}

/**
 * A cell for a new actor. `home` is a worker or HOME_ANY; behavior 0 is the host's and begins BLOCKED, until
 * its start is handled; others begin idle. 0: no memory. `init` becomes the cell's.
 */
export function spawn(home: u32, behavior: u32, init: u32, capacity: u32, limit: u32, budget: u32): u32 {
  let cell: u32 = 0;
  let generation: u32 = 0;
  // Nobody else knows this generation yet; a slow sender of an earlier one fails inside its CAS. A cell that has had all its
  // generations is left lying, so that none comes twice.
  do {
    cell = allocateClass(CLASS_CELL);
    if (cell == 0) return 0;
    generation = generationOf(load64(cell + CELL_HEAD)) + 1;
  } while (generation > <u32>GENERATION_MASK);
  store<u32>(cell + CELL_WORKER, home);
  store<u32>(cell + CELL_BEHAVIOR, behavior);
  // Either limit needs the counts.
  if (capacity == UNLIMITED && limit != UNLIMITED) capacity = 0x7fffffff;
  store<u32>(cell + CELL_CAPACITY, capacity);
  store<u32>(cell + CELL_LIMIT, limit);
  store<u64>(cell + CELL_TAKEN, 0); // and TAKEN_BYTES
  store<u64>(cell + CELL_HANDLED, 0);
  store<u32>(cell + CELL_SLOT, 0);
  store<u32>(cell + CELL_INIT, init);
  store<u32>(cell + CELL_BUDGET, budget);
  store<u32>(cell + CELL_LINK, 0);
  store<u64>(cell + CELL_LIST, 0); // and HAND
  store<u64>(cell + CELL_KEPT, 0); // and SYSTEM_LIST
  store<u64>(cell + CELL_PROCESSED, 0); // and RESTARTS
  if (behavior != 0) {
    for (let at: u32 = 0; at < <u32>CELL_STATE_BYTES; at += 8) store<u64>(cell + CELL_STATE + at, 0);
  } else {
    note32(cell + CELL_WAITS, 0);
    store<u32>(cell + CELL_RANKED, 0);
  }
  if (home != HOME_ANY) add32(blockOf(home) + WORKER_LOAD, 1);
  // The runtime's own cells have neither behavior nor init, and are not counted. At once: what is alive is known also
  // when this thread dies.
  if (behavior != 0 || init != 0) count(here, METER_CREATED, 1);
  openHead(cell, generation, behavior == 0);
  return cell;
}

/** The generation of a cell that the caller knows to be alive. */
export function generation(cell: u32): u32 {
  return generationOf(load64(cell + CELL_HEAD));
}

/** The worker with the fewest actors, of those that take any. */
export function leastLoaded(from: u32): u32 {
  let best: u32 = from;
  let fewest: u32 = 0xffffffff;
  for (let worker = from; worker < workers; worker++) {
    const load = load32(blockOf(worker) + WORKER_LOAD);
    if (load < fewest) {
      fewest = load;
      best = worker;
    }
  }
  return best;
}

// ==== native code ==================================================================================

/** A tell from a behavior: two words of payload. */
export function tell(cell: u32, generation: u32, name: u32, a: u64, b: u64): i32 {
  const frame = reserveSmallest(16, KIND_TELL);
  if (frame == 0) return NO_MEMORY;
  store<u32>(frame + FRAME_NAME, name);
  store<u64>(frame + FRAME_PAYLOAD, a);
  store<u64>(frame + FRAME_PAYLOAD + 8, b);
  const outcome = convey<Behavior>(cell, generation, frame, true, false);
  if (outcome != SENT) free(frame);
  return outcome;
}

/** A stop, after everything that was sent before it. NO_MEMORY: not sent. */
export function stop(cell: u32, generation: u32): i32 {
  const frame = reserveSmallest(0, KIND_STOP | (FLAG_PRIVATE << 24));
  if (frame == 0) return NO_MEMORY;
  const outcome = convey<Other>(cell, generation, frame, false, false);
  if (outcome != SENT) free(frame);
  return outcome;
}

/**
 * Asks from a behavior: the answer comes as a message `answer` to the running cell, or TAG_FAILED in its place, also when
 * there is none within `ms`. Without a receiver (cell 0) it is a timer. False: no memory, or nobody there.
 */
export function request(cell: u32, generation: u32, name: u32, tags: u32, a: f64, b: f64, answer: u32, ms: f64): bool {
  const ticket = openTicket(clock() + ms);
  if (ticket == 0) return false;
  const self = load<u32>(here + WORKER_CURRENT);
  const own = generationOf(load64(self + CELL_HEAD));
  const ticketGeneration = <u32>(load64(ticket + TICKET_STATE) >>> 32);
  store<u32>(ticket + TICKET_SLOT, SLOT_NATIVE);
  store<u32>(ticket + TICKET_TO, self);
  store<u32>(ticket + TICKET_TO_GENERATION, own);
  store<u32>(ticket + TICKET_NAME, answer);
  if (cell == 0) {
    // A timer brings its own payload.
    store<u32>(ticket + FRAME_TAGS, tags);
    store<f64>(ticket + FRAME_PAYLOAD, a);
    store<f64>(ticket + FRAME_PAYLOAD + 8, b);
    return true;
  }
  if (post(cell, generation, name, tags, a, b, self, own, ticket, ticketGeneration) == SENT) return true;
  cancelTicket(ticket, ticketGeneration);
  return false;
}

/** Where the state of a native actor is. */
export function stateOf(cell: u32): u32 {
  const block = load<u32>(cell + CELL_SLOT);
  return block != 0 ? block : cell + CELL_STATE;
}

/** From here on it is a behavior that sends. */
export function enterNative(): void {
  native = true;
}

export function leaveNative(): void {
  native = false;
}

/** The behavior that runs is over after this message. */
export function stopSelf(): void {
  stopping = true;
}

// ==== the worker ===================================================================================

/**
 * TAKE_IDLE, TAKE_SLICE, or a host's cell, claimed, with its turn described in WORKER_OUT_*. `fresh` reads the clock,
 * begins a slice and expires timers; a host whose turns are short says so every few turns only.
 */
export function take(fresh: bool): u32 {
  if (fresh || turns >= reportEvery) report();
  if (fresh) {
    now = clock();
    sliceEnd = now + sliceMs;
    late = false;
    heirs = 0;
    heirsLeft = sliceTurns;
    store<f64>(here + WORKER_NOW, now);
    collect();
    expire();
    if (isDue(now)) {
      if (sort(here)) gatherReady();
      share();
    }
  }
  for (;;) {
    let cell = load<u32>(here + WORKER_NEXT);
    let generation: u32;
    let old: u64 = 0;
    if (cell != 0 && inRow < inRowMax) {
      // Ours already: no claim.
      inRow++;
      store<u32>(here + WORKER_NEXT, 0);
      enter(cell);
      generation = load<u32>(here + WORKER_NEXT_GENERATION);
    } else {
      inRow = 0;
      const hint = pick();
      if (hint == EMPTY) {
        if (load<u32>(here + WORKER_NEXT) != 0) continue;
        flushAll();
        rest();
        // What native cells counted in this very call; the next may be long in coming.
        report();
        return TAKE_IDLE;
      }
      cell = <u32>hint;
      generation = <u32>(hint >>> 32);
      old = claim(cell, generation);
      if (old == 0) continue;
      endSearch(true);
      enter(cell);
      // claim() took the frames unless there was a list, or the cell is BLOCKED.
      const newest = pointerOf(old);
      if (newest != 0 && (<u32>old & BLOCKED) == 0 && load<u32>(cell + CELL_LIST) == 0) receive(cell, newest);
    }
    if (load<u32>(cell + CELL_BEHAVIOR) == 0) {
      if (old != 0 && surplus != 0 && offer(cell, old)) return cell;
      if (handOut(cell, generation)) return cell;
    } else {
      if (run(cell, generation)) return cell;
      if (late) return TAKE_SLICE;
    }
  }
  return TAKE_IDLE;
}

/** Writes what was counted since the last time to where observers read it. */
export function report(): void {
  show(here, METER_QUEUE, waiting);
  if (turns + sent + handled == 0) return;
  count(here, METER_TURNS, turns);
  count(here, METER_SENT, sent);
  count(here, METER_HANDLED, handled);
  turns = 0;
  sent = 0;
  handled = 0;
}

/** Is a stop queued for this cell, which is the caller's? */
export function stopQueued(cell: u32): bool {
  // What is listed is ours; what was pushed stays as it is until we take it.
  for (let frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if (load<u8>(frame + FRAME_KIND) == KIND_STOP) return true;
  }
  let later = ranked(cell) ? load<u32>(cell + CELL_LATER) : 0;
  for (; later != 0; later = load<u32>(later + FRAME_NEXT)) {
    if (load<u8>(later + FRAME_KIND) == KIND_STOP) return true;
  }
  for (let frame = pointerOf(load64(cell + CELL_HEAD)); frame != 0; frame = load<u32>(frame + FRAME_PUSH)) {
    if (load<u8>(frame + FRAME_KIND) == KIND_STOP) return true;
  }
  return false;
}

/** When this worker must look at its timers again, ms; Infinity for never. */
export function nextDue(): f64 {
  return nextTimer(here);
}

/** Deadlines that have passed become notices to the cell that takes this worker's replies. */
function expire(): void {
  for (;;) {
    const ticket = expired(now);
    if (ticket == 0) return;
    count(here, METER_TIMEOUTS, 1);
    settled(ticket);
    store<u32>(here + WORKER_EXPIRING, 0);
  }
}

/** In a turn, when the head shows SYS: takes control into WORKER_OUT_BITS and WORKER_OUT_SYSTEM. */
export function look(cell: u32): u32 {
  takeControl(cell);
  return load<u32>(here + WORKER_OUT_BITS);
}

/**
 * Ends a turn, or a part of it: the first `done` frames of the batch are handled. Answers 1 when the cell is
 * still the caller's, with more to do in WORKER_OUT_*, and 0 when it was given away.
 */
export function release(cell: u32, outcome: i32, done: u32): u32 {
  // Before its first line is looked at: what follows has that cross once.
  if (outcome == TURN_DRY && streams(cell) && usesUp(cell, done)) gather(cell);
  if (load<u32>(cell + CELL_BEHAVIOR) != 0) return releaseNative(cell, outcome);
  const generation = generationOf(load64(cell + CELL_HEAD));
  if (done != 0) {
    const messages = finish(cell, done);
    handled += messages;
    left = done < left ? left - done : 0;
  }
  if (outcome == TURN_YIELD) return leave(cell, false);
  if (outcome == TURN_DRY && isDone(cell) && idle(cell, generation) == NOTHING) return forget();
  if (outcome == TURN_BLOCK) {
    pickUp(cell);
    advance(cell);
  }
  if (outcome == TURN_UNBLOCK) {
    putDown(cell);
    unblock(cell);
  }
  if (outcome == TURN_BLOCK || outcome == TURN_WAIT) {
    if (load<u32>(cell + CELL_SYSTEM_LIST) == 0 && block(cell) == NOTHING) return forget();
    if (handOut(cell, generation)) return 1;
    return 0;
  }
  if (left == 0 && load<u32>(cell + CELL_LIST) != 0) return leave(cell, false);
  return handOut(cell, generation) ? 1 : 0;
}

/** Are the first `done` of the batch all that is listed? What has priorities lists a round at a time, and more behind it. */
function usesUp(cell: u32, done: u32): bool {
  if (done == 0 || load<u32>(cell + CELL_RANKED) != 0) return false;
  return load<u32>(load<u32>(here + WORKER_BATCH + ((done - 1) << 2)) + FRAME_NEXT) == 0;
}

/** Is nothing left to do, as far as its owner can see? Not for one to which messages stream: they come in a moment. */
function isDone(cell: u32): bool {
  if (load<u32>(cell + CELL_LIST) != 0 || load<u32>(cell + CELL_SYSTEM_LIST) != 0 || streams(cell)) return false;
  return <u32>load64(cell + CELL_HEAD) == (OWNED | RUNNING);
}

/** release() and, when the cell was given away, take(): one call instead of two between short turns. */
export function next(cell: u32, outcome: i32, done: u32): u32 {
  return release(cell, outcome, done) != 0 ? cell : take(false);
}

/** The first `done` messages of the batch are handled, and the turn is not over. */
export function settleBatch(cell: u32, done: u32): void {
  if (done != 0) handled += finish(cell, done);
}

/**
 * All that has come in is in the list of this cell, which is the caller's. Are there priorities? Then entries have numbers in
 * FRAME_COUNT, by which they came in, and rank() is due.
 */
export function list(cell: u32): bool {
  const before = ranked(cell);
  drainAll(cell);
  return before || ranked(cell);
}

/** A message that the caller took off the list is dropped: it counts as dead, and the frame is the caller's. */
export function discard(cell: u32, frame: u32): void {
  publish(cell, 1, load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD);
  count(here, METER_DEAD, 1);
}

/** The first of the list is in hand: in both places rather than in none, should the thread die in between. */
function pickUp(cell: u32): u32 {
  const frame = load<u32>(cell + CELL_LIST);
  store<u32>(cell + CELL_HAND, frame);
  store<u32>(cell + CELL_LIST, load<u32>(frame + FRAME_NEXT));
  return frame;
}

/** The message in hand is done with: counts and frees it. */
export function putDown(cell: u32): void {
  const frame = load<u32>(cell + CELL_HAND);
  if (frame == 0) return;
  store<u32>(cell + CELL_HAND, 0);
  const counted = !isPrivate(frame);
  if (counted) {
    publish(cell, 1, load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD);
    handled++;
  }
  drop(frame);
}

/**
 * The tenant is gone: no message enters any more. What had come in is in the batch and WORKER_OUT_SYSTEM, to
 * be declared dead; bury() goes on with the rest. Answers the size of the batch.
 */
export function close(cell: u32): u32 {
  putDown(cell);
  const newest = closeHead(cell);
  if (ranked(cell)) endRanks(cell);
  if (newest != 0) order(cell, newest);
  if (ranked(cell)) endRanks(cell);
  arrange(cell, closeSystem(cell));
  return present(cell, UNLIMITED);
}

/** Frees the first `done` frames of a closed cell as dead letters. Answers the size of the next batch. */
export function bury(cell: u32, done: u32): u32 {
  count(here, METER_DEAD, finish(cell, done));
  return present(cell, UNLIMITED);
}

/** A closed cell that is empty goes back to the pool, with its init. */
export function vacate(cell: u32): void {
  // From here on nobody need see to its end.
  vacated(cell);
  const init = load<u32>(cell + CELL_INIT);
  // Before anything is called: an engine ends a thread where it enters a function, or loops.
  if (init != 0 || load<u32>(cell + CELL_BEHAVIOR) != 0) count(here, METER_STOPPED, 1);
  if (init != 0) free(init);
  if (load<u32>(cell + CELL_BEHAVIOR) != 0) {
    const state = load<u32>(cell + CELL_SLOT);
    if (state != 0) free(state);
  }
  const home = load<u32>(cell + CELL_WORKER);
  if (home != HOME_ANY) add32(blockOf(home) + WORKER_LOAD, <u32>-1);
  if (!mayBeLinked(cell) && (home != HOME_ANY || doom(cell))) freeCell(cell);
  forget();
}

/**
 * Whoever made a cell ready also links it into a queue. When a thread has died, others see to both (takeover.ts), and the cell
 * may be over before its pusher, which slept, goes on: it would link a block that is free. So one that was found by others is
 * left lying while a thread is at it, or its link says that it is in a queue. A pusher says what it is at before the CAS that
 * makes the cell ready; ours, that closed it, came after that. Seeded bug 37.
 */
function mayBeLinked(cell: u32): bool {
  if ((glance32(cell + CELL_BUDGET) & FOUND) == 0 || seeded(37)) return false;
  for (let worker: u32 = 0; worker < workers; worker++) {
    // Pairs with forgetTurn(), for a thread that is no more.
    if (worker != me && load32(blockOf(worker) + WORKER_PUSHING) == cell) return true;
  }
  // Read after that: a pusher that is done has linked it.
  return (glance32(cell + CELL_LINK) & LINK_QUEUE) != 0;
}

/**
 * A trap left a native behavior in the middle of a message: the worker goes on. Answers the actor, claimed, with the
 * message in hand; one without a parent has ended. 0: no behavior was running.
 */
export function fault(): u32 {
  if (!native) return 0;
  native = false;
  stopping = false;
  const cell = load<u32>(here + WORKER_CURRENT);
  settle(cell, 0);
  if (load<u32>(cell + CELL_LIMIT) != UNLIMITED) recount(cell);
  if (load<u32>(cell + CELL_INIT) == 0) end(cell);
  return cell;
}

/** How many bytes the turn had handled was lost with it: what was taken and is neither listed nor in hand. */
function recount(cell: u32): void {
  let bytes: u32 = 0;
  const hand = load<u32>(cell + CELL_HAND);
  if (hand != 0 && !isPrivate(hand)) bytes = load<u32>(hand + FRAME_SIZE) + FRAME_PAYLOAD;
  for (let frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if (!isPrivate(frame)) bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
  }
  note32(cell + CELL_HANDLED_BYTES, glance32(cell + CELL_TAKEN_BYTES) - bytes);
}

// ---- one turn -------------------------------------------------------------------------------------

function enter(cell: u32): void {
  store<u32>(here + WORKER_CURRENT, cell);
  const word = load<u32>(cell + CELL_BUDGET);
  const own = word & BUDGET_MASK;
  if ((word & MOVABLE) != 0) meet();
  const most = own != 0 ? own : budget;
  left = most;
  mark = most;
  turnStart = now;
  turns++;
}

function forget(): u32 {
  store<u32>(here + WORKER_CURRENT, 0);
  // Nor is a message of it in hand here.
  store<u32>(here + WORKER_PROGRESS, 0);
  return 0;
}

/** RUNNABLE again, at the end of the line. */
function leave(cell: u32, expiredTurn: bool): u32 {
  forget();
  const home = load<u32>(cell + CELL_WORKER);
  // From here on the cell is somebody else's to claim, but not before it is queued.
  pushing(cell);
  yieldTurn(cell);
  if (home == me) {
    append(here, cell);
  } else if (home != HOME_ANY) {
    deliverTo(home, cell);
  } else if (expiredTurn || !thief() || !pushHint(here, hintOf(cell))) {
    announcing(true);
    inject(cell);
    wakeAny();
    announcing(false);
  }
  return 0;
}

/** Another worker would have it sooner: the host calls move(), or release() and the turn is as any other. */
function offer(cell: u32, head: u64): bool {
  const to = takerOf(cell, <u32>head);
  if (to == 0) return false;
  store<u32>(here + WORKER_OUT_CASE, HANDOVER);
  store<u32>(here + WORKER_OUT_TO, to - 1);
  store<u32>(here + WORKER_OUT_CELL, cell);
  store<u32>(here + WORKER_OUT_GENERATION, generationOf(head));
  store<u32>(here + WORKER_OUT_SLOT, load<u32>(cell + CELL_SLOT));
  store<u32>(here + WORKER_PROGRESS, 0);
  return true;
}

/** A cell in its turn here, with all that is in it, is another worker's from now on. */
export function move(cell: u32, to: u32): void {
  forget();
  count(here, METER_MOVES, 1);
  add32(here + WORKER_LOAD, <u32>-1);
  add32(blockOf(to) + WORKER_LOAD, 1);
  // Still ours: nobody can queue it. Whoever does later has seen our CAS, and so the new home. Seeded bug 29: too late.
  if (!seeded(29)) note32(cell + CELL_WORKER, to);
  pushing(cell);
  yieldTurn(cell);
  deliverTo(to, cell);
  if (seeded(29)) note32(cell + CELL_WORKER, to);
}

/** Describes the turn of a host's cell in WORKER_OUT_*. False when there was nothing and it went idle. */
function handOut(cell: u32, generation: u32): bool {
  for (;;) {
    const head = <u32>load64(cell + CELL_HEAD);
    const blocked = (head & BLOCKED) != 0;
    const system = (head & SYS) != 0 || load<u32>(cell + CELL_SYSTEM_LIST) != 0;
    store<u32>(here + WORKER_OUT_BITS, 0);
    store<u32>(here + WORKER_OUT_SYSTEM, 0);
    store<u32>(here + WORKER_OUT_COUNT, 0);
    if (system) takeControl(cell);
    const messages = !blocked && left != 0 && refill(cell) ? present(cell, left) : 0;
    if (messages != 0 || (system && hasControl())) {
      store<u32>(here + WORKER_OUT_CASE, blocked || system ? 0 : MESSAGES);
      store<u32>(here + WORKER_OUT_CELL, cell);
      store<u32>(here + WORKER_OUT_GENERATION, generation);
      store<u32>(here + WORKER_OUT_SLOT, load<u32>(cell + CELL_SLOT));
      store<u32>(here + WORKER_OUT_BLOCKED, blocked ? 1 : 0);
      store<u32>(here + WORKER_PROGRESS, 0);
      return true;
    }
    if (blocked) {
      if (block(cell) == NOTHING) {
        forget();
        return false;
      }
      continue;
    }
    if (idle(cell, generation) == NOTHING) {
      forget();
      return false;
    }
    if (left == 0) {
      leave(cell, false);
      return false;
    }
  }
  return false;
}

function hasControl(): bool {
  return load<u32>(here + WORKER_OUT_SYSTEM) != 0 || load<u32>(here + WORKER_OUT_BITS) != 0;
}

// ---- native turns ---------------------------------------------------------------------------------

/** Handles messages by call_indirect until there are none. True: it is the host's turn, as WORKER_OUT_CASE says. */
function run(cell: u32, generation: u32): bool {
  const behavior = load<u32>(cell + CELL_BEHAVIOR);
  const limited = load<u32>(cell + CELL_CAPACITY) != UNLIMITED;
  let bytes: u32 = 0;
  for (;;) {
    const head = <u32>load64(cell + CELL_HEAD);
    if ((head & (SYS | BLOCKED)) != 0) {
      takeControl(cell);
      if (load<u32>(cell + CELL_INIT) != 0) {
        settle(cell, bytes);
        return askHost(cell, generation, NATIVE_CONTROL, (head & BLOCKED) != 0);
      }
      discardControl();
      if ((load<u32>(here + WORKER_OUT_BITS) & SYSTEM_KILL) != 0) break;
    }
    // Until control has come, or there are no more; it stops, or the turn is over.
    do {
      if (load<u32>(cell + CELL_LIST) == 0) gather(cell);
      if (!refill(cell)) {
        settle(cell, bytes);
        bytes = 0;
        if (idle(cell, generation) == NOTHING) {
          forget();
          return false;
        }
        break;
      }
      if (left == 0 || late) {
        settle(cell, bytes);
        leave(cell, true);
        return false;
      }
      const frame = pickUp(cell);
      const kind = load<u8>(frame + FRAME_KIND);
      if (kind != KIND_TELL) {
        stopping = kind == KIND_STOP;
        if (stopping) break;
        settle(cell, bytes);
        return askHost(cell, generation, NATIVE_ROOM, false);
      }
      if ((load<u8>(frame + FRAME_FLAGS) & FLAG_EXTENDED) != 0) sample(frame);
      const index = behavior < <u32>BEHAVIOR_TABLE ? behavior : handlerOf(behavior, load<u32>(frame + FRAME_NAME));
      if (index != 0) {
        enterNative();
        call_indirect<void>(index, cell, frame);
        leaveNative();
      }
      if (index == 0 || load<u32>(frame + FRAME_TICKET) != 0) {
        settle(cell, bytes);
        return askHost(cell, generation, index == 0 ? NATIVE_UNKNOWN : NATIVE_UNANSWERED, false);
      }
      if (limited) bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
      store<u32>(cell + CELL_HAND, 0);
      freeSmallest(frame);
      left--;
      if (++ticks >= stride) {
        const before = now;
        ticks = 0;
        now = clock();
        late = now >= sliceEnd;
        stride = now - before > shortStride ? 1 : min<u32>(clockEvery, stride << 1);
      }
    } while (!stopping && !isAlerted());
    if (stopping) break;
  }
  stopping = false;
  settle(cell, bytes);
  if (load<u32>(cell + CELL_INIT) != 0) return askHost(cell, generation, NATIVE_STOP, false);
  end(cell);
  return false;
}

/** Which function of a behavior with several handles a message of this name; 0: none. */
function handlerOf(behavior: u32, name: u32): u32 {
  const count = load<u32>(behavior);
  for (let i: u32 = 1; i <= count; i++) {
    if (load<u32>(behavior + (i << 3)) == name) return load<u32>(behavior + (i << 3) + 4);
  }
  return 0;
}

/** The cell stays RUNNING, and the host says by release() how it goes on. */
function askHost(cell: u32, generation: u32, why: u32, blocked: bool): bool {
  if (why != NATIVE_CONTROL) {
    store<u32>(here + WORKER_OUT_BITS, 0);
    store<u32>(here + WORKER_OUT_SYSTEM, 0);
  }
  store<u32>(here + WORKER_OUT_CASE, why);
  store<u32>(here + WORKER_OUT_CELL, cell);
  store<u32>(here + WORKER_OUT_GENERATION, generation);
  store<u32>(here + WORKER_OUT_COUNT, 0);
  store<u32>(here + WORKER_OUT_BLOCKED, blocked ? 1 : 0);
  return true;
}

/** TURN_WAIT: failed, it waits for its supervisor. Otherwise it is queued, and runs as before. */
function releaseNative(cell: u32, outcome: i32): u32 {
  const generation = generationOf(load64(cell + CELL_HEAD));
  if (outcome == TURN_WAIT) {
    if (load<u32>(cell + CELL_SYSTEM_LIST) == 0 && block(cell) == NOTHING) return forget();
    takeControl(cell);
    return askHost(cell, generation, NATIVE_CONTROL, true) ? 1 : 0;
  }
  if (load<u32>(cell + CELL_SYSTEM_LIST) != 0) {
    takeControl(cell);
    const blocked = (<u32>load64(cell + CELL_HEAD) & BLOCKED) != 0;
    return askHost(cell, generation, NATIVE_CONTROL, blocked && outcome != TURN_UNBLOCK) ? 1 : 0;
  }
  if (outcome == TURN_UNBLOCK) unblock(cell);
  return leave(cell, true);
}

function settle(cell: u32, bytes: u32): void {
  const messages = mark - left;
  mark = left;
  if (messages == 0) return;
  publish(cell, messages, bytes);
  handled += messages;
}

/** A native actor ends: what is left becomes dead letters. */
export function end(cell: u32): void {
  let batch = close(cell);
  discardControl();
  while (batch != 0) batch = bury(cell, batch);
  vacate(cell);
}

/** Native actors answer no questions of control yet. */
function discardControl(): void {
  const frames = load<u32>(here + WORKER_OUT_SYSTEM);
  for (let i: u32 = 0; i < frames; i++) drop(load<u32>(here + WORKER_SYSTEM + (i << 2)));
  store<u32>(here + WORKER_OUT_SYSTEM, 0);
}

// ---- queueing and choosing ------------------------------------------------------------------------

export function queue(cell: u32): void {
  const home = load<u32>(cell + CELL_WORKER);
  if (home == me) {
    if (young && youngLeft != 0 && load<u32>(here + WORKER_CURRENT) != 0) join(here, cell);
    else append(here, cell);
    return;
  }
  if (home != HOME_ANY) {
    deliverTo(home, cell);
    return;
  }
  announcing(true);
  if (!thief() || !pushHint(here, hintOf(cell))) inject(cell);
  else if (native) heirs++;
  wakeAny();
  announcing(false);
}

function deliverTo(home: u32, cell: u32): void {
  announcing(true);
  deliver(blockOf(home), cell);
  wake(home);
  announcing(false);
}

/**
 * To an idle cell that comes next: it is this worker's at once, with the frame in its list, and waits in the run-next slot. The
 * frame is noted first, so that it can be found if this thread dies before the list holds it.
 */
function hand(cell: u32, generation: u32, frame: u32, limited: bool): bool {
  bequeath(here + WORKER_HANDED_TO, cell);
  bequeath(here + WORKER_HANDED, frame);
  if (!seize(cell, generation, limited ? frame : 0)) {
    bequeath(here + WORKER_HANDED, 0);
    return false;
  }
  store<u32>(frame + FRAME_NEXT, 0);
  store<u32>(cell + CELL_LIST, frame);
  if (limited) takeOne(cell, frame);
  bequeath(here + WORKER_SENT, frame);
  bequeath(here + WORKER_HANDED, 0);
  store<u32>(here + WORKER_NEXT, cell);
  store<u32>(here + WORKER_NEXT_GENERATION, generation);
  return true;
}

/** In a turn of the host: whoever comes next anyway does not go through the line. */
function handOn(cell: u32, generation: u32, frame: u32, counted: bool, urgent: bool): bool {
  return !urgent && isAlone(cell, generation, frame, counted) && hand(cell, generation, frame, true);
}

/** Native code runs what it sends to. Glances, here and below: they are the next tenant's if this one is gone, and then the CAS fails. */
function comesFirst(cell: u32, generation: u32): bool {
  if (!isIdle(cell, generation) || load<u32>(here + WORKER_NEXT) != 0) return false;
  if (glance32(cell + CELL_BEHAVIOR) == 0 || glance32(cell + CELL_WORKER) != HOME_ANY) return false;
  return glance32(cell + CELL_CAPACITY) == UNLIMITED;
}

/** In a turn here, while nobody waits in line, one that is pinned here comes next. What has a priority goes the longer way. */
function isAlone(cell: u32, generation: u32, frame: u32, counted: bool): bool {
  if (load<u32>(here + WORKER_NEXT) != 0 || load<u32>(here + WORKER_FIFO_HEAD) != 0 || young) return false;
  if (load<u32>(here + WORKER_CURRENT) == 0 || glance32(cell + CELL_WORKER) != me) return false;
  if (glance32(cell + CELL_BEHAVIOR) != 0 || glance32(cell + CELL_RANKED) != 0) return false;
  return isIdle(cell, generation) && admits(cell, frame, counted);
}

function pick(): u64 {
  if (sort(here)) gatherReady();
  if (heirs != 0 && heirsLeft != 0) {
    heirs--;
    heirsLeft--;
    const heir = pop(here);
    if (heir != EMPTY) return heir;
    heirs = 0;
  }
  // Heirs that are left let one of the others come in between, the oldest or one that is pinned, and their tree is walked on. Were
  // it left here, others would be begun before it ends: a skynet of a million leaves had 50,000 actors alive at once, which no
  // cache holds, and took a fifth longer.
  const mask: u32 = heirs != 0 ? 1 : oldestEvery - 1;
  if (heirs != 0) heirsLeft = sliceTurns;
  const tick = load<u32>(here + WORKER_TICK) + 1;
  store<u32>(here + WORKER_TICK, tick);
  const steals = thief();
  if ((tick & mask) == 0) {
    collect();
    if (steals) {
      const oldest = pickOldest();
      if (oldest > RETRY) return oldest;
    }
  }
  // Pinned and stealable cells in turns, so that neither starves the other.
  if ((tick & 1) != 0) {
    const pinned = nextPinned();
    if (pinned != 0) return hintOf(pinned);
  }
  if (steals) {
    const own = pop(here);
    if (own != EMPTY) return own;
  }
  if ((tick & 1) == 0) {
    const pinned = nextPinned();
    if (pinned != 0) return hintOf(pinned);
  }
  if (!steals) return EMPTY;
  const shared = draw(here);
  if (shared != 0) return hintOf(shared);
  return search();
}

/** The next of those pinned here. */
function nextPinned(): u32 {
  young = anyYoung(here);
  if (young) {
    if (youngLeft == 0 || now >= youngEnd) {
      lineUp(here);
      young = false;
    } else youngLeft--;
  }
  return first(here);
}

function pickOldest(): u64 {
  const shared = draw(here);
  if (shared != 0) return hintOf(shared);
  return steal(here);
}

/** Another worker's oldest entry. One searcher at a time is enough. */
function search(): u64 {
  const all = workers;
  if (all < 2 || !beginSearch()) return EMPTY;
  for (let round: u32 = 0; round < searchRounds; round++) {
    const start = random() % all;
    for (let i: u32 = 0; i < all; i++) {
      let victim = start + i;
      if (victim >= all) victim -= all;
      if (victim == me) continue;
      let hint = steal(blockOf(victim));
      while (hint == RETRY) hint = steal(blockOf(victim));
      if (hint == EMPTY) continue;
      const more = stealMore(blockOf(victim));
      count(here, METER_STEALS, 1 + more);
      return hint;
    }
    if (injected()) {
      const shared = draw(here);
      if (shared != 0) return hintOf(shared);
    }
  }
  endSearch(false);
  return EMPTY;
}

/** The thief's own deque is empty: there is room. Answers how many it took, up to half of what the victim has left. */
function stealMore(victim: usize): u32 {
  const most = min<u32>((length(victim) + 1) >>> 1, stealMax - 1);
  let taken: u32 = 0;
  while (taken < most) {
    const hint = steal(victim);
    if (hint == EMPTY || hint == RETRY) break;
    pushHint(here, hint);
    taken++;
  }
  return taken;
}

/** xorshift32: Marsaglia, "Xorshift RNGs" (2003). */
function random(): u32 {
  let x = load<u32>(here + WORKER_SEED);
  if (x == 0) x = me * 2654435761 + 1;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  store<u32>(here + WORKER_SEED, x);
  return x;
}

// ---- helpers --------------------------------------------------------------------------------------

/** A settled ticket, which is private, goes to the cell that takes its asker's replies. */
export function settled(ticket: u32): void {
  const asker = blockOf(load<u32>(ticket + TICKET_ASKER));
  const cell = load<u32>(asker + WORKER_REPLIES);
  const generation = load<u32>(asker + WORKER_REPLIES_GENERATION);
  if (handOn(cell, generation, ticket, false, load<u8>(ticket + FRAME_PRIORITY) != 0)) return;
  pushing(cell);
  if (push(cell, generation, ticket, false) == SCHEDULE) queue(cell);
}

/** Said before a CAS that may make the cell ready, see mayBeLinked(): to other threads, if there are any. */
function pushing(cell: u32): void {
  if (!SINGLE) note32(here + WORKER_PUSHING, cell);
}

function stamped(): bool {
  return (++sends & (SAMPLE - 1)) == 0;
}

/** Time in mailbox, up to the start of the turn that handles it. */
export function sample(frame: u32): void {
  const stamp = load<f64>(frame + FRAME_STAMP);
  if (stamp == 0) return;
  let ms = turnStart - stamp;
  if (ms < 0) ms = 0;
  count(here, METER_LATENCY_SUM, ms);
  count(here, METER_LATENCY_COUNT, 1);
  const us = <u32>min<f64>(ms * 1000, 4e9);
  const bucket: u32 = us == 0 ? 0 : 32 - clz<u32>(us);
  count(here, METER_LATENCY + (min<u32>(bucket, METER_BUCKETS - 1) << 3), 1);
}
