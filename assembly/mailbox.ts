// The mailbox of a cell: a Treiber stack in the head word for what users send, another in the system word
// for control. Senders push; the owner takes a stack whole, turns it into reading order by a second link
// and hands it out in batches.
//
// Limits cost no atomic: each frame carries the running totals of the mailbox, computed from the frame
// below it inside the push loop, or from what the owner has taken; the owner says that before it takes,
// and publishes what it has handled once per batch. Across threads a total may be stale by one batch and
// the number of concurrent senders; the owner's own counts are exact and replace it whenever it drains.

import { counted, drain, generationOf, lower, pointerOf, pushed, raise, refuses, takeSystem } from "./cell";
import { seeded } from "./check";
import {
  CELL_CAPACITY,
  CELL_HANDLED,
  CELL_HANDLED_BYTES,
  CELL_HEAD,
  CELL_LIMIT,
  CELL_LIST,
  CELL_PROCESSED,
  CELL_RANKED,
  CELL_SYSTEM,
  CELL_SYSTEM_LIST,
  CELL_TAKEN,
  CELL_TAKEN_BYTES,
  CELL_WORKER,
  FLAG_PRIVATE,
  FLAG_UNLIMITED,
  FRAME_BYTES,
  FRAME_COUNT,
  FRAME_FLAGS,
  FRAME_KIND,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_PUSH,
  FRAME_SIZE,
  KIND_REPLY,
  KIND_TIMEOUT,
  NOTHING,
  OVER,
  OWNED,
  POINTER_MASK,
  PRIORITY_MASK,
  REFUSED,
  SCHEDULE,
  STOPPED,
  SYSTEM_BATCH_MAX,
  SYSTEM_BITS,
  SYSTEM_CLOSED,
  UNLIMITED,
  WORKER_BATCH,
  WORKER_INTENT,
  WORKER_OUT_BITS,
  WORKER_OUT_COUNT,
  WORKER_OUT_SYSTEM,
  WORKER_PROGRESS,
  WORKER_SENT,
  WORKER_SYSTEM,
} from "./layout";
import { here, me } from "./place";
import { freeSmallest } from "./pool";
import { beginRanks, deal, endRanks, number, ranked, spread, undeal, whole } from "./rank";
import { batchMax } from "./scale";
import { gathered } from "./stream";
import { bequeath, cas64, glance32, load64, note32 } from "./sync";
import { drop } from "./ticket";
import { fetch, follow } from "./trail";

/** After a push: that mailbox, if its receiver sheds, holds so much more than it should that it must be told. */
let crowded: bool = false;

export function isCrowded(): bool {
  return crowded;
}

// ---- any thread -----------------------------------------------------------------------------------

/** NOTHING | SCHEDULE: the frame is the mailbox's. REFUSED | OVER: it is still the caller's. `counted`: it is not private. */
export function push(cell: usize, generation: u32, frame: u32, counted: bool): i32 {
  if (!SINGLE) store<u32>(frame + FRAME_NEXT, glance32(cell + CELL_WORKER) == me ? 0 : follow(cell, frame));
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if (seeded(14) ? (<u32>old & STOPPED) != 0 : refuses(old, generation)) return REFUSED;
    const below = pointerOf(old);
    // A glance: a slow sender may look at the next tenant's limits, and its CAS fails.
    crowded = false;
    if (glance32(cell + CELL_CAPACITY) != UNLIMITED && total(cell, below, frame, counted)) return OVER;
    if (!seeded(8)) store<u32>(frame + FRAME_PUSH, below);
    const next = pushed(old, frame);
    // Publishes the frame; pairs with claim() and drain(). From unowned to OWNED, the sender must queue.
    if (cas64(cell + CELL_HEAD, old, next) == old) {
      // What the sender had kept is not sent again by its successor.
      bequeath(here + WORKER_SENT, frame);
      if (seeded(8)) store<u32>(frame + FRAME_PUSH, below);
      if (seeded(2)) return SCHEDULE;
      return ((old ^ next) & OWNED) != 0 ? SCHEDULE : NOTHING;
    }
  }
  return REFUSED;
}

/** A frame for an idle mailbox, which takes it at once: is it within the limits, with nobody to be told? */
export function admits(cell: usize, frame: u32, counted: bool): bool {
  crowded = false;
  return glance32(cell + CELL_CAPACITY) == UNLIMITED || (!total(cell, 0, frame, counted) && !crowded);
}

/** Writes the running totals into the frame. True when that passes a limit. */
function total(cell: usize, below: u32, frame: u32, counted: bool): bool {
  const bytes: u32 = counted ? load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD : 0;
  // Totals of a frame that is drained and used again meanwhile are wrong, and the CAS fails with it.
  const messages = glance32(below != 0 ? <usize>below + FRAME_COUNT : cell + CELL_TAKEN) + <u32>counted;
  const all = glance32(below != 0 ? <usize>below + FRAME_BYTES : cell + CELL_TAKEN_BYTES) + bytes;
  note32(frame + FRAME_COUNT, messages);
  note32(frame + FRAME_BYTES, all);
  return counted && over(cell, messages, all, bytes) && (load<u8>(frame + FRAME_FLAGS) & FLAG_UNLIMITED) == 0;
}

/** Control: a frame (SYSTEM_* 0), or bits without one. Never limited. NOTHING | SCHEDULE | REFUSED, as above. */
export function pushSystem(cell: usize, generation: u32, frame: u32, bits: u32): i32 {
  for (;;) {
    const old = load64(cell + CELL_SYSTEM);
    if (seeded(13) ? (<u32>old & SYSTEM_CLOSED) != 0 : closed(old, generation)) return REFUSED;
    if (frame != 0) store<u32>(frame + FRAME_PUSH, pointerOf(old));
    const low = frame != 0 ? frame | (<u32>old & SYSTEM_BITS) : <u32>old | bits;
    // Publishes the control; pairs with takeSystem(). Then SYS, so that the owner looks.
    if (cas64(cell + CELL_SYSTEM, old, (old & 0xffffffff00000000) | low) != old) continue;
    const owed = raise(cell, generationOf(old));
    // The cell closed in between: whoever closes the head takes the system word after it.
    return owed == REFUSED ? NOTHING : owed;
  }
  return REFUSED;
}

// ---- owner only -----------------------------------------------------------------------------------

/** Frames taken from the stack, newest first, are appended to the list in reading order. */
export function order(cell: usize, newest: u32): void {
  if (load<u32>(newest + FRAME_PUSH) == 0 && load<u32>(cell + CELL_LIST) == 0) {
    orderOne(cell, newest);
    return;
  }
  const limited = load<u32>(cell + CELL_CAPACITY) != UNLIMITED;
  let count: u32 = 0;
  let bytes: u32 = 0;
  let words: u32 = 0;
  let first: u32 = 0;
  let messages: u32 = 0;
  let frame = newest;
  while (frame != 0) {
    const below = load<u32>(frame + FRAME_PUSH);
    if (!SINGLE) fetch(load<u32>(frame + FRAME_NEXT));
    store<u32>(frame + FRAME_NEXT, first);
    if (limited) {
      const word = load<u32>(frame + FRAME_KIND);
      words |= word;
      if ((word & (FLAG_PRIVATE << 24)) == 0) {
        count++;
        bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
      }
    }
    first = frame;
    frame = below;
    messages++;
  }
  gathered(cell, newest, messages);
  let last = cell + CELL_LIST - FRAME_NEXT;
  while (load<u32>(last + FRAME_NEXT) != 0) last = load<u32>(last + FRAME_NEXT);
  store<u32>(last + FRAME_NEXT, first);
  if (limited) tally(cell, first, words, count, bytes);
  // Should the thread die before this, its successor does it again.
  if (!seeded(24)) bequeath(here + WORKER_INTENT, 0);
}

/** The same of one alone, and for an empty list, as it mostly is where turns are short. */
function orderOne(cell: usize, frame: u32): void {
  gathered(cell, frame, 1);
  store<u32>(frame + FRAME_NEXT, 0);
  store<u32>(cell + CELL_LIST, frame);
  if (load<u32>(cell + CELL_CAPACITY) != UNLIMITED) {
    const word = load<u32>(frame + FRAME_KIND);
    if ((word & (FLAG_PRIVATE << 24)) != 0) tally(cell, frame, word, 0, 0);
    else tally(cell, frame, word, 1, load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD);
  }
  if (!seeded(24)) bequeath(here + WORKER_INTENT, 0);
}

/** A frame that was never pushed counts as taken. */
export function takeOne(cell: usize, frame: u32): void {
  if (load<u32>(cell + CELL_CAPACITY) == UNLIMITED) return;
  if (isPrivate(frame)) counted(cell, 0, 0);
  else counted(cell, 1, load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD);
}

/** What has come in counts as taken; from the first of several priorities on, entries have numbers. */
function tally(cell: usize, first: u32, words: u32, count: u32, bytes: u32): void {
  counted(cell, count, bytes);
  if (ranked(cell)) store<u32>(cell + CELL_RANKED, number(first, load<u32>(cell + CELL_RANKED)));
  else if ((words & PRIORITY_MASK) != 0) beginRanks(cell);
}

/** The same, for a list that is empty: it becomes the first round, if there are priorities. */
export function receive(cell: usize, newest: u32): void {
  order(cell, newest);
  if (!ranked(cell)) return;
  spread(cell, whole(cell));
  deal(cell);
}

/** After the first entry of the list has gone: if it was the last, and there are priorities, the next round. */
export function advance(cell: usize): void {
  if (load<u32>(cell + CELL_LIST) != 0 || !ranked(cell)) return;
  const newest = drain(cell);
  if (newest != 0) {
    order(cell, newest);
    spread(cell, whole(cell));
  }
  deal(cell);
}

/**
 * Something came in that may have to go ahead of what is listed: looks at all there is. `listed`: the list is already
 * whole, and has priorities.
 */
export function rank(cell: usize, listed: bool): void {
  let last = whole(cell);
  if (listed) {
    if (!ranked(cell)) beginRanks(cell);
  } else if (ranked(cell)) {
    last = undeal(cell);
    const newest = drain(cell);
    if (newest != 0) order(cell, newest);
  } else {
    drainAll(cell);
    if (!ranked(cell)) return;
  }
  spread(cell, last);
  deal(cell);
}

/** All that has come in is appended to the list; if there are priorities, it is no round any more. */
export function drainAll(cell: usize): void {
  const before = ranked(cell);
  const newest = drain(cell);
  if (newest != 0) order(cell, newest);
  if (before) endRanks(cell);
}

/** Makes sure that the list holds what there is. False when there is nothing. */
export function refill(cell: usize): bool {
  if (load<u32>(cell + CELL_LIST) != 0) return true;
  const newest = drain(cell);
  if (newest == 0) return false;
  receive(cell, newest);
  return true;
}

/** Writes up to `most` frames of the list into the batch. The list keeps them until finish(). */
export function present(cell: usize, most: u32): u32 {
  let count: u32 = 0;
  let frame = load<u32>(cell + CELL_LIST);
  const limit = min(most, batchMax);
  const batch = here + WORKER_BATCH;
  while (frame != 0 && count < limit) {
    store<u32>(batch + (count << 2), frame);
    frame = load<u32>(frame + FRAME_NEXT);
    count++;
  }
  store<u32>(here + WORKER_OUT_COUNT, count);
  return count;
}

/** Gives back the first `count` frames of the list. Answers how many were users' messages. */
export function finish(cell: usize, count: u32): u32 {
  let frame = load<u32>(cell + CELL_LIST);
  let messages: u32 = 0;
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const next = load<u32>(frame + FRAME_NEXT);
    if (!isPrivate(frame)) {
      messages++;
      bytes += load<u32>(frame + FRAME_SIZE) + FRAME_PAYLOAD;
    }
    store<u32>(cell + CELL_LIST, next);
    // The one in hand is not any more, should the thread die.
    if (frame == load<u32>(here + WORKER_PROGRESS)) store<u32>(here + WORKER_PROGRESS, 0);
    giveBack(frame);
    if (seeded(7)) giveBack(frame);
    frame = next;
  }
  if (!seeded(20)) advance(cell);
  publish(cell, messages, bytes);
  return messages;
}

/** Tells senders what has been handled. */
export function publish(cell: usize, messages: u32, bytes: u32): void {
  store<u32>(cell + CELL_PROCESSED, load<u32>(cell + CELL_PROCESSED) + messages);
  if (load<u32>(cell + CELL_CAPACITY) == UNLIMITED) return;
  note32(cell + CELL_HANDLED, glance32(cell + CELL_HANDLED) + messages);
  note32(cell + CELL_HANDLED_BYTES, glance32(cell + CELL_HANDLED_BYTES) + bytes);
}

/**
 * SYS was raised, or control is listed: hands out what is listed, else takes the system word, into WORKER_SYSTEM and
 * WORKER_OUT_*. What does not fit stays listed; SYS is left raised until the list is used up.
 */
export function takeControl(cell: usize): void {
  if (load<u32>(cell + CELL_SYSTEM_LIST) != 0) {
    store<u32>(here + WORKER_OUT_BITS, 0);
    handControl(cell);
  } else if (seeded(12)) {
    // Seeded bug 12: SYS is lowered after the system word was taken.
    arrange(cell, takeSystem(cell));
    lower(cell);
  } else {
    lower(cell);
    arrange(cell, takeSystem(cell));
  }
}

/** The frames of a taken system word, appended to the system list; then as many as fit are handed out. */
export function arrange(cell: usize, taken: u32): void {
  if (taken == 0 && load<u32>(cell + CELL_SYSTEM_LIST) == 0) {
    store<u32>(here + WORKER_OUT_BITS, 0);
    store<u32>(here + WORKER_OUT_SYSTEM, 0);
    return;
  }
  let first: u32 = 0;
  let frame: u32 = taken & POINTER_MASK;
  while (frame != 0) {
    store<u32>(frame + FRAME_NEXT, first);
    first = frame;
    frame = load<u32>(frame + FRAME_PUSH);
  }
  let last = cell + CELL_SYSTEM_LIST - FRAME_NEXT;
  while (load<u32>(last + FRAME_NEXT) != 0) last = load<u32>(last + FRAME_NEXT);
  store<u32>(last + FRAME_NEXT, first);
  store<u32>(here + WORKER_OUT_BITS, taken & SYSTEM_BITS);
  handControl(cell);
}

function handControl(cell: usize): void {
  let count: u32 = 0;
  let frame = load<u32>(cell + CELL_SYSTEM_LIST);
  while (frame != 0 && count < <u32>SYSTEM_BATCH_MAX) {
    store<u32>(here + WORKER_SYSTEM + (count << 2), frame);
    frame = load<u32>(frame + FRAME_NEXT);
    count++;
  }
  store<u32>(cell + CELL_SYSTEM_LIST, frame);
  store<u32>(here + WORKER_OUT_SYSTEM, count);
}

/** A reply is a ticket, which has more to give back. */
export function giveBack(frame: u32): void {
  const kind = <i32>load<u8>(frame + FRAME_KIND);
  if (kind >= KIND_REPLY && kind <= KIND_TIMEOUT) drop(frame);
  else freeSmallest(frame);
}

// ---- helpers --------------------------------------------------------------------------------------

function over(cell: usize, messages: u32, totalBytes: u32, bytes: u32): bool {
  const capacity = <i32>glance32(cell + CELL_CAPACITY);
  const queued = <i32>(messages - glance32(cell + CELL_HANDLED));
  crowded = false;
  if (queued > capacity) return true;
  const limit = glance32(cell + CELL_LIMIT);
  if (limit == UNLIMITED) {
    crowded = sheds(queued, capacity);
    return false;
  }
  const held = totalBytes - glance32(cell + CELL_HANDLED_BYTES);
  crowded = sheds(queued, capacity) || <i32>held > <i32>(limit >>> 1);
  // A message larger than the limit still passes into an empty mailbox.
  return <i32>held > <i32>limit && held != bytes;
}

/** More than half: that is the limit of a mailbox that sheds. Large ones are shed a 64th at a time. */
function sheds(queued: i32, capacity: i32): bool {
  const excess = queued - (capacity >> 1);
  return excess > 0 && excess % max(1, capacity >> 7) == 0;
}

/** Not a user's message: neither counted nor limited. */
export function isPrivate(frame: u32): bool {
  return (load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0;
}

function closed(system: u64, generation: u32): bool {
  return generationOf(system) != generation || (<u32>system & SYSTEM_CLOSED) != 0;
}
