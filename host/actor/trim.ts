// The receiver puts its mailbox in order, whether or not it is BLOCKED: priorities, and its half of drop-oldest and
// coalesce.
import {
  CELL_BUDGET,
  CELL_CAPACITY,
  CELL_LIMIT,
  CELL_LIST,
  FLAG_PRIVATE,
  FRAME_COUNT,
  FRAME_FLAGS,
  FRAME_NAME,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_SIZE,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
} from "../../assembly/layout.ts";
import { nameOf } from "./hash.ts";
import { full, type Keys, policyIn, type Queued, shed } from "./overflow.ts";
import type { Thread } from "./thread.ts";

/** Puts what is of high priority ahead, and sheds what is over the limits of a cell of this thread. Answers how many were dropped. */
export function trim(thread: Thread, cell: number, path: () => string, keys: () => Keys | undefined): number {
  const { core } = thread;
  const policy = policyIn(thread.views.u32[(cell + CELL_BUDGET) >>> 2] as number);
  if (policy !== "drop-oldest" && policy !== "coalesce") {
    core.rank(cell, 0);
    return 0;
  }
  const ranked = core.list(cell);
  const { u8, u32 } = thread.views;
  const word = (at: number) => thread.views.u32[at >>> 2] as number;
  const queued: Queued[] = [];
  for (let frame = word(cell + CELL_LIST); frame !== 0; frame = word(frame + FRAME_NEXT)) {
    const exempt = ((u8[frame + FRAME_FLAGS] as number) & FLAG_PRIVATE) !== 0;
    queued.push({ frame, exempt, bytes: word(frame + FRAME_SIZE) + FRAME_PAYLOAD });
  }
  // What has priorities is not in the order it came in; its numbers tell (assembly/rank.ts).
  if (ranked) queued.sort((a, b) => (word(a.frame + FRAME_COUNT) - word(b.frame + FRAME_COUNT)) | 0);
  const by = policy === "coalesce" ? keys() : undefined;
  const keyOf = by && ((frame: number) => keyIn(thread, frame, by.coalesceBy));
  const bytes = word(cell + CELL_LIMIT) / 2;
  const dropNewest = policy === "coalesce" && by?.fallback !== "drop-oldest";
  const { kept, dropped } = shed(queued, word(cell + CELL_CAPACITY) >>> 1, bytes, keyOf, dropNewest);
  if (dropped.length === 0 && !ranked) return 0;
  // What goes comes first, and goes one by one: should the thread die meanwhile, the rest is still there.
  const order = [...dropped, ...kept].map(({ frame }) => frame);
  relink(u32, cell + CELL_LIST, order);
  for (const { frame } of dropped) {
    const message = nameOf(word(frame + FRAME_NAME));
    thread.replyError(word(frame + FRAME_TICKET), word(frame + FRAME_TICKET_GENERATION), full(path(), message));
    thread.deadLetter(path(), message, "overflow", thread.letterOf(frame));
    thread.views.u32[(cell + CELL_LIST) >>> 2] = word(frame + FRAME_NEXT);
    core.discard(cell, frame);
    core.drop(frame);
  }
  if (ranked) core.rank(cell, 1);
  if (dropped.length === 0) return 0;
  thread.event({ type: "overflow", actor: path(), policy, count: dropped.length });
  return dropped.length;
}

/**
 * Brings a list into that order, a frame at a time. A thread can be ended where code loops or calls, and so not among the three
 * stores, between which a frame is out of reach.
 */
export function relink(u32: Uint32Array, list: number, order: readonly number[]): void {
  let places: Map<number, number> | undefined;
  let at = list;
  for (const frame of order) {
    const here = u32[at >>> 2] as number;
    const link = frame + FRAME_NEXT;
    if (here !== frame) {
      places ??= placesIn(u32, list);
      const place = places.get(frame) as number;
      const next = u32[link >>> 2] as number;
      u32[place >>> 2] = next;
      u32[link >>> 2] = here;
      u32[at >>> 2] = frame;
      places.set(here, link);
      if (next !== 0) places.set(next, place);
    }
    at = link;
  }
}

/** Where each frame of a list is named. */
function placesIn(u32: Uint32Array, list: number): Map<number, number> {
  const places = new Map<number, number>();
  let at = list;
  for (let frame = u32[at >>> 2] as number; frame !== 0; frame = u32[at >>> 2] as number) {
    places.set(frame, at);
    at = frame + FRAME_NEXT;
  }
  return places;
}

/** Name and key of a message: that field of its first argument, or the first argument itself when it has no fields. */
function keyIn(thread: Thread, frame: number, field: string): string | undefined {
  try {
    const [first] = thread.peek(frame);
    const key = typeof first === "object" && first !== null ? (first as { [name: string]: unknown })[field] : first;
    return `${thread.views.u32[(frame + FRAME_NAME) >>> 2]} ${typeof key} ${String(key)}`;
  } catch {
    // What cannot be read replaces nothing; it becomes a dead letter in its turn.
    return undefined;
  }
}
