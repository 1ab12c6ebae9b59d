// The life of an actor as transitions. Each runs in the actor's own turn and answers how the turn ends:
//
//   TURN_DRY       nothing changed
//   TURN_UNBLOCK   running again
//   TURN_WAIT      BLOCKED: something is awaited (a hook, a handler, children, a supervisor's decision)
//   TURN_GONE      terminated: the cell is no longer ours
//
//   adopt ─▶ start ─▶ ready
//               │ throws        ┌──restart──▶ endLife ─▶ start
//               └────▶ fail ────┼──resume───▶ ready
//                               └──stop─────▶ stop ─▶ children, onStop ─▶ terminate
//
// What is awaited is numbered by the actor's epoch: a promise of an earlier life settles into nothing.
import {
  CELL_INIT,
  CELL_RESTARTS,
  CELL_SLOT,
  FLAG_PRIVATE,
  FRAME_FLAGS,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  INIT_CHILD,
  INIT_ORDINAL,
  KIND_CHILD_FAILED,
  KIND_CHILD_STARTED,
  KIND_CHILD_STOPPED,
  KIND_LINK_FAILED,
  KIND_MOVED,
  KIND_OUTBOX,
  KIND_STOP,
  KIND_UNLINK,
  KIND_WATCH,
  METER_RESTARTS,
  SYSTEM_KILL,
  SYSTEM_RESTART,
  SYSTEM_RESUME,
  SYSTEM_SETTLED,
  TURN_UNBLOCK,
  TURN_WAIT,
  WORKER_BATCH,
  WORKER_OUT_SYSTEM,
  WORKER_SYSTEM,
} from "../../assembly/layout.ts";
import { asError, stopped, ZanniError } from "../errors.ts";
import { actor as actorOf, base, type Seat } from "./behavior.ts";
import { below, type HostCell, type Life, nameOfChild, type Supervision } from "./cell.ts";
import { childrenOf, endChildren, forgetInit, initOf, initText, pathOf, supervisionOf } from "./children.ts";
import { ActorContext } from "./context.ts";
import { blocked, ending, unblocked } from "./deadlock.ts";
import { extrasOf, rareOf, seat, stashesNothing, unstashing } from "./extras.ts";
import { nameOf } from "./hash.ts";
import type { Address, Pending, Shelf, Waiting } from "./holder.ts";
import { closeShelf, shelvesOf } from "./kept.ts";
import { endSubscriptions } from "./reception.ts";
import { Ref } from "./ref.ts";
import { Definition, type Instance } from "./registry.ts";
import { FORM_REFERENCE, reasonCode, type Thread } from "./thread.ts";
import { endTrace } from "./trace.ts";
import type { Context, ExitReason } from "./types.ts";

/** The cell was given back: no release. */
export const TURN_GONE = -1;

/** One life, and the seat its instance sits on. Made small: ctx and self come when they are asked for. */
abstract class AnyLife implements Life, Seat {
  // What each message reads comes first: it is in one or two lines of memory.
  ended = false;
  readonly cell: number;
  readonly generation: number;
  extras: Life["extras"];
  instance: Instance | undefined;
  deadline: number | undefined;
  serving = 0;
  trace = 0;
  asks: Pending | undefined;
  blocked: Life["blocked"] = false;
  init: unknown;
  protected readonly thread: Thread;
  #ctx: Context | undefined;

  constructor(thread: Thread, cell: number, generation: number) {
    this.thread = thread;
    this.cell = cell;
    this.generation = generation;
  }

  abstract readonly actor: HostCell;
  abstract readonly path: string;

  get ctx(): Context {
    this.#ctx ??= new ActorContext(this.thread, this);
    return this.#ctx;
  }

  get self(): Ref {
    const { actor } = this;
    return new Ref(this.thread, this.cell, this.generation, actor.definition.name, actor, this);
  }

  unheard(error: Error): void {
    const run = () => {
      throw error;
    };
    this.thread.errand(this, { life: this, name: "an ask that nobody awaits", run });
  }
}

/** After a failure. */
class LaterLife extends AnyLife {
  readonly actor: HostCell;

  constructor(thread: Thread, actor: HostCell) {
    super(thread, actor.cell, actor.generation);
    this.actor = actor;
  }

  get path(): string {
    return this.actor.path;
  }
}

/**
 * The host half of a user's actor, and the first of its lives in one: most have no other. What its init frame says is read
 * there, as long as it lives. (Without private methods, for which each object has a word.)
 */
class AdoptedCell extends AnyLife implements HostCell {
  // As above.
  life = undefined as unknown as Life;
  rare: HostCell["rare"];
  readonly definition: Definition;
  /** Its host half, when it lives on this thread. */
  readonly parent: Address & { readonly path?: string };
  status: HostCell["status"] = "starting";
  restarts = 0;
  served: HostCell["served"];
  epoch = 0;
  next: HostCell["next"];
  failure: Error | undefined;
  watchers: number[] | undefined;
  family: HostCell["family"];
  reason: ExitReason | undefined;
  /** Undefined: not read yet. A number: it has no name of its own, and its path has not been put together. */
  #path: string | number | undefined;

  constructor(thread: Thread, cell: number, generation: number, definition: Definition, frame: number) {
    super(thread, cell, generation);
    this.definition = definition;
    this.parent = parentIn(thread, frame);
    this.#path = (thread.views.u32[(frame + INIT_ORDINAL) >>> 2] as number) || undefined;
  }

  get actor(): HostCell {
    return this;
  }

  get slot(): number {
    return this.thread.views.u32[(this.cell + CELL_SLOT) >>> 2] as number;
  }

  get child(): number {
    return this.thread.views.u32[(initFrame(this.thread, this) + INIT_CHILD) >>> 2] as number;
  }

  get internal(): boolean {
    return false;
  }

  get supervision(): Supervision {
    return supervisedBy(this.thread, this.definition);
  }

  get path(): string {
    if (typeof this.#path === "string") return this.#path;
    const ordinal = this.#path;
    const above = ordinal === undefined ? undefined : this.parent.path;
    const text = above ?? initText(this.thread, initFrame(this.thread, this));
    this.#path = ordinal === undefined ? text : below(text, nameOfChild(this.definition.name, ordinal));
    return this.#path;
  }

  keepPath(): void {
    if (typeof this.#path !== "number" || this.parent.path === undefined) this.#path = this.path;
  }
}

function initFrame(thread: Thread, { cell }: Address): number {
  return thread.views.u32[(cell + CELL_INIT) >>> 2] as number;
}

/** Whom an init frame names as the parent: its host half, when it lives here. */
function parentIn(thread: Thread, frame: number): Address {
  const { u32 } = thread.views;
  const cell = u32[(frame + FRAME_SENDER) >>> 2] as number;
  const generation = u32[(frame + FRAME_SENDER_GENERATION) >>> 2] as number;
  const here = thread.cells[u32[(cell + CELL_SLOT) >>> 2] as number];
  return here?.cell === cell && here.generation === generation ? here : { cell, generation };
}

const supervisions = new WeakMap<Definition, Supervision>();

/** Read once for each definition; it throws when the options are wrong. */
function supervisedBy(thread: Thread, definition: Definition): Supervision {
  let found = supervisions.get(definition);
  if (!found) {
    found = supervisionOf(definition.supervision, thread.settings);
    supervisions.set(definition, found);
  }
  return found;
}

// ---- starting -------------------------------------------------------------------------------------

/** A cell that was placed on this thread gets its host half, from its init frame. */
export function adopt(thread: Thread, cell: number, generation: number): HostCell {
  const { u32 } = thread.views;
  const frame = u32[(cell + CELL_INIT) >>> 2] as number;
  const definition = runnable(thread, u32[(frame + FRAME_NAME) >>> 2] as number);
  const actor = new AdoptedCell(thread, cell, generation, definition, frame);
  const slot = thread.newSlot();
  thread.cells[slot] = actor;
  u32[(cell + CELL_SLOT) >>> 2] = slot;
  return actor;
}

/** The host half of one whose instance was lost with its thread: it waits for its supervisor. */
export function lose(thread: Thread, actor: HostCell, error: Error): void {
  actor.status = "failed";
  actor.failure = error;
  if (actor.internal) return;
  actor.restarts = thread.views.u32[(actor.cell + CELL_RESTARTS) >>> 2] as number;
  const life = beginLife(thread, actor);
  for (const shelf of shelvesOf(thread, actor.cell)) {
    if (shelf.kind === KIND_OUTBOX) thread.outboxesOf(life).restore(shelf);
    // It was about to move; its state is lost as any other.
    else if (shelf.kind === KIND_MOVED) closeShelf(thread, actor.cell, shelf.at);
    else takeUp(thread, actor, shelf);
  }
}

export function beginLife(thread: Thread, actor: HostCell): Life & Seat & { init: unknown } {
  const before = actor.life as Life | undefined;
  // Whoever holds on to the actor does not hold on to an instance that is over.
  if (before) before.instance = undefined;
  const life = !before && actor instanceof AdoptedCell ? actor : new LaterLife(thread, actor);
  actor.life = life;
  return life;
}

/** What it had put aside comes first for its next instance. */
function takeUp(thread: Thread, actor: HostCell, { at, frames }: Shelf): void {
  const rare = rareOf(actor);
  rare.shelf = at;
  for (const frame of frames) {
    const { u32 } = thread.views;
    rare.unstashed.push({
      frame,
      hash: u32[(frame + FRAME_NAME) >>> 2] as number,
      args: thread.peek(frame),
      reader: thread.stranger,
      ticket: u32[(frame + FRAME_TICKET) >>> 2] as number,
      ticketGeneration: u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number,
      here: false,
    });
  }
}

/** What this thread knows by that name. If it knows nothing, or nothing sound, an actor that fails with the reason. */
function runnable(thread: Thread, hash: number): Definition {
  try {
    const definition = thread.registry.byHash(hash);
    supervisedBy(thread, definition);
    return definition;
  } catch (error) {
    const failing = actorOf(() => {
      throw error;
    });
    return new Definition(nameOf(hash), failing);
  }
}

/** A fresh instance; `after` is the failure that made it necessary. */
export function start(thread: Thread, actor: HostCell, after?: Error): number {
  actor.status = "starting";
  actor.failure = undefined;
  const before = actor.life as Life | undefined;
  const life = beginLife(thread, actor);
  if (before?.extras?.outboxes) {
    extrasOf(life).outboxes = before.extras.outboxes;
    before.extras.outboxes.renew(life);
  }
  if (actor.internal) return up(thread, actor, after);
  try {
    const frame = thread.views.u32[(actor.cell + CELL_INIT) >>> 2] as number;
    life.init = initOf(thread, frame, life);
    const instance = instantiate(thread, actor, life);
    if (!actor.definition.hasHooks || (instance.onStart === base.onStart && !after)) return up(thread, actor, after);
    return startHooks(thread, actor, instance, after);
  } catch (error) {
    return fail(thread, actor, asError(error), "onStart");
  }
}

/** By itself, as what follows stop(): a function with a closure in it allocates at each call, for every actor there is. */
function startHooks(thread: Thread, actor: HostCell, instance: Instance, after: Error | undefined): number {
  return hook(thread, actor, "onStart", instance.onStart?.(), () =>
    after
      ? hook(thread, actor, "onRestart", instance.onRestart?.(after), () => up(thread, actor, after))
      : ready(actor),
  );
}

/** Its constructor; the first of a definition shows which of its messages have declared types. */
export function instantiate(thread: Thread, { definition }: HostCell, life: Life & Seat): Instance {
  const instance = definition.make(life);
  if (!definition.announced && definition.declared.size > 0) {
    definition.announced = true;
    thread.announce(definition);
  }
  seat(life, instance);
  return instance;
}

/** It runs; after a restart its parent is told. */
function up(thread: Thread, actor: HostCell, after: Error | undefined): number {
  if (after && actor.parent) sayStarted(thread, actor, actor.parent);
  if (actor.rare && actor.rare.unstashed.length > 0) thread.errand(actor, unstashing(actor.life));
  const outboxes = actor.life.extras?.outboxes;
  if (outboxes && outboxes.size > 0) return readyWhenSent(thread, actor, outboxes);
  return ready(actor);
}

/** To its parent: it has started again, and how often it had been restarted when it was held last. */
export function sayStarted(thread: Thread, { child, rare }: HostCell, parent: Address): void {
  thread.sendControl(parent, KIND_CHILD_STARTED, [child, rare?.heldAfter ?? 0]);
}

function readyWhenSent(thread: Thread, actor: HostCell, outboxes: Waiting): number {
  return waitForRoom(thread, actor, outboxes, () => ready(actor));
}

export function ready(actor: HostCell): number {
  actor.status = "running";
  actor.failure = undefined;
  return TURN_UNBLOCK;
}

/** What a hook returned: goes on at once, or when its promise has settled. A failure in a hook is the actor's. */
export function hook(thread: Thread, actor: HostCell, name: string, returned: unknown, then: () => number): number {
  const step = (): number => {
    try {
      return then();
    } catch (error) {
      return fail(thread, actor, asError(error), name);
    }
  };
  const promise = awaited(returned);
  if (!promise) return step();
  return wait(thread, actor, promise, step, (error) => fail(thread, actor, error, name), "answered");
}

/**
 * BLOCKED until the promise settles; then `resolved` or `rejected` runs in the actor's turn. `until`: others see whom it waits for
 * meanwhile, as it may wait for them.
 */
export function wait(
  thread: Thread,
  actor: HostCell,
  promise: PromiseLike<unknown>,
  resolved: (value: unknown) => number,
  rejected: (error: Error) => number,
  until?: "answered" | "sent",
): number {
  const epoch = ++actor.epoch;
  thread.settled = true;
  const settle = (then: () => number) => {
    if (actor.epoch !== epoch || actor.status === "stopped") return;
    actor.next = then;
    thread.control(actor, SYSTEM_SETTLED);
  };
  promise.then(
    (value) => settle(() => resolved(value)),
    (error: unknown) => settle(() => rejected(asError(error))),
  );
  if (until) blocked(thread, actor, until);
  return TURN_WAIT;
}

/** The same until what it has sent is in the mailboxes it is for, unless that would never be. */
export function waitForRoom(thread: Thread, actor: HostCell, outboxes: Waiting, then: () => number): number {
  return wait(thread, actor, outboxes.empty(), then, then, "sent");
}

/** Goes on in a turn for control of its own, right after this one. */
export function later(thread: Thread, actor: HostCell, then: () => number): number {
  actor.epoch++;
  actor.next = then;
  thread.control(actor, SYSTEM_SETTLED);
  return TURN_WAIT;
}

/** What was returned, if it is to be awaited; as a promise that fails where it throws itself. */
export function awaited(value: unknown): PromiseLike<unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    if (value instanceof Promise) return value;
    if (typeof (value as { then?: unknown }).then !== "function") return undefined;
  } catch {
    // It throws again when it is looked at below.
  }
  return new Promise((resolve) => resolve(value));
}

// ---- failing --------------------------------------------------------------------------------------

/** The actor failed: it waits for its supervisor's decision. `message` names what it was doing. */
export function fail(thread: Thread, actor: HostCell, error: Error, message: string | undefined): number {
  answerServed(thread, actor, error);
  endTrace(thread, actor);
  waitsNoMore(thread, actor);
  // A restart that failed: nobody need try again for one that is to stop.
  const over = actor.status === "starting" && actor.restarts > 0 && !!thread.core.stopQueued(actor.cell);
  actor.epoch++;
  actor.next = undefined;
  actor.status = "failed";
  actor.failure = error;
  stashesNothing(actor);
  tellLinked(thread, actor, error);
  const { parent } = actor;
  if (!parent) {
    // The root: nobody above decides.
    thread.rootFailed(error);
    return TURN_WAIT;
  }
  if (
    !thread.sendControl(parent, KIND_CHILD_FAILED, [
      actor.cell,
      actor.generation,
      actor.child,
      message,
      thread.sendable(error),
      over,
    ])
  ) {
    // Nobody decides: it ends, in a turn for control of its own.
    return later(thread, actor, () => stop(thread, actor, { error }));
  }
  return TURN_WAIT;
}

/** It is not BLOCKED any more, or waits for its supervisor only. */
export function waitsNoMore(thread: Thread, actor: HostCell): void {
  if (!actor.life?.blocked) return;
  actor.life.blocked = false;
  unblocked(thread, actor);
}

/** Those it is linked with fail too, after what it has sent them. */
function tellLinked(thread: Thread, actor: HostCell, error: Error): void {
  const linked = actor.life?.extras?.linked;
  if (!linked || linked.size === 0) return;
  const self = new Ref(thread, actor.cell, actor.generation, actor.definition.name, actor, thread.stranger);
  const told = [self, thread.sendable(error)];
  for (const other of linked.values())
    thread.sendNoticeFrom(actor.life.extras?.outboxes, other, KIND_LINK_FAILED, told);
  linked.clear();
}

/** Whoever asked for the message in hand learns that there will be no answer. */
export function answerServed(thread: Thread, actor: HostCell, cause: Error): void {
  const { served } = actor;
  if (!served) return;
  actor.served = undefined;
  actor.life.deadline = undefined;
  actor.life.serving = 0;
  if (served.ticket !== 0)
    thread.replyError(served.ticket, served.ticketGeneration, failed(actor, nameOf(served.hash), cause));
}

export function failed(actor: Pick<HostCell, "path">, message: string, cause: Error): ZanniError {
  return new ZanniError("ERR_ACTOR_FAILED", `"${actor.path}" failed in "${message}": ${cause.message}`, {
    actor: actor.path,
    details: { message },
    cause,
  });
}

/** The supervisor's decision about this actor. */
export function obey(thread: Thread, actor: HostCell, bits: number): number {
  if (bits & SYSTEM_KILL) {
    if (actor.status === "stopping") return hurry(thread, actor);
    if (actor.status !== "failed")
      tellLinked(thread, actor, new ZanniError("ERR_ACTOR_STOPPED", `"${actor.path}" was killed`));
    // One that was held for its siblings' sake has ended already.
    const held = actor.status === "failed" && actor.life.ended ? actor.reason : undefined;
    return stop(thread, actor, held ?? (actor.failure ? { error: actor.failure } : "killed"));
  }
  // Not failed: a decision that came twice. The parent may have heard that its thread died after the first: it is up, or
  // says so when it is.
  if (actor.status !== "failed") {
    const isStarted = actor.status === "running" || actor.status === "awaiting";
    if (bits & SYSTEM_RESTART && isStarted && actor.parent) sayStarted(thread, actor, actor.parent);
    return 0;
  }
  if (bits & SYSTEM_RESTART) return restart(thread, actor);
  // Overtaken by a hold, or by the death of its thread: there is no instance, or soon none, that could go on.
  const { instance, ended } = actor.life;
  if (!(bits & SYSTEM_RESUME) || !instance || ended || isBeingHeld(actor)) return TURN_WAIT;
  for (const [kind, parts] of actor.life.extras?.unheard.splice(0) ?? []) thread.sendControl(actor, kind, parts);
  return ready(actor);
}

/** Its parent waits for the end of its instance. */
function isBeingHeld({ rare }: HostCell): boolean {
  return rare !== undefined && rare.holders.length > 0;
}

function restart(thread: Thread, actor: HostCell): number {
  // It was on its way when the parent took it into a group, for which its instance is about to end.
  if (!actor.life.ended && isBeingHeld(actor)) return TURN_WAIT;
  const error = actor.failure ?? new Error("restarted");
  actor.status = "starting";
  actor.restarts++;
  thread.views.u32[(actor.cell + CELL_RESTARTS) >>> 2] = actor.restarts;
  thread.count(METER_RESTARTS, 1);
  // It was held for its siblings' sake: the instance is over already.
  if (actor.life.ended) {
    if (!answerHolders(thread, actor)) return start(thread, actor, error);
    // They begin anew once more, before this one did.
    actor.status = "failed";
    actor.failure = error;
    return TURN_WAIT;
  }
  const begin = () => {
    endLife(thread, actor);
    return start(thread, actor, error);
  };
  return leave(thread, actor, { error }, begin);
}

/**
 * The parent restarts a group: this instance ends, for the reason `error`, and the actor waits for RESTART. Who waits
 * for that is told by `ticket`. `forced`: its children are killed, and what its onStop awaits is not waited for.
 * `restarts`: how many RESTARTs it has been sent; one since the last hold that has not come yet is waited for, and not
 * followed: the group fails once more. A hold may come twice, from a parent that has heard of a thread's death.
 */
export function hold(
  thread: Thread,
  actor: HostCell,
  error: Error,
  { forced, restarts }: { readonly forced: boolean; readonly restarts: number },
  ticket: number,
  ticketGeneration: number,
): number {
  const rare = rareOf(actor);
  const { holders } = rare;
  const first = holders.length === 0;
  const sent = restarts > rare.heldAfter;
  rare.heldAfter = restarts;
  holders.push(ticket, ticketGeneration);
  if (actor.status === "stopping" || actor.status === "stopped" || (actor.life.ended && !sent && first)) {
    answerHolders(thread, actor);
    return 0;
  }
  if (actor.life.ended || (!first && !forced)) return 0;
  const own = actor.status === "failed" ? actor.failure : undefined;
  answerServed(thread, actor, error);
  actor.epoch++;
  actor.next = undefined;
  actor.status = "failed";
  actor.failure = own ?? error;
  actor.reason = own ? { error: own } : "shutdown";
  const held = () => {
    endLife(thread, actor);
    answerHolders(thread, actor);
    return TURN_WAIT;
  };
  if (forced) killChildren(thread, actor);
  return leave(thread, actor, actor.reason, held, !forced);
}

/** Who waits for the end of the instance is told of it. False: nobody does. */
export function answerHolders(thread: Thread, { rare }: HostCell): boolean {
  if (!rare || rare.holders.length === 0) return false;
  const holders = rare.holders.splice(0);
  for (let i = 0; i < holders.length; i += 2) thread.reply(holders[i] as number, holders[i + 1] as number, true);
  return true;
}

// ---- ending ---------------------------------------------------------------------------------------

/** What it has sent goes out first; then its children, in reverse; then onStop; then the cell is closed. */
export function stop(thread: Thread, actor: HostCell, reason: ExitReason): number {
  waitsNoMore(thread, actor);
  actor.reason = reason;
  actor.status = "stopping";
  actor.epoch++;
  actor.next = undefined;
  const outboxes = sending(actor);
  if (outboxes) return stopWhenSent(thread, actor, reason, outboxes);
  return hasChildren(actor) || hearsStop(actor) ? leaveForGood(thread, actor, reason) : terminate(thread, actor);
}

/** What it has sent and waits for room, if its end waits for that. */
function sending({ life, reason }: HostCell): Waiting | undefined {
  const outboxes = life?.extras?.outboxes;
  return outboxes && outboxes.size > 0 && (reason === "normal" || reason === "shutdown") ? outboxes : undefined;
}

function stopWhenSent(thread: Thread, actor: HostCell, reason: ExitReason, outboxes: Waiting): number {
  return waitForRoom(thread, actor, outboxes, () => stop(thread, actor, reason));
}

/** By itself, as startHooks(). */
function leaveForGood(thread: Thread, actor: HostCell, reason: ExitReason): number {
  return leave(thread, actor, reason, () => terminateWhenSent(thread, actor), reason !== "killed");
}

/** What it, or its onStop, has sent on leaving goes out as well. */
function terminateWhenSent(thread: Thread, actor: HostCell): number {
  const outboxes = sending(actor);
  if (!outboxes) return terminate(thread, actor);
  // A kill meanwhile does not have it called again.
  extrasOf(actor.life).leaving ??= Promise.resolve();
  return waitForRoom(thread, actor, outboxes, () => terminateWhenSent(thread, actor));
}

function hasChildren({ family }: HostCell): boolean {
  return family !== undefined && family.size > 0;
}

/** Has somebody written an onStop for it, and is there an instance to call that has not ended? */
function hearsStop({ life, definition }: HostCell): boolean {
  const instance = life?.instance;
  return instance !== undefined && !life.ended && definition.hasHooks && instance.onStop !== base.onStop;
}

/** A kill while it stops: nothing is waited for any more, but the children. Its onStop may not have been called yet. */
function hurry(thread: Thread, actor: HostCell): number {
  if (actor.reason === "killed") return TURN_WAIT;
  actor.reason = "killed";
  killChildren(thread, actor);
  return leaveForGood(thread, actor, "killed");
}

function killChildren(thread: Thread, actor: HostCell): void {
  for (const child of childrenOf(actor)) thread.control(child, SYSTEM_KILL);
}

/** The instance ends: its children, then it hears of that, then those that it has started meanwhile. */
function leave(thread: Thread, actor: HostCell, reason: ExitReason, then: () => number, waits = true): number {
  const heard = () => {
    if (hasChildren(actor)) extrasOf(actor.life).leaving ??= Promise.resolve();
    return afterChildren(thread, actor, then);
  };
  return afterChildren(thread, actor, () => onStop(thread, actor, reason, heard, waits));
}

/** When it has none any more. */
export function afterChildren(thread: Thread, actor: HostCell, then: () => number): number {
  waitsNoMore(thread, actor);
  if (hasChildren(actor)) ending(thread, actor);
  const ended = endChildren(thread, actor);
  if (!ended) {
    unblocked(thread, actor);
    return then();
  }
  const again = () => afterChildren(thread, actor, then);
  return wait(thread, actor, ended, again, again);
}

/**
 * The old instance's onStop, once. Its failure is logged, and does not keep the actor alive. Who comes while it goes on, such as a
 * group that takes along an actor that is about to restart, waits for it as well.
 */
function onStop(thread: Thread, actor: HostCell, reason: ExitReason, then: () => number, waits: boolean): number {
  if (!hearsStop(actor)) return then();
  const { life } = actor;
  const wrong = (error: Error): number => {
    thread.log("error", actor.path, [`onStop failed: ${error.message}`, error]);
    return then();
  };
  try {
    const before = life.extras?.leaving;
    const promise = before ?? awaited(life.instance?.onStop?.(reason));
    if (!promise) return then();
    extrasOf(life).leaving = promise;
    if (!waits) {
      promise.then(undefined, (error: unknown) => thread.log("error", actor.path, ["onStop failed", asError(error)]));
      return then();
    }
    return wait(thread, actor, promise, then, wrong, "answered");
  } catch (error) {
    return wrong(asError(error));
  }
}

/** The instance is over: its refs refuse, its asks and its signal end. */
function endLife(thread: Thread, actor: HostCell): void {
  const { life } = actor;
  if (!life || life.ended) return;
  endStreams(actor);
  life.ended = true;
  waitsNoMore(thread, actor);
  endBonds(thread, actor);
  endSubscriptions(thread, life);
  life.extras?.controller?.abort(stopped(actor.path));
  thread.endAsks(life);
}

/** Its generators end, and may still say so. */
function endStreams(actor: HostCell): void {
  const pumps = actor.life.extras?.pumps;
  if (!pumps || pumps.size === 0) return;
  const error = actor.failure ? failed(actor, "a stream", actor.failure) : stopped(actor.path);
  for (const pump of [...pumps.values()]) pump.fail(error);
}

/** What it was linked with is not any more; what it put aside comes first for the next instance. */
function endBonds(thread: Thread, actor: HostCell): void {
  const { rare, life } = actor;
  if (rare && rare.stashed.length > 0) {
    rare.unstashed.push(...rare.stashed);
    rare.stashed.length = 0;
  }
  const { extras } = life;
  if (!extras) return;
  for (const { at, number } of extras.watched.values()) thread.unwatch(at, number);
  extras.watched.clear();
  for (const other of extras.linked.values()) {
    thread.sendControl(other, KIND_UNLINK, [actor.cell, actor.generation]);
  }
  extras.linked.clear();
}

/** The cell is closed and given back; what is left in it becomes dead letters; parent and watchers are told. */
function terminate(thread: Thread, actor: HostCell): number {
  const { core } = thread;
  const reason = actor.reason ?? "normal";
  endLife(thread, actor);
  if (actor.served && actor.served.ticket !== 0) {
    thread.replyError(actor.served.ticket, actor.served.ticketGeneration, stopped(actor.path));
  }
  actor.status = "stopped";
  actor.life?.extras?.outboxes?.bury();
  buryStash(thread, actor);
  buryAll(thread, actor);
  // A kill has overtaken a hold.
  answerHolders(thread, actor);
  thread.freeSlot(actor.slot);
  actor.keepPath();
  if (!actor.internal) forgetInit(thread, thread.views.u32[(actor.cell + CELL_INIT) >>> 2] as number);
  const watchers = actor.watchers ?? nobody;
  if (!tellParent(thread, actor, reason, watchers)) tellWatchers(thread, watchers, reason);
  if (thread.listening()) thread.event({ type: "stop", actor: actor.path });
  core.vacate(actor.cell);
  return TURN_GONE;
}

/** Its thread died in the middle of that: what is left of it becomes dead letters, and parent and watchers are told. */
export function finishEnd(thread: Thread, cell: number): void {
  const { core } = thread;
  const { u32 } = thread.views;
  const init = u32[(cell + CELL_INIT) >>> 2] as number;
  const grave: Grave = { cell, path: init === 0 ? "" : pathOf(thread, init), watchers: undefined };
  // The parent of one without an init frame is lost as well.
  const parent = init !== 0 && {
    cell: u32[(init + FRAME_SENDER) >>> 2] as number,
    generation: u32[(init + FRAME_SENDER_GENERATION) >>> 2] as number,
  };
  const id = init === 0 ? 0 : (u32[(init + INIT_CHILD) >>> 2] as number);
  buryAll(thread, grave);
  const watchers = grave.watchers ?? nobody;
  if (!parent || !thread.sendChildStopped(parent, id, cell, reasonCode("normal"), watchers))
    tellWatchers(thread, watchers, "normal");
  core.vacate(cell);
}

/** Closes the cell; all that waits for it becomes dead letters. */
function buryAll(thread: Thread, actor: Grave): void {
  const { core } = thread;
  let left = core.close(actor.cell);
  while (left > 0) {
    for (let i = 0; i < left; i++) {
      buryFrame(thread, actor, thread.views.u32[(thread.block + WORKER_BATCH + i * 4) >>> 2] as number);
    }
    left = core.bury(actor.cell, left);
  }
  buryControl(thread, actor);
}

const nobody: readonly number[] = [];
/** More watchers than this, or an error as the reason, travel as values; else as numbers in the frame. */
const WATCHERS_INLINE = 32;

function tellParent(thread: Thread, actor: HostCell, reason: ExitReason, watchers: readonly number[]): boolean {
  const { parent } = actor;
  if (!parent) return false;
  const code = reasonCode(reason);
  if (code >= 0 && watchers.length <= WATCHERS_INLINE)
    return thread.sendChildStopped(parent, actor.child, actor.cell, code, watchers);
  const value = typeof reason === "string" ? reason : { error: thread.sendable(reason.error) };
  return thread.sendControl(parent, KIND_CHILD_STOPPED, [actor.child, value, watchers, actor.cell]);
}

function buryStash(thread: Thread, actor: HostCell): void {
  if (!actor.rare) return;
  const { stashed, unstashed, shelf } = actor.rare;
  closeShelf(thread, actor.cell, shelf);
  for (const { hash, args, here, ticket, ticketGeneration, frame } of [...unstashed, ...stashed]) {
    if (frame !== 0) thread.core.drop(frame);
    thread.replyError(ticket, ticketGeneration, stopped(actor.path));
    thread.recount();
    const letter = here && !thread.reporter ? undefined : { hash, args };
    thread.deadLetter(actor.path, nameOf(hash), "stopped", letter);
  }
}

export function buryFrame(thread: Thread, actor: Grave, frame: number): void {
  const { u8, u32 } = thread.views;
  const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
  const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
  if (((u8[frame + FRAME_FLAGS] as number) & FLAG_PRIVATE) !== 0) {
    if (u8[frame + FRAME_FORM] === FORM_REFERENCE) thread.passed.delete(u32[(frame + FRAME_TAGS) >>> 2] as number);
    if (ticket === 0) return;
    // Another stop: whoever sent it waits for the end as well.
    if (u8[frame + FRAME_KIND] === KIND_STOP) watch(actor, ticket, generation);
    else thread.replyError(ticket, generation, stopped(actor.path));
    return;
  }
  const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
  if (ticket !== 0) thread.replyError(ticket, generation, stopped(actor.path));
  thread.deadLetter(actor.path, message, "stopped", thread.letterOf(frame));
}

/** Control that came too late: who asked is answered, who watches is told. */
export function buryControl(thread: Thread, actor: Grave): void {
  for (;;) {
    const count = thread.views.u32[(thread.block + WORKER_OUT_SYSTEM) >>> 2] as number;
    if (count === 0) return;
    for (let i = 0; i < count; i++) {
      const { u8, u32 } = thread.views;
      const frame = u32[(thread.block + WORKER_SYSTEM + i * 4) >>> 2] as number;
      const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
      const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
      if (ticket !== 0) {
        if (u8[frame + FRAME_KIND] === KIND_WATCH) watch(actor, ticket, generation);
        else thread.replyError(ticket, generation, stopped(actor.path));
      }
      thread.core.drop(frame);
    }
    thread.core.look(actor.cell);
  }
}

// ---- watching -------------------------------------------------------------------------------------

/** What is known of an actor at its end. */
export type Grave = Pick<HostCell, "cell" | "path" | "watchers">;

export function watch(actor: Grave, ticket: number, generation: number): void {
  if (actor.watchers) actor.watchers.push(ticket, generation);
  else actor.watchers = [ticket, generation];
}

/** Whoever held that ticket has lost interest. */
export function unwatched(actor: Grave, ticket: number, generation: number): void {
  const { watchers } = actor;
  if (!watchers) return;
  for (let i = 0; i < watchers.length; i += 2) {
    if (watchers[i] !== ticket || watchers[i + 1] !== generation) continue;
    watchers.splice(i, 2);
    return;
  }
}

export function tellWatchers(thread: Thread, watchers: readonly number[], reason: ExitReason): void {
  const code = reasonCode(reason);
  const answer = code >= 0 ? code : reason;
  for (let i = 0; i < watchers.length; i += 2) thread.reply(watchers[i] as number, watchers[i + 1] as number, answer);
}
