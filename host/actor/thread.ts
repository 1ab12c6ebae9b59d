// One thread's half of the system: its core, its views of the memory, and what it takes to send, ask, answer and
// report. Implements Carrier for refs to actors of this process.
//
// Everything that leaves goes through here, and each way out says what happens when the receiver is gone, full,
// or there is no memory.
import {
  BLOCKED,
  CELL_BUDGET,
  CELL_BYTES,
  CELL_CAPACITY,
  CELL_HANDLED,
  CELL_HANDLED_BYTES,
  CELL_HEAD,
  CELL_LIMIT,
  CELL_SLOT,
  CELL_TAKEN,
  CELL_TAKEN_BYTES,
  DESK_BYTES,
  EXTENSION_BYTES,
  FLAG_EXTENDED,
  FLAG_PRIVATE,
  FORM_DECLARED,
  FORM_INLINE,
  FORM_PACKED,
  FORM_WORDS,
  FRAME_BYTES,
  FRAME_COUNT,
  FRAME_DUE,
  FRAME_FLAGS,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_PAYLOAD,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_SIZE,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  FRAME_TRACE,
  FULL,
  GONE,
  HEADER,
  HEADER_DROWSY,
  HEADER_LISTENING,
  HEADER_ROOT,
  HEADER_ROOT_GENERATION,
  HEADER_WORKERS,
  KIND_CANCEL,
  KIND_CHILD_STOPPED,
  KIND_CREDIT,
  KIND_DECLARED,
  KIND_ERRAND,
  KIND_EVENT,
  KIND_FAILURE,
  KIND_HEALTH,
  KIND_ITEMS,
  KIND_LINK_FAILED,
  KIND_LOG,
  KIND_REPLY,
  KIND_ROOM,
  KIND_STIRRED,
  KIND_STOP,
  KIND_STOP_WANTED,
  KIND_TELL,
  KIND_TERMINATED,
  KIND_TIMEOUT,
  KIND_UNWATCH,
  KIND_WATCH,
  METER_ASKS,
  METER_DEAD,
  METER_EVENTS,
  METER_EVENTS_SEEN,
  METER_HANDLED,
  METER_SENT,
  NO_MEMORY,
  POINTER_MASK,
  POLICY_SHIFT,
  POLICY_SOFT,
  PRIORITY_NORMAL,
  SENT,
  SLOT_DONE,
  SLOT_NATIVE,
  SYSTEM_KILL,
  TAG_FAILED,
  TAG_NUMBER,
  TAG_REF,
  TICKET_ASKER,
  TICKET_NAME,
  TICKET_SLOT,
  TICKET_STATE,
  TICKET_TO,
  TICKET_TO_GENERATION,
  TICKET_VALUE,
  UNLIMITED,
  WORKER_BYTES,
  WORKER_DESK,
  WORKER_FIRST,
  WORKER_METER,
  WORKER_PASSED,
  WORKER_REPLIES,
  WORKER_REPLIES_GENERATION,
} from "../../assembly/layout.ts";
import type { Core } from "../core/abi.ts";
import type { Views } from "../core/memory.ts";
import { asError, bare, isZanniError, outOfMemory, stopped, ZanniError } from "../errors.ts";
import { abortable, defaults, known, milliseconds } from "../options.ts";
import type { Platform } from "../platform/platform.ts";
import { type Crossing, crossingMarked } from "../wire/crossing.ts";
import { nodeTexts, wellFormed } from "../wire/text.ts";
import { ValueCodec } from "../wire/value.ts";
import { Asks } from "./ask.ts";
import { blame } from "./blame.ts";
import type { Carrier, Later } from "./carrier.ts";
import type { HostCell, Life } from "./cell.ts";
import { type Letter, type Raised, traceText } from "./event.ts";
import { Feed } from "./feed.ts";
import { hashOf, nameOf } from "./hash.ts";
import {
  type Address,
  type Alarm,
  type Armed,
  type Errand,
  generationIn,
  type Holder,
  isThere,
  keyOf,
  Pending,
  type Question,
  type Sending,
  type Target,
  type Waiting,
} from "./holder.ts";
import { Outboxes } from "./outbox.ts";
import { full, type Limits, limitsFor, policyIn } from "./overflow.ts";
import { Ref, tagOf, valueWith } from "./ref.ts";
import type { Definition, Registry } from "./registry.ts";
import type { BackoffTerms } from "./supervise.ts";
import { Ties } from "./ties.ts";
import type { AskOptions, DeadLetterReason, ExitReason, MailboxOptions, Mode, Strategy } from "./types.ts";
import { Words } from "./words.ts";

/** What every thread of a system is told when it begins; plain data, it crosses by postMessage. */
export interface Settings {
  readonly name: string;
  readonly mode: Mode;
  readonly workers: number;
  readonly askTimeout: number;
  readonly mailbox: Limits;
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: BackoffTerms | undefined;
  readonly budget: number;
  readonly slice: number;
  readonly parkTimeout: number;
  readonly epoch: number;
  /** False: what actors log goes nowhere. */
  readonly logs: boolean;
}

/** How a message of a declared type is sent. */
interface Declared {
  readonly crossing: Crossing;
  /** The last one had no room on the desk. */
  isLong: boolean;
}

/** Looks at a mailbox that does not stand still, at most. */
const GLANCES = 100;
/** A buffer for what is read lazily. */
const KEPT_BYTES = 65_536;
/** What an outbox asks of a full mailbox. */
export const ROOM = "room";
/** Numbers of the traces that begin on one thread, apart from those of others. */
const TRACES = 2 ** 45;
/** A message by reference, to an actor pinned to this thread. */
export const FORM_REFERENCE = 2;

export interface Reporter {
  event(event: Raised & { at: number }): void;
  log(level: string, path: string, args: readonly unknown[]): void;
}

export class Thread implements Carrier {
  readonly core: Core;
  readonly views: Views;
  readonly index: number;
  readonly registry: Registry;
  readonly platform: Platform;
  readonly settings: Settings;
  readonly block: number;
  readonly codec: ValueCodec;
  readonly asks = new Asks();
  readonly words = new Words();
  /** Host cells by slot; slot 0 is nobody's. */
  readonly cells: (HostCell | undefined)[] = [undefined];
  readonly #freeSlots: number[] = [];
  /** Whoever sends from outside of any actor. */
  readonly stranger: Holder = nobody();
  /** Whoever watches for an actor that may move, meanwhile. */
  readonly #watcher: Holder = nobody();
  /** How these watches end, by number. */
  readonly #watches = new Map<number, () => void>();
  #nextWatch: number;
  /** Of lives, and of mailboxes. */
  readonly tied = new Ties<Holder>();
  readonly laden = new Ties<HostCell>();
  /** Messages by reference, by number. */
  readonly passed = new Map<number, readonly unknown[]>();
  /** The cell that takes this thread's replies. */
  readonly replies: Address;
  /** On the system's own thread: where events and logs end. */
  reporter: Reporter | undefined;
  /** Set by the system: a failure reached the root. */
  rootFailed: (error: Error) => void = () => {};
  /** The ask made last. */
  newest: Pending | undefined;
  /** Set by whoever watches for stuck handlers, on the system's thread: there may be some again. */
  stirred: () => void = () => {};
  /** Set by the loop: it runs, and will see what is made ready meanwhile. */
  turning = false;
  /** Set by the loop: there is work, outside of a turn. */
  rouse: () => void = () => {};
  /** Set by the dispatch: a BLOCKED actor waits for one thing more, and may have closed a circle. */
  published: (pending: Pending) => void = () => {};
  examined: (pending: Pending) => void = () => {};
  /** Set by the dispatch, which knows lives; a stranger has nothing but outboxes. */
  extrasOf: (holder: Holder) => { outboxes: Waiting | undefined } = (holder) => {
    holder.extras ??= { outboxes: undefined };
    return holder.extras;
  };
  /** A promise was settled or a handler awaits: the loop lets promises run. */
  settled = false;
  /** Of the ask that was begun last: what is asked for it bears it, too. */
  serving = 0;
  /** Asks that reentrant actors answer later: the generation of each ticket. */
  readonly underWay = new Map<number, number>();
  /** Control that found no memory, to be sent again. */
  readonly postponed: (() => boolean)[] = [];
  /** From 0 to 1, by a seed: tests have it decide who runs next. Undefined: whoever is first. */
  dice: (() => number) | undefined;
  /** Somebody listens to traces; looked up whenever the loop begins to run. */
  tracing = false;
  /** The system has stopped: whoever sends is told so. */
  over = false;

  /** `heir`: the core has taken the place of one whose thread has died, with the cell that took its replies. */
  constructor(
    core: Core,
    views: Views,
    index: number,
    registry: Registry,
    platform: Platform,
    settings: Settings,
    heir = false,
  ) {
    this.core = core;
    this.views = views;
    this.index = index;
    this.registry = registry;
    this.platform = platform;
    this.settings = settings;
    this.block = WORKER_FIRST + index * WORKER_BYTES;
    // Where views last, and the engine writes texts into memory that threads share.
    this.#hasDesk = views.lasts && nodeTexts.utf8Write !== undefined;
    this.codec = new ValueCodec({ portable: (value) => this.#portable(value), revive: (parts) => this.#revive(parts) });
    // In µs, so that none is a number of a thread that died in this one's place.
    this.#nextWatch = Math.floor(this.now() * 1000) % 2 ** 31;
    this.replies = heir ? this.#inherited() : this.#openReplies();
    this.#reading = this.stranger;
  }

  #openReplies(): Address {
    const replies = this.newCell(this.index, 0, Infinity, Infinity, 0);
    this.core.start(replies.cell);
    const { u32 } = this.views;
    u32[(this.block + WORKER_REPLIES) >>> 2] = replies.cell;
    u32[(this.block + WORKER_REPLIES_GENERATION) >>> 2] = replies.generation;
    return replies;
  }

  #inherited(): Address {
    const { u32 } = this.views;
    const cell = u32[(this.block + WORKER_REPLIES) >>> 2] as number;
    // Its thread died before it was up.
    if (cell === 0) return this.#openReplies();
    return { cell, generation: u32[(this.block + WORKER_REPLIES_GENERATION) >>> 2] as number };
  }

  /** ms since the system began, the same on every thread. */
  now(): number {
    return this.platform.clock() - this.settings.epoch;
  }

  /** Where every path begins; it lives on the system's thread. */
  get root(): Address {
    const { u32 } = this.views;
    return {
      cell: u32[(HEADER + HEADER_ROOT) >>> 2] as number,
      generation: u32[(HEADER + HEADER_ROOT_GENERATION) >>> 2] as number,
    };
  }

  /** Something was made ready. */
  kick(): void {
    if (!this.turning) this.rouse();
  }

  // ---- cells --------------------------------------------------------------------------------------

  newCell(home: number, init: number, capacity: number, bytes: number, budget: number, behavior = 0): Address {
    // Not UNLIMITED as a capacity: the tree shows how many messages are queued.
    const most = Math.min(capacity, 0x7fffffff);
    const cell = this.core.spawn(home, behavior, init, most, Math.min(bytes, 0x7fffffff), budget) >>> 0;
    if (cell === 0) {
      if (init !== 0) this.core.drop(init);
      throw outOfMemory("a new actor", CELL_BYTES);
    }
    return { cell, generation: this.core.generation(cell) >>> 0 };
  }

  newSlot(): number {
    return this.#freeSlots.pop() ?? this.cells.push(undefined) - 1;
  }

  freeSlot(slot: number): void {
    this.cells[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  // ---- Carrier: what refs do ----------------------------------------------------------------------

  post(target: Target, hash: number, tags: number, a: number, b: number): boolean {
    const { holder } = target;
    if (holder.ended) throw this.#ended(holder);
    if (this.tracing) return this.tell(target, hash, this.#values(tags, a, b));
    if (holder.extras?.outboxes?.has(target))
      return this.#enqueue(target, this.#composeInline(target, hash, tags, a, b, 0, 0));
    const outcome = this.core.post(
      target.cell,
      target.generation,
      hash,
      tags,
      a,
      b,
      holder.cell,
      holder.generation,
      0,
      0,
    );
    if (outcome === SENT) this.kick();
    else if (outcome === FULL) {
      return this.#overflow(target, hash, 0, this.#values(tags, a, b), () =>
        this.#composeInline(target, hash, tags, a, b, 0, 0),
      );
    } else this.#unsent(outcome, target, hash, 16, this.#values(tags, a, b));
    return true;
  }

  tell(target: Target, hash: number, args: readonly unknown[]): boolean {
    const { holder } = target;
    if (holder.ended) throw this.#ended(holder);
    const sent = this.#sendArgs(target, hash, args, 0, 0);
    return sent !== "waits";
  }

  /** Resolves when nothing of this holder waits for room there, and there is some. */
  async ready(target: Target): Promise<void> {
    const { holder } = target;
    const outboxes = holder.extras?.outboxes;
    if (outboxes?.has(target)) {
      await outboxes.empty(target);
      if (outboxes.has(target) && !holder.ended) {
        const what = `"${target.path}" will have no room: it waits for "${holder.path}" in turn; send less, or stop waiting`;
        throw new ZanniError("ERR_DEADLOCK", what, { actor: target.path });
      }
    }
    if (!this.#isFull(target)) return;
    const asked = this.askRoom(target, holder, "ready");
    if (!asked) throw outOfMemory(target.path, 0);
    await new Promise<void>((resolve, reject) => {
      asked.resolve = () => resolve();
      // An actor that ends has room for everybody; a circle never has.
      asked.fails = (error) => (isZanniError(error, "ERR_DEADLOCK") ? reject(error) : resolve());
      if (holder.blocked) this.examined(asked);
    });
  }

  ask(target: Target, hash: number, args: readonly unknown[], options: AskOptions | undefined): Promise<unknown> {
    const pending = this.#open(target, hash, options);
    if (!(pending instanceof Pending)) return Promise.reject(blame(pending, target.holder));
    try {
      this.#submit(pending, target, args);
    } catch (error) {
      if (this.#giveUp(pending)) pending.reject(asError(error));
    }
    return pending.promised as Promise<unknown>;
  }

  later(like: Target, path: string, hash: number, options: AskOptions | undefined, isAsk: boolean): Later {
    const { definition } = like;
    const holder = isAsk ? like.holder : this.stranger;
    const target = { ...nowhere, definition, holder, path };
    const pending = this.#open(target, hash, isAsk ? options : untimed);
    if (!(pending instanceof Pending)) throw blame(pending, holder);
    pending.to = undefined;
    const lost = (args: readonly unknown[], reason: DeadLetterReason) => {
      if (!isAsk) this.unsent(path, nameOf(hash), reason, { hash, args });
    };
    const refuse = (error: unknown, args: readonly unknown[]) => {
      if (this.#giveUp(pending)) pending.reject(asError(error));
      if (isZanniError(error, "ERR_OUT_OF_MEMORY")) lost(args, "overflow");
      else if (!isAsk) throw error;
    };
    return {
      answer: pending.promised as Promise<unknown>,
      kept: (args) => {
        try {
          return this.#copied(like, hash, args);
        } catch (error) {
          refuse(error, args);
          return args;
        }
      },
      send: (to, args) => {
        if (this.asks.get(pending.slot) !== pending) return;
        pending.to = to;
        try {
          this.#submit(pending, to, args);
        } catch (error) {
          refuse(error, args);
        }
      },
      drop: (args) => {
        if (!this.#giveUp(pending)) return;
        lost(args, "stopped");
        pending.reject(stopped(path));
      },
    };
  }

  /** The ticket of an ask whose question is to be sent, or why there is none. */
  #open(target: Target, hash: number, options: AskOptions | undefined): Pending | Error {
    const { holder } = target;
    if (holder.ended) return this.#ended(holder);
    let timeout = this.settings.askTimeout;
    let signal: AbortSignal | undefined;
    if (options) {
      known("ask", options, ["timeout", "signal", "waits"]);
      if (options.timeout !== undefined) timeout = milliseconds("timeout", options.timeout);
      signal = abortable(options.signal);
      if (signal?.aborted) return aborted(target.path, hash, signal);
    }
    const due = this.now() + timeout;
    const pending = this.#pend(Math.min(due, holder.deadline ?? due), holder, target, hash);
    if (!pending) return outOfMemory(target.path, 0);
    if (signal) {
      const stop = () => this.#abort(pending, signal);
      signal.addEventListener("abort", stop, { once: true });
      const { release } = pending;
      pending.release = () => {
        release?.();
        signal.removeEventListener("abort", stop);
      };
    }
    if (options?.waits === false) pending.waits = false;
    pending.promise();
    this.newest = pending;
    this.#meter(METER_ASKS, 1);
    return pending;
  }

  #submit(pending: Pending, to: Target, args: readonly unknown[]): void {
    const sent = this.#sendArgs(to, pending.hash, args, pending.ticket, pending.generation);
    // Whose ticket is given back has closed no circle.
    if (!sent) {
      if (this.#giveUp(pending)) pending.reject(stopped(to.path));
    } else if (pending.holder.blocked) this.examined(pending);
  }

  watch(target: Target): Promise<ExitReason> {
    return this.question(target, KIND_WATCH, undefined, target.holder, target.path).then(asReason, ifGone);
  }

  /** The same, for one who may lose interest. Throws ERR_OUT_OF_MEMORY. */
  watching(target: Target, holder = target.holder): { gone: Promise<ExitReason>; cancel(): void } {
    const pending = this.#pend(Infinity, holder, undefined, 0);
    if (!pending) throw outOfMemory(target.path, 0);
    const { ticket, generation } = pending;
    const gone = pending.promise().then(asReason, ifGone);
    this.#put(pending, target, watching);
    const cancel = () => {
      if (this.#giveUp(pending)) this.sendControl(target, KIND_CANCEL, [ticket, generation]);
    };
    return { gone, cancel };
  }

  /**
   * The same for an actor, which may live elsewhere by then: it is sent a notice with the number that is answered, and
   * why. Throws ERR_OUT_OF_MEMORY.
   */
  watchFor(watcher: Address, target: Target): number {
    const { gone, cancel } = this.watching(target, this.#watcher);
    const number = this.#nextWatch++;
    this.#watches.set(number, cancel);
    const to = { cell: watcher.cell, generation: watcher.generation };
    gone.then((reason) => {
      if (this.#watches.delete(number))
        this.sendNotice(to, KIND_TERMINATED, [keyOf(target), this.index, number, reason]);
    }, ignore);
    return number;
  }

  /** That watch, put on that thread, is of no interest any more. */
  unwatch(at: number, number: number): void {
    if (at !== this.index) this.tellThread(at, KIND_UNWATCH, number);
    else {
      this.#watches.get(number)?.();
      this.#watches.delete(number);
    }
  }

  /** The frame of the stop watches too: it carries a ticket, answered when the actor is gone. */
  stop(target: Target): Promise<void> {
    const pending = this.#pend(Infinity, target.holder, undefined, 0);
    if (!pending) return Promise.reject(outOfMemory(target.path, 0));
    const promise = pending.promise();
    pending.fails = undefined;
    // The stop itself is not lost; whoever has met it may be, with what he knew.
    pending.to = target;
    pending.again = stopping;
    if (target.holder.blocked) this.examined(pending);
    // Behind what waits for room, if anything does.
    const outboxes = target.holder.extras?.outboxes;
    if (outboxes?.has(target)) this.#stopBehind(target, pending, outboxes);
    else this.sendStop(target, pending);
    // A glance: one that is BLOCKED may be down for long, and whoever brings it back should know.
    const { u32 } = this.views;
    const started = u32[(target.cell + CELL_SLOT) >>> 2] !== 0;
    if (started && ((u32[(target.cell + CELL_HEAD) >>> 2] as number) & BLOCKED) !== 0) {
      this.sendControl(target, KIND_STOP_WANTED, []);
    }
    return promise as Promise<void>;
  }

  async kill(target: Target): Promise<void> {
    const pending = this.#pend(Infinity, target.holder, undefined, 0);
    if (!pending) throw outOfMemory(target.path, 0);
    const gone = pending.promise().then(asReason, ifGone);
    // The watch first: it may be gone at once.
    this.#put(pending, target, watching);
    pending.again = killing;
    this.control(target, SYSTEM_KILL);
    await gone;
  }

  // ---- control ------------------------------------------------------------------------------------

  /** Bits of control; they need no memory. False: nobody there. */
  control(to: Address, bits: number): boolean {
    const sent = this.core.control(to.cell, to.generation, 0, bits) === SENT;
    this.kick();
    return sent;
  }

  /** The first turn of a new actor. */
  begin(to: Address): void {
    this.core.begin(to.cell, to.generation);
    this.kick();
  }

  /** A stop, after what was sent before. `shutdown`: because whoever supervises it ends. */
  sendStop(to: Address, pending?: Pending, shutdown = false): void {
    if (this.postponed.length > 0 || !this.#trySendStop(to, pending, shutdown)) this.#stopLater(to, pending, shutdown);
    this.kick();
  }

  /** By itself, as in the other ways that every actor goes: a function with a closure in it allocates at each call. */
  #stopLater(to: Address, pending: Pending | undefined, shutdown: boolean): void {
    this.postponed.push(() => this.#trySendStop(to, pending, shutdown));
  }

  #trySendStop(to: Address, pending: Pending | undefined, shutdown: boolean): boolean {
    const frame = this.#stopFrame(pending, shutdown);
    if (frame === 0) return false;
    if (this.core.send(to.cell, to.generation, frame) !== SENT) {
      this.core.drop(frame);
      // It is gone already.
      if (pending && this.#giveUp(pending)) pending.resolve(undefined);
    }
    return true;
  }

  /** The same, behind what waits for room. */
  #stopBehind(to: Target, pending: Pending, outboxes: Waiting): void {
    this.persist(() => {
      const frame = this.#stopFrame(pending, false);
      if (frame !== 0) outboxes.add(to, frame);
      return frame !== 0;
    });
  }

  /** 0: no memory. */
  #stopFrame(pending: Pending | undefined, shutdown: boolean): number {
    const frame = this.core.reserveControl(0) >>> 0;
    if (frame === 0) return 0;
    const { u8, u32 } = this.views;
    u8[frame + FRAME_KIND] = KIND_STOP;
    u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
    u32[(frame + FRAME_TAGS) >>> 2] = reasonCode(shutdown ? "shutdown" : "normal");
    if (pending) {
      u32[(frame + FRAME_TICKET) >>> 2] = pending.ticket;
      u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = pending.generation;
    }
    return frame;
  }

  /** To the parent: a child is gone; who watched it is told by the parent, once the name is free. Numbers only. */
  sendChildStopped(to: Address, id: number, cell: number, reason: number, watchers: readonly number[]): boolean {
    const outcome = this.postponed.length > 0 ? NO_MEMORY : this.#childStopped(to, id, cell, reason, watchers);
    if (outcome === NO_MEMORY) this.#childStoppedLater(to, id, cell, reason, watchers);
    this.kick();
    return outcome !== GONE;
  }

  #childStoppedLater(to: Address, id: number, cell: number, reason: number, watchers: readonly number[]): void {
    this.postponed.push(() => this.#childStopped(to, id, cell, reason, watchers) !== NO_MEMORY);
  }

  #childStopped(to: Address, id: number, cell: number, reason: number, watchers: readonly number[]): number {
    const size = watchers.length * 4;
    const frame = this.core.reserveControl(size) >>> 0;
    if (frame === 0) return NO_MEMORY;
    const { u8, u32 } = this.views;
    u8[frame + FRAME_KIND] = KIND_CHILD_STOPPED;
    u8[frame + FRAME_FORM] = FORM_INLINE;
    u32[(frame + FRAME_TAGS) >>> 2] = reason;
    u32[(frame + FRAME_SENDER) >>> 2] = id;
    u32[(frame + FRAME_NAME) >>> 2] = cell;
    for (let i = 0; i < watchers.length; i++) u32[(frame + FRAME_PAYLOAD + i * 4) >>> 2] = watchers[i] as number;
    const outcome = this.core.control(to.cell, to.generation, frame, 0);
    if (outcome !== SENT) this.core.drop(frame);
    return outcome;
  }

  /** A frame of control with values. Answers false when nobody is there; without memory it is sent again later. */
  sendControl(to: Address, kind: number, values: readonly unknown[], ticket = 0, ticketGeneration = 0): boolean {
    let there = true;
    this.persist(() => {
      const bytes = values.length <= 1 && values[0] === undefined ? nothing : this.codec.encode(values, "control");
      const frame = this.core.reserveControl(bytes.length) >>> 0;
      if (frame === 0) return false;
      this.write(frame, kind, bytes);
      const { u32 } = this.views;
      u32[(frame + FRAME_TICKET) >>> 2] = ticket;
      u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = ticketGeneration;
      if (this.core.control(to.cell, to.generation, frame, 0) !== SENT) {
        this.core.drop(frame);
        there = false;
      }
      return true;
    });
    return there;
  }

  /** Runs `send` until it answers true: now, else after each turn of the loop. */
  persist(send: () => boolean): void {
    if (this.postponed.length > 0 || !send()) this.postponed.push(send);
    this.kick();
  }

  /** An ask of the runtime itself, in the system lane: it reaches an actor that awaits. */
  question(to: Address, kind: number, value: unknown, holder: Holder, path: string): Promise<unknown> {
    return this.inquiry(to, kind, value, holder, path).answer;
  }

  /** The same, for one who may not wait for the answer: from cancel() on nobody who gets it need look at it. */
  inquiry(to: Address, kind: number, value: unknown, holder: Holder, path: string) {
    const pending = this.#pend(Infinity, holder, undefined, 0);
    if (!pending) return { answer: Promise.reject(outOfMemory(path, 0)) as Promise<unknown>, cancel: ignore };
    const answer = pending.promise();
    this.#put(pending, to, kind === KIND_WATCH ? watching : { ...watching, kind, value, path });
    return { answer, cancel: () => void this.#giveUp(pending) };
  }

  #put(pending: Pending, to: Address, question: Question): void {
    pending.to = to;
    pending.again = question;
    if (pending.holder.blocked) this.examined(pending);
    this.again(pending);
  }

  /** Puts a question of the runtime; once more, when whoever had it is lost. */
  again(pending: Pending): void {
    const { to, again, ticket, generation } = pending;
    if (!to || !again) return;
    const { kind, value, path, kills } = again;
    if (kind === KIND_ROOM) {
      // Whoever has lost this one has room: it is asked again when that is not so.
      if (this.#giveUp(pending)) pending.resolve(true);
      return;
    }
    if (kills) this.control(to, SYSTEM_KILL);
    if (this.sendControl(to, kind, [value], ticket, generation) || !this.#giveUp(pending)) return;
    if (again.isQuiet) pending.resolve(undefined);
    else pending.reject(stopped(path));
  }

  /** Calls `fn` after `ms`, by the timer wheel; the handle cancels it. No memory: a timer of the platform. */
  after(ms: number, fn: () => void): { cancel(): void } {
    const pending = this.#pend(this.now() + ms, this.stranger, undefined, 0);
    if (!pending) return this.platform.after(ms, fn);
    pending.resolve = fn;
    pending.fails = fn;
    this.kick();
    return { cancel: () => void this.#giveUp(pending) };
  }

  /** At `due` ms, unless that life ends first. */
  alarm(life: Holder, due: number, alarm: Alarm): Armed {
    const pending = this.#pend(due, life, undefined, 0);
    if (!pending) {
      const late = this.platform.after(due - this.now(), () => {
        this.tied.untie(life);
        if (!life.ended) alarm.fire();
      });
      this.tied.tie(life);
      return {
        cancel: () => {
          late.cancel();
          this.tied.untie(life);
        },
      };
    }
    pending.alarm = alarm;
    this.kick();
    return pending;
  }

  disarm(armed: Armed): void {
    if (armed instanceof Pending) this.#giveUp(armed);
    else armed.cancel();
  }

  /** Has it run in its actor's turn, after what is queued. */
  errand(to: Address, errand: Errand): void {
    this.persist(() => {
      if (errand.life.ended) return true;
      const frame = this.core.reserveControl(0) >>> 0;
      if (frame === 0) return false;
      const { u8, u32 } = this.views;
      u8[frame + FRAME_KIND] = KIND_ERRAND;
      u8[frame + FRAME_FORM] = FORM_REFERENCE;
      u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
      const number = this.pass([errand]);
      u32[(frame + FRAME_TAGS) >>> 2] = number;
      if (this.core.send(to.cell, to.generation, frame) === SENT) this.laden.tie((errand.life as Life).actor);
      else {
        this.passed.delete(number);
        this.core.drop(frame);
      }
      return true;
    });
  }

  // ---- declared types -----------------------------------------------------------------------------

  /** By definition and message: what is known of those that live anywhere. */
  readonly #declared = new Map<string, Map<number, Declared>>();

  #declaredAs({ definition, here }: Target, hash: number): Declared | undefined {
    return here ? undefined : this.#declared.get(definition)?.get(hash);
  }

  /** That message of the definition has a declared type. */
  declare(definition: string, message: number, crossing: Crossing): void {
    let messages = this.#declared.get(definition);
    if (!messages) {
      messages = new Map();
      this.#declared.set(definition, messages);
    }
    messages.set(message, { crossing, isLong: false });
  }

  /** The frame of such a message; 0: the value does not fit its type, or there is no memory. */
  #composeDeclared(declared: Declared, value: unknown, sending: Sending | undefined, trace: number): number {
    const { crossing } = declared;
    let length = declared.isLong ? 0 : this.#putTogether(crossing, value);
    if (length < 0) return 0;
    const bytes = length > 0 ? nothing : crossing.write(value);
    if (!bytes) return 0;
    length ||= bytes.length;
    declared.isLong = length > DESK_BYTES;
    const frame = this.#frame(length, sending, trace);
    if (frame === 0) return 0;
    if (bytes.length > 0) this.write(frame, KIND_TELL, bytes);
    else {
      this.core.fill(frame, length);
    }
    return this.#markDeclared(frame, crossing, length);
  }

  /** On the desk, while no getter wants it for something else: how many bytes; 0: that is no place for it. */
  #putTogether(crossing: Crossing, value: unknown): number {
    if (!this.#hasDesk) return 0;
    const { u8, data } = this.views;
    const desk = this.block + WORKER_DESK;
    this.#hasDesk = false;
    try {
      return crossing.writeInto(u8, data, desk, desk + DESK_BYTES, value);
    } finally {
      this.#hasDesk = true;
    }
  }
  #hasDesk: boolean;

  #markDeclared(frame: number, { mark }: Crossing, length: number): number {
    const { u8, u32 } = this.views;
    u8[frame + FRAME_KIND] = KIND_TELL;
    u8[frame + FRAME_FORM] = FORM_DECLARED;
    u32[(frame + FRAME_TAGS) >>> 2] = mark;
    u32[(frame + FRAME_SIZE) >>> 2] = length;
    return frame;
  }

  /** What the first instance has shown, for those who send to others of them; for all threads, or one. */
  announce({ name, hash, declared }: Definition, only?: number): void {
    const all = this.views.u32[(HEADER + HEADER_WORKERS) >>> 2] as number;
    for (const [message, crossing] of declared) {
      const messageHash = hashOf(message);
      this.declare(name, messageHash, crossing);
      for (let index = 0; index < all; index++) {
        if (index === this.index || (only !== undefined && index !== only)) continue;
        this.tellThread(index, KIND_DECLARED, hash, messageHash, crossing.mark);
      }
    }
  }

  /** Another thread has said so. Who does not know the type goes on as before. */
  heard(frame: number): void {
    const { u32 } = this.views;
    const definition = nameOf(u32[(frame + FRAME_SENDER) >>> 2] as number);
    const crossing = crossingMarked(u32[(frame + FRAME_TAGS) >>> 2] as number);
    if (crossing) this.declare(definition, u32[(frame + FRAME_NAME) >>> 2] as number, crossing);
  }

  /** A value of a declared type; `lazily`: its fields are read when they are asked for. */
  declaredValue(frame: number, crossing: Crossing, lazily: boolean): unknown {
    const { u8, u32 } = this.views;
    const from = this.payload(frame);
    const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
    if (!lazily) return crossing.read(u8, from, from + size);
    // Copied out: it is read when the frame is another's.
    const at = this.#keep(u8.subarray(from, from + size));
    return crossing.view(this.#kept, at, at + size);
  }

  /** Many in one buffer: each its own costs more than all the rest. It lives as long as one of them does. */
  #keep(bytes: Uint8Array): number {
    if (this.#keptAt + bytes.length > this.#kept.length) {
      this.#kept = new Uint8Array(Math.max(KEPT_BYTES, bytes.length));
      this.#keptAt = 0;
    }
    const at = this.#keptAt;
    this.#kept.set(bytes, at);
    // As a payload does, it begins at a multiple of eight: see wire/copy.ts.
    this.#keptAt = (at + bytes.length + 7) & ~7;
    return at;
  }
  #kept = new Uint8Array(0);
  #keptAt = 0;

  // ---- what may move ------------------------------------------------------------------------------

  /** A life goes on elsewhere: its timers here are taken back. */
  disarmAll(life: Holder): void {
    for (let pending = life.asks; pending; pending = life.asks) this.#giveUp(pending);
    this.tied.cut(life);
  }

  /** What has to come after the messages sent before it: through the user lane, exempt from its limits. */
  sendNotice(to: Address, kind: number, values: readonly unknown[], ticket = 0, ticketGeneration = 0): boolean {
    return this.#notice(kind, values, ticket, ticketGeneration, (frame) => {
      if (this.core.send(to.cell, to.generation, frame) === SENT) return true;
      this.core.drop(frame);
      return false;
    });
  }

  /** The same from an actor, behind what waits for room in its outbox. */
  sendNoticeFrom(outboxes: Waiting | undefined, to: Target, kind: number, values: readonly unknown[]): void {
    if (!outboxes?.has(to)) this.sendNotice(to, kind, values);
    else {
      this.#notice(kind, values, 0, 0, (frame) => {
        outboxes.add(to, frame);
        return true;
      });
    }
  }

  #notice(
    kind: number,
    values: readonly unknown[],
    ticket: number,
    ticketGeneration: number,
    send: (frame: number) => boolean,
  ): boolean {
    let there = true;
    this.persist(() => {
      const bytes = this.codec.encode(values, "notice");
      const frame = this.core.reserveControl(bytes.length) >>> 0;
      if (frame === 0) return false;
      this.write(frame, kind, bytes);
      const { u8, u32 } = this.views;
      u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
      u32[(frame + FRAME_TICKET) >>> 2] = ticket;
      u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = ticketGeneration;
      there = send(frame);
      return true;
    });
    return there;
  }

  /** Is it well? Rejects when it says no, or nothing within `ms`. */
  inquire(to: Address, path: string, ms: number): Promise<unknown> {
    const pending = this.#pend(this.now() + ms, this.stranger, undefined, 0);
    if (!pending) return Promise.reject(outOfMemory(path, 0));
    const promise = pending.promise();
    pending.to = to;
    const { resolve } = pending;
    // Its answer is true; a time-out has none.
    pending.resolve = (answer) =>
      answer === true ? resolve(answer) : pending.reject(new Error(`no answer within ${ms} ms`));
    const sent = this.sendNotice(to, KIND_HEALTH, [], pending.ticket, pending.generation);
    if (!sent && this.#giveUp(pending)) pending.reject(stopped(path));
    return promise;
  }

  /** From 0 to 1: the jitter of a backoff. */
  random(): number {
    return this.dice ? this.dice() : Math.random();
  }

  streams(definition: string, message: string): boolean | undefined {
    return this.registry.streams(definition, message);
  }

  streaming(answer: Promise<unknown>): () => AsyncIterator<unknown> {
    const { newest } = this;
    // One that was refused at once has left nothing behind but its rejection.
    return () => (newest?.promised === answer ? this.stream(newest) : fed(answer, new Feed(ignore, ignore)));
  }

  /** The items of an ask that is answered by a generator. */
  stream(pending: Pending): Feed<unknown> {
    if (pending.feed) return pending.feed;
    const { ticket, generation } = pending;
    const feed = new Feed(
      (items) => {
        if (pending.to) this.sendControl(pending.to, KIND_CREDIT, [ticket, generation, items]);
      },
      () => {
        if (!this.#giveUp(pending)) return;
        this.#cancelNotice(pending);
        // Whoever waits for its end.
        pending.resolve(undefined);
      },
    );
    pending.feed = feed;
    return pending.promised ? fed(pending.promised, feed) : feed;
  }

  /** To whoever asked; without memory they are sent again later. */
  sendItems(ticket: number, generation: number, items: readonly unknown[]): void {
    const bytes = this.codec.encode(items, "items").slice();
    this.persist(() => {
      if (!this.core.pending(ticket, generation)) return true;
      const frame = this.core.reserve(bytes.length) >>> 0;
      if (frame === 0) return false;
      this.write(frame, KIND_ITEMS, bytes);
      const { u8, u32 } = this.views;
      u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
      u32[(frame + FRAME_TICKET) >>> 2] = ticket;
      u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = generation;
      const asker = WORKER_FIRST + (u32[(ticket + TICKET_ASKER) >>> 2] as number) * WORKER_BYTES;
      const cell = u32[(asker + WORKER_REPLIES) >>> 2] as number;
      const turn = u32[(asker + WORKER_REPLIES_GENERATION) >>> 2] as number;
      if (this.core.send(cell, turn, frame) !== SENT) this.core.drop(frame);
      return true;
    });
  }

  /** Items of a stream have come in. */
  items(frame: number): void {
    const { u32 } = this.views;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    const pending = this.asks.get(u32[(ticket + TICKET_SLOT) >>> 2] as number);
    // Whoever asked may have given up meanwhile, and the ticket be another's.
    if (pending?.ticket !== ticket || pending.generation !== generation) return;
    this.core.relax(ticket, generation);
    this.settled = true;
    if (!pending.feed) {
      const name = nameOf(pending.hash);
      const error = new ZanniError(
        "ERR_NOT_SENDABLE",
        `"${name}" of "${pending.target?.path}" answers with a stream; take its items by for await, and write it as a generator: async *${name}()`,
      );
      this.giveUp(pending, error);
      return;
    }
    const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
    pending.feed.push(this.decode(this.payload(frame), size, pending.holder) as unknown[]);
  }

  /** Ends what a life still waits for. */
  endAsks(holder: Holder): void {
    this.tied.cut(holder);
    for (let pending = holder.asks; pending; pending = holder.asks) {
      this.#giveUp(pending);
      if (pending.target) this.#cancelNotice(pending);
      // Code that waits for it learns the end; code that does not must not bring the thread down.
      pending.promised?.catch(ignore);
      pending.reject(stopped(holder.path));
    }
  }

  /** Whoever asked `holder` for that waits no longer: what it asked in turn for it ends as well. */
  abandon(holder: Holder, serves: number, error: Error): void {
    for (let pending = holder.asks; pending; ) {
      const { after } = pending;
      if (pending.serves === serves && pending.target) this.giveUp(pending, error);
      pending = after;
    }
  }

  // ---- answering ----------------------------------------------------------------------------------

  reply(ticket: number, generation: number, value: unknown): void {
    const tag = tagOf(value);
    if (tag >= 0) {
      const a = tag === TAG_NUMBER ? (value as number) : 0;
      this.#answer(ticket, generation, KIND_REPLY, FORM_INLINE, 0, 0, (1 << 28) | tag, a, 0);
      return;
    }
    let bytes: Uint8Array;
    try {
      if (this.#replyWords(ticket, generation, value)) return;
      bytes = this.codec.encode([value], "reply");
    } catch (error) {
      this.replyError(ticket, generation, asError(error));
      return;
    }
    if (this.#replyBytes(ticket, generation, KIND_REPLY, bytes)) return;
    // No memory: the answer waits until there is, or until nobody waits for it.
    const kept = bytes.slice();
    this.postponed.push(
      () => !this.core.pending(ticket, generation) || this.#replyBytes(ticket, generation, KIND_REPLY, kept),
    );
  }

  /** Also from a promise that settles while the loop is parked: whoever asked may be on this very thread. */
  #answer(...reply: Parameters<Core["reply"]>): number {
    const taken = this.core.reply(...reply);
    this.kick();
    return taken;
  }

  /** The answer of an actor pinned to this thread, to an asker on this thread: by reference. */
  replyHere(ticket: number, generation: number, value: unknown): void {
    const number = this.pass([value]);
    if (!this.#answer(ticket, generation, KIND_REPLY, FORM_REFERENCE, 0, 0, number, 0, 0)) this.passed.delete(number);
  }

  /** Keeps values here, for a frame to name by number. A successor counts on: to it the numbers of the dead name nothing. */
  pass(values: readonly unknown[]): number {
    const { u32 } = this.views;
    const at = (this.block + WORKER_PASSED) >>> 2;
    const number = ((u32[at] as number) + 1) >>> 0 || 1;
    u32[at] = number;
    this.passed.set(number, values);
    return number;
  }

  replyError(ticket: number, generation: number, error: Error): void {
    if (ticket === 0) return;
    if (this.#replyBytes(ticket, generation, KIND_FAILURE, this.encodeError(error))) return;
    const bare = new ZanniError(isZanniError(error) ? error.code : "ERR_ACTOR_FAILED", error.message);
    bare.stack = "";
    if (this.#replyBytes(ticket, generation, KIND_FAILURE, this.encodeError(bare))) return;
    // Not even memory for an error: say so inline, which needs none.
    this.#answer(ticket, generation, KIND_FAILURE, FORM_INLINE, 0, 0, 0, 0, 0);
  }

  encodeError(error: Error): Uint8Array {
    try {
      return this.codec.encode([error], "error");
    } catch {
      return this.codec.encode([bare(error)], "error");
    }
  }

  /** An error as it can be sent: what cannot be is left behind. */
  sendable(error: Error): Error {
    try {
      this.codec.encode([error], "error");
      return error;
    } catch {
      return bare(error);
    }
  }

  /** False: it must be encoded, or there is no memory. */
  #replyWords(ticket: number, generation: number, value: unknown): boolean {
    const size = this.words.compose([value]);
    const frame = size === 0 ? 0 : this.core.reserve(size) >>> 0;
    if (frame === 0) return false;
    this.writeWords(frame, KIND_REPLY);
    if (!this.#answer(ticket, generation, KIND_REPLY, FORM_WORDS, frame, size, 0, 0, 0)) this.core.drop(frame);
    return true;
  }

  #replyBytes(ticket: number, generation: number, kind: number, bytes: Uint8Array): boolean {
    const frame =
      (kind === KIND_FAILURE ? this.core.reserveControl(bytes.length) : this.core.reserve(bytes.length)) >>> 0;
    if (frame === 0) return false;
    this.write(frame, kind, bytes);
    if (!this.#answer(ticket, generation, kind, FORM_PACKED, frame, bytes.length, 0, 0, 0)) this.core.drop(frame);
    return true;
  }

  /** A reply, failure or timeout has arrived. The frame is freed by the turn. */
  settle(frame: number): void {
    const { u8, u32 } = this.views;
    const slot = u32[(frame + TICKET_SLOT) >>> 2] as number;
    u32[(frame + TICKET_SLOT) >>> 2] = SLOT_DONE;
    if (slot === SLOT_NATIVE) {
      this.#answerNative(frame);
      return;
    }
    const pending = this.asks.take(frame, slot);
    if (!pending) return;
    this.settled = true;
    const kind = u8[frame + FRAME_KIND];
    if (kind === KIND_TIMEOUT) {
      this.#timedOut(pending);
      return;
    }
    if (kind === KIND_FAILURE && ((u32[(frame + FRAME_TAGS) >>> 2] as number) & 15) === TAG_FAILED) {
      pending.reject(new ZanniError("ERR_WORKER_LOST", "whoever was about to answer was lost with its thread"));
      return;
    }
    let value: unknown;
    try {
      value = this.#replyValue(frame, pending.holder);
    } catch (error) {
      pending.reject(asError(error));
      return;
    }
    if (kind === KIND_REPLY) pending.resolve(pending.again?.isQuiet ? undefined : value);
    else if (isZanniError(value, "ERR_UNKNOWN_MESSAGE") && pending.target)
      pending.reject(unknownMessage(value, pending));
    else pending.reject(value === undefined ? outOfMemory(pending.target?.path ?? "", 0) : asError(value));
  }

  /** What a behavior asked for, or its timer: a message to it. Only what is inline reaches it. */
  #answerNative(frame: number): void {
    const { u8, u32, f64 } = this.views;
    const kind = u8[frame + FRAME_KIND];
    const inline = u8[frame + FRAME_FORM] === FORM_INLINE;
    const tags = u32[(frame + FRAME_TAGS) >>> 2] as number;
    // A timer has its payload in the ticket; an ask that timed out has none.
    const good = inline && (kind === KIND_REPLY || (kind === KIND_TIMEOUT && tags !== 0));
    this.core.post(
      u32[(frame + TICKET_TO) >>> 2] as number,
      u32[(frame + TICKET_TO_GENERATION) >>> 2] as number,
      u32[(frame + TICKET_NAME) >>> 2] as number,
      good ? tags : (1 << 28) | TAG_FAILED,
      f64[(frame + FRAME_PAYLOAD) >>> 3] as number,
      f64[(frame + FRAME_PAYLOAD + 8) >>> 3] as number,
      0,
      0,
      0,
      0,
    );
  }

  #replyValue(frame: number, reader: Holder): unknown {
    const { u32, u8, f64 } = this.views;
    if (u8[frame + FRAME_FORM] === FORM_INLINE) {
      const tags = u32[(frame + FRAME_TAGS) >>> 2] as number;
      return tags >>> 28 === 0 ? undefined : valueWith(tags & 15, f64[(frame + FRAME_PAYLOAD) >>> 3] as number);
    }
    if (u8[frame + FRAME_FORM] === FORM_REFERENCE) {
      const number = u32[(frame + FRAME_TAGS) >>> 2] as number;
      const passed = this.passed.get(number);
      this.passed.delete(number);
      return passed?.[0];
    }
    const value = u32[(frame + TICKET_VALUE) >>> 2] as number;
    if (u8[frame + FRAME_FORM] === FORM_WORDS)
      return this.words.readOne(this.views, value + FRAME_PAYLOAD, this, reader, 0);
    const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
    return (this.decode(value + FRAME_PAYLOAD, size, reader) as unknown[])[0];
  }

  #timedOut(pending: Pending): void {
    if (!pending.target) {
      if (pending.alarm) pending.alarm.fire();
      else pending.resolve(undefined);
      return;
    }
    const { path } = pending.target;
    const message = nameOf(pending.hash);
    this.#cancelNotice(pending);
    this.event({ type: "ask-timeout", actor: path, message, asker: pending.holder.path || undefined });
    pending.reject(
      new ZanniError(
        "ERR_ASK_TIMEOUT",
        `"${path}" did not answer "${message}" in time; ask({ timeout }) sets how long`,
        {
          actor: path,
          details: { message },
        },
      ),
    );
  }

  // ---- reading ------------------------------------------------------------------------------------

  /** The arguments of a message, refs bound to `reader`. */
  args(frame: number, reader: Holder): readonly unknown[] {
    const { u8, u32 } = this.views;
    const form = u8[frame + FRAME_FORM];
    const payload = this.payload(frame);
    if (form === FORM_INLINE) {
      const { f64 } = this.views;
      return this.#values(
        u32[(frame + FRAME_TAGS) >>> 2] as number,
        f64[payload >>> 3] as number,
        f64[(payload >>> 3) + 1] as number,
      );
    }
    if (form === FORM_REFERENCE) {
      const number = u32[(frame + FRAME_TAGS) >>> 2] as number;
      const args = this.passed.get(number) ?? none;
      this.passed.delete(number);
      return args;
    }
    if (form === FORM_DECLARED) {
      const crossing = crossingMarked(u32[(frame + FRAME_TAGS) >>> 2] as number);
      if (!crossing) throw new ZanniError("ERR_VERSION", "a message of a declared type that this thread does not know");
      return [this.declaredValue(frame, crossing, false)];
    }
    if (form === FORM_WORDS) return this.words.read(this.views, payload, this, reader);
    const value = this.decode(payload, u32[(frame + FRAME_SIZE) >>> 2] as number, reader);
    if (!Array.isArray(value)) throw new ZanniError("ERR_MALFORMED", "a message that is not a list of arguments");
    return value;
  }

  /** Arguments as they are now, to be sent later. */
  #copied(target: Target, hash: number, args: readonly unknown[]): readonly unknown[] {
    if (args.every((arg) => typeof arg === "string" || tagOf(arg) >= 0)) return args;
    const crossing = args.length === 1 ? this.#declaredAs(target, hash)?.crossing : undefined;
    const bytes = crossing?.write(args[0]);
    return crossing && bytes ? [crossing.read(bytes, 0, bytes.length)] : this.reread(args, target.holder);
  }

  /** The same values, their refs bound to `reader`. */
  reread(args: readonly unknown[], reader: Holder): readonly unknown[] {
    const before = this.#reading;
    this.#reading = reader;
    try {
      const bytes = this.codec.encode(args, "args").slice();
      return this.codec.decode(bytes, 0, bytes.length) as unknown[];
    } finally {
      this.#reading = before;
    }
  }

  decode(at: number, size: number, reader: Holder): unknown {
    const before = this.#reading;
    this.#reading = reader;
    try {
      return this.codec.decode(this.views.u8, at, size);
    } finally {
      this.#reading = before;
    }
  }

  payload(frame: number): number {
    const extended = ((this.views.u8[frame + FRAME_FLAGS] as number) & FLAG_EXTENDED) !== 0;
    return frame + FRAME_PAYLOAD + (extended ? EXTENSION_BYTES : 0);
  }

  /** Inline arguments. */
  #values(tags: number, a: number, b: number): readonly unknown[] {
    const count = tags >>> 28;
    if (count === 0) return none;
    const first = valueWith(tags & 15, a);
    return count === 1 ? [first] : [first, valueWith((tags >>> 4) & 15, b)];
  }

  // ---- reporting ----------------------------------------------------------------------------------

  /** A message that was counted as handled, or sent to nobody, is a dead letter. */
  deadLetter(actor: string, message: string, reason: DeadLetterReason, letter?: Letter): void {
    this.event({ type: "dead-letter", actor, message, reason, letter });
  }

  /**
   * What is in a frame that nobody will handle; what it holds by reference is let go. Undefined: too long to be kept, or
   * it cannot leave this thread.
   */
  letterOf(frame: number): Letter | undefined {
    const { u8, u32 } = this.views;
    const form = u8[frame + FRAME_FORM];
    if (form === FORM_REFERENCE) {
      const number = u32[(frame + FRAME_TAGS) >>> 2] as number;
      const args = this.passed.get(number) ?? none;
      this.passed.delete(number);
      return this.reporter && { hash: u32[(frame + FRAME_NAME) >>> 2] as number, args };
    }
    if (form !== FORM_INLINE && (u32[(frame + FRAME_SIZE) >>> 2] as number) > defaults.letterBytes) return undefined;
    const hash = u32[(frame + FRAME_NAME) >>> 2] as number;
    try {
      return { hash, args: this.peek(frame) };
    } catch {
      // Malformed: there is nothing to send again.
      return undefined;
    }
  }

  /** The turn counts every message it finishes as handled; this one was not. */
  recount(): void {
    this.#meter(METER_DEAD, 1);
    this.#meter(METER_HANDLED, -1);
  }

  listening(): boolean {
    return (this.views.u32[(HEADER + HEADER_LISTENING) >>> 2] as number) > 0;
  }

  event(event: Raised): void {
    const stamped = { ...event, at: this.now() };
    if (this.reporter) this.reporter.event(stamped);
    else if (event.type === "dead-letter" || this.listening()) this.#report(KIND_EVENT, [stamped]);
  }

  log(level: string, path: string, args: readonly unknown[]): void {
    if (!this.settings.logs) return;
    if (this.reporter) this.reporter.log(level, path, args);
    else {
      const shown = args.map((arg) => {
        if (tagOf(arg) >= 0) return arg;
        return arg instanceof Error ? this.sendable(arg) : wellFormed(String(arg));
      });
      this.#report(KIND_LOG, [level, path, ...shown]);
    }
  }

  /** To the system's thread, as a frame like everything else. Bounded: beyond, events are only counted. */
  #report(kind: number, values: readonly unknown[]): void {
    const { f64, u32 } = this.views;
    const meter = (this.block + WORKER_METER) >>> 3;
    const underWay = (f64[meter + METER_EVENTS / 8] as number) - (f64[meter + METER_EVENTS_SEEN / 8] as number);
    if (underWay >= defaults.eventsUnderWay) return;
    const bytes = this.codec.encode(values, "event");
    const frame = this.core.reserve(bytes.length) >>> 0;
    if (frame === 0) return;
    this.write(frame, kind, bytes);
    this.views.u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
    this.views.u32[(frame + FRAME_SENDER) >>> 2] = this.index;
    const cell = u32[(WORKER_FIRST + WORKER_REPLIES) >>> 2] as number;
    const generation = u32[(WORKER_FIRST + WORKER_REPLIES_GENERATION) >>> 2] as number;
    if (this.core.send(cell, generation, frame) === SENT) this.#meter(METER_EVENTS, 1);
    else this.core.drop(frame);
  }

  #meter(meter: number, by: number): void {
    const at = (this.block + WORKER_METER + meter) >>> 3;
    const { f64 } = this.views;
    f64[at] = (f64[at] as number) + by;
  }

  count(meter: number, by: number): void {
    this.#meter(meter, by);
  }

  // ---- refs ---------------------------------------------------------------------------------------

  #reading: Holder;

  #portable(value: object): readonly unknown[] | string | undefined {
    if (!(value instanceof Ref)) return undefined;
    if (value.here) return "spawn() the actor to share it; spawnHere() pins it to its thread";
    return [value.cell, value.generation, value.definition, value.path];
  }

  #revive(parts: readonly unknown[]): Ref {
    const [cell, generation, definition, path] = parts as [number, number, string, string];
    return new Ref(this, cell, generation, definition, path, this.#reading);
  }

  // ---- helpers ------------------------------------------------------------------------------------

  /** False: a dead letter. "waits": in the outbox. */
  #sendArgs(
    target: Target,
    hash: number,
    args: readonly unknown[],
    ticket: number,
    ticketGeneration: number,
  ): boolean | "waits" {
    const { holder } = target;
    const { core } = this;
    const { sending } = target;
    const { native } = target;
    const trace = this.tracing && !native ? this.#traced(target, hash) : 0;
    const behind = holder.extras?.outboxes?.has(target) === true;
    let outcome: number;
    let size = 16;
    if (!target.here && args.length <= 2) {
      const first = native ? nativeTagOf(args[0]) : tagOf(args[0]);
      const second = native ? nativeTagOf(args[1]) : tagOf(args[1]);
      if (first >= 0 && second >= 0) {
        const tags = (args.length << 28) | (args.length > 0 ? first : 0) | (args.length > 1 ? second << 4 : 0);
        const a = inlined(first, args[0]);
        const b = inlined(second, args[1]);
        const to = target.cell;
        const compose = () => this.#composeInline(target, hash, tags, a, b, ticket, ticketGeneration, trace);
        if (behind) return this.#enqueue(target, compose()) || "waits";
        if (sending || trace !== 0) {
          const frame = compose();
          outcome = core.send(to, target.generation, frame);
          if (outcome === FULL && this.#blocks(target))
            return this.#overflow(target, hash, ticket, args, () => frame) || "waits";
          if (outcome !== SENT) core.drop(frame);
        } else {
          outcome = core.post(
            to,
            target.generation,
            hash,
            tags,
            a,
            b,
            holder.cell,
            holder.generation,
            ticket,
            ticketGeneration,
          );
        }
        if (outcome === FULL) return this.#overflow(target, hash, ticket, args, compose) || "waits";
        if (outcome !== SENT) return this.#unsent(outcome, target, hash, size, args);
        this.kick();
        return true;
      }
    }
    if (native) throw notForNative(target, args);
    const declared = this.#declared.size > 0 && args.length === 1 ? this.#declaredAs(target, hash) : undefined;
    let frame = declared ? this.#composeDeclared(declared, args[0], sending, trace) : 0;
    if (frame !== 0) size = this.views.u32[(frame + FRAME_SIZE) >>> 2] as number;
    else {
      const plain = target.here ? 0 : this.words.compose(args);
      const bytes = target.here || plain > 0 ? nothing : this.codec.encode(args, "args");
      size = plain || bytes.length;
      frame = this.#frame(size, sending, trace);
      if (frame === 0) return this.#unsent(NO_MEMORY, target, hash, size, args);
      if (plain > 0) this.writeWords(frame, KIND_TELL);
      else this.write(frame, KIND_TELL, bytes);
    }
    const { u8, u32 } = this.views;
    u32[(frame + FRAME_NAME) >>> 2] = hash;
    u32[(frame + FRAME_SENDER) >>> 2] = holder.cell;
    u32[(frame + FRAME_SENDER_GENERATION) >>> 2] = holder.generation;
    u32[(frame + FRAME_TICKET) >>> 2] = ticket;
    u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = ticketGeneration;
    let number = 0;
    if (target.here) {
      number = this.pass(args);
      u8[frame + FRAME_FORM] = FORM_REFERENCE;
      u32[(frame + FRAME_TAGS) >>> 2] = number;
    }
    if (behind) return this.#enqueue(target, frame) || "waits";
    outcome = core.send(target.cell, target.generation, frame);
    if (outcome === FULL && this.#blocks(target)) {
      return this.#overflow(target, hash, ticket, args, () => frame) || "waits";
    }
    if (outcome !== SENT) {
      if (target.here) this.passed.delete(number);
      core.drop(frame);
      const kept = size <= defaults.letterBytes ? args : undefined;
      if (outcome === FULL) return this.#overflow(target, hash, ticket, kept, () => 0);
      return this.#unsent(outcome, target, hash, size, kept);
    }
    this.kick();
    return true;
  }

  /** A glance: does its sender wait when it is full? */
  #blocks({ cell, sending }: Target): boolean {
    if (sending?.drops) return false;
    return policyIn(this.views.u32[(cell + CELL_BUDGET) >>> 2] as number) === "block";
  }

  /** For a message of so many bytes; 0: no memory. */
  #frame(bytes: number, sending: Sending | undefined, trace: number): number {
    if (!sending && trace === 0) return this.core.compose(bytes) >>> 0;
    const { priority, ttl } = sending ?? { priority: PRIORITY_NORMAL, ttl: Infinity };
    // 0 says never, and is the time when the system began: where the clock stands still while code runs, that lasts.
    const due = ttl === Infinity ? 0 : Math.max(this.now() + ttl, Number.MIN_VALUE);
    return this.core.prepare(bytes, priority, due, trace) >>> 0;
  }

  /** The number that this message carries: that of the one its sender handles, or a new one. */
  #traced({ holder, path: actor }: Target, hash: number): number {
    const trace = holder.trace || this.index * TRACES + ++this.#traces;
    const from = holder.path === "" ? undefined : holder.path;
    this.event({ type: "sent", actor, message: nameOf(hash), from, trace: traceText(trace), ms: 0 });
    return trace;
  }
  #traces = 0;

  #composeInline(
    { holder, path, sending }: Target,
    hash: number,
    tags: number,
    a: number,
    b: number,
    ticket: number,
    ticketGeneration: number,
    trace = 0,
  ): number {
    const frame = this.#frame(16, sending, trace);
    if (frame === 0) throw outOfMemory(path, 16);
    const { u8, u32, f64 } = this.views;
    u8[frame + FRAME_KIND] = KIND_TELL;
    u8[frame + FRAME_FORM] = FORM_INLINE;
    u32[(frame + FRAME_NAME) >>> 2] = hash;
    u32[(frame + FRAME_TAGS) >>> 2] = tags;
    u32[(frame + FRAME_SENDER) >>> 2] = holder.cell;
    u32[(frame + FRAME_SENDER_GENERATION) >>> 2] = holder.generation;
    u32[(frame + FRAME_TICKET) >>> 2] = ticket;
    u32[(frame + FRAME_TICKET_GENERATION) >>> 2] = ticketGeneration;
    const at = this.payload(frame) >>> 3;
    f64[at] = a;
    f64[at + 1] = b;
    return frame;
  }

  // ---- full mailboxes -----------------------------------------------------------------------------

  /** As the receiver's policy says. Answers what tell() does; throws ERR_MAILBOX_FULL. */
  #overflow(
    target: Target,
    hash: number,
    ticket: number,
    args: readonly unknown[] | undefined,
    compose: () => number,
  ): boolean {
    const { holder, path } = target;
    const policy = target.sending?.drops
      ? "drop-newest"
      : policyIn(this.views.u32[(target.cell + CELL_BUDGET) >>> 2] as number);
    const message = nameOf(hash);
    if (policy === "block") {
      // Who waits for himself waits for ever, and so does who closes a circle of those who wait.
      if (holder.cell === target.cell && holder.generation === target.generation)
        throw blame(full(path, message), holder);
      return this.#enqueue(target, compose());
    }
    if (policy === "fail") throw blame(full(path, message), holder);
    this.unsent(path, message, "overflow", args && { hash, args });
    this.event({ type: "overflow", actor: path, policy, count: 1 });
    if (ticket !== 0) throw blame(full(path, message), holder);
    return true;
  }

  #enqueue(target: Target, frame: number): false {
    this.outboxesOf(target.holder).add(target, frame);
    return false;
  }

  outboxesOf(holder: Holder): Waiting {
    const extras = this.extrasOf(holder);
    extras.outboxes ??= new Outboxes(this, holder);
    return extras.outboxes;
  }

  askRoom(target: Target, holder: Holder, name = ROOM): Pending | undefined {
    const pending = this.#pend(Infinity, holder, target, hashOf(name));
    if (!pending) return undefined;
    pending.again = forRoom;
    if (!this.sendNotice(target, KIND_ROOM, [], pending.ticket, pending.generation)) {
      // It is gone: its answer comes as if it had said so.
      queueMicrotask(() => {
        if (this.#giveUp(pending)) pending.reject(stopped(target.path));
      });
    }
    return pending;
  }

  isThere(who: Address): boolean {
    return isThere(this.views, who);
  }

  queued({ cell, generation }: Address): number {
    const { u32 } = this.views;
    let queued = 0;
    for (let left = GLANCES; left > 0; left--) {
      const head = this.views.load(cell + CELL_HEAD);
      if (generationIn(u32[(cell + CELL_HEAD + 4) >>> 2] as number) !== generation) return 0;
      const newest = (head & POINTER_MASK) >>> 0;
      const all = u32[(newest === 0 ? cell + CELL_TAKEN : newest + FRAME_COUNT) >>> 2] as number;
      queued = Math.max(0, (all - (u32[(cell + CELL_HANDLED) >>> 2] as number)) | 0);
      // Else the newest may have been handled meanwhile, and its memory be another's.
      if (this.views.load(cell + CELL_HEAD) === head) break;
    }
    return queued;
  }

  /** A glance at the newest message's running totals. */
  #isFull({ cell }: Address): boolean {
    const { u32 } = this.views;
    const word = (at: number) => u32[at >>> 2] as number;
    const newest = (word(cell + CELL_HEAD) & POINTER_MASK) >>> 0;
    const messages = word(newest === 0 ? cell + CELL_TAKEN : newest + FRAME_COUNT) - word(cell + CELL_HANDLED);
    const bytes = word(newest === 0 ? cell + CELL_TAKEN_BYTES : newest + FRAME_BYTES) - word(cell + CELL_HANDLED_BYTES);
    const limit = word(cell + CELL_LIMIT);
    // Of one that sheds the core knows twice the limits.
    const times = word(cell + CELL_BUDGET) >>> POLICY_SHIFT >= POLICY_SOFT ? 2 : 1;
    return (
      (messages | 0) * times >= word(cell + CELL_CAPACITY) || (limit !== UNLIMITED && (bytes | 0) * times >= limit)
    );
  }

  /** A message that reached no mailbox. */
  unsent(actor: string, message: string, reason: DeadLetterReason, letter?: Letter): void {
    this.#meter(METER_SENT, 1);
    this.#meter(METER_DEAD, 1);
    this.deadLetter(actor, message, reason, letter);
  }

  /** Fills a reserved frame with what was composed last. */
  writeWords(frame: number, kind: number): void {
    const { views } = this;
    views.u8[frame + FRAME_KIND] = kind;
    views.u8[frame + FRAME_FORM] = FORM_WORDS;
    this.words.write(views, this.payload(frame));
  }

  /** Fills a reserved frame. */
  write(frame: number, kind: number, bytes: Uint8Array): void {
    const { u8 } = this.views;
    u8[frame + FRAME_KIND] = kind;
    u8[frame + FRAME_FORM] = FORM_PACKED;
    u8.set(bytes, this.payload(frame));
  }

  /** To a stopped actor: a dead letter, and false. Otherwise the send is refused. */
  #unsent(outcome: number, target: Target, hash: number, size: number, args: readonly unknown[] | undefined): boolean {
    if (outcome === GONE) {
      if (this.over) throw new ZanniError("ERR_SYSTEM_STOPPED", "the system has stopped", { actor: target.path });
      this.deadLetter(target.path, nameOf(hash), "stopped", args && { hash, args });
      return false;
    }
    throw blame(outOfMemory(target.path, size), target.holder);
  }

  #ended(holder: Holder): ZanniError {
    if (holder === this.stranger) return new ZanniError("ERR_SYSTEM_STOPPED", "the system has stopped");
    return blame(stopped(holder.path), holder);
  }

  /** Opens a ticket and notes who waits. Undefined when there is no memory for it. */
  #pend(deadline: number, holder: Holder, target: Target | undefined, hash: number): Pending | undefined {
    const ticket = this.core.openTicket(deadline) >>> 0;
    if (ticket === 0) return undefined;
    const { u32 } = this.views;
    const pending = new Pending(ticket, u32[(ticket + TICKET_STATE + 4) >>> 2] as number, holder, target, hash);
    u32[(ticket + TICKET_SLOT) >>> 2] = this.asks.add(pending);
    if (holder.blocked) this.published(pending);
    if (this.platform.keep && holder === this.stranger) pending.release = this.platform.keep();
    return pending;
  }

  /** Takes it out of the table and, if it is not settled already, its ticket. False: it was settled before. */
  #giveUp(pending: Pending): boolean {
    // Another may have its slot by now, and even its ticket.
    if (this.asks.get(pending.slot) !== pending) return false;
    this.asks.take(pending.ticket, pending.slot);
    this.core.cancelTicket(pending.ticket, pending.generation);
    return true;
  }

  #abort(pending: Pending, signal: AbortSignal): void {
    if (!this.#giveUp(pending) || !pending.target) return;
    this.#cancelNotice(pending);
    pending.reject(aborted(pending.target.path, pending.hash, signal));
  }

  /** The asker waits no longer: the handler that serves it may stop working. */
  #cancelNotice(pending: Pending): void {
    const { target, to, ticket, generation } = pending;
    if (target && to) this.sendControl(to, KIND_CANCEL, [ticket, generation]);
  }

  /** What the core is told of a mailbox without options of its own. */
  get usualLimits() {
    this.#usualLimits ??= limitsFor(this.settings.mailbox, 0);
    return this.#usualLimits;
  }
  #usualLimits: ReturnType<typeof limitsFor> | undefined;

  mailbox(options: MailboxOptions | undefined): Limits {
    const { mailbox } = this.settings;
    return options ? { ...mailbox, ...options } : mailbox;
  }

  /** Of a message with FLAG_EXTENDED. */
  traced(frame: number): boolean {
    return this.views.f64[(frame + FRAME_TRACE) >>> 3] !== 0;
  }

  /** Is it too old to be handled? Of a message with FLAG_EXTENDED. */
  expired(frame: number): boolean {
    const due = this.views.f64[(frame + FRAME_DUE) >>> 3] as number;
    return due !== 0 && this.now() > due;
  }

  /** The arguments of a message that stays where it is; for nobody to send through their refs. */
  peek(frame: number): readonly unknown[] {
    const { u8, u32 } = this.views;
    if (u8[frame + FRAME_FORM] === FORM_REFERENCE) {
      return this.passed.get(u32[(frame + FRAME_TAGS) >>> 2] as number) ?? none;
    }
    return this.args(frame, this.stranger);
  }

  /**
   * Numbers to another thread: KIND_SUCCEEDED (this one, in the place of one that died), KIND_UNWATCH, KIND_STIRRED,
   * KIND_DECLARED (definition, message, mark).
   */
  tellThread(index: number, kind: number, number: number, name = 0, tags = 0): void {
    this.persist(() => {
      const frame = this.core.reserveControl(0) >>> 0;
      if (frame === 0) return false;
      const { u8, u32 } = this.views;
      u8[frame + FRAME_KIND] = kind;
      u8[frame + FRAME_FLAGS] = FLAG_PRIVATE;
      u32[(frame + FRAME_SENDER) >>> 2] = number;
      u32[(frame + FRAME_NAME) >>> 2] = name;
      u32[(frame + FRAME_TAGS) >>> 2] = tags;
      const block = WORKER_FIRST + index * WORKER_BYTES;
      const cell = u32[(block + WORKER_REPLIES) >>> 2] as number;
      const generation = u32[(block + WORKER_REPLIES_GENERATION) >>> 2] as number;
      if (this.core.send(cell, generation, frame) !== SENT) this.core.drop(frame);
      return true;
    });
  }

  /**
   * Not parked any more. Whoever watches for stuck handlers raises DROWSY, then looks at the parked words again; here the
   * parked word has been lowered, and then DROWSY is looked at: one of the two sees the other.
   */
  stir(): void {
    if (this.index === 0 || this.views.load(HEADER + HEADER_DROWSY) === 0) return;
    this.views.store(HEADER + HEADER_DROWSY, 0);
    this.tellThread(0, KIND_STIRRED, this.index);
  }

  /** Whom an actor here was linked with is lost. */
  linkLost(actor: Address, ref: Ref, error: Error): void {
    this.sendNotice(actor, KIND_LINK_FAILED, [ref, error]);
  }

  /** Whoever had it is lost with its thread. */
  lost(pending: Pending, error: Error): void {
    // A ticket that is claimed already is on its way, or was claimed by the dead, and is lost with them.
    if (this.#giveUp(pending)) pending.reject(error);
  }

  /** Rejects an ask whose waiting would never end. */
  giveUp(pending: Pending, error: Error): void {
    if (!this.#giveUp(pending)) return;
    this.#cancelNotice(pending);
    pending.reject(error);
  }
}

/** Questions that are put often. */
const watching: Question = { kind: KIND_WATCH, value: undefined, path: "", kills: false, isQuiet: false };
const stopping: Question = { ...watching, isQuiet: true };
const killing: Question = { ...watching, kills: true };
const forRoom: Question = { ...watching, kind: KIND_ROOM };

/** How a watch is answered: a number for a reason without an error. */
export const exitReasons: readonly ExitReason[] = ["normal", "shutdown", "killed"];

export function reasonCode(reason: ExitReason): number {
  return typeof reason === "string" ? exitReasons.indexOf(reason) : -1;
}

function asReason(answer: unknown): ExitReason {
  return typeof answer === "number" ? (exitReasons[answer] ?? "normal") : (answer as ExitReason);
}

/** Nobody there any more: how it ended is not known. */
function ifGone(error: unknown): ExitReason {
  if (isZanniError(error, "ERR_ACTOR_STOPPED")) return "normal";
  throw error;
}

/** The answer is the end of the stream, and may have come already. */
function fed<T>(answer: Promise<unknown>, feed: Feed<T>): Feed<T> {
  answer.then(
    () => feed.end(undefined),
    (error: unknown) => feed.end(asError(error)),
  );
  return feed;
}

/** A holder without a life. */
function nobody(): Holder {
  return {
    cell: 0,
    generation: 0,
    path: "",
    ended: false,
    deadline: undefined,
    serving: 0,
    trace: 0,
    asks: undefined,
    blocked: false,
    extras: undefined,
  };
}

/** Of a message whose receiver is not known yet. */
const nowhere = { cell: 0, generation: 0, here: false, native: false, sending: undefined };
/** What is told has all the time, and nobody waits for it. */
const untimed: AskOptions = { timeout: Infinity };
const none: readonly unknown[] = [];
const nothing = new Uint8Array(0);
function ignore(): void {}

function nativeTagOf(value: unknown): number {
  return value instanceof Ref && !value.here ? TAG_REF : tagOf(value);
}

/** What is stored for an inline argument; a ref as the bits of its address. */
function inlined(tag: number, value: unknown): number {
  if (tag === TAG_NUMBER) return value as number;
  if (tag !== TAG_REF) return 0;
  const { cell, generation } = value as Ref;
  words[0] = cell;
  words[1] = generation;
  return bits[0] as number;
}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

function notForNative({ path }: Target, args: readonly unknown[]): ZanniError {
  const index = args.length > 2 ? 2 : args.findIndex((arg) => nativeTagOf(arg) < 0);
  const at = `args[${index}]`;
  const why = args.length > 2 ? "one too many" : "neither a number, a boolean nor a ref";
  return new ZanniError("ERR_NOT_SENDABLE", `${at} is ${why}: native actors take up to two of these`, {
    actor: path,
    details: { at },
  });
}

/** The other side knows a name that it does not have by its digits only; the asker knows better. */
function unknownMessage(error: ZanniError, { hash, target }: Pending): ZanniError {
  const message = nameOf(hash);
  return new ZanniError("ERR_UNKNOWN_MESSAGE", error.message.replace(`#${hash.toString(16)}`, message), {
    actor: target?.path,
    details: { message },
  });
}

function aborted(path: string, hash: number, signal: AbortSignal): ZanniError {
  return new ZanniError("ERR_ASK_ABORTED", `the ask "${nameOf(hash)}" of "${path}" was aborted`, {
    actor: path,
    cause: signal.reason,
  });
}
