// Who is stuck in a handler? A synchronous one cannot be interrupted, but its thread has written into its block what it
// is at, and when its slice began, which is a few ms before. Another thread reads that, looks again later, and finds that it
// has not moved. Each look wakes that other thread, so there are few, and none while all workers are parked: whoever leaves
// that state first says so. Code that goes on after an await runs in no turn; then the thread is neither parked nor at anything.
import {
  AWAKE,
  BLOCKED,
  CELL_BEHAVIOR,
  CELL_HAND,
  CELL_HEAD,
  CELL_WORKER,
  FRAME_KIND,
  FRAME_NAME,
  HEADER,
  HEADER_DROWSY,
  KIND_TELL,
  PARKED,
  WORKER_BYTES,
  WORKER_CURRENT,
  WORKER_FIRST,
  WORKER_NOW,
  WORKER_PARKED,
  WORKER_PROGRESS,
  WORKER_TICK,
} from "../../assembly/layout.ts";
import { pathThere } from "./elsewhere.ts";
import { nameOf } from "./hash.ts";
import type { Thread } from "./thread.ts";

/** Looks within one limit: it is found at most a quarter of the limit late. */
const LOOKS = 4;

interface Seen {
  /** What it was at: cell, turn and message. */
  readonly at: string;
  told: boolean;
  ended: boolean;
}

/** ms, or Infinity. */
export interface Patience {
  /** Then it is an event, */
  readonly tell: number;
  /** and then its thread is ended. */
  readonly end: number;
}

/** The threads of a system, as whoever made them knows them. */
export interface Threads {
  /** It has begun, and has not ended. */
  isUp(index: number): boolean;
  end(index: number, cause: Error): void;
}

/** Watches the other threads of a system, from the thread that made it, until cancelled. */
export function watchSlow(thread: Thread, blocks: number, patience: Patience, threads: Threads): { cancel(): void } {
  const seen = new Map<number, Seen>();
  const every = Math.min(patience.tell, patience.end) / LOOKS;
  let timer: { cancel(): void } | undefined;
  const look = () => {
    timer = undefined;
    if (allParked(thread, blocks)) {
      thread.views.store(HEADER + HEADER_DROWSY, 1);
      if (allParked(thread, blocks)) return;
      thread.views.store(HEADER + HEADER_DROWSY, 0);
    }
    for (let index = 1; index < blocks; index++) lookAt(thread, index, patience, seen, threads);
    begin();
  };
  const begin = () => {
    timer ??= thread.platform.after(every, look);
  };
  thread.stirred = begin;
  begin();
  return {
    cancel() {
      thread.stirred = () => {};
      timer?.cancel();
    },
  };
}

/** By atomics: pairs with the order in which Thread.stir() lowers its parked word, then reads DROWSY. */
function allParked({ views }: Thread, blocks: number): boolean {
  for (let index = 1; index < blocks; index++) {
    if (views.load(WORKER_FIRST + index * WORKER_BYTES + WORKER_PARKED) !== PARKED) return false;
  }
  return true;
}

function lookAt(thread: Thread, index: number, patience: Patience, seen: Map<number, Seen>, threads: Threads): void {
  const { u32, f64 } = thread.views;
  const block = WORKER_FIRST + index * WORKER_BYTES;
  const word = (offset: number) => u32[(block + offset) >>> 2] as number;
  const since = f64[(block + WORKER_NOW) >>> 3] as number;
  if (since === 0 || word(WORKER_PARKED) !== AWAKE || !threads.isUp(index)) {
    seen.delete(index);
    return;
  }
  const where = () =>
    `${word(WORKER_CURRENT)} ${word(WORKER_TICK)} ${word(WORKER_PROGRESS)} ${f64[(block + WORKER_NOW) >>> 3]}`;
  const at = where();
  const before = seen.get(index);
  if (before?.at !== at) {
    seen.set(index, { at, told: false, ended: false });
    return;
  }
  const ms = thread.now() - since;
  const tells = !before.told && ms >= patience.tell;
  const ends = !before.ended && ms >= patience.end;
  if (!tells && !ends) return;
  const cell = word(WORKER_CURRENT);
  const [actor, message] =
    cell === 0 ? betweenTurns(thread, index) : [pathIn(thread, cell), messageIn(thread, block, cell)];
  // It was all the same thing, if it is still at it.
  if (where() !== at) return;
  if (tells) {
    before.told = true;
    thread.event({ type: "slow-handler", actor, message, ms });
  }
  if (ends) {
    before.ended = true;
    const who = actor === "" ? `worker ${index - 1}` : `"${actor}"`;
    threads.end(index, new Error(`${who} was stuck in "${message}" for ${Math.round(ms)} ms (killStuckAfter)`));
  }
}

/** Who may be at it in no turn: an actor whose handler goes on after an await, if there is but one that awaits. */
function betweenTurns(thread: Thread, index: number): readonly [actor: string, message: string] {
  const { u8, u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const waiting: number[] = [];
  for (let cell = thread.core.nextCell(0) >>> 0; cell !== 0; cell = thread.core.nextCell(cell) >>> 0) {
    if (word(cell + CELL_WORKER) !== index || word(cell + CELL_BEHAVIOR) !== 0) continue;
    const hand = word(cell + CELL_HAND);
    if ((word(cell + CELL_HEAD) & BLOCKED) !== 0 && hand !== 0 && u8[hand + FRAME_KIND] === KIND_TELL)
      waiting.push(cell);
  }
  const [cell] = waiting;
  if (cell === undefined || waiting.length > 1) return ["", AFTER_AWAIT];
  return [pathIn(thread, cell), nameOf(word(word(cell + CELL_HAND) + FRAME_NAME))];
}

/** In the place of a message: several actors there await something, or none does. */
const AFTER_AWAIT = "code after an await";

function pathIn(thread: Thread, cell: number): string {
  return pathThere(thread, cell) ?? "";
}

/** The name of the message in hand; of a hook there is none. */
function messageIn(thread: Thread, block: number, cell: number): string {
  const { u8, u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const native = word(cell + CELL_BEHAVIOR) !== 0;
  const frame = native ? word(cell + CELL_HAND) : word(block + WORKER_PROGRESS);
  return frame !== 0 && u8[frame + FRAME_KIND] === KIND_TELL ? nameOf(word(frame + FRAME_NAME)) : "a hook";
}
