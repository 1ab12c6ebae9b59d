// Who sends, and what it waits for. A ref is bound to its holder, and so is every ask that goes through it.
import { CELL_HEAD, GENERATION_MASK, STOPPED } from "../../assembly/layout.ts";
import type { Views } from "../core/memory.ts";
import { type Asker, blame } from "./blame.ts";
import type { Feed } from "./feed.ts";

/** Where a message goes. The generation makes an address of an earlier tenant fail. */
export interface Address {
  readonly cell: number;
  readonly generation: number;
}

/** The same for the same tenant, for maps. */
export function keyOf({ cell, generation }: Address): string {
  return `${cell}.${generation}`;
}

/** Of the upper half of a head word, which also says in whose turn the cell is. */
export function generationIn(half: number): number {
  return half & GENERATION_MASK;
}

/** Has it not ended? By atomics: a cell that ends says so before its init frame is given back. */
export function isThere(views: Views, { cell, generation }: Address): boolean {
  return (
    generationIn(views.load(cell + CELL_HEAD + 4)) === generation && (views.load(cell + CELL_HEAD) & STOPPED) === 0
  );
}

/** The same for the same ask: a ticket has another generation each time. */
export function askKey(ticket: number, generation: number): string {
  return `${ticket}.${generation}`;
}

/**
 * Whoever holds a ref and so is the sender of what goes through it: an instance of an actor, or a stranger outside of
 * any. When the instance ends, its refs end with it.
 */
export interface Holder extends Address, Asker {
  readonly path: string;
  /** ms; what it asks inherits the deadline of the message it serves. Undefined: none. */
  deadline: number | undefined;
  /** The number of that message, if it is an ask, while its handler runs; 0: none. When its asker gives up, so does what was asked for it. */
  serving: number;
  /** The number of the trace that the message in hand belongs to; 0: none. */
  trace: number;
  /** The newest of what it waits for; the others hang on it. */
  asks: Pending | undefined;
  /** Its actor is BLOCKED until it has its answers, or what it has sent has found room; others can see whom it waits for. */
  blocked: false | "answered" | "sent";
  /** What few have. */
  extras: { outboxes: Waiting | undefined } | undefined;
}

/** Frames that hang on a cell, as they are found after the death of its thread (kept.ts). */
export interface Shelf {
  readonly at: number;
  readonly kind: number;
  /** For whom its frames are. */
  readonly to: Address;
  /** What was noted with it. */
  readonly note: unknown;
  readonly frames: readonly number[];
}

/** Messages of one sender that wait for room in the mailboxes they are for. */
export interface Waiting {
  readonly size: number;
  has(target: Address): boolean;
  add(target: Target, frame: number): void;
  empty(target?: Address): Promise<void>;
  /** Waiting for it closes a circle: the sender goes on. */
  letGo(): void;
  /** The same of a sender that ends: what waits for that receiver is sent, whatever its limit. */
  press(target: Address): void;
  renew(holder: Holder): void;
  /** Takes up what hung on the cell when its thread died. */
  restore(shelf: Shelf): void;
  bury(): void;
}

/** What a carrier needs to know of a ref. */
export interface Target extends Address {
  readonly definition: string;
  readonly holder: Holder;
  readonly path: string;
  /** Messages go by reference: the actor is pinned to this thread. */
  readonly here: boolean;
  /** A behavior of a native module: messages are inline, or refused. */
  readonly native: boolean;
  /** What ref.with() said. */
  readonly sending: Sending | undefined;
}

/** How messages go out, when not as usual. */
export interface Sending {
  /** PRIORITY_* */
  readonly priority: number;
  /** ms from the send on, or Infinity. */
  readonly ttl: number;
  /** Never waits for room: a full mailbox drops it. */
  readonly drops: boolean;
}

/** Something to be run in an actor's own turn, after what is queued; not when that life of it is over. */
export interface Errand {
  readonly life: Holder;
  /** What a failure of it is named by. */
  readonly name: string;
  readonly run: () => unknown;
}

/** What a timer or a subscription is for: a closure, or the name of one of the actor's own messages. */
export type Task = string | ((...args: never) => unknown);

/** What is called when its time has come. */
export interface Alarm {
  /** It can go along when its actor moves. */
  readonly travels: boolean;
  fire(): void;
}

/** How it is taken back. */
export type Armed = Pending | { cancel(): void };

/** What the runtime itself asks. */
export interface Question {
  /** KIND_* */
  readonly kind: number;
  readonly value: unknown;
  /** Whom it is put to, for errors. */
  readonly path: string;
  /** With a kill. */
  readonly kills: boolean;
  /** It resolves with nothing, whatever the answer. */
  readonly isQuiet: boolean;
}

/** An ask, or a question or timer of the runtime itself, that is not settled yet. */
export class Pending {
  readonly ticket: number;
  readonly generation: number;
  readonly holder: Holder;
  /** Undefined for the runtime's own questions and timers. */
  readonly target: Target | undefined;
  readonly hash: number;
  /** Who is to answer, also of the runtime's own questions; undefined while that is not known. */
  to: Address | undefined;
  /** How it is put again, when whoever had it is lost with its thread. Undefined: it fails. */
  again: Question | undefined;
  resolve: (value: unknown) => void = ignore;
  /** Undefined: it fails by resolve(), with a promise that has failed; what it would hold on to otherwise counts where there are many. */
  fails: ((error: Error) => void) | undefined = ignore;
  /** It is a timer of an instance. */
  alarm: Alarm | undefined;
  /** It is answered by a stream. */
  feed: Feed<unknown> | undefined;
  /** The asker waits for it: an edge, if there is a target. */
  waits = true;
  /** The number of the ask that it was asked for; 0: none. */
  readonly serves: number;
  /** What the asker holds, once promise() has made it. */
  promised: Promise<unknown> | undefined;
  /** Takes the listener off an AbortSignal. */
  release: (() => void) | undefined;
  /** Its place in the table, and among those of its holder. */
  slot = -1;
  before: Pending | undefined;
  after: Pending | undefined;

  constructor(ticket: number, generation: number, holder: Holder, target: Target | undefined, hash: number) {
    this.ticket = ticket;
    this.generation = generation;
    this.holder = holder;
    this.target = target;
    this.to = target;
    this.hash = hash;
    this.serves = target ? holder.serving : 0;
  }

  promise(): Promise<unknown> {
    this.promised = new Promise(catchBoth);
    this.resolve = resolveCaught;
    this.fails = rejectCaught;
    return this.promised;
  }

  reject(error: Error): void {
    const blamed = blame(error, this.holder);
    if (this.fails) this.fails(blamed);
    else this.resolve(Promise.reject(blamed));
  }
}

// One function for all promises, where each would make its own.
let resolveCaught: (value: unknown) => void;
let rejectCaught: (error: Error) => void;
function catchBoth(resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  resolveCaught = resolve;
  rejectCaught = reject;
}

function ignore(): void {}
