// One turn: the core has claimed a cell and described what it has for us; control comes first, then messages, one at
// a time. This is the only file that calls handlers.
//
//   take() ─▶ control(bits, frames) ─▶ messages ─▶ next(outcome, done) ─▶ more of it, or the next cell
import {
  CELL_HAND,
  CELL_HEAD,
  CELL_INIT,
  EXTENSION_BYTES,
  FLAG_EXTENDED,
  FORM_DECLARED,
  FORM_INLINE,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_PAYLOAD,
  FRAME_SENDER,
  FRAME_SIZE,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  HANDOVER,
  KIND_CANCEL,
  KIND_CHILD_FAILED,
  KIND_CHILD_STARTED,
  KIND_CHILD_STOPPED,
  KIND_CHILDREN_LOST,
  KIND_CIRCLE,
  KIND_CREDIT,
  KIND_DECLARED,
  KIND_DESCRIBE,
  KIND_ERRAND,
  KIND_EVENT,
  KIND_FAIL,
  KIND_FIND,
  KIND_HEALTH,
  KIND_HOLD,
  KIND_ITEMS,
  KIND_KNOWN,
  KIND_LINK,
  KIND_LINK_FAILED,
  KIND_LOG,
  KIND_ROOM,
  KIND_STASH,
  KIND_STIRRED,
  KIND_STOP,
  KIND_STOP_WANTED,
  KIND_SUCCEEDED,
  KIND_TELL,
  KIND_TERMINATED,
  KIND_UNLINK,
  KIND_UNWATCH,
  KIND_WATCH,
  MESSAGES,
  METER_EVENTS_SEEN,
  SYS,
  SYSTEM_KILL,
  SYSTEM_RESTART,
  SYSTEM_RESUME,
  SYSTEM_SETTLED,
  SYSTEM_START,
  TAG_NUMBER,
  TAKE_SLICE,
  TICKET_TIMER,
  TIMER_DUE,
  TURN_BLOCK,
  TURN_DRY,
  TURN_UNBLOCK,
  TURN_WAIT,
  TURN_YIELD,
  WORKER_ALERT,
  WORKER_BATCH,
  WORKER_BYTES,
  WORKER_FIRST,
  WORKER_METER,
  WORKER_NOW,
  WORKER_OUT_BITS,
  WORKER_OUT_BLOCKED,
  WORKER_OUT_CASE,
  WORKER_OUT_COUNT,
  WORKER_OUT_GENERATION,
  WORKER_OUT_SLOT,
  WORKER_OUT_SYSTEM,
  WORKER_OUT_TO,
  WORKER_PROGRESS,
  WORKER_SYSTEM,
} from "../../assembly/layout.ts";
import { asError, isZanniError, stopped, ZanniError } from "../errors.ts";
import { linked, linkFailed, terminated, unlinked } from "./bond.ts";
import { type HostCell, isUp, type Life, type Stashed } from "./cell.ts";
import { initKeys } from "./children.ts";
import { answered, examine, examineRoom, publish } from "./deadlock.ts";
import { describe } from "./describe.ts";
import type { Letter, SystemEvent } from "./event.ts";
import { extrasOf, rareOf, stashesNothing } from "./extras.ts";
import { hashOf, nameOf } from "./hash.ts";
import { askKey, type Errand, type Pending } from "./holder.ts";
import { runJob } from "./job.ts";
import { copyOf, gone, openShelf, put, takeFirst } from "./kept.ts";
import { known } from "./known.ts";
import {
  adopt,
  awaited,
  fail,
  failed,
  hold,
  later,
  obey,
  start,
  stop,
  TURN_GONE,
  unwatched,
  wait,
  waitForRoom,
  waitsNoMore,
  watch,
} from "./lifecycle.ts";
import { call, type Handler, handle } from "./message.ts";
import { arrive, handOver, hasMoved } from "./move.ts";
import { nativeFault, nativeTurn } from "./native.ts";
import {
  childFailed,
  childrenLost,
  childStarted,
  childStopped,
  childStopWanted,
  holdSupervisor,
  restartChildren,
} from "./parent.ts";
import { itemsOf, Pump } from "./pump.ts";
import { type Received, receivedBy } from "./receive.ts";
import { PUBLISHED } from "./reception.ts";
import { Ref } from "./ref.ts";
import { succeeded } from "./takeover.ts";
import { exitReasons, FORM_REFERENCE, type Thread } from "./thread.ts";
import { endTrace, traceDelivered, traceProcessed } from "./trace.ts";
import { trim } from "./trim.ts";
import type { ExitReason } from "./types.ts";

/** Messages between two looks at the clock, at most; one when they are long. */
const CLOCK_EVERY = 32;
const LONG_MS = 0.1;

/** Larger than what take() answers when there is no cell. */
export const NOT_TAKEN = TAKE_SLICE + 1;

/** What a frame without values says. */
const nothing: readonly unknown[] = [];

export class Dispatch {
  readonly #thread: Thread;
  /** What the stop that was met says of why. */
  #stopReason: ExitReason = "normal";
  /** The message in hand, if it is traced. */
  #traced = 0;
  /** Messages of the batch that are handled; set by #messages. */
  #done = 0;

  constructor(thread: Thread) {
    this.#thread = thread;
    const actorOf = ({ holder }: Pending) => (holder as Life).actor;
    thread.published = (pending) => publish(thread, actorOf(pending), pending);
    thread.examined = (pending) => examine(thread, actorOf(pending), pending);
    thread.asks.answered = (pending) => answered(thread, pending.holder, pending);
    const strangers = thread.extrasOf;
    thread.extrasOf = (holder) => (holder === thread.stranger ? strangers(holder) : extrasOf(holder as Life));
  }

  /**
   * The turn of a claimed cell, and of those that come after it, `most` in all. Answers what take() answered last, or
   * NOT_TAKEN when it was not asked.
   */
  turns(cell: number, most: number): number {
    for (let left = most; ; left--) {
      const next = this.#turn(cell, left > 1);
      if (next <= NOT_TAKEN) return next;
      cell = next;
    }
  }

  #turn(cell: number, chain: boolean): number {
    const thread = this.#thread;
    const { u32 } = thread.views;
    const special = u32[(thread.block + WORKER_OUT_CASE) >>> 2] as number;
    const actor = thread.cells[u32[(thread.block + WORKER_OUT_SLOT) >>> 2] as number];
    // Most turns are of this kind. The cell that takes replies has number 0, which is no actor's.
    if (special !== MESSAGES || actor === undefined) return this.#unusual(cell, special, actor, chain);
    const outcome = this.#batch(actor);
    return outcome === TURN_GONE ? NOT_TAKEN : this.#next(cell, outcome, this.#done, chain);
  }

  #unusual(cell: number, special: number, found: HostCell | undefined, chain: boolean): number {
    const thread = this.#thread;
    const { block } = thread;
    if (cell === thread.replies.cell) {
      this.#replies(cell);
      return NOT_TAKEN;
    }
    if (special !== 0 && special !== MESSAGES && special !== HANDOVER) {
      nativeTurn(thread, cell);
      return NOT_TAKEN;
    }
    if (special === HANDOVER) return this.#handOver(cell, found);
    const { u32 } = thread.views;
    let actor = found;
    let bits = u32[(block + WORKER_OUT_BITS) >>> 2] as number;
    const system = u32[(block + WORKER_OUT_SYSTEM) >>> 2] as number;
    const blocked = u32[(block + WORKER_OUT_BLOCKED) >>> 2] !== 0;
    let outcome = blocked ? TURN_WAIT : TURN_DRY;
    let done = 0;
    if (actor === undefined && hasMoved(thread, cell)) {
      actor = this.#adopt(cell);
      outcome = arrive(thread, actor);
      // To be started is meant for one that was on its way when its thread died.
      if (bits & SYSTEM_START) this.#trim(actor);
      bits &= ~SYSTEM_START;
    }
    if (bits !== 0 || system !== 0) {
      actor ??= this.#adopt(cell);
      const answer = this.#control(actor, bits, system);
      if (answer === TURN_GONE) return NOT_TAKEN;
      if (answer !== TURN_DRY) outcome = answer;
    }
    if (!blocked && outcome === TURN_DRY && actor) {
      outcome = this.#batch(actor);
      if (outcome === TURN_GONE) return NOT_TAKEN;
      done = this.#done;
    }
    return this.#next(cell, outcome, done, chain);
  }

  /** The messages of a turn, if there are any. Answers how the turn goes on, or TURN_GONE; #done says how many are finished. */
  #batch(actor: HostCell): number {
    const thread = this.#thread;
    const count = thread.views.u32[(thread.block + WORKER_OUT_COUNT) >>> 2] as number;
    if (count === 0) return this.#finished(0, TURN_DRY);
    if (thread.dice !== undefined && thread.dice() < 0.5) return this.#finished(0, TURN_YIELD);
    const outcome = count === 1 && actor.rare === undefined ? this.#single(actor) : this.#messages(actor, count);
    const { extras } = actor.life;
    if (extras?.idle) extras.idle.last = thread.now();
    if (outcome !== TURN_STOP) return outcome;
    // The stop itself stays in the list, and is buried with what came after it.
    thread.core.settleBatch(actor.cell, this.#done);
    return this.#finished(0, stop(thread, actor, this.#stopReason));
  }

  /**
   * A cell that runs and is to wait becomes BLOCKED; one that is BLOCKED stays so or runs again. The promises that this turn
   * has settled come before the next one.
   */
  #next(cell: number, outcome: number, done: number, chain: boolean): number {
    const thread = this.#thread;
    if (!chain || thread.settled) return thread.core.release(cell, outcome, done) ? cell : NOT_TAKEN;
    try {
      return thread.core.next(cell, outcome, done) >>> 0;
    } catch (error) {
      nativeFault(thread, error);
      return NOT_TAKEN;
    }
  }

  /** The actor would do better on another worker, if it may go there. One that is not up yet stays for its turn. */
  #handOver(cell: number, actor: HostCell | undefined): number {
    const thread = this.#thread;
    const to = thread.views.u32[(thread.block + WORKER_OUT_TO) >>> 2] as number;
    const outcome = actor ? handOver(thread, actor, to) : TURN_DRY;
    if (outcome === TURN_GONE) return NOT_TAKEN;
    return thread.core.release(cell, outcome, 0) ? cell : NOT_TAKEN;
  }

  #adopt(cell: number): HostCell {
    const thread = this.#thread;
    const generation = thread.views.u32[(thread.block + WORKER_OUT_GENERATION) >>> 2] as number;
    return adopt(thread, cell, generation);
  }

  // ---- control ------------------------------------------------------------------------------------

  #control(actor: HostCell, bits: number, system: number): number {
    const thread = this.#thread;
    const { core, block } = thread;
    let outcome: number = TURN_DRY;
    if (bits & SYSTEM_START) outcome = actor.life ? this.#trim(actor) : start(thread, actor);
    const { life } = actor;
    const went = life?.ended;
    for (let i = 0; i < system; i++) {
      const frame = thread.views.u32[(block + WORKER_SYSTEM + i * 4) >>> 2] as number;
      const answer = this.#controlFrame(actor, frame);
      if (answer !== TURN_DRY) outcome = answer;
      core.drop(frame);
    }
    if (bits & SYSTEM_SETTLED && actor.next) {
      const { next } = actor;
      actor.next = undefined;
      waitsNoMore(thread, actor);
      outcome = next();
      if (outcome === TURN_GONE) return outcome;
    }
    if (bits & SYSTEM_RESTART && actor.internal && !(bits & SYSTEM_KILL))
      outcome = restartChildren(thread, actor) || outcome;
    else {
      // The instance has just ended for a hold, which is younger than the RESTART beside it: there will be another.
      if (life?.ended && !went) bits &= ~SYSTEM_RESTART;
      if (bits & (SYSTEM_KILL | SYSTEM_RESTART | SYSTEM_RESUME)) outcome = obey(thread, actor, bits) || outcome;
    }
    return outcome;
  }

  #controlFrame(actor: HostCell, frame: number): number {
    const thread = this.#thread;
    const { u8, u32 } = thread.views;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const ticketGeneration = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
    const inline = u8[frame + FRAME_FORM] === FORM_INLINE || size === 0;
    const parts = inline ? nothing : (thread.decode(thread.payload(frame), size, actor.life) as readonly unknown[]);
    switch (u8[frame + FRAME_KIND]) {
      case KIND_WATCH:
        watch(actor, ticket, ticketGeneration);
        return TURN_DRY;
      case KIND_FIND: {
        const child = actor.family?.named(parts[0] as string);
        const ref = child && new Ref(thread, child.cell, child.generation, child.definition, child, thread.stranger);
        thread.reply(ticket, ticketGeneration, ref);
        return TURN_DRY;
      }
      case KIND_DESCRIBE:
        thread.reply(ticket, ticketGeneration, describe(thread, actor));
        return TURN_DRY;
      case KIND_CHILD_STOPPED:
        if (inline) this.#childStopped(actor, frame, size);
        else {
          const [id, reason, watchers, cell] = parts as [number, ExitReason, readonly number[], number];
          childStopped(thread, actor, id, cell, reason, watchers);
        }
        return TURN_DRY;
      case KIND_CHILD_FAILED:
        return childFailed(thread, actor, parts);
      case KIND_CHILDREN_LOST:
        return childrenLost(thread, actor, parts);
      case KIND_KNOWN:
        thread.reply(ticket, ticketGeneration, known(thread, actor, parts[0] as readonly unknown[]));
        return TURN_DRY;
      case KIND_CHILD_STARTED:
        childStarted(thread, actor, parts[0] as number, parts[1] as number);
        return TURN_DRY;
      case KIND_STOP_WANTED:
        if (parts.length > 0) childStopWanted(thread, actor, parts[0] as number);
        else if (actor.parent) {
          // It is down and is to stop: whoever would bring it back should know.
          if (actor.status === "failed" && thread.core.stopQueued(actor.cell))
            thread.sendControl(actor.parent, KIND_STOP_WANTED, [actor.child]);
        }
        return TURN_DRY;
      case KIND_HOLD: {
        // It came twice, and was answered once.
        if (!thread.core.pending(ticket, ticketGeneration)) return TURN_DRY;
        const [error, forced, restarts] = parts[0] as [Error, boolean, number];
        if (!actor.internal) return hold(thread, actor, error, { forced, restarts }, ticket, ticketGeneration);
        holdSupervisor(thread, actor, error, restarts, ticket, ticketGeneration);
        return TURN_DRY;
      }
      case KIND_FAIL:
        return isUp(actor)
          ? fail(thread, actor, parts[0] as Error, (parts[1] as string | undefined) ?? "health")
          : TURN_DRY;
      case KIND_LINK:
        linked(thread, actor, parts[0] as Ref);
        return TURN_DRY;
      case KIND_UNLINK:
        unlinked(actor, { cell: parts[0] as number, generation: parts[1] as number });
        return TURN_DRY;
      case KIND_CANCEL:
        if (actor.served && actor.served.ticket === parts[0] && actor.served.ticketGeneration === parts[1]) {
          const { serving } = actor.life;
          const why = new ZanniError("ERR_ASK_ABORTED", "whoever asked waits no longer", { actor: actor.path });
          actor.life.extras?.controller?.abort(why);
          thread.abandon(actor.life, serving, why);
        }
        actor.life?.extras?.pumps.get(askKey(parts[0] as number, parts[1] as number))?.cancel();
        unwatched(actor, parts[0] as number, parts[1] as number);
        return TURN_DRY;
      case KIND_CIRCLE:
        examineRoom(thread, actor);
        return TURN_DRY;
      case KIND_CREDIT:
        actor.life?.extras?.pumps.get(askKey(parts[0] as number, parts[1] as number))?.credit(parts[2] as number);
        return TURN_DRY;
      default:
        thread.log("warn", actor.path, [`control of unknown kind ${u8[frame + FRAME_KIND]}`]);
        return TURN_DRY;
    }
  }

  /** Numbers only: which child, why, and the tickets of those who wait for it. */
  #childStopped(actor: HostCell, frame: number, size: number): void {
    const { u32 } = this.#thread.views;
    const at = (frame + FRAME_PAYLOAD) >>> 2;
    // As long as it is: one that grows has room for 17 at its first entry.
    const watchers = new Array<number>(size >>> 2);
    for (let i = 0; i < watchers.length; i++) watchers[i] = u32[at + i] as number;
    const reason = exitReasons[u32[(frame + FRAME_TAGS) >>> 2] as number] ?? "normal";
    const id = u32[(frame + FRAME_SENDER) >>> 2] as number;
    const cell = u32[(frame + FRAME_NAME) >>> 2] as number;
    childStopped(this.#thread, actor, id, cell, reason, watchers);
  }

  // ---- messages -----------------------------------------------------------------------------------

  /** Handles what the batch holds. Answers how the turn goes on; #done says how many are finished. */
  #messages(actor: HostCell, count: number): number {
    const thread = this.#thread;
    const { block } = thread;
    const alert = (block + WORKER_ALERT) >>> 2;
    const progress = (block + WORKER_PROGRESS) >>> 2;
    const batch = (block + WORKER_BATCH) >>> 2;
    let last = thread.views.f64[(block + WORKER_NOW) >>> 3] as number;
    const end = last + thread.settings.slice;
    let look = 1;
    let stride = 1;
    for (let i = 0; i < count; i++) {
      if (actor.rare !== undefined && actor.rare.unstashed.length > 0) {
        const outcome = this.#unstashed(actor);
        if (outcome !== TURN_DRY) return this.#finished(i, outcome);
      }
      const { u32 } = thread.views;
      if (i > 0) {
        if (thread.dice !== undefined && thread.dice() < 0.5) return this.#finished(i, TURN_YIELD);
        // Control comes between messages: release() hands it out.
        if (u32[alert] !== 0 && this.#hasControl(actor)) return this.#finished(i, TURN_DRY);
        if (i === look) {
          const now = thread.now();
          if (now > end) return this.#finished(i, TURN_YIELD);
          stride = now - last > LONG_MS ? 1 : Math.min(CLOCK_EVERY, stride * 2);
          look += stride;
          last = now;
        }
      }
      const frame = u32[batch + i] as number;
      u32[progress] = frame;
      const outcome = this.#message(actor, frame);
      if (outcome === TURN_FULL) return this.#finished(i + 1, TURN_WAIT);
      if (outcome !== TURN_DRY) return this.#finished(i, outcome);
    }
    return this.#finished(count, TURN_DRY);
  }

  /** The same, of a batch of one: short enough for engines to compile it into the loop. */
  #single(actor: HostCell): number {
    const { block, views } = this.#thread;
    const frame = views.u32[(block + WORKER_BATCH) >>> 2] as number;
    views.u32[(block + WORKER_PROGRESS) >>> 2] = frame;
    const outcome = this.#message(actor, frame);
    if (outcome === TURN_DRY) return this.#finished(1, TURN_DRY);
    return outcome === TURN_FULL ? this.#finished(1, TURN_WAIT) : this.#finished(0, outcome);
  }

  /** Control came for an actor in a turn here: for this one? In this order, see isAlerted() in assembly/cell.ts. */
  #hasControl({ cell }: HostCell): boolean {
    const { block, views } = this.#thread;
    views.store(block + WORKER_ALERT, 0);
    return (views.load(cell + CELL_HEAD) & SYS) !== 0;
  }

  #finished(done: number, outcome: number): number {
    this.#done = done;
    return outcome;
  }

  /** One message. TURN_DRY: it is done with; TURN_BLOCK: it is in hand and not finished. */
  #message(actor: HostCell, frame: number): number {
    const thread = this.#thread;
    const { u32 } = thread.views;
    // Kind, form and flags in one look.
    const kind = u32[(frame + FRAME_KIND) >>> 2] as number;
    if ((kind & 255) !== KIND_TELL) return this.#notice(actor, frame, kind & 255);
    const extended = (kind & (FLAG_EXTENDED << 24)) !== 0;
    if (extended) {
      thread.core.sample(frame);
      if (frame !== this.#traced && thread.traced(frame)) return this.#trace(actor, frame);
      if (thread.expired(frame)) return this.#expired(actor, frame);
    }
    const hash = u32[(frame + FRAME_NAME) >>> 2] as number;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const { life } = actor;
    if (ticket !== 0) return this.#asked(actor, frame, hash, ticket);
    const message = actor.definition.message(hash);
    if (message === undefined) {
      if (hash === PUBLISHED) return this.#published(actor, frame);
      return this.#unknown(actor, hash, 0, 0, thread.letterOf(frame));
    }
    let returned: unknown;
    let args: readonly unknown[] | undefined;
    try {
      const instance = life.instance as Record<string, Handler>;
      if ((u32[(frame + FRAME_TAGS) >>> 2] as number) === ONE_NUMBER && (kind & 0xff0000) === FORM_INLINE) {
        const at = (frame + FRAME_PAYLOAD + (extended ? EXTENSION_BYTES : 0)) >>> 3;
        returned = call(message, instance, thread.views.f64[at]);
      } else {
        const { name } = message;
        const received = (kind & 0xff0000) === DECLARED ? this.#received(frame, instance[name]) : undefined;
        args = this.#args(actor, frame, hash, 0, 0, received);
        if (!args) return TURN_DRY;
        returned = received ? (received.handler as Handler)(args[0]) : handle(message, instance, args);
      }
    } catch (error) {
      return this.#threw(actor, frame, hash, error);
    }
    // The usual case, in one look: nothing came back, nothing was put aside, nothing waits.
    if (typeof returned !== "object" && actor.rare === undefined && life.extras === undefined) return TURN_DRY;
    return this.#handled(actor, frame, hash, args, returned);
  }

  /** The same, with an event before and after it. */
  #trace(actor: HostCell, frame: number): number {
    const thread = this.#thread;
    const traced = traceDelivered(thread, actor, frame);
    this.#traced = frame;
    const outcome = this.#message(actor, frame);
    this.#traced = 0;
    // One that failed has had its event.
    if (outcome !== TURN_BLOCK) traceProcessed(thread, actor, traced);
    else if (actor.status === "awaiting") rareOf(actor).traced = traced;
    else if (actor.life.trace !== 0) traceProcessed(thread, actor, traced);
    return outcome;
  }

  #handled(
    actor: HostCell,
    frame: number,
    hash: number,
    args: readonly unknown[] | undefined,
    returned: unknown,
  ): number {
    if (actor.rare?.stashing) return this.#stash(actor, frame, hash, args, returned);
    const promise = awaited(returned);
    if (promise) return this.#awaits(actor, promise, hash, 0, 0, false);
    return this.#waitsForRoom(actor);
  }

  #threw(actor: HostCell, frame: number, hash: number, error: unknown): number {
    stashesNothing(actor);
    const thrown = asError(error);
    if (!isRefusal(thrown)) return this.#crash(actor, hash, thrown);
    this.#refused(actor, hash, thrown, frame);
    return TURN_DRY;
  }

  /** Nobody asked: that a message does not fit is said to whoever looks at dead letters. `frame` 0: it is not at hand. */
  #refused(actor: HostCell, hash: number, error: ZanniError, frame: number): void {
    if (!isZanniError(error, "ERR_INVALID_MESSAGE")) return;
    const thread = this.#thread;
    thread.recount();
    thread.deadLetter(actor.path, nameOf(hash), "undecodable", frame === 0 ? undefined : thread.letterOf(frame));
  }

  /** What it has sent waits in an outbox: it takes no new message until that is empty, unless that would never be. */
  #waitsForRoom(actor: HostCell): number {
    const thread = this.#thread;
    const { life } = actor;
    const outboxes = life.extras?.outboxes;
    if (!outboxes || outboxes.size === 0) return TURN_DRY;
    actor.status = "awaiting";
    waitForRoom(thread, actor, outboxes, () => {
      actor.status = "running";
      return TURN_UNBLOCK;
    });
    return TURN_FULL;
  }

  /** More came in than the mailbox may hold, and its policy says that we shed. The batch is not what it was. */
  #trim(actor: HostCell): number {
    const thread = this.#thread;
    const frame = thread.views.u32[(actor.cell + CELL_INIT) >>> 2] as number;
    trim(
      thread,
      actor.cell,
      () => actor.path,
      () => (frame === 0 ? undefined : initKeys(thread, frame)),
    );
    return thread.views.u32[(thread.block + WORKER_OUT_BLOCKED) >>> 2] !== 0 ? TURN_WAIT : TURN_UNBLOCK;
  }

  // ---- notices: what comes in the order of messages, and is none -----------------------------------

  #notice(actor: HostCell, frame: number, kind: number): number {
    const thread = this.#thread;
    const { u32 } = thread.views;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const ticketGeneration = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    switch (kind) {
      case KIND_STOP:
        if (ticket !== 0) watch(actor, ticket, ticketGeneration);
        u32[(frame + FRAME_TICKET) >>> 2] = 0;
        this.#stopReason = exitReasons[u32[(frame + FRAME_TAGS) >>> 2] as number] ?? "normal";
        return TURN_STOP;
      case KIND_ERRAND: {
        const [errand] = thread.args(frame, actor.life) as [Errand?];
        // Of a thread that has died.
        if (!errand) return TURN_DRY;
        thread.laden.untie(actor);
        return errand.life.ended ? TURN_DRY : this.#errand(actor, errand.name, () => errand.run());
      }
      case KIND_LINK_FAILED: {
        const [other, error] = thread.args(frame, actor.life) as [Ref, Error];
        const run = linkFailed(actor, other, error);
        return run ? this.#errand(actor, "onLinkFailed", run) : TURN_DRY;
      }
      case KIND_TERMINATED: {
        const run = terminated(actor, thread.args(frame, actor.life));
        return run ? this.#errand(actor, "onTerminated", run) : TURN_DRY;
      }
      case KIND_ROOM:
        thread.reply(ticket, ticketGeneration, true);
        return TURN_DRY;
      case KIND_HEALTH:
        this.#health(actor, ticket, ticketGeneration);
        return TURN_DRY;
      default:
        thread.log("warn", actor.path, [`a notice of unknown kind ${kind}`]);
        return TURN_DRY;
    }
  }

  #errand(actor: HostCell, name: string, run: () => unknown): number {
    const hash = hashOf(name);
    try {
      const returned = run();
      // There was no message to put aside.
      stashesNothing(actor);
      const promise = awaited(returned);
      return promise ? this.#awaits(actor, promise, hash, 0, 0, false) : this.#waitsForRoom(actor);
    } catch (error) {
      stashesNothing(actor);
      const thrown = asError(error);
      return isRefusal(thrown) ? TURN_DRY : this.#crash(actor, hash, thrown);
    }
  }

  /** A value of a topic; whoever has lost interest meanwhile does nothing with it. */
  #published(actor: HostCell, frame: number): number {
    const args = this.#args(actor, frame, PUBLISHED, 0, 0);
    if (!args) return TURN_DRY;
    const [topic, value] = args as [string, unknown];
    const handlers = actor.life.extras?.topics.get(topic);
    if (!handlers) return TURN_DRY;
    return this.#errand(actor, topic, () => {
      const promises = [...handlers].map(({ task }) => awaited(runJob(actor.life, task, [value])));
      return promises.some((each) => each !== undefined) ? Promise.all(promises) : undefined;
    });
  }

  /** A check that fails is the parent's to judge; the actor goes on, also while a check awaits something. */
  #health(actor: HostCell, ticket: number, generation: number): void {
    const thread = this.#thread;
    const unwell = (error: unknown) => thread.replyError(ticket, generation, asError(error));
    try {
      const returned = actor.definition.hasHooks ? actor.life.instance?.health?.() : undefined;
      const promise = awaited(returned);
      if (!promise) thread.reply(ticket, generation, true);
      else {
        thread.settled = true;
        promise.then(() => thread.reply(ticket, generation, true), unwell);
      }
    } catch (error) {
      unwell(error);
    }
  }

  // ---- messages that were put aside ----------------------------------------------------------------

  /** The handler has called stash(): whatever else it did, the message is not done with. */
  #stash(
    actor: HostCell,
    frame: number,
    hash: number,
    args: readonly unknown[] | undefined,
    returned: unknown,
  ): number {
    const thread = this.#thread;
    awaited(returned)?.then(undefined, ignore);
    const rare = rareOf(actor);
    rare.stashing = false;
    const { u32, u8 } = thread.views;
    const here = u8[frame + FRAME_FORM] === FORM_REFERENCE;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const ticketGeneration = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    let copy = 0;
    if (!here) {
      if (rare.shelf === 0) rare.shelf = openShelf(thread, actor.cell, KIND_STASH, actor, undefined);
      if (rare.shelf !== 0) copy = copyOf(thread, frame);
      if (copy !== 0) put(thread, rare.shelf, copy);
    }
    rare.stashed.push({
      frame: copy,
      hash,
      args: args ?? thread.args(frame, actor.life),
      reader: actor.life,
      ticket,
      ticketGeneration,
      here,
    });
    return TURN_DRY;
  }

  /** Those that were taken up again, before anything that is queued. TURN_DRY when all are done with. */
  #unstashed(actor: HostCell): number {
    const { unstashed } = rareOf(actor);
    for (;;) {
      const message = unstashed.shift();
      if (!message) return TURN_DRY;
      const { frame } = message;
      const hand = (actor.cell + CELL_HAND) >>> 2;
      if (frame !== 0) {
        takeFirst(this.#thread, rareOf(actor).shelf, frame);
        this.#thread.views.u32[hand] = frame;
        gone(this.#thread, rareOf(actor).shelf);
      }
      const outcome = this.#again(actor, message);
      if (frame !== 0 && outcome === TURN_DRY) this.#thread.core.putDown(actor.cell);
      // There is no frame in hand.
      if (outcome !== TURN_DRY) return outcome === TURN_BLOCK || outcome === TURN_FULL ? TURN_WAIT : outcome;
    }
  }

  #again(actor: HostCell, message: Stashed): number {
    const thread = this.#thread;
    const { hash, ticket, ticketGeneration, here } = message;
    const { life } = actor;
    const name = actor.definition.message(hash)?.name;
    if (name === undefined) return this.#unknown(actor, hash, ticket, ticketGeneration, undefined);
    if (ticket !== 0 && !thread.core.pending(ticket, ticketGeneration)) {
      thread.recount();
      thread.deadLetter(actor.path, nameOf(hash), "expired");
      return TURN_DRY;
    }
    // Its refs belong to the instance that read it.
    const args = here || message.reader === life ? message.args : thread.reread(message.args, life);
    if (ticket !== 0) this.#serve(life, ticket);
    let returned: unknown;
    try {
      returned = (life.instance as Record<string, Handler>)[name]?.(...args);
    } catch (error) {
      return this.#unanswered(actor, error, hash, ticket, ticketGeneration);
    }
    const rare = rareOf(actor);
    if (rare.stashing) {
      served(life);
      rare.stashing = false;
      if (message.frame !== 0) {
        thread.views.u32[(actor.cell + CELL_HAND) >>> 2] = 0;
        put(thread, rare.shelf, message.frame);
      }
      rare.stashed.push({ ...message, args, reader: life });
      return TURN_DRY;
    }
    return this.#answered(actor, returned, hash, ticket, ticketGeneration, here);
  }

  // ---- asks ----------------------------------------------------------------------------------------

  #asked(actor: HostCell, frame: number, hash: number, ticket: number): number {
    const thread = this.#thread;
    const { u32 } = thread.views;
    const ticketGeneration = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    if (!thread.core.pending(ticket, ticketGeneration)) {
      // The deadline passed, or the asker gave up, while it was queued.
      thread.recount();
      thread.deadLetter(actor.path, nameOf(hash), "expired", thread.letterOf(frame));
      return TURN_DRY;
    }
    const message = actor.definition.message(hash);
    if (message === undefined) return this.#unknown(actor, hash, ticket, ticketGeneration, thread.letterOf(frame));
    const { life } = actor;
    const handlers = life.instance as Record<string, Handler>;
    const declared = thread.views.u8[frame + FRAME_FORM] === FORM_DECLARED;
    const received = declared ? this.#received(frame, handlers[message.name]) : undefined;
    const args = this.#args(actor, frame, hash, ticket, ticketGeneration, received);
    if (!args) return TURN_DRY;
    this.#serve(life, ticket);
    let returned: unknown;
    try {
      returned = received ? (received.handler as Handler)(args[0]) : handle(message, handlers, args);
    } catch (error) {
      return this.#unanswered(actor, error, hash, ticket, ticketGeneration);
    }
    if (actor.rare?.stashing) {
      served(life);
      return this.#stash(actor, frame, hash, args, returned);
    }
    const here = thread.views.u8[frame + FRAME_FORM] === FORM_REFERENCE;
    return this.#answered(actor, returned, hash, ticket, ticketGeneration, here);
  }

  /** What it asks from now on is asked for that ticket, and has its deadline. */
  #serve(life: Life, ticket: number): void {
    const thread = this.#thread;
    const { u32 } = thread.views;
    // Written before the question was sent, and not changed while the ask is pending: a whole number of ms.
    const due = (ticket + TICKET_TIMER + TIMER_DUE) >>> 2;
    const armed = u32[(ticket + TICKET_TIMER + 4) >>> 2] !== 0;
    // A ticket is used again while what was asked for it before may be open still: each has a number.
    thread.serving = (thread.serving & 0xfffffff) + 1;
    life.serving = thread.serving;
    life.deadline = armed ? (u32[due] as number) + (u32[due + 1] as number) * 2 ** 32 : undefined;
  }

  /** A handler has returned something, or a promise or stream of it. Ticket 0: nobody asked. */
  #answered(
    actor: HostCell,
    returned: unknown,
    hash: number,
    ticket: number,
    generation: number,
    here: boolean,
  ): number {
    const promise = awaited(returned);
    if (promise) return this.#awaits(actor, promise, hash, ticket, generation, here);
    const { life } = actor;
    served(life);
    if (ticket !== 0) {
      let items: ReturnType<typeof itemsOf>;
      try {
        items = here ? undefined : itemsOf(returned);
      } catch (error) {
        return this.#unanswered(actor, error, hash, ticket, generation);
      }
      if (items) {
        new Pump(this.#thread, actor, hash, ticket, generation, items);
        return TURN_DRY;
      }
      this.#answer(ticket, generation, returned, here);
    }
    return life.extras === undefined ? TURN_DRY : this.#waitsForRoom(actor);
  }

  /** A handler has thrown. */
  #unanswered(actor: HostCell, error: unknown, hash: number, ticket: number, generation: number): number {
    served(actor.life);
    stashesNothing(actor);
    const thrown = asError(error);
    if (isRefusal(thrown)) {
      this.#thread.replyError(ticket, generation, thrown);
      return TURN_DRY;
    }
    this.#thread.replyError(ticket, generation, failed(actor, nameOf(hash), thrown));
    return this.#crash(actor, hash, thrown);
  }

  /** A handler returned a promise: the actor is BLOCKED until it settles; a reentrant one goes on. */
  #awaits(
    actor: HostCell,
    promise: PromiseLike<unknown>,
    hash: number,
    ticket: number,
    generation: number,
    here: boolean,
  ): number {
    const thread = this.#thread;
    const { life } = actor;
    if (actor.definition.reentrant) {
      thread.settled = true;
      if (ticket !== 0) thread.underWay.set(ticket, generation);
      thread.tied.tie(life);
      const over = () => {
        thread.tied.untie(life);
        // The ticket may be another's by now.
        if (thread.underWay.get(ticket) === generation) thread.underWay.delete(ticket);
      };
      promise.then(
        (value) => {
          over();
          if (ticket !== 0 && !life.ended) this.#answer(ticket, generation, value, here);
        },
        (error: unknown) => {
          over();
          const thrown = asError(error);
          if (ticket !== 0) {
            const refused = isRefusal(thrown);
            thread.replyError(ticket, generation, refused ? thrown : failed(actor, nameOf(hash), thrown));
            if (refused) return;
          }
          if (!life.ended && actor.status === "running")
            later(thread, actor, () => fail(thread, actor, thrown, nameOf(hash)));
        },
      );
      served(life);
      return TURN_DRY;
    }
    actor.status = "awaiting";
    actor.served = { hash, ticket, ticketGeneration: generation };
    const over = () => {
      actor.status = "running";
      actor.served = undefined;
      served(life);
      if (life.extras) life.extras.controller = undefined;
      endTrace(thread, actor);
    };
    // A full mailbox keeps it BLOCKED for longer.
    const goOn = () => (this.#waitsForRoom(actor) === TURN_DRY ? TURN_UNBLOCK : TURN_WAIT);
    wait(
      thread,
      actor,
      promise,
      (value) => {
        over();
        if (ticket !== 0) this.#answer(ticket, generation, value, here);
        return goOn();
      },
      (error) => {
        if (isRefusal(error)) {
          over();
          if (ticket === 0) this.#refused(actor, hash, error, 0);
          thread.replyError(ticket, generation, error);
          return goOn();
        }
        if (this.#gaveUp(life, ticket, generation, error)) {
          over();
          return goOn();
        }
        // fail() answers whoever asked.
        return fail(thread, actor, error, nameOf(hash));
      },
      "answered",
    );
    return TURN_BLOCK;
  }

  /** To whoever asked; by reference, if that is how it was asked. */
  #answer(ticket: number, generation: number, value: unknown, here: boolean): void {
    if (here) this.#thread.replyHere(ticket, generation, value);
    else this.#thread.reply(ticket, generation, value);
  }

  /** Did the handler only run out of the time of whoever asked? An impatient asker does not crash whom it asks. */
  #gaveUp(life: Life, ticket: number, generation: number, error: Error): boolean {
    if (ticket === 0 || !(isZanniError(error, "ERR_ASK_TIMEOUT") || isZanniError(error, "ERR_ASK_ABORTED")))
      return false;
    return (
      (life.deadline !== undefined && this.#thread.now() >= life.deadline) ||
      !this.#thread.core.pending(ticket, generation)
    );
  }

  #crash(actor: HostCell, hash: number, error: Error): number {
    fail(this.#thread, actor, error, nameOf(hash));
    return TURN_BLOCK;
  }

  /** Bytes of the very type that this handler takes were checked when they were written. */
  #received(frame: number, handler: Handler | undefined): Received | undefined {
    const received = handler && receivedBy(handler);
    return received?.crossing.mark === this.#thread.views.u32[(frame + FRAME_TAGS) >>> 2] ? received : undefined;
  }

  /** The arguments, or undefined when they cannot be read: a dead letter. */
  #args(
    actor: HostCell,
    frame: number,
    hash: number,
    ticket: number,
    generation: number,
    received?: Received,
  ): readonly unknown[] | undefined {
    const thread = this.#thread;
    try {
      return received
        ? [thread.declaredValue(frame, received.crossing, received.lazily)]
        : thread.args(frame, actor.life);
    } catch (error) {
      thread.recount();
      thread.deadLetter(actor.path, nameOf(hash), "undecodable");
      thread.replyError(ticket, generation, asError(error));
      return undefined;
    }
  }

  /** ref.with({ ttl }): it came to its turn too late. */
  #expired(actor: HostCell, frame: number): number {
    const thread = this.#thread;
    const { u32 } = thread.views;
    const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
    const late = new ZanniError("ERR_ASK_TIMEOUT", `"${actor.path}" came to "${message}" after its ttl`, {
      actor: actor.path,
      details: { message },
    });
    thread.replyError(
      u32[(frame + FRAME_TICKET) >>> 2] as number,
      u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number,
      late,
    );
    thread.recount();
    thread.deadLetter(actor.path, message, "expired", thread.letterOf(frame));
    return TURN_DRY;
  }

  #unknown(actor: HostCell, hash: number, ticket: number, generation: number, letter: Letter | undefined): number {
    const thread = this.#thread;
    const message = nameOf(hash);
    thread.recount();
    thread.deadLetter(actor.path, message, "unknown-message", letter);
    thread.replyError(
      ticket,
      generation,
      new ZanniError("ERR_UNKNOWN_MESSAGE", `${actor.definition.name} ("${actor.path}") has no message "${message}"`, {
        actor: actor.path,
        details: { message },
      }),
    );
    return TURN_DRY;
  }

  // ---- replies, and what other threads report ------------------------------------------------------

  #replies(cell: number): void {
    const thread = this.#thread;
    const { core, block } = thread;
    let count: number;
    do {
      count = thread.views.u32[(block + WORKER_OUT_COUNT) >>> 2] as number;
      for (let i = 0; i < count; i++) {
        const { u8, u32 } = thread.views;
        const frame = u32[(block + WORKER_BATCH + i * 4) >>> 2] as number;
        const kind = u8[frame + FRAME_KIND];
        u32[(block + WORKER_PROGRESS) >>> 2] = frame;
        if (kind === KIND_EVENT || kind === KIND_LOG) this.#reported(frame, kind);
        else if (kind === KIND_ITEMS) thread.items(frame);
        else if (kind === KIND_SUCCEEDED) {
          const index = u32[(frame + FRAME_SENDER) >>> 2] as number;
          succeeded(thread, index, u32[(frame + FRAME_NAME) >>> 2] as number);
        } else if (kind === KIND_DECLARED) thread.heard(frame);
        else if (kind === KIND_STIRRED) thread.stirred();
        else if (kind === KIND_UNWATCH) thread.unwatch(thread.index, u32[(frame + FRAME_SENDER) >>> 2] as number);
        else thread.settle(frame);
      }
    } while (core.release(cell, TURN_DRY, count));
  }

  #reported(frame: number, kind: number): void {
    const thread = this.#thread;
    const { u32, f64 } = thread.views;
    const from = u32[(frame + FRAME_SENDER) >>> 2] as number;
    const seen = (WORKER_FIRST + from * WORKER_BYTES + WORKER_METER + METER_EVENTS_SEEN) >>> 3;
    f64[seen] = (f64[seen] as number) + 1;
    const values = thread.decode(
      frame + FRAME_PAYLOAD,
      u32[(frame + FRAME_SIZE) >>> 2] as number,
      thread.stranger,
    ) as unknown[];
    if (kind === KIND_EVENT) thread.reporter?.event(values[0] as SystemEvent);
    else thread.reporter?.log(values[0] as string, values[1] as string, values.slice(2));
  }

  /** When a thread ends, whoever still waits here learns it. */
  endAll(): void {
    for (const pending of this.#thread.asks.all()) {
      this.#thread.asks.take(pending.ticket, pending.slot);
      if (pending.target) pending.reject(stopped(pending.target.path));
      else pending.reject(new ZanniError("ERR_SYSTEM_STOPPED", "the system has stopped"));
    }
  }
}

function ignore(): void {}

/** The handler said no: whoever asked is told, and the actor lives on. */
function isRefusal(error: unknown): error is ZanniError {
  return isZanniError(error, "ERR_REFUSED") || isZanniError(error, "ERR_INVALID_MESSAGE");
}

/** What it asks from now on inherits nothing. */
function served(life: Life): void {
  life.deadline = undefined;
  life.serving = 0;
}

/** A stop was met: the messages before it are done, the actor ends. */
const TURN_STOP = -2;
/** The message is done with, and what it has sent waits for room. */
const TURN_FULL = -3;

/** As the form stands in the word at FRAME_KIND. */
const DECLARED = FORM_DECLARED << 16;
const ONE_NUMBER = ((1 << 28) | TAG_NUMBER) >>> 0;
