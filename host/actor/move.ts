// An actor moves to another thread between two of its messages. The core says when that pays (assembly/handover.ts); here is
// what it takes:
//
//   here    free to go? ── snapshot() ── what it takes along hangs on its cell ── core.move(), the last touch
//   there   its first turn: a new instance with the same init ── restore(state) ── on with the next message
//
// Its cell stays where it is, and with it mailbox, ref, path and whoever waits for an answer; so nobody notices, and no
// message is lost, doubled or overtaken. Along go: who watches it, whom it is linked with, its groups, its timers and
// subscriptions that name a message, and what it knows of its children's past. It stays as long as it holds what belongs to
// this thread: closures, a promise, an open ask or stream, children, what it has put aside or not sent yet.
//
// Neither onStop nor onStart is called: the actor has not ended. Should a thread die meanwhile, the cell is in a turn of the
// one or lives on the other, and what hangs on it is either taken up or given up (takeover.ts).
import {
  CELL_INIT,
  CELL_KEPT,
  CELL_RESTARTS,
  CELL_SLOT,
  FRAME_KIND,
  FRAME_PAYLOAD,
  FRAME_SIZE,
  HEADER,
  HEADER_THIEVES,
  KIND_MOVED,
  TURN_DRY,
  TURN_WAIT,
} from "../../assembly/layout.ts";
import { asError, stopped } from "../errors.ts";
import type { HostCell, Past } from "./cell.ts";
import { familyOf, initOf } from "./children.ts";
import { extrasOf } from "./extras.ts";
import { keyOf } from "./holder.ts";
import { closeShelf, openShelf } from "./kept.ts";
import { beginLife, fail, hook, instantiate, ready, TURN_GONE } from "./lifecycle.ts";
import { resubscribe, type Subscriptions, subscriptionsOf } from "./reception.ts";
import type { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";
import { idleOf, rearm, rearmIdle, type Timers, timersOf } from "./timer.ts";

/** What an actor takes along. Undefined at the end: it has nothing but its state, as most. */
type Luggage = readonly [state: unknown, from: number, watchers: readonly number[], more: More | undefined];
type More = readonly [
  subscriptions: Subscriptions,
  timers: Timers,
  idle: readonly [ms: number, last: number] | undefined,
  linked: readonly Ref[],
  watched: readonly (readonly [ref: Ref, at: number, number: number])[],
  groups: readonly (readonly [group: string, times: number])[],
  past: Past | undefined,
];

// ---- here -----------------------------------------------------------------------------------------

/** In its turn. TURN_GONE: it is on its way there. TURN_DRY: it stays. TURN_WAIT: its snapshot() failed. */
export function handOver(thread: Thread, actor: HostCell, to: number): number {
  if (!isFree(thread, actor)) return TURN_DRY;
  let shelf = 0;
  try {
    const state = actor.life.instance?.snapshot?.();
    // It may have asked, sent or spawned.
    if (!isFree(thread, actor)) return TURN_DRY;
    const luggage: Luggage = [state, thread.index, actor.watchers ?? nobody, moreOf(actor)];
    shelf = openShelf(thread, actor.cell, KIND_MOVED, actor, luggage);
  } catch (error) {
    fail(thread, actor, asError(error), "snapshot");
    return TURN_WAIT;
  }
  // No memory for it.
  if (shelf === 0) return TURN_DRY;
  leave(thread, actor);
  thread.core.move(actor.cell, to);
  return TURN_GONE;
}

/** Does it hold nothing that belongs to this thread? */
function isFree(thread: Thread, actor: HostCell): boolean {
  const { cell, status, life, next, rare, family } = actor;
  if (status !== "running" || life.blocked || next || thread.tied.has(life) || thread.laden.has(actor)) return false;
  // What is put aside, or waits for room elsewhere.
  if (thread.views.u32[(cell + CELL_KEPT) >>> 2] !== 0) return false;
  if (rare && rare.stashed.length + rare.unstashed.length + rare.holders.length > 0) return false;
  if (family && family.size > 0) return false;
  for (let pending = life.asks; pending; pending = pending.after) if (!pending.alarm?.travels) return false;
  const { extras } = life;
  if (!extras) return true;
  const { handlers, outboxes, pumps } = extras;
  return !handlers && !outboxes?.size && pumps.size === 0 && subscriptionsOf(life) !== undefined;
}

function moreOf({ life, family }: HostCell): More | undefined {
  const { extras } = life;
  if (!extras && !life.asks && !family) return undefined;
  return [
    subscriptionsOf(life) ?? [],
    timersOf(life),
    idleOf(life),
    [...(extras?.linked.values() ?? [])],
    [...(extras?.watched.values() ?? [])].map(({ ref, at, number }) => [ref, at, number] as const),
    [...(extras?.groups ?? [])],
    family?.past,
  ];
}

/** This half of it is over, without an end: nobody is told. */
function leave(thread: Thread, actor: HostCell): void {
  const { life } = actor;
  thread.disarmAll(life);
  actor.keepPath();
  life.ended = true;
  life.extras?.controller?.abort(stopped(actor.path));
  actor.status = "stopped";
  actor.epoch++;
  thread.freeSlot(actor.slot);
  // From here on what hangs on the cell is its state, should this thread die.
  thread.views.u32[(actor.cell + CELL_SLOT) >>> 2] = 0;
}

const nobody: readonly number[] = [];

// ---- there ----------------------------------------------------------------------------------------

/** Is that cell without a host half because it is on its way? */
export function hasMoved({ views: { u8, u32 } }: Thread, cell: number): boolean {
  const shelf = u32[(cell + CELL_KEPT) >>> 2] as number;
  return shelf !== 0 && u8[shelf + FRAME_KIND] === KIND_MOVED;
}

/** The first turn of one that has moved here. Answers how it goes on. */
export function arrive(thread: Thread, actor: HostCell): number {
  const { u32 } = thread.views;
  const life = beginLife(thread, actor);
  actor.restarts = u32[(actor.cell + CELL_RESTARTS) >>> 2] as number;
  const shelf = u32[(actor.cell + CELL_KEPT) >>> 2] as number;
  const size = u32[(shelf + FRAME_SIZE) >>> 2] as number;
  const [luggage] = thread.decode(shelf + FRAME_PAYLOAD, size, life) as [Luggage];
  closeShelf(thread, actor.cell, shelf);
  const [state, from, watchers, more] = luggage;
  if (watchers.length > 0) actor.watchers = [...watchers];
  const failure = construct(thread, actor, life);
  // What its constructor has set is what it brings along.
  thread.disarmAll(life);
  if (more) unpack(thread, actor, more);
  if (failure) return fail(thread, actor, failure, "restore");
  try {
    return hook(thread, actor, "restore", life.instance?.restore?.(state), () => {
      const first = thread.views.u32[(HEADER + HEADER_THIEVES) >>> 2] as number;
      if (thread.listening())
        thread.event({ type: "move", actor: actor.path, from: from - first, to: thread.index - first });
      return ready(actor);
    });
  } catch (error) {
    return fail(thread, actor, asError(error), "restore");
  }
}

/** A new instance, with the init that the first one had. Answers what it threw. */
function construct(thread: Thread, actor: HostCell, life: ReturnType<typeof beginLife>): Error | undefined {
  const { u32 } = thread.views;
  const init = u32[(actor.cell + CELL_INIT) >>> 2] as number;
  try {
    life.init = initOf(thread, init, life);
    instantiate(thread, actor, life);
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

function unpack(thread: Thread, actor: HostCell, more: More): void {
  const { life } = actor;
  const [subscriptions, timers, idle, linked, watched, groups, past] = more;
  if (past) familyOf(actor).remember(past);
  const extras = extrasOf(life);
  extras.topics.clear();
  for (const ref of linked) extras.linked.set(keyOf(ref), ref);
  for (const [ref, at, number] of watched) extras.watched.set(keyOf(ref), { ref, at, number });
  for (const [group, times] of groups) extras.groups.set(group, times);
  resubscribe(life, subscriptions);
  rearm(thread, life, timers);
  if (idle) rearmIdle(thread, life, idle);
}
