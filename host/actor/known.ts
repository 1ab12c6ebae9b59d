// What an actor knows of those who wait for it: asked by their threads after the death of a thread, when what it had taken in
// may be lost (takeover.ts).
import {
  CELL_BEHAVIOR,
  CELL_HAND,
  CELL_HEAD,
  CELL_HIGH,
  CELL_INIT,
  CELL_LATER,
  CELL_LIST,
  CELL_RANKED,
  FRAME_NEXT,
  FRAME_PUSH,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  INIT_WATCHERS,
  POINTER_MASK,
} from "../../assembly/layout.ts";
import type { HostCell } from "./cell.ts";
import { askKey } from "./holder.ts";
import type { Thread } from "./thread.ts";

/** Of these tickets { number, generation … } and links, those that this actor, in its turn, knows of. */
export function known(thread: Thread, actor: HostCell, said: readonly unknown[]): [number[], string[]] {
  const [tickets, keys] = said as [readonly number[], readonly string[]];
  const found = ticketsAt(thread, actor.cell);
  const add = (ticket: number, generation: number) => found.add(askKey(ticket, generation));
  if (actor.served) add(actor.served.ticket, actor.served.ticketGeneration);
  const { watchers = [], rare, life } = actor;
  for (let i = 0; i < watchers.length; i += 2) add(watchers[i] as number, watchers[i + 1] as number);
  for (const { ticket, ticketGeneration } of [...(rare?.stashed ?? []), ...(rare?.unstashed ?? [])])
    add(ticket, ticketGeneration);
  const holders = rare?.holders ?? [];
  for (let i = 0; i < holders.length; i += 2) add(holders[i] as number, holders[i + 1] as number);
  for (const pump of life?.extras?.pumps.values() ?? []) add(pump.ticket, pump.generation);
  for (const [ticket, generation] of thread.underWay) add(ticket, generation);
  const linked = life?.extras?.linked;
  return [those(tickets, found), keys.filter((key) => linked?.has(key))];
}

/** The same of a native actor, which this thread runs now. */
export function knownToNative(thread: Thread, cell: number, said: readonly unknown[]): [number[], string[]] {
  const [tickets] = said as [readonly number[]];
  const { u32 } = thread.views;
  const found = ticketsAt(thread, cell);
  const init = u32[(cell + CELL_INIT) >>> 2] as number;
  collect(thread, u32[(init + INIT_WATCHERS) >>> 2] as number, FRAME_NEXT, found);
  return [those(tickets, found), []];
}

function those(tickets: readonly number[], found: ReadonlySet<string>): number[] {
  return tickets.filter((ticket, i) => i % 2 === 0 && found.has(askKey(ticket, tickets[i + 1] as number)));
}

/** Of all messages that wait for that cell, the caller's, and of the one in hand. */
function ticketsAt(thread: Thread, cell: number): Set<string> {
  const found = new Set<string>();
  const { u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const hand = word(cell + CELL_HAND);
  if (hand !== 0) found.add(askKey(word(hand + FRAME_TICKET), word(hand + FRAME_TICKET_GENERATION)));
  collect(thread, word(cell + CELL_LIST), FRAME_NEXT, found);
  if (word(cell + CELL_BEHAVIOR) === 0 && word(cell + CELL_RANKED) !== 0) {
    for (let list = CELL_HIGH; list <= CELL_LATER; list += 8) collect(thread, word(cell + list), FRAME_NEXT, found);
  }
  collect(thread, (thread.views.load(cell + CELL_HEAD) & POINTER_MASK) >>> 0, FRAME_PUSH, found);
  return found;
}

function collect(thread: Thread, first: number, link: number, found: Set<string>): void {
  const { u32 } = thread.views;
  for (let frame = first; frame !== 0; frame = u32[(frame + link) >>> 2] as number) {
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    if (ticket !== 0) found.add(askKey(ticket, u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number));
  }
}
