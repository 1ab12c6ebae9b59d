// Priorities within a mailbox. They cost nothing until the first message that has one is drained; from then on the cell
// keeps a list for each priority and deals its reading list from them, a round of 16 at a time:
//
//   drained ──spread──▶ HIGH   ──┐
//                       NORMAL ──┼──deal──▶ LIST, 16 at most: the highest first, but the last two places are kept
//                       LOW    ──┘                            for NORMAL and LOW, so that none of them starves
//                       LATER: a stop or a notice and all that came after it: it waits until the lists above are
//                              empty, so that it overtakes nothing, and nothing overtakes it
//
// Should the thread die in the middle, each frame is in one of the lists, or noted as on its way between two of them; so it is
// while its successor puts them in order.
//
// Whoever takes the last entry of LIST deals the next round: LIST is empty only when all of them are. When something with a
// priority comes in, what is dealt and not handled yet is dealt anew.
import { seeded } from "./check";
import {
  CELL_BEHAVIOR,
  CELL_HIGH,
  CELL_LATER,
  CELL_LIST,
  CELL_LOW,
  CELL_NORMAL,
  CELL_RANKED,
  FLAG_PRIVATE,
  FRAME_COUNT,
  FRAME_FLAGS,
  FRAME_NEXT,
  FRAME_PRIORITY,
  PRIORITY_HIGH,
  PRIORITY_LOW,
  WORKER_MOVING,
} from "./layout";
import { here } from "./place";
import { round } from "./scale";
import { note32 } from "./sync";

/** Has this cell, the caller's, got messages of several priorities? */
export function ranked(cell: usize): bool {
  return load<u32>(cell + CELL_BEHAVIOR) == 0 && load<u32>(cell + CELL_RANKED) != 0;
}

/** From now on it has. What is listed is in the order it came in. */
export function beginRanks(cell: usize): void {
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) store<u64>(cell + list, 0);
  store<u32>(cell + CELL_RANKED, number(load<u32>(cell + CELL_LIST), 1));
}

/** What stands for the entry before the first: the whole list comes after it. */
export function whole(cell: usize): usize {
  return cell + CELL_LIST - FRAME_NEXT;
}

/** What comes after `last` in the reading list, in the order it came in, is put behind what the other lists hold. */
export function spread(cell: usize, last: usize): void {
  if (load<u32>(cell + CELL_LATER) == 0) spreadFrom(cell, last);
  for (let frame = cut(last); frame != 0; frame = cut(last)) put(cell + CELL_LATER, frame);
  settle();
}

/** In the order they came in, where that is known; FRAME_COUNT is not needed any more. Answers the next number, never 0. */
export function number(first: u32, from: u32): u32 {
  for (let frame = first; frame != 0; frame = load<u32>(frame + FRAME_NEXT)) note32(frame + FRAME_COUNT, from++);
  return from != 0 ? from : 1;
}

/** What comes after `last`, up to the next notice. */
function spreadFrom(cell: usize, last: usize): void {
  for (;;) {
    const frame = load<u32>(last + FRAME_NEXT);
    if (frame == 0 || ((load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0 && !seeded(21))) return;
    put(listOf(cell, frame), cut(last));
  }
}

/** Where a message of its priority waits. */
function listOf(cell: usize, frame: u32): usize {
  const priority = load<u8>(frame + FRAME_PRIORITY);
  return cell + (priority == PRIORITY_HIGH ? CELL_HIGH : priority == PRIORITY_LOW ? CELL_LOW : CELL_NORMAL);
}

/** The reading list is filled up to a round. */
export function deal(cell: usize): void {
  let last = whole(cell);
  let i: u32 = 0;
  for (; load<u32>(last + FRAME_NEXT) != 0; i++) last = load<u32>(last + FRAME_NEXT);
  for (; i < round; i++) {
    const frame = choose(cell, round - i);
    if (frame == 0) break;
    store<u32>(last + FRAME_NEXT, frame);
    last = frame;
  }
  settle();
}

/** `places`: how many are left in this round. */
function choose(cell: usize, places: u32): u32 {
  const low = load<u32>(cell + CELL_LOW);
  const normal = load<u32>(cell + CELL_NORMAL);
  if (places == 1 && low != 0) return get(cell + CELL_LOW);
  if (places <= 2 && normal != 0) return get(cell + CELL_NORMAL);
  if (load<u32>(cell + CELL_HIGH) != 0) return get(cell + CELL_HIGH);
  if (normal != 0) return get(cell + CELL_NORMAL);
  if (low != 0) return get(cell + CELL_LOW);
  // A notice; what came after it has its turn.
  const later = cell + CELL_LATER;
  const notice = load<u32>(later);
  if (notice == 0) return 0;
  spreadFrom(cell, notice);
  return get(later);
}

/**
 * What has been dealt after the last notice goes back to the front of its list: something may have to come before it. Answers
 * the last that stays.
 */
export function undeal(cell: usize): usize {
  let last = whole(cell);
  for (let frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if ((load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0) last = frame;
  }
  // The last first, so that they stand as they stood: what follows the first of them is put before it, one by one.
  const first = load<u32>(last + FRAME_NEXT);
  if (first == 0) return last;
  for (let frame = cut(first); frame != 0; frame = cut(first)) {
    store<u32>(frame + FRAME_NEXT, load<u32>(last + FRAME_NEXT));
    store<u32>(last + FRAME_NEXT, frame);
  }
  for (let frame = cut(last); frame != 0; frame = cut(last)) {
    const list = listOf(cell, frame);
    const next = load<u32>(list);
    store<u32>(frame + FRAME_NEXT, next);
    if (next == 0) store<u32>(list, frame, 4);
    store<u32>(list, frame);
  }
  settle();
  return last;
}

/** All that is there becomes the reading list again, as one that has no priorities. Entries keep their numbers. */
export function endRanks(cell: usize): void {
  join(cell);
  store<u32>(cell + CELL_RANKED, 0);
}

/** What the other lists hold is appended to the reading list. */
function join(cell: usize): void {
  let last = whole(cell);
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) {
    while (load<u32>(last + FRAME_NEXT) != 0) last = load<u32>(last + FRAME_NEXT);
    store<u32>(last + FRAME_NEXT, load<u32>(cell + list));
    store<u32>(cell + list, 0);
  }
}

/**
 * After the death of its thread, or of its successor in the midst of this: a frame that was on its way, or listed twice, is
 * listed once. All is in one list; sort() is due.
 */
export function mendRanks(cell: usize): void {
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) {
    if (lists(cell, load<u32>(cell + list))) store<u32>(cell + list, 0);
  }
  const moving = load<u32>(here + WORKER_MOVING);
  join(cell);
  // Seeded bug 31: it forgets that there are priorities until it has sorted.
  if (seeded(31)) store<u32>(cell + CELL_RANKED, 0);
  if (moving != 0 && !lists(cell, moving)) {
    store<u32>(moving + FRAME_NEXT, load<u32>(cell + CELL_LIST));
    store<u32>(cell + CELL_LIST, moving);
  }
  settle();
}

/**
 * After mendRanks(): the list by the numbers of its entries, as they came in; then the lists are made anew. It is made of few
 * runs that ascend. They are dealt out to two lists in turn, and merged: a natural two-way merge (Knuth 5.2.4), in which each
 * entry on its way is noted, so that nothing is lost with who does it.
 */
export function sort(cell: usize): void {
  let last = firstRun(cell);
  if (last == 0) return;
  while (load<u32>(last + FRAME_NEXT) != 0) {
    partRuns(cell);
    mergeRuns(cell);
    last = firstRun(cell);
  }
  store<u32>(cell + CELL_RANKED, max(1, load<u32>(last + FRAME_COUNT) + 1));
  spread(cell, whole(cell));
  deal(cell);
}

/** The last entry of the first run of the reading list; 0: that is empty. */
function firstRun(cell: usize): usize {
  let last: usize = load<u32>(cell + CELL_LIST);
  while (last != 0) {
    const next = load<u32>(last + FRAME_NEXT);
    if (next == 0 || before(next, <u32>last)) break;
    last = next;
  }
  return last;
}

function partRuns(cell: usize): void {
  let list = cell + CELL_HIGH;
  let last: u32 = 0;
  for (let frame = cut(whole(cell)); frame != 0; frame = cut(whole(cell))) {
    if (last != 0 && before(frame, last)) list = list == cell + CELL_HIGH ? cell + CELL_NORMAL : cell + CELL_HIGH;
    put(list, frame);
    last = frame;
  }
  settle();
}

function mergeRuns(cell: usize): void {
  let last = whole(cell);
  let number: u32 = 0;
  for (let first = true; ; first = false) {
    const a = load<u32>(cell + CELL_HIGH);
    const b = load<u32>(cell + CELL_NORMAL);
    if ((a | b) == 0) break;
    let ofA = a != 0;
    if (a != 0 && b != 0) {
      // Whoever goes on with the run; the first of both, if both do, or neither does.
      const aGoesOn = first || !ahead(a, number);
      ofA = aGoesOn == (first || !ahead(b, number)) ? !before(b, a) : aGoesOn;
    }
    const frame = get(cell + (ofA ? CELL_HIGH : CELL_NORMAL));
    store<u32>(last + FRAME_NEXT, frame);
    last = frame;
    number = load<u32>(frame + FRAME_COUNT);
  }
  settle();
}

function before(a: u32, b: u32): bool {
  return ahead(a, load<u32>(b + FRAME_COUNT));
}

function ahead(frame: u32, number: u32): bool {
  return <i32>(load<u32>(frame + FRAME_COUNT) - number) < 0;
}

/** Is it in the reading list? */
export function lists(cell: usize, sought: u32): bool {
  if (sought == 0) return false;
  for (let frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if (frame == sought) return true;
  }
  return false;
}

/** Takes out what comes after an entry, and notes that it is on its way; 0: there is nothing. */
function cut(last: usize): u32 {
  const frame = load<u32>(last + FRAME_NEXT);
  if (frame == 0) return 0;
  store<u32>(here + WORKER_MOVING, frame);
  store<u32>(last + FRAME_NEXT, load<u32>(frame + FRAME_NEXT));
  store<u32>(frame + FRAME_NEXT, 0);
  return frame;
}

/** Nothing is on its way. */
function settle(): void {
  store<u32>(here + WORKER_MOVING, 0);
}

/** Appends a frame to a list { first, last }. */
function put(list: usize, frame: u32): void {
  if (load<u32>(list) == 0) store<u32>(list, frame);
  else store<u32>(load<u32>(list, 4) + FRAME_NEXT, frame);
  store<u32>(list, frame, 4);
}

/** Takes the first of a list; 0: there is none. */
function get(list: usize): u32 {
  return cut(list - FRAME_NEXT);
}
