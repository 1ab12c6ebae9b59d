// Priorities within a mailbox. They cost nothing until the first message that has one is drained; from then on the cell
// keeps a list for each priority and deals its reading list from them, a round of 16 at a time:
//
//   drained ──spread──▶ HIGH   ──┐
//                       NORMAL ──┼──deal──▶ LIST, 16 at most: the highest first, but the last two places are kept
//                       LOW    ──┘                            for NORMAL and LOW, so that none of them starves
//                       LATER: a stop or a notice and all that came after it: it waits until the lists above are
//                              empty, so that it overtakes nothing, and nothing overtakes it
//
// Whoever takes the last entry of LIST deals the next round: LIST is empty only when all of them are.
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
  FRAME_FLAGS,
  FRAME_NEXT,
  FRAME_PRIORITY,
  PRIORITY_HIGH,
  PRIORITY_LOW,
} from "./layout";
import { round } from "./scale";

/** Has this cell, the caller's, got messages of several priorities? */
export function ranked(cell: usize): bool {
  return load<u32>(cell + CELL_BEHAVIOR) == 0 && load<u32>(cell + CELL_RANKED) != 0;
}

/** From now on it has. */
export function beginRanks(cell: usize): void {
  store<u32>(cell + CELL_RANKED, 1);
  for (let list: usize = CELL_HIGH; list <= <usize>CELL_LATER; list += 8) store<u64>(cell + list, 0);
}

/** The reading list is put behind what the other lists hold. */
export function spread(cell: usize): void {
  let frame = load<u32>(cell + CELL_LIST);
  store<u32>(cell + CELL_LIST, 0);
  if (load<u32>(cell + CELL_LATER) == 0) frame = spreadFrom(cell, frame);
  while (frame != 0) frame = put(cell + CELL_LATER, frame);
}

/** Up to the next notice. Answers what is left. */
function spreadFrom(cell: usize, frame: u32): u32 {
  while (frame != 0) {
    if ((load<u8>(frame + FRAME_FLAGS) & FLAG_PRIVATE) != 0 && !seeded(21)) return frame;
    const priority = load<u8>(frame + FRAME_PRIORITY);
    frame = put(
      cell + (priority == PRIORITY_HIGH ? CELL_HIGH : priority == PRIORITY_LOW ? CELL_LOW : CELL_NORMAL),
      frame,
    );
  }
  return 0;
}

/** The next round becomes the reading list, which is empty. */
export function deal(cell: usize): void {
  let last = cell + CELL_LIST - FRAME_NEXT;
  for (let i: u32 = 0; i < round; i++) {
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
