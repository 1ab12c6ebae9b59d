// Priorities within a mailbox. They cost nothing until the first message that has one is drained; from then on the cell
// keeps a list for each priority and deals its reading list from them, a round of 16 at a time:
//
//   drained ──spread──▶ HIGH   ──┐
//                       NORMAL ──┼──deal──▶ LIST, 16 at most: the highest first, but the last two places are kept
//                       LOW    ──┘                            for NORMAL and LOW, so that none of them starves
//                       LATER: a stop or a notice and all that came after it: it waits until the lists above are
//                              empty, so that it overtakes nothing, and nothing overtakes it
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
} from "./layout";
import { round } from "./scale";
import { note32 } from "./sync";

/** Has this cell, the caller's, got messages of several priorities? */
export function ranked(cell: usize): bool {
  return load<u32>(cell + CELL_BEHAVIOR) == 0 && load<u32>(cell + CELL_RANKED) != 0;
}

/** From now on it has. */
export function beginRanks(cell: usize): void {
  store<u32>(cell + CELL_RANKED, 1);
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) store<u64>(cell + list, 0);
}

/** The reading list, in the order it came in, is put behind what the other lists hold; each entry is told its number. */
export function spread(cell: usize): void {
  let frame = load<u32>(cell + CELL_LIST);
  store<u32>(cell + CELL_RANKED, number(frame, load<u32>(cell + CELL_RANKED)));
  store<u32>(cell + CELL_LIST, 0);
  if (load<u32>(cell + CELL_LATER) == 0) frame = spreadFrom(cell, frame);
  while (frame != 0) frame = put(cell + CELL_LATER, frame);
}

/** In the order they came in, where that is known; FRAME_COUNT is not needed any more. Answers the next number, never 0. */
export function number(first: u32, from: u32): u32 {
  for (let frame = first; frame != 0; frame = load<u32>(frame + FRAME_NEXT)) note32(frame + FRAME_COUNT, from++);
  return from != 0 ? from : 1;
}

/** Up to the next notice. Answers what is left. */
function spreadFrom(cell: usize, frame: u32): u32 {
  while (frame != 0) {
    if ((load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0 && !seeded(21)) return frame;
    frame = put(listOf(cell, frame), frame);
  }
  return 0;
}

/** Where a message of its priority waits. */
function listOf(cell: usize, frame: u32): usize {
  const priority = load<u8>(frame + FRAME_PRIORITY);
  return cell + (priority == PRIORITY_HIGH ? CELL_HIGH : priority == PRIORITY_LOW ? CELL_LOW : CELL_NORMAL);
}

/** The reading list is filled up to a round. */
export function deal(cell: usize): void {
  let last = cell + CELL_LIST - FRAME_NEXT;
  let i: u32 = 0;
  for (; load<u32>(last + FRAME_NEXT) != 0; i++) last = load<u32>(last + FRAME_NEXT);
  for (; i < round; i++) {
    const frame = choose(cell, round - i);
    if (frame == 0) break;
    store<u32>(last + FRAME_NEXT, frame);
    last = frame;
  }
  store<u32>(last + FRAME_NEXT, 0);
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
  const notice = get(cell + CELL_LATER);
  if (notice == 0) return 0;
  // What came after it has its turn.
  const rest = spreadFrom(cell, load<u32>(cell + CELL_LATER));
  store<u32>(cell + CELL_LATER, rest);
  return notice;
}

/** What has been dealt after the last notice goes back to the front of its list: something may have to come before it. */
export function undeal(cell: usize): void {
  let before = cell + CELL_LIST - FRAME_NEXT;
  for (let frame = load<u32>(cell + CELL_LIST); frame != 0; frame = load<u32>(frame + FRAME_NEXT)) {
    if ((load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0) before = frame;
  }
  // The last first, so that they stand as they stood.
  let reversed: u32 = 0;
  for (let frame = load<u32>(before + FRAME_NEXT); frame != 0; ) {
    const next = load<u32>(frame + FRAME_NEXT);
    store<u32>(frame + FRAME_NEXT, reversed);
    reversed = frame;
    frame = next;
  }
  store<u32>(before + FRAME_NEXT, 0);
  while (reversed != 0) {
    const next = load<u32>(reversed + FRAME_NEXT);
    const list = listOf(cell, reversed);
    const first = load<u32>(list);
    store<u32>(reversed + FRAME_NEXT, first);
    store<u32>(list, reversed);
    if (first == 0) store<u32>(list, reversed, 4);
    reversed = next;
  }
}

/** All that is there becomes the reading list again, as one that has no priorities. */
export function endRanks(cell: usize): void {
  let last = cell + CELL_LIST - FRAME_NEXT;
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) {
    while (load<u32>(last + FRAME_NEXT) != 0) last = load<u32>(last + FRAME_NEXT);
    store<u32>(last + FRAME_NEXT, load<u32>(cell + list));
  }
  store<u32>(cell + CELL_RANKED, 0);
}

/** Appends a frame to a list { first, last }. Answers the one that came after it. */
function put(list: usize, frame: u32): u32 {
  const next = load<u32>(frame + FRAME_NEXT);
  store<u32>(frame + FRAME_NEXT, 0);
  if (load<u32>(list) == 0) store<u32>(list, frame);
  else store<u32>(load<u32>(list, 4) + FRAME_NEXT, frame);
  store<u32>(list, frame, 4);
  return next;
}

/** Takes the first of a list; 0: there is none. */
function get(list: usize): u32 {
  const frame = load<u32>(list);
  if (frame != 0) store<u32>(list, load<u32>(frame + FRAME_NEXT));
  return frame;
}
