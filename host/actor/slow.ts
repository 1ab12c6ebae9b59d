// Who is stuck in a handler? A synchronous one cannot be interrupted, but its thread has written into its block what it
// is at, and when its slice began, which is a few ms before. Another thread reads that, looks again later, and finds that it
// has not moved. Each look wakes that other thread, so there are few, and none while all workers are parked: whoever leaves
// that state first says so.
import {
  AWAKE,
  CELL_BEHAVIOR,
  CELL_HAND,
  CELL_INIT,
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
import { pathOf } from "./children.ts";
import { nameOf } from "./hash.ts";
import type { Thread } from "./thread.ts";

/** Looks within one limit: it is found at most two fifths of the limit late. */
const LOOKS = 2.5;

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

/** Watches the other threads of a system, from the thread that made it, until cancelled. */
export function watchSlow(
  thread: Thread,
  blocks: number,
  patience: Patience,
  end: (index: number, cause: Error) => void,
): { cancel(): void } {
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
    for (let index = 1; index < blocks; index++) lookAt(thread, index, patience, seen, end);
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

function lookAt(
  thread: Thread,
  index: number,
  patience: Patience,
  seen: Map<number, Seen>,
  end: (index: number, cause: Error) => void,
): void {
  const { u32, f64 } = thread.views;
  const block = WORKER_FIRST + index * WORKER_BYTES;
  const word = (offset: number) => u32[(block + offset) >>> 2] as number;
  const cell = word(WORKER_CURRENT);
  if (cell === 0 || word(WORKER_PARKED) !== AWAKE) {
    seen.delete(index);
    return;
  }
  const where = () => `${word(WORKER_CURRENT)} ${word(WORKER_TICK)} ${word(WORKER_PROGRESS)}`;
  const at = where();
  const since = f64[(block + WORKER_NOW) >>> 3] as number;
  const before = seen.get(index);
  if (before?.at !== at) {
    seen.set(index, { at, told: false, ended: false });
    return;
  }
  const ms = thread.now() - since;
  const tells = !before.told && ms >= patience.tell;
  const ends = !before.ended && ms >= patience.end;
  if (!tells && !ends) return;
  const actor = pathIn(thread, cell);
  const message = messageIn(thread, block, cell);
  // It was all the same thing, if it is still at it.
  if (where() !== at) return;
  if (tells) {
    before.told = true;
    thread.event({ type: "slow-handler", actor, message, ms });
  }
  if (ends) {
    before.ended = true;
    end(index, new Error(`"${actor}" was stuck in "${message}" for ${Math.round(ms)} ms (killStuckAfter)`));
  }
}

function pathIn(thread: Thread, cell: number): string {
  const init = thread.views.u32[(cell + CELL_INIT) >>> 2] as number;
  return init === 0 ? "" : pathOf(thread, init);
}

/** The name of the message in hand; of a hook there is none. */
function messageIn(thread: Thread, block: number, cell: number): string {
  const { u8, u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const native = word(cell + CELL_BEHAVIOR) !== 0;
  const frame = native ? word(cell + CELL_HAND) : word(block + WORKER_PROGRESS);
  return frame !== 0 && u8[frame + FRAME_KIND] === KIND_TELL ? nameOf(word(frame + FRAME_NAME)) : "a hook";
}
