// Deadlocks of asks and of full mailboxes are found when they close. A BLOCKED actor has an edge to each actor whose
// answer it has asked for and not yet got: its cell names the newest of these tickets, each ticket the one before.
//
//   cell ──CELL_WAITS──▶ ticket ──TICKET_LINK──▶ ticket ──▶ 0
//                          └─TICKET_TO──▶ cell ──CELL_WAITS──▶ …
//
// Edges are published before they are walked, by sequentially consistent accesses: of two actors that close a cycle at
// once, at least one sees it. A ticket is always a ticket, so a walk that goes astray reads no rubbish, and a cycle counts
// only if a second reading finds every ticket of it unchanged.
import {
  CELL_HEAD,
  CELL_WAITS,
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
import { pathThere } from "./elsewhere.ts";
import { nameOf } from "./hash.ts";
import type { Address, Pending } from "./holder.ts";
import { generationIn, type Thread } from "./thread.ts";

/** So many actors are walked at most; a longer chain is no cycle anybody would find by waiting. */
const WALK_MAX = 10_000;

/** The actor is BLOCKED: what it waits for becomes visible. Those that close a cycle are handed to `found`. */
export function blocked(thread: Thread, actor: HostCell, found: (pending: Pending, error: ZanniError) => void): void {
  const { life } = actor;
  let older = 0;
  const pendings: Pending[] = [];
  for (let pending = life.asks; pending; pending = pending.after) pendings.unshift(pending);
  for (const pending of pendings) older = link(thread, actor, pending, older);
  if (older === 0) return;
  thread.views.store(actor.cell + CELL_WAITS, older);
  for (const pending of pendings) examine(thread, actor, pending, found);
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

/** It goes on. */
export function unblocked(thread: Thread, { cell }: Address): void {
  const at = cell + CELL_WAITS;
  if (thread.views.u32[at >>> 2] !== 0) thread.views.store(at, 0);
}

function link(thread: Thread, { cell }: Address, { ticket, target, waits }: Pending, older: number): number {
  const { u32 } = thread.views;
  u32[(ticket + TICKET_TO) >>> 2] = waits && target ? target.cell : 0;
  u32[(ticket + TICKET_TO_GENERATION) >>> 2] = target?.generation ?? 0;
  u32[(ticket + TICKET_LINK) >>> 2] = older;
  u32[(ticket + TICKET_FROM) >>> 2] = cell;
  return ticket;
}

/** Has it closed a cycle? */
export function examine(
  thread: Thread,
  actor: HostCell,
  pending: Pending,
  found: (pending: Pending, error: ZanniError) => void,
): void {
  if (!pending.target || !pending.waits) return;
  const path = cycle(thread, actor, pending.target);
  if (path) found(pending, deadlock(path, nameOf(pending.hash)));
}

/** The paths of the actors from `from` round to itself, when the one it waits for waits for it; else undefined. */
export function cycle(thread: Thread, from: HostCell, to: Address): readonly string[] | undefined {
  if (to.cell === from.cell && to.generation === from.generation) return [from.path, from.path];
  // The cheap answer, mostly: it waits for nobody.
  if (thread.views.load(to.cell + CELL_WAITS) === 0) return undefined;
  const seen = new Set<number>();
  const trail: Edge[] = [];
  const walk = (at: Address): boolean => {
    if (seen.has(at.cell) || seen.size >= WALK_MAX) return false;
    seen.add(at.cell);
    for (const edge of edgesOf(thread, at)) {
      trail.push(edge);
      if ((edge.to.cell === from.cell && edge.to.generation === from.generation) || walk(edge.to)) return true;
      trail.pop();
    }
    return false;
  };
  // A second reading: every edge as it was.
  if (!walk(to) || !trail.every((edge) => isPending(thread, edge.ticket, edge.generation))) return undefined;
  const between: string[] = [];
  for (const edge of trail) {
    const path = pathThere(thread, edge.from);
    // It was killed meanwhile.
    if (path === undefined) return undefined;
    between.push(path);
  }
  return [from.path, ...between, from.path];
}

interface Edge {
  readonly from: number;
  readonly to: Address;
  readonly ticket: number;
  readonly generation: number;
}

function edgesOf(thread: Thread, { cell, generation }: Address): Edge[] {
  const edges: Edge[] = [];
  const load = (at: number) => thread.views.load(at);
  const alive = generationIn(load(cell + CELL_HEAD + 4)) === generation && (load(cell + CELL_HEAD) & STOPPED) === 0;
  let ticket = alive ? load(cell + CELL_WAITS) : 0;
  for (let i = 0; ticket !== 0 && i < WALK_MAX; i++) {
    const turn = load(ticket + TICKET_STATE + 4);
    const to = { cell: load(ticket + TICKET_TO), generation: load(ticket + TICKET_TO_GENERATION) };
    const next = load(ticket + TICKET_LINK);
    // Of somebody else by now: the list has changed under us, and its owner looks for himself.
    if (load(ticket + TICKET_FROM) !== cell || !isPending(thread, ticket, turn)) break;
    if (to.cell !== 0) edges.push({ from: cell, to, ticket, generation: turn });
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
