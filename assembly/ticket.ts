// The ask ticket: a frame reserved for the reply before the question is sent, so that answering cannot
// run out of memory, with the timer of its deadline. Its state word { generation | claimant | state } decides who
// settles the ask: replier, deadline and canceller all CAS from PENDING, and one of them wins. Tickets
// live in chunks of their own and a generation is never used twice, so a late reply finds its ask gone.
import { check, seeded } from "./check";
import {
  CLASS_TICKET,
  FLAG_PRIVATE,
  FORM_INLINE,
  FRAME_FLAGS,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_SIZE,
  FRAME_TAGS,
  KIND_FAILURE,
  KIND_TIMEOUT,
  SLOT_DONE,
  SLOT_NATIVE,
  TAG_FAILED,
  TICKET_ANSWERED,
  TICKET_ASKER,
  TICKET_CLAIMANT,
  TICKET_EXPIRED,
  TICKET_FREE,
  TICKET_LIFE,
  TICKET_PENDING,
  TICKET_SLOT,
  TICKET_STATE,
  TICKET_TIMER,
  TICKET_VALUE,
  TIMER_DUE,
  TIMER_PREVIOUS,
  TRAP_TICKET,
  WORKER_EXPIRING,
  WORKER_LIFE,
} from "./layout";
import { here, me } from "./place";
import { allocateClass, classAt, free, nextBlock } from "./pool";
import { cas64, load64, note64, store64 } from "./sync";
import { arm, cancel as cancelTimer, clear, due, NEVER } from "./wheel";

// ---- the asker's thread ---------------------------------------------------------------------------

/** A ticket that expires at `deadline` ms, NEVER for none. 0 when memory is used up. */
export function open(deadline: f64): u32 {
  const ticket = allocateClass(CLASS_TICKET);
  if (ticket == 0) return 0;
  const generation = (load64(ticket + TICKET_STATE) >>> 32) + 1;
  store<u32>(ticket + TICKET_ASKER, me);
  store<u32>(ticket + TICKET_VALUE, 0);
  store<u32>(ticket + FRAME_SIZE, 0);
  store<u32>(ticket + FRAME_TAGS, 0);
  store<u32>(ticket + FRAME_KIND, 0);
  store<u8>(ticket + FRAME_FLAGS, FLAG_PRIVATE);
  // Not armed: the block may be of a chunk that held anything.
  store<u32>(ticket + TICKET_TIMER + TIMER_PREVIOUS, 0);
  store64(ticket + TICKET_STATE, (generation << 32) | TICKET_PENDING);
  if (deadline < NEVER) arm(here, ticket + TICKET_TIMER, deadline);
  return ticket;
}

/** Nobody waits any more. False when it is settled already: the notice is under way. */
export function cancel(ticket: u32, generation: u32): bool {
  if (!move(ticket, generation, TICKET_FREE)) return false;
  cancelTimer(here, ticket + TICKET_TIMER);
  free(ticket);
  return true;
}

/** It is being answered, bit by bit: its deadline does not matter any more. */
export function relax(ticket: u32, generation: u32): void {
  if (pending(ticket, generation)) cancelTimer(here, ticket + TICKET_TIMER);
}

/** One ticket whose deadline has passed, as the frame that says so, or 0. Called until it answers 0. */
export function expired(now: f64): u32 {
  for (;;) {
    const timer = <u32>due(here, now);
    if (timer == 0) return 0;
    const ticket = timer - TICKET_TIMER;
    const generation = <u32>(load64(ticket + TICKET_STATE) >>> 32);
    // Noted until the notice is under way.
    store<u32>(here + WORKER_EXPIRING, ticket);
    if (move(ticket, generation, TICKET_EXPIRED)) {
      store<u8>(ticket + FRAME_KIND, KIND_TIMEOUT);
      return ticket;
    }
  }
  return 0;
}

/** Gives a frame back; a ticket is disarmed and takes the value that it carries along. */
export function drop(frame: u32): void {
  if (classAt(frame) == CLASS_TICKET) {
    check(<u32>load64(frame + TICKET_STATE) != TICKET_PENDING, TRAP_TICKET);
    cancelTimer(here, frame + TICKET_TIMER);
    const value = load<u32>(frame + TICKET_VALUE);
    if (value != 0) free(value);
    // Whoever claimed it is through with it.
    note64(frame + TICKET_STATE, (load64(frame + TICKET_STATE) & 0xffffffff00000000) | TICKET_FREE);
  }
  free(frame);
}

/**
 * The next of this worker's tickets whose answer that worker had claimed before its present life, and that has not been taken: it
 * is under way, or was lost with whoever claimed it. 0: there is no more.
 */
export function claimedBefore(worker: u32, life: u32, after: u32): u32 {
  for (let ticket = nextBlock(after, CLASS_TICKET, true); ticket != 0; ticket = nextBlock(ticket, CLASS_TICKET, true)) {
    const state = <u32>load64(ticket + TICKET_STATE);
    if ((state & 0xffff) != answeredBy(worker, 0) || load<u32>(ticket + TICKET_SLOT) == SLOT_DONE) continue;
    if (seeded(33) || <i16>((state >>> TICKET_LIFE) - life) < 0) return ticket;
  }
  return 0;
}

/** The answer to a ticket that a dead worker has claimed is that there will be none; who says so claims it in its place. */
export function fail(ticket: u32): void {
  note64(
    ticket + TICKET_STATE,
    (load64(ticket + TICKET_STATE) & 0xffffffff00000000) | answeredBy(me, load<u32>(here + WORKER_LIFE)),
  );
  fill(ticket, KIND_FAILURE, FORM_INLINE, load<u32>(ticket + TICKET_VALUE), 0, (1 << 28) | TAG_FAILED);
}

/**
 * After the death of the asker: whoever lived in JavaScript asks no more; timers and asks of native actors go on. Answers the one
 * whose deadline had passed, if it is a native actor's.
 */
export function mendTickets(expiring: u32): u32 {
  clear(here);
  for (let ticket = nextBlock(0, CLASS_TICKET, true); ticket != 0; ticket = nextBlock(ticket, CLASS_TICKET, true)) {
    const armed = load<u32>(ticket + TICKET_TIMER + TIMER_PREVIOUS) != 0;
    store<u32>(ticket + TICKET_TIMER + TIMER_PREVIOUS, 0);
    const word = load64(ticket + TICKET_STATE);
    if (<u32>word != TICKET_PENDING) continue;
    if (load<u32>(ticket + TICKET_SLOT) == SLOT_NATIVE) {
      if (armed) arm(here, ticket + TICKET_TIMER, <f64>load<i64>(ticket + TICKET_TIMER + TIMER_DUE));
    } else if (move(ticket, <u32>(word >>> 32), TICKET_FREE)) free(ticket);
  }
  const noticed = expiring != 0 && <u32>load64(expiring + TICKET_STATE) == TICKET_EXPIRED;
  return noticed && load<u32>(expiring + TICKET_SLOT) == SLOT_NATIVE ? expiring : 0;
}

// ---- any thread -----------------------------------------------------------------------------------

/** Does somebody still wait for it? */
export function pending(ticket: u32, generation: u32): bool {
  return load64(ticket + TICKET_STATE) == stateOf(generation, TICKET_PENDING);
}

/** True for the one who may answer; the ticket is then his until he sends it. */
export function claim(ticket: u32, generation: u32): bool {
  return move(ticket, generation, answeredBy(me, load<u32>(here + WORKER_LIFE)));
}

function answeredBy(worker: u32, life: u32): u32 {
  return (life << TICKET_LIFE) | ((worker + 1) << TICKET_CLAIMANT) | TICKET_ANSWERED;
}

/** Fills a claimed ticket: `value` is a frame with a longer payload, or 0 for an inline one. */
export function fill(ticket: u32, kind: u32, form: u32, value: u32, size: u32, tags: u32): void {
  store<u8>(ticket + FRAME_KIND, kind);
  store<u8>(ticket + FRAME_FORM, form);
  store<u32>(ticket + TICKET_VALUE, value);
  store<u32>(ticket + FRAME_SIZE, size);
  store<u32>(ticket + FRAME_TAGS, tags);
}

function move(ticket: u32, generation: u32, to: u32): bool {
  const old = stateOf(generation, TICKET_PENDING);
  // Replier, deadline and canceller meet here: one CAS succeeds.
  return cas64(ticket + TICKET_STATE, old, stateOf(generation, to)) == old;
}

function stateOf(generation: u32, state: u32): u64 {
  return ((<u64>generation) << 32) | state;
}
