// After the death of a thread. Its successor has put in order what is in shared memory (assembly/takeover.ts); what was in
// JavaScript is lost: instances, families, watchers, links, asks. So
//
//   the successor   gives each actor that lived there its host half again, failed, with its children as the init frames
//                   name them; tells all threads; answers for messages in hand; tells each supervisor once, with a list
//   every thread    watches there again, and asks which of its asks and links are not known any more: those fail
//
// An actor's own children, and what it watched or was subscribed to, end with its instance, as at any failure.
import {
  CELL_BEHAVIOR,
  CELL_HAND,
  CELL_HEAD,
  CELL_INIT,
  CELL_KEPT,
  CELL_LIST,
  CELL_RESTARTS,
  CELL_SLOT,
  CELL_WORKER,
  FLAG_HERE,
  FRAME_FLAGS,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  HEADER,
  HEADER_THIEVES,
  HEADER_WORKERS,
  HOME_ANY,
  INIT_CHILD,
  INIT_ORDINAL,
  KIND_CHILDREN_LOST,
  KIND_KNOWN,
  KIND_STOP,
  KIND_SUCCEEDED,
  KIND_TELL,
  STOPPED,
  WORKER_LIFE,
} from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import { watchAgain } from "./bond.ts";
import { Child, type HostCell, type LostChild } from "./cell.ts";
import { familyOf, initText, supervisionOf, troubleOf, usualTerms } from "./children.ts";
import { whileThere } from "./elsewhere.ts";
import { nameOf } from "./hash.ts";
import { type Address, generationIn, keyOf, type Pending } from "./holder.ts";
import { internalCell, SUPERVISOR } from "./internal.ts";
import { adopt, failed, finishEnd, later, lose, stop } from "./lifecycle.ts";
import { finishNativeEnd, nativeLost } from "./native.ts";
import { forgetSubscriber } from "./reception.ts";
import type { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";

// ---- the successor --------------------------------------------------------------------------------

/** Before the first turn of a thread that has taken the place of one that died. */
export function takeOver(thread: Thread, cause: Error): void {
  const { core, index } = thread;
  const { u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const worker = index - word(HEADER + HEADER_THIEVES);
  const error = new ZanniError("ERR_WORKER_LOST", `worker ${worker} died: ${cause.message}`, {
    details: { worker },
    cause: thread.sendable(cause),
  });
  const instances = new Map<number, HostCell>();
  const all: number[] = [];
  for (let cell = core.nextCell(0) >>> 0; cell !== 0; cell = core.nextCell(cell) >>> 0) all.push(cell);
  const natives: number[] = [];
  const ends: number[] = [];
  const supervisors: number[] = [];
  for (const cell of all) {
    const native = word(cell + CELL_BEHAVIOR) !== 0;
    if ((word(cell + CELL_HEAD) & STOPPED) !== 0) {
      // Others may have ended since we looked: their own threads see to that.
      if (core.runner(cell) === index + 1) ends.push(cell);
    } else if (native) {
      if (core.runner(cell) === index + 1) natives.push(cell);
    } else if (word(cell + CELL_WORKER) === index && cell !== thread.replies.cell && word(cell + CELL_SLOT) !== 0) {
      // Their parents live here too: they come after them.
      if (word(cell + CELL_INIT) === 0) supervisors.push(cell);
      else instances.set(cell, adopt(thread, cell, core.generation(cell) >>> 0));
    }
  }
  for (const cell of supervisors) instances.set(cell, supervisorAt(thread, cell));
  const down = new Set([...instances.keys(), ...natives]);
  for (const cell of all) child(thread, cell, instances, down);

  // First: what is watched must be known to be watched, before anybody decides that it ends.
  const threads = word(HEADER + HEADER_WORKERS);
  const life = word(thread.block + WORKER_LIFE);
  for (let to = 0; to < threads; to++) if (to !== index) thread.tellThread(to, KIND_SUCCEEDED, index, life);
  const told = new Map<string, { parent: Address; children: LostChild[] }>();
  const tell = (parent: Address, lost: LostChild) => {
    const key = keyOf(parent);
    const entry = told.get(key) ?? { parent, children: [] };
    entry.children.push(lost);
    told.set(key, entry);
  };
  for (const actor of instances.values()) {
    lose(thread, actor, error);
    if (actor.internal) {
      later(thread, actor, () => stop(thread, actor, "shutdown"));
      continue;
    }
    forgetSubscriber(thread, actor);
    const message = answerForHand(thread, actor, error);
    const init = word(actor.cell + CELL_INIT);
    const parent = actor.parent as Address;
    if (((thread.views.u8[init + FRAME_FLAGS] as number) & FLAG_HERE) !== 0) {
      later(thread, actor, () => stop(thread, actor, { error }));
    } else if (!instances.has(parent.cell)) {
      // Those of a parent that is lost as well end with it.
      const first = word(actor.cell + CELL_LIST);
      const over = first !== 0 && thread.views.u8[first + FRAME_KIND] === KIND_STOP;
      tell(parent, [actor.cell, actor.generation, actor.child, message, over]);
    }
  }
  for (const cell of natives) {
    const { parent, lost } = nativeLost(thread, cell, error);
    if (!instances.has(parent.cell)) tell(parent, lost);
  }
  for (const cell of ends) {
    if (word(cell + CELL_BEHAVIOR) !== 0) finishNativeEnd(thread, cell);
    else finishEnd(thread, cell);
  }
  for (const { parent, children } of told.values()) {
    if (thread.sendControl(parent, KIND_CHILDREN_LOST, [children, error])) continue;
    // Nobody decides.
    for (const [cell] of children) {
      const actor = instances.get(cell);
      if (actor) later(thread, actor, () => stop(thread, actor, { error }));
    }
  }
}

/** Whoever asked for the message in hand learns that there will be no answer. Answers its name. */
function answerForHand(thread: Thread, actor: HostCell, error: Error): string | undefined {
  const { u8, u32 } = thread.views;
  const hand = u32[(actor.cell + CELL_HAND) >>> 2] as number;
  if (hand === 0) return undefined;
  const message = u8[hand + FRAME_KIND] === KIND_TELL ? nameOf(u32[(hand + FRAME_NAME) >>> 2] as number) : "a hook";
  const ticket = u32[(hand + FRAME_TICKET) >>> 2] as number;
  const generation = u32[(hand + FRAME_TICKET_GENERATION) >>> 2] as number;
  if (u8[hand + FRAME_KIND] === KIND_STOP) return message;
  thread.replyError(ticket, generation, failed(actor, message, error));
  // The dead may have claimed the ticket, and not said so: then whoever asked is told that nobody knows of it.
  u32[(hand + FRAME_TICKET) >>> 2] = 0;
  return message;
}

/** A supervisor without code of its own: it ends, and its children with it. */
function supervisorAt(thread: Thread, cell: number): HostCell {
  const { u32 } = thread.views;
  const above = u32[(cell + CELL_KEPT) >>> 2] as number;
  const parent = { cell: above, generation: generationIn(u32[(above + CELL_HEAD + 4) >>> 2] as number) };
  const number = u32[(cell + CELL_RESTARTS) >>> 2] as number;
  const supervision = supervisionOf(undefined, thread.settings);
  const found = { cell, generation: thread.core.generation(cell) >>> 0 };
  return internalCell(thread, SUPERVISOR, parent, number, supervision, SUPERVISOR, undefined, found);
}

/** If the parent of that cell was lost: a record of the child, as far as its init frame tells. */
function child(
  thread: Thread,
  cell: number,
  instances: ReadonlyMap<number, HostCell>,
  down: ReadonlySet<number>,
): void {
  const { u32 } = thread.views;
  const word = (at: number) => u32[at >>> 2] as number;
  const generation = generationIn(word(cell + CELL_HEAD + 4));
  const init = word(cell + CELL_INIT);
  if (init === 0) {
    const actor = instances.get(cell);
    const parent = actor && instances.get(actor.parent?.cell ?? 0);
    if (!actor || !parent) return;
    const terms = { ...usualTerms, shutdownMs: Infinity };
    familyOf(parent).restore(new Child(actor.child, actor, parent, SUPERVISOR, SUPERVISOR, terms));
    return;
  }
  const parent = instances.get(word(init + FRAME_SENDER));
  if (!parent || parent.generation !== word(init + FRAME_SENDER_GENERATION)) return;
  const definition = nameOf(word(init + FRAME_NAME));
  const id = word(init + INIT_CHILD);
  // It may end on its own thread while we look; then it says so itself.
  const label = whileThere(thread, { cell, generation }, () => {
    const ordinal = word(init + INIT_ORDINAL);
    return ordinal !== 0 ? ordinal : (initText(thread, init).split("/").at(-1) as string);
  });
  if (label === undefined) return;
  const record = new Child(id, { cell, generation }, parent, definition, label, usualTerms);
  familyOf(parent).restore(record);
  const trouble = troubleOf(record);
  // One that is lost as well has no more to do.
  if (down.has(cell)) trouble.restarting = true;
  else trouble.isUnclear = true;
}

// ---- every thread ---------------------------------------------------------------------------------

/** Somebody has taken the place of that thread: what is waited for there may not be known any more. */
export function succeeded(thread: Thread, index: number, life: number): void {
  thread.core.failClaimed(index, life);
  const error = new ZanniError("ERR_WORKER_LOST", "whoever was asked was lost with its thread");
  for (const definition of thread.registry.all()) if (definition.announced) thread.announce(definition, index);
  const asked = new Map<string, { to: Address; pendings: Pending[]; links: { actor: HostCell; ref: Ref }[] }>();
  const at = (to: Address) => {
    const entry = asked.get(keyOf(to)) ?? { to, pendings: [], links: [] };
    asked.set(keyOf(to), entry);
    return entry;
  };
  for (const pending of thread.asks.all()) {
    if (!pending.to || !concerns(thread, pending.to, index)) continue;
    // The runtime's own are put again: whoever gets one twice answers once.
    if (pending.again) thread.again(pending);
    else at(pending.to).pendings.push(pending);
  }
  for (const actor of thread.cells) {
    const extras = actor?.life?.extras;
    if (!actor || !extras) continue;
    for (const ref of extras.linked.values()) if (concerns(thread, ref, index)) at(ref).links.push({ actor, ref });
    for (const pump of [...extras.pumps.values()]) pump.look();
    watchAgain(thread, actor.life, index);
  }
  for (const { to, pendings, links } of asked.values()) {
    const said = [
      pendings.flatMap(({ ticket, generation }) => [ticket, generation]),
      links.map(({ actor }) => keyOf(actor)),
    ];
    const settle = (known: readonly [readonly number[], readonly string[]]) => {
      const [tickets, keys] = known.map((each) => new Set<unknown>(each)) as [Set<unknown>, Set<unknown>];
      for (const pending of pendings) if (!tickets.has(pending.ticket)) thread.lost(pending, error);
      for (const { actor, ref } of links) if (!keys.has(keyOf(actor))) thread.linkLost(actor, ref, error);
    };
    const gone = () => settle([[], []]);
    thread.question(to, KIND_KNOWN, said, thread.stranger, "").then((known) => settle(known as never), gone);
  }
}

/** Does it live there, or run anywhere, or is it gone? */
function concerns(thread: Thread, { cell, generation }: Address, index: number): boolean {
  const { u32 } = thread.views;
  if (generationIn(u32[(cell + CELL_HEAD + 4) >>> 2] as number) !== generation) return true;
  if (((u32[(cell + CELL_HEAD) >>> 2] as number) & STOPPED) !== 0) return true;
  const home = u32[(cell + CELL_WORKER) >>> 2] as number;
  return home === index || home === HOME_ANY;
}
