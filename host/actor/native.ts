// Native actors: behaviors of a user's AssemblyScript module. The core runs them, on whichever worker takes them, so
// nothing of them lives in JavaScript: what a supervisor and watchers need is in the cell and its init frame. The host is
// asked only when there is control, when one ends, and when one has failed.
import {
  CELL_HAND,
  CELL_INIT,
  CELL_RESTARTS,
  CELL_SLOT,
  CELL_STATE,
  CELL_STATE_BYTES,
  FORM_INLINE,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_SIZE,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  HOME_ANY,
  INIT_CHILD,
  INIT_HELD,
  INIT_STATE_BYTES,
  INIT_WATCHERS,
  KIND_CHILD_FAILED,
  KIND_CHILD_STARTED,
  KIND_DESCRIBE,
  KIND_FIND,
  KIND_HOLD,
  KIND_KNOWN,
  KIND_REPLY,
  KIND_STOP,
  KIND_STOP_WANTED,
  KIND_TELL,
  KIND_WATCH,
  METER_RESTARTS,
  NATIVE_ROOM,
  NATIVE_STOP,
  NATIVE_UNANSWERED,
  NATIVE_UNKNOWN,
  SYSTEM_KILL,
  SYSTEM_RESTART,
  SYSTEM_RESUME,
  SYSTEM_START,
  TURN_DRY,
  TURN_UNBLOCK,
  TURN_WAIT,
  WORKER_BATCH,
  WORKER_OUT_BITS,
  WORKER_OUT_BLOCKED,
  WORKER_OUT_CASE,
  WORKER_OUT_SYSTEM,
  WORKER_SYSTEM,
} from "../../assembly/layout.ts";
import { asError, outOfMemory, stopped, ZanniError } from "../errors.ts";
import { whole, wrong } from "../options.ts";
import type { HostCell, LostChild } from "./cell.ts";
import { addChild, check, familyOf, initFrameOf, labelChild, mayStart, pathOf, placeOf, termsOf } from "./children.ts";
import type { Described } from "./describe.ts";
import { hashOf, nameOf } from "./hash.ts";
import type { Address, Holder } from "./holder.ts";
import { knownToNative } from "./known.ts";
import { buryControl, buryFrame, failed, type Grave, tellWatchers, watch } from "./lifecycle.ts";
import { limitsFor } from "./overflow.ts";
import { Ref } from "./ref.ts";
import { exitReasons, reasonCode, type Thread } from "./thread.ts";
import { trim } from "./trim.ts";
import type { ExitReason, NativeOptions } from "./types.ts";

export function spawnNative(
  thread: Thread,
  parent: HostCell,
  handles: { readonly [behavior: string]: number },
  module: string,
  behavior: string,
  given: NativeOptions | undefined,
  holder: Holder,
): Ref {
  mayStart(thread, parent, holder);
  const { stateBytes = CELL_STATE_BYTES, ...options } = given ?? {};
  check(options, thread);
  if (options.health !== undefined) wrong("health", "given", "nothing: native actors have no health()");
  whole("stateBytes", stateBytes, 0, 2 ** 28);
  const definition = `${module}:${behavior}`;
  const handle = handles[definition];
  if (handle === undefined) {
    const known = Object.keys(handles);
    throw new ZanniError(
      "ERR_UNKNOWN_ACTOR",
      `there is no native behavior "${definition}" (${known.join(", ") || "none"}); createSystem({ native }) names the modules`,
      { details: { name: definition, known } },
    );
  }
  const home = options.placement === undefined ? HOME_ANY : placeOf(thread, options.placement);
  const family = familyOf(parent);
  const label = labelChild(parent, family, definition, options.name);
  const mailbox = thread.mailbox(options.mailbox);
  if (mailbox.overflow === "coalesce")
    wrong("mailbox.overflow", "coalesce", "another: what native actors get has no fields");
  const init = initFrameOf(thread, { hash: hashOf(definition) }, parent, label, undefined, false, undefined);
  thread.views.u32[(init + INIT_CHILD) >>> 2] = family.next;
  thread.views.u32[(init + INIT_HELD) >>> 2] = 0;
  let state = 0;
  if (stateBytes > CELL_STATE_BYTES) {
    state = thread.core.reserve(stateBytes) >>> 0;
    if (state === 0) {
      thread.core.drop(init);
      throw outOfMemory(definition, stateBytes);
    }
    thread.views.u8.fill(0, state, state + FRAME_PAYLOAD + stateBytes);
    thread.views.u32[(init + INIT_STATE_BYTES) >>> 2] = stateBytes;
  }
  const { capacity, bytes, budget } = limitsFor(mailbox, options.budget ?? 0);
  let address: Address;
  try {
    address = thread.newCell(home, init, capacity, bytes, budget, handle);
  } catch (error) {
    // It has given back the init; the state is ours.
    if (state !== 0) thread.core.drop(state);
    throw error;
  }
  // Nobody knows the cell yet: it has no message, and runs first when it gets one.
  thread.views.u32[(address.cell + CELL_SLOT) >>> 2] = state;
  const child = addChild(parent, address, definition, label, termsOf(options));
  if (thread.listening()) thread.event({ type: "spawn", actor: child.path });
  return new Ref(thread, address.cell, address.generation, definition, child, holder);
}

/** The core hands out a native cell: control, an end, or a message that is none of its. */
export function nativeTurn(thread: Thread, cell: number): void {
  const { core, block } = thread;
  let more: number;
  do {
    const { u32 } = thread.views;
    const why = u32[(block + WORKER_OUT_CASE) >>> 2] as number;
    const bits = u32[(block + WORKER_OUT_BITS) >>> 2] as number;
    const blocked = u32[(block + WORKER_OUT_BLOCKED) >>> 2] !== 0;
    let outcome: number = blocked ? TURN_WAIT : TURN_DRY;
    const held = hearControl(thread, cell, u32[(block + WORKER_OUT_SYSTEM) >>> 2] as number, blocked);
    if (held) outcome = TURN_WAIT;
    if (why === NATIVE_STOP || bits & SYSTEM_KILL) {
      end(thread, cell, why === NATIVE_STOP ? whyStopped(thread, cell) : "killed");
      return;
    }
    const init = thread.views.u32[(cell + CELL_INIT) >>> 2] as number;
    if (bits & SYSTEM_START)
      trim(
        thread,
        cell,
        () => pathOf(thread, init),
        () => undefined,
      );
    if (why === NATIVE_ROOM) giveRoom(thread, cell);
    if (why === NATIVE_UNKNOWN || why === NATIVE_UNANSWERED) putDown(thread, cell, why === NATIVE_UNKNOWN);
    // A hold is younger than what was decided before it. Where a RESTART has been overtaken, and it runs already, it begins
    // anew with its group.
    if (bits & SYSTEM_RESTART && !held) restart(thread, cell);
    if (blocked && !held && bits & (SYSTEM_RESTART | SYSTEM_RESUME)) outcome = TURN_UNBLOCK;
    more = core.release(cell, outcome, 0);
  } while (more);
}

/** The core threw in the middle of something: if a behavior ran, its actor has failed, and nobody else. */
export function nativeFault(thread: Thread, thrown: unknown): void {
  const cell = thread.core.fault() >>> 0;
  if (cell === 0) throw thrown;
  const error = asError(thrown);
  const { u32 } = thread.views;
  const init = u32[(cell + CELL_INIT) >>> 2] as number;
  if (init === 0) {
    thread.event({ type: "crash", actor: "(native)", message: undefined, error, directive: "stop" });
    if (!thread.listening()) thread.log("error", "(native)", ["a behavior without a supervisor failed:", error]);
    return;
  }
  const path = pathOf(thread, init);
  const hand = u32[(cell + CELL_HAND) >>> 2] as number;
  const message = nameOf(u32[(hand + FRAME_NAME) >>> 2] as number);
  const ticket = u32[(hand + FRAME_TICKET) >>> 2] as number;
  const child = u32[(init + INIT_CHILD) >>> 2] as number;
  thread.replyError(ticket, u32[(hand + FRAME_TICKET_GENERATION) >>> 2] as number, failed({ path }, message, error));
  thread.core.putDown(cell);
  const generation = thread.core.generation(cell) >>> 0;
  const values = [cell, generation, child, message, thread.sendable(error)];
  if (!thread.sendControl(parentOf(thread, init), KIND_CHILD_FAILED, values)) end(thread, cell, { error });
  else if (thread.core.release(cell, TURN_WAIT, 0)) nativeTurn(thread, cell);
}

/** Its thread died while it ran: as after a fault, but its parent hears of all such children at once. */
export function nativeLost(thread: Thread, cell: number, error: Error): { parent: Address; lost: LostChild } {
  const { u8, u32 } = thread.views;
  const init = u32[(cell + CELL_INIT) >>> 2] as number;
  const child = u32[(init + INIT_CHILD) >>> 2] as number;
  const hand = u32[(cell + CELL_HAND) >>> 2] as number;
  let message: string | undefined;
  let over = false;
  if (hand !== 0) {
    over = u8[hand + FRAME_KIND] === KIND_STOP;
    message = nameOf(u32[(hand + FRAME_NAME) >>> 2] as number);
    const ticket = u32[(hand + FRAME_TICKET) >>> 2] as number;
    const generation = u32[(hand + FRAME_TICKET_GENERATION) >>> 2] as number;
    // A stop in hand is found there when it ends.
    if (!over) {
      const path = pathOf(thread, init);
      thread.replyError(ticket, generation, failed({ path }, message, error));
      thread.core.putDown(cell);
    }
  }
  const lost: LostChild = [cell, thread.core.generation(cell) >>> 0, child, message, over];
  const parent = parentOf(thread, init);
  if (thread.core.release(cell, TURN_WAIT, 0)) nativeTurn(thread, cell);
  return { parent, lost };
}

/** Its thread died while it ended. */
export function finishNativeEnd(thread: Thread, cell: number): void {
  if ((thread.views.u32[(cell + CELL_INIT) >>> 2] as number) !== 0) end(thread, cell, "normal");
  else {
    // Nobody supervises it, and nobody watches.
    for (let left = thread.core.close(cell); left > 0; ) left = thread.core.bury(cell, left);
    thread.core.vacate(cell);
  }
}

// ---- helpers --------------------------------------------------------------------------------------

function parentOf(thread: Thread, init: number): Address {
  const { u32 } = thread.views;
  return {
    cell: u32[(init + FRAME_SENDER) >>> 2] as number,
    generation: u32[(init + FRAME_SENDER_GENERATION) >>> 2] as number,
  };
}

/**
 * Who watches is kept with the cell, wherever it runs next; questions are answered. True: its parent restarts a group,
 * and it waits for its own RESTART.
 */
function hearControl(thread: Thread, cell: number, frames: number, blocked: boolean): boolean {
  let held = false;
  for (let i = 0; i < frames; i++) {
    const { u8, u32 } = thread.views;
    const frame = u32[(thread.block + WORKER_SYSTEM + i * 4) >>> 2] as number;
    const init = u32[(cell + CELL_INIT) >>> 2] as number;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    const kind = u8[frame + FRAME_KIND];
    if (kind === KIND_WATCH) {
      u32[(frame + FRAME_NEXT) >>> 2] = u32[(init + INIT_WATCHERS) >>> 2] as number;
      u32[(init + INIT_WATCHERS) >>> 2] = frame;
      continue;
    }
    if (kind === KIND_FIND) thread.reply(ticket, generation, undefined);
    else if (kind === KIND_DESCRIBE) thread.reply(ticket, generation, describe(thread, cell, init));
    else if (kind === KIND_KNOWN) {
      thread.reply(ticket, generation, knownToNative(thread, cell, said(thread, frame)));
    } else if (kind === KIND_HOLD && thread.core.pending(ticket, generation)) {
      held = true;
      u32[(init + INIT_HELD) >>> 2] = said(thread, frame)[2] as number;
      thread.reply(ticket, generation, true);
    } else if (kind === KIND_STOP_WANTED && blocked && thread.core.stopQueued(cell)) {
      const child = u32[(init + INIT_CHILD) >>> 2] as number;
      thread.sendControl(parentOf(thread, init), KIND_STOP_WANTED, [child]);
    }
    thread.core.drop(frame);
  }
  return held;
}

/** The list that control of these kinds brings. */
function said(thread: Thread, frame: number): readonly unknown[] {
  const size = thread.views.u32[(frame + FRAME_SIZE) >>> 2] as number;
  return (thread.decode(thread.payload(frame), size, thread.stranger) as [readonly unknown[]])[0];
}

function describe(thread: Thread, cell: number, init: number): Described {
  const { u32 } = thread.views;
  return {
    path: pathOf(thread, init),
    definition: nameOf(u32[(init + FRAME_NAME) >>> 2] as number),
    worker: thread.index,
    restarts: u32[(cell + CELL_RESTARTS) >>> 2] as number,
    children: [],
  };
}

function restart(thread: Thread, cell: number): void {
  const { u8, u32 } = thread.views;
  const block = u32[(cell + CELL_SLOT) >>> 2] as number;
  const bytes = u32[((u32[(cell + CELL_INIT) >>> 2] as number) + INIT_STATE_BYTES) >>> 2] as number;
  if (block === 0) u8.fill(0, cell + CELL_STATE, cell + CELL_STATE + CELL_STATE_BYTES);
  else u8.fill(0, block, block + bytes);
  u32[(cell + CELL_RESTARTS) >>> 2] = (u32[(cell + CELL_RESTARTS) >>> 2] as number) + 1;
  thread.count(METER_RESTARTS, 1);
  const init = u32[(cell + CELL_INIT) >>> 2] as number;
  const child = u32[(init + INIT_CHILD) >>> 2] as number;
  thread.sendControl(parentOf(thread, init), KIND_CHILD_STARTED, [child, u32[(init + INIT_HELD) >>> 2] as number]);
}

/** A sender waits for room: it is his turn. */
function giveRoom(thread: Thread, cell: number): void {
  const { u32 } = thread.views;
  const frame = u32[(cell + CELL_HAND) >>> 2] as number;
  const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
  thread.reply(u32[(frame + FRAME_TICKET) >>> 2] as number, generation, true);
  thread.core.putDown(cell);
}

/** The message in hand is over: unknown, or handled without an answer. */
function putDown(thread: Thread, cell: number, unknown: boolean): void {
  const { u32 } = thread.views;
  const frame = u32[(cell + CELL_HAND) >>> 2] as number;
  const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
  const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
  if (!unknown) thread.core.reply(ticket, generation, KIND_REPLY, FORM_INLINE, 0, 0, 0, 0, 0);
  else {
    const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
    const path = pathOf(thread, u32[(cell + CELL_INIT) >>> 2] as number);
    thread.recount();
    thread.deadLetter(path, message, "unknown-message", thread.letterOf(frame));
    const what = `"${path}" is native and has no message "${message}"`;
    const error = new ZanniError("ERR_UNKNOWN_MESSAGE", what, { actor: path, details: { message } });
    thread.replyError(ticket, generation, error);
  }
  thread.core.putDown(cell);
}

/** By a stop in hand, which says why, or of itself. */
function whyStopped(thread: Thread, cell: number): ExitReason {
  const { u8, u32 } = thread.views;
  const hand = u32[(cell + CELL_HAND) >>> 2] as number;
  if (hand === 0 || u8[hand + FRAME_KIND] !== KIND_STOP) return "normal";
  return exitReasons[u32[(hand + FRAME_TAGS) >>> 2] as number] ?? "normal";
}

/** As lifecycle.ts ends an actor; everything about it is read from the cell. */
function end(thread: Thread, cell: number, reason: ExitReason): void {
  const { core } = thread;
  const init = thread.views.u32[(cell + CELL_INIT) >>> 2] as number;
  const grave: Grave = { cell, path: pathOf(thread, init), watchers: undefined };
  const parent = parentOf(thread, init);
  const child = thread.views.u32[(init + INIT_CHILD) >>> 2] as number;
  const hand = thread.views.u32[(cell + CELL_HAND) >>> 2] as number;
  if (hand !== 0) bearWitness(thread, grave, hand);
  for (let frame = thread.views.u32[(init + INIT_WATCHERS) >>> 2] as number; frame !== 0; ) {
    const next = thread.views.u32[(frame + FRAME_NEXT) >>> 2] as number;
    bearWitness(thread, grave, frame);
    core.drop(frame);
    frame = next;
  }
  let left = core.close(cell);
  while (left > 0) {
    for (let i = 0; i < left; i++) {
      buryFrame(thread, grave, thread.views.u32[(thread.block + WORKER_BATCH + i * 4) >>> 2] as number);
    }
    left = core.bury(cell, left);
  }
  buryControl(thread, grave);
  const watchers = grave.watchers ?? [];
  const code = reasonCode(reason);
  const told = thread.sendChildStopped(parent, child, cell, code < 0 ? reasonCode("killed") : code, watchers);
  if (!told) tellWatchers(thread, watchers, reason);
  if (thread.listening()) thread.event({ type: "stop", actor: grave.path });
  core.vacate(cell);
}

/** A stop in hand or a watch: somebody waits for the end. Another message in hand gets no answer any more. */
function bearWitness(thread: Thread, grave: Grave, frame: number): void {
  const { u8, u32 } = thread.views;
  const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
  if (ticket === 0) return;
  const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
  u32[(frame + FRAME_TICKET) >>> 2] = 0;
  if (u8[frame + FRAME_KIND] === KIND_TELL) thread.replyError(ticket, generation, stopped(grave.path));
  else watch(grave, ticket, generation);
}
