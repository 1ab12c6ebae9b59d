// Deadlocks of asks and of full mailboxes are found when they close. A BLOCKED actor has an edge to each actor whose
// answer it has asked for and not yet got, and to each in whose mailbox it waits for room: its cell names the newest of these
// tickets, each ticket the one before.
//
//   cell ──CELL_WAITS──▶ ticket ──TICKET_LINK──▶ ticket ──▶ 0
//                          └─TICKET_TO──▶ cell ──CELL_WAITS──▶ …
//
// Who asked is told ERR_DEADLOCK. Who waits for room goes on, or sends what waits whatever the limit if it is about to end: that
// harms nobody, so for those even a stop that may not be waited for is an edge, from who wants it to who is to end. An actor that
// ends its children has a bit in the place of edges, and those go on likewise.
//
// Edges are published before they are walked, by sequentially consistent accesses: of two actors that close a circle at
// once, at least one sees it. A ticket is always a ticket, so a walk that goes astray reads no rubbish, and a circle counts
// only if a second reading finds every ticket of it unchanged.
import {
  CELL_HEAD,
  CELL_WAITS,
  KIND_CIRCLE,
  KIND_WATCH,
  STOPPED,
  TICKET_FROM,
  TICKET_LINK,
  TICKET_PENDING,
  TICKET_STATE,
  TICKET_TO,
  TICKET_TO_GENERATION,
} from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import type { HostCell } from "./cell.ts";
import { parentThere, pathThere } from "./elsewhere.ts";
import { hashOf, nameOf } from "./hash.ts";
import { type Address, generationIn, type Pending } from "./holder.ts";
import { ROOM, type Thread } from "./thread.ts";

/** So many actors are walked at most; a longer chain is no circle anybody would find by waiting. */
const WALK_MAX = 10_000;
/** So often is read anew what changes meanwhile. */
const READINGS = 100;
/** In TICKET_TO, beside a cell: the end of that actor is wanted, and may not be waited for. */
const WANTED = 1;
/** In CELL_WAITS, beside no ticket: it takes no message until its children have ended. */
const ENDING = 1;
const room = hashOf(ROOM);

/**
 * The actor is BLOCKED until it has what it asked for, or until what it has sent has found room: that becomes visible, and the
 * circles that it closes are ended. A reentrant one never waits for answers.
 */
export function blocked(thread: Thread, actor: HostCell, until: "answered" | "sent"): void {
  const { life } = actor;
  life.blocked = actor.definition.reentrant ? "sent" : until;
  if (!life.asks) return;
  let older = 0;
  const pendings = pendingsOf(actor);
  for (const pending of pendings) older = link(thread, actor, pending, older);
  thread.views.store(actor.cell + CELL_WAITS, older);
  for (const pending of pendings) examine(thread, actor, pending);
}

/** The eldest first. */
function pendingsOf({ life }: HostCell): Pending[] {
  const pendings: Pending[] = [];
  for (let pending = life.asks; pending; pending = pending.after) pendings.unshift(pending);
  return pendings;
}

/** A BLOCKED actor waits for one thing more. */
export function publish(thread: Thread, actor: HostCell, pending: Pending): void {
  const at = actor.cell + CELL_WAITS;
  thread.views.store(at, link(thread, actor, pending, thread.views.load(at)));
}

/** One that a BLOCKED actor waited for is settled: its edge goes, before its ticket is used again. */
export function answered(thread: Thread, { cell }: Address, { before, after }: Pending): void {
  const at = before ? before.ticket + TICKET_LINK : cell + CELL_WAITS;
  thread.views.store(at, after?.ticket ?? 0);
}

/** From here on its children are ended, until there are none; those that wait for room in its mailbox should know. */
export function ending(thread: Thread, actor: HostCell): void {
  thread.views.store(actor.cell + CELL_WAITS, ENDING);
  // Whoever waits from now on sees that for himself.
  for (let child = actor.family?.youngest; child; child = child.before) {
    if (thread.views.load(child.cell + CELL_WAITS) > ENDING) thread.sendControl(child, KIND_CIRCLE, []);
  }
}

/** It goes on. */
export function unblocked(thread: Thread, { cell }: Address): void {
  const at = cell + CELL_WAITS;
  if (thread.views.u32[at >>> 2] !== 0) thread.views.store(at, 0);
}

function link(thread: Thread, actor: HostCell, pending: Pending, older: number): number {
  const { u32 } = thread.views;
  const { ticket, to } = pending;
  u32[(ticket + TICKET_TO) >>> 2] = edge(actor, pending);
  u32[(ticket + TICKET_TO_GENERATION) >>> 2] = to?.generation ?? 0;
  u32[(ticket + TICKET_LINK) >>> 2] = older;
  u32[(ticket + TICKET_FROM) >>> 2] = actor.cell;
  return ticket;
}

/** As it stands in TICKET_TO; 0: the actor does not wait for that. */
function edge({ life }: HostCell, pending: Pending): number {
  const { target, to, waits, hash } = pending;
  if (life.blocked === "sent" && hash !== room) return 0;
  if (target) return waits && to ? to.cell : 0;
  return to && isWanted(pending) ? to.cell | WANTED : 0;
}

/** The end of another. */
function isWanted({ target, again }: Pending): boolean {
  return !target && again?.kind === KIND_WATCH;
}

/** Has it closed a circle? Then somebody in it goes on. */
export function examine(thread: Thread, actor: HostCell, pending: Pending): void {
  const { to, ticket, hash } = pending;
  const found = edge(actor, pending);
  if (!to || found === 0) return;
  // Whom it is put to may not have been known when it was published.
  thread.views.u32[(ticket + TICKET_TO_GENERATION) >>> 2] = to.generation;
  thread.views.store(ticket + TICKET_TO, found);
  if (isWanted(pending)) {
    // Those of the circle that wait for room look for themselves.
    for (const each of wayRound(thread, actor, to, true) ?? []) thread.sendControl(each.from, KIND_CIRCLE, []);
  } else if (hash === room) {
    if (!isEndedFor(thread, actor, to) && !wayRound(thread, actor, to, true)) return;
    const { extras } = actor.life;
    if (actor.status === "stopping") extras?.outboxes?.press(to);
    else extras?.outboxes?.letGo();
  } else {
    const path = pathRound(thread, actor, to);
    if (path) thread.giveUp(pending, deadlock(path, nameOf(hash)));
  }
}

/** Somebody wants the end of one that waits for him: does that close a circle? */
export function examineRoom(thread: Thread, actor: HostCell): void {
  if (!actor.life?.blocked) return;
  for (const pending of pendingsOf(actor)) if (pending.hash === room) examine(thread, actor, pending);
}

/** Does the other end its children, with this one among them or further below? */
function isEndedFor(thread: Thread, actor: HostCell, other: Address): boolean {
  for (let above = actor.parent; above && isEnding(thread, above); above = parentThere(thread, above)) {
    if (above.cell === other.cell && above.generation === other.generation) return true;
  }
  return false;
}

function isEnding(thread: Thread, { cell, generation }: Address): boolean {
  return (
    thread.views.load(cell + CELL_WAITS) === ENDING &&
    generationIn(thread.views.load(cell + CELL_HEAD + 4)) === generation
  );
}

/** The paths of the actors from `from` round to itself, when the one whose answer it waits for waits for it; else undefined. */
function pathRound(thread: Thread, from: HostCell, to: Address): readonly string[] | undefined {
  const trail = wayRound(thread, from, to, false);
  if (!trail) return undefined;
  const between: string[] = [];
  for (const { from: at } of trail) {
    const path = pathThere(thread, at.cell);
    // It was killed meanwhile.
    if (path === undefined) return undefined;
    between.push(path);
  }
  return [from.path, ...between, from.path];
}

/** The edges from `to` back to `from`; with those of `wanted` ends, or without. */
function wayRound(thread: Thread, from: Address, to: Address, wanted: boolean): readonly Edge[] | undefined {
  if (to.cell === from.cell && to.generation === from.generation) return [];
  // The cheap answer, mostly: it waits for nobody.
  if (thread.views.load(to.cell + CELL_WAITS) === 0) return undefined;
  for (let readings = READINGS; readings > 0; readings--) {
    const trail = walk(thread, from, to, wanted);
    // A second reading: every edge as it was. If not, there may be another way round.
    if (!trail || trail.every((edge) => isPending(thread, edge.ticket, edge.generation))) return trail;
  }
  return undefined;
}

function walk(thread: Thread, from: Address, to: Address, wanted: boolean): readonly Edge[] | undefined {
  const seen = new Set<number>();
  const trail: Edge[] = [];
  const goOn = (at: Address): boolean => {
    if (seen.has(at.cell) || seen.size >= WALK_MAX) return false;
    seen.add(at.cell);
    for (const edge of edgesOf(thread, at, wanted)) {
      trail.push(edge);
      if ((edge.to.cell === from.cell && edge.to.generation === from.generation) || goOn(edge.to)) return true;
      trail.pop();
    }
    return false;
  };
  return goOn(to) ? trail : undefined;
}

interface Edge {
  readonly from: Address;
  readonly to: Address;
  readonly ticket: number;
  readonly generation: number;
}

/** Read anew when its owner has changed the list: he looks for himself when he adds to it, not when something goes. */
function edgesOf(thread: Thread, from: Address, wanted: boolean): readonly Edge[] {
  for (let readings = READINGS; readings > 0; readings--) {
    const edges = edgesNow(thread, from, wanted);
    if (edges) return edges;
  }
  return [];
}

/** Undefined: the list has changed meanwhile. */
function edgesNow(thread: Thread, from: Address, wanted: boolean): readonly Edge[] | undefined {
  const { cell, generation } = from;
  const edges: Edge[] = [];
  const load = (at: number) => thread.views.load(at);
  const alive = generationIn(load(cell + CELL_HEAD + 4)) === generation && (load(cell + CELL_HEAD) & STOPPED) === 0;
  let ticket = alive ? (load(cell + CELL_WAITS) & ~ENDING) >>> 0 : 0;
  for (let i = 0; ticket !== 0 && i < WALK_MAX; i++) {
    const turn = load(ticket + TICKET_STATE + 4);
    const target = load(ticket + TICKET_TO);
    const to = { cell: (target & ~WANTED) >>> 0, generation: load(ticket + TICKET_TO_GENERATION) };
    const next = load(ticket + TICKET_LINK);
    // Of somebody else by now, or it has been used again.
    if (load(ticket + TICKET_FROM) !== cell || load(ticket + TICKET_STATE + 4) !== turn) return undefined;
    // One that is answered is in the list until its owner has taken the answer.
    const counts = to.cell !== 0 && (wanted || target === to.cell) && isPending(thread, ticket, turn);
    if (counts) edges.push({ from, to, ticket, generation: turn });
    ticket = next;
  }
  return edges;
}

function isPending(thread: Thread, ticket: number, generation: number): boolean {
  const state = ticket + TICKET_STATE;
  return thread.views.load(state) === TICKET_PENDING && thread.views.load(state + 4) === generation;
}

function deadlock(path: readonly string[], message: string): ZanniError {
  return new ZanniError(
    "ERR_DEADLOCK",
    `"${message}" would wait for ever: ${path.join(" waits for ")}; tell instead of asking, or ask({ waits: false }) without awaiting it`,
    { actor: path[0], details: { path, message } },
  );
}
