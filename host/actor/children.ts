// A parent and its children: spawning, and ending them in reverse order. The record of a child lives with its
// parent, which alone decides about it.
import {
  FLAG_HERE,
  FORM_INLINE,
  FORM_WORDS,
  FRAME_FLAGS,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_PAYLOAD,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_SIZE,
  FRAME_TICKET,
  HEADER,
  HEADER_THIEVES,
  INIT_CHILD,
  INIT_ORDINAL,
  KIND_INIT,
  KIND_STOP_WANTED,
  MOVABLE,
  SYSTEM_KILL,
} from "../../assembly/layout.ts";
import { outOfMemory, stopped, ZanniError } from "../errors.ts";
import { defaults, known, milliseconds, oneOf, whole, wrong } from "../options.ts";
import { isWellFormed } from "../wire/text.ts";
import {
  below,
  Child,
  Family,
  type HealthTerms,
  type HostCell,
  nameOfChild,
  type Supervision,
  type Terms,
  type Trouble,
} from "./cell.ts";
import { nameOf } from "./hash.ts";
import { watchHealth } from "./health.ts";
import type { Address, Holder } from "./holder.ts";
import { type Keys, type Limits, limitsFor } from "./overflow.ts";
import { Ref } from "./ref.ts";
import type { Definition } from "./registry.ts";
import type { BackoffTerms } from "./supervise.ts";
import type { Settings, Thread } from "./thread.ts";
import type { Backoff, Directive, HealthOptions, MailboxOptions, SpawnOptions, SupervisionOptions } from "./types.ts";

const spawnOptions = ["name", "restart", "mailbox", "budget", "placement", "shutdown", "backoff", "health"];

/** Starts a child of `parent`; the ref is the holder's. `here`: pinned to this thread, messages by reference. */
export function spawn(
  thread: Thread,
  parent: HostCell,
  def: unknown,
  init: unknown,
  options: SpawnOptions | undefined,
  holder: Holder,
  here = false,
): Ref {
  mayStart(thread, parent, holder);
  if (options) check(options, thread);
  const home = here ? thread.index : placeOf(thread, options?.placement);
  const definition = definitionOf(thread, def, home);
  const family = familyOf(parent);
  const label = labelChild(parent, family, definition.name, options?.name);
  const mailbox = thread.mailbox(options?.mailbox);
  const initFrame = initFrameOf(thread, definition, parent, label, init, here, keysOf(mailbox));
  thread.views.u32[(initFrame + INIT_CHILD) >>> 2] = family.next;
  const usual = options?.mailbox === undefined && options?.budget === undefined;
  const { capacity, bytes, budget } = usual ? thread.usualLimits : limitsFor(mailbox, options?.budget ?? 0);
  const turns = definition.movable && !here ? budget | MOVABLE : budget;
  const address = thread.newCell(home, initFrame, capacity, bytes, turns);
  const child = addChild(parent, address, definition.name, label, options ? termsOf(options) : usualTerms);
  thread.begin(address);
  if (child.terms.health) watchHealth(thread, child, child.terms.health);
  if (thread.listening()) thread.event({ type: "spawn", actor: child.path });
  return new Ref(thread, address.cell, address.generation, definition.name, child, holder, here);
}

/** Throws when the parent, or whoever spawns, has ended. */
export function mayStart(thread: Thread, parent: HostCell, holder: Holder): void {
  if (!holder.ended && parent.status !== "stopping" && parent.status !== "stopped") return;
  throw holder === thread.stranger || parent.parent === undefined
    ? new ZanniError("ERR_SYSTEM_STOPPED", "the system has stopped; it starts no actors any more")
    : stopped(parent.path);
}

export function familyOf(parent: HostCell): Family {
  parent.family ??= new Family();
  return parent.family;
}

export function addChild(
  parent: HostCell,
  address: Address,
  definition: string,
  label: string | number,
  terms: Terms,
): Child {
  const family = familyOf(parent);
  const child = new Child(family.next, address, parent, definition, label, terms);
  family.add(child);
  return child;
}

/** What it takes to bring a child back; from its first failure on. */
export function troubleOf(child: Child): Trouble {
  child.trouble ??= {
    isUnclear: false,
    restarting: false,
    holding: undefined,
    held: false,
    restarts: 0,
    heldAfter: 0,
    failures: 0,
    upSince: 0,
    timer: undefined,
    group: undefined,
  };
  return child.trouble;
}

/** The record goes, the name is free again. */
export function removeChild({ family }: HostCell, id: number): Child | undefined {
  const child = family?.get(id);
  if (child) family?.remove(child);
  return child;
}

/** In order of their start, as they are now. */
export function childrenOf({ family }: HostCell): readonly Child[] {
  return family ? family.reversed().reverse() : noChildren;
}

const noChildren: readonly Child[] = [];
export const usualTerms: Terms = {
  policy: "permanent",
  shutdownMs: milliseconds("shutdown", defaults.shutdown),
  backoff: undefined,
  health: undefined,
};

export function termsOf({ restart, shutdown, backoff, health }: SpawnOptions): Terms {
  if (restart === undefined && shutdown === undefined && !backoff && !health) return usualTerms;
  return {
    policy: restart ?? "permanent",
    shutdownMs:
      shutdown === undefined
        ? usualTerms.shutdownMs
        : shutdown === "brutal"
          ? 0
          : shutdown === "infinity"
            ? Infinity
            : milliseconds("shutdown", shutdown),
    backoff: backoff && backoffOf(backoff),
    health: health && healthOf(health),
  };
}

function backoffOf(given: Backoff): BackoffTerms {
  known("backoff", given, ["min", "max", "factor", "jitter"]);
  const min = milliseconds("backoff.min", given.min);
  const max = milliseconds("backoff.max", given.max);
  if (max < min) wrong("backoff.max", given.max, `not shorter than backoff.min (${given.min})`);
  const { factor = defaults.backoff.factor, jitter = defaults.backoff.jitter } = given;
  if (typeof factor !== "number" || !(factor >= 1)) wrong("backoff.factor", factor, "a number from 1");
  if (typeof jitter !== "number" || !(jitter >= 0 && jitter <= 1))
    wrong("backoff.jitter", jitter, "a number from 0 to 1");
  return { min, max, factor, jitter };
}

function healthOf(given: HealthOptions): HealthTerms {
  known("health", given, ["every", "timeout", "threshold"]);
  const every = milliseconds("health.every", given.every);
  if (every <= 0) wrong("health.every", given.every, "longer than 0");
  const { threshold = defaults.healthThreshold } = given;
  return {
    every,
    timeout: given.timeout === undefined ? every : milliseconds("health.timeout", given.timeout),
    threshold: whole("health.threshold", threshold, 1, 1e9),
    next: undefined,
  };
}

/** Ends all children, in reverse order of their start, each in its own time. Undefined when there are none. */
export function endChildren(thread: Thread, parent: HostCell): Promise<void> | undefined {
  const { family } = parent;
  if (!family || family.size === 0) return undefined;
  for (const child of family.reversed()) {
    // One that fails before its turn, or is down, does not come back.
    child.gone ??= [];
    const { trouble } = child;
    if (!trouble) continue;
    trouble.group = undefined;
    trouble.timer?.cancel();
    trouble.timer = undefined;
  }
  return (async () => {
    for (const child of family.reversed()) {
      // It may have ended of itself meanwhile.
      if (family.has(child)) await endChild(thread, child);
    }
  })();
}

export function endChild(thread: Thread, child: Child): Promise<void> {
  return new Promise((resolve) => {
    let timer: { cancel(): void } | undefined;
    child.gone ??= [];
    child.gone.push(() => {
      timer?.cancel();
      resolve();
    });
    const { shutdownMs } = child.terms;
    if (shutdownMs === 0 || child.trouble?.restarting) thread.control(child, SYSTEM_KILL);
    else {
      thread.sendStop(child, undefined, true);
      // It may be down, and have told that to whom was lost: then it does not look at its mailbox.
      if (child.trouble?.isUnclear) thread.sendControl(child, KIND_STOP_WANTED, []);
      if (shutdownMs < Infinity) {
        timer = thread.after(shutdownMs, () => void thread.control(child, SYSTEM_KILL));
      }
    }
  });
}

/** What an actor may say of how it supervises. */
const supervisionOptions = ["strategy", "maxRestarts", "within", "backoff", "decide"];

/** How a parent supervises: its own options, of those `allowed`, over the system's. */
export function supervisionOf(
  options: SupervisionOptions | undefined,
  settings: Settings,
  allowed: readonly string[] = supervisionOptions,
): Supervision {
  if (!options) {
    const { strategy, maxRestarts, withinMs, backoff } = settings;
    return { strategy, maxRestarts, withinMs, backoff, decide: undefined };
  }
  known("supervision", options, allowed);
  const { strategy = settings.strategy } = options;
  oneOf("strategy", strategy, ["one-for-one", "one-for-all", "rest-for-one"]);
  const { maxRestarts = settings.maxRestarts, within } = options;
  if (maxRestarts !== Infinity) whole("maxRestarts", maxRestarts, 0, 1e9);
  if (options.decide !== undefined && typeof options.decide !== "function") {
    wrong("decide", options.decide, "a function (error, child) => directive");
  }
  return {
    strategy,
    backoff: options.backoff === undefined ? settings.backoff : backoffOf(options.backoff),
    maxRestarts,
    withinMs: within === undefined ? settings.withinMs : milliseconds("within", within),
    decide: options.decide as ((error: Error, child: never) => Directive) | undefined,
  };
}

export function checkMailbox(mailbox: MailboxOptions): void {
  known("mailbox", mailbox, ["capacity", "bytes", "overflow", "coalesceBy", "fallback"]);
  const { capacity, bytes, overflow, coalesceBy, fallback } = mailbox;
  if (overflow !== undefined) {
    oneOf("mailbox.overflow", overflow, ["block", "drop-newest", "drop-oldest", "fail", "coalesce"]);
  }
  if (coalesceBy !== undefined && typeof coalesceBy !== "string") wrong("mailbox.coalesceBy", coalesceBy, "a text");
  if (fallback !== undefined) oneOf("mailbox.fallback", fallback, ["drop-newest", "drop-oldest"]);
  if ((overflow === "coalesce") !== (coalesceBy !== undefined)) {
    wrong("mailbox.coalesceBy", coalesceBy, 'a text with overflow: "coalesce", and nothing without');
  }
  if (capacity !== undefined && capacity !== Infinity) whole("mailbox.capacity", capacity, 1, 2 ** 31 - 1);
  if (bytes !== undefined && bytes !== Infinity) whole("mailbox.bytes", bytes, 64, 2 ** 31 - 1);
}

export function check(options: SpawnOptions, thread: Thread): void {
  known("spawn", options, spawnOptions);
  if (options.backoff !== undefined) backoffOf(options.backoff);
  if (options.health !== undefined) healthOf(options.health);
  if (options.restart !== undefined) oneOf("restart", options.restart, ["permanent", "transient", "temporary"]);
  if (options.mailbox !== undefined) checkMailbox(options.mailbox);
  if (options.budget !== undefined) whole("budget", options.budget, 1, 1_000_000);
  const { shutdown, placement } = options;
  if (shutdown !== undefined && shutdown !== "brutal" && shutdown !== "infinity") milliseconds("shutdown", shutdown);
  if (typeof placement === "number") whole("placement", placement, 0, thread.settings.workers - 1);
  else if (placement !== undefined) oneOf("placement", placement, ["least-loaded", "same"]);
}

/** Workers are numbered from 0 for users; with threads, block 0 is the thread that made the system. */
export function placeOf(thread: Thread, placement: SpawnOptions["placement"]): number {
  const first = thread.views.u32[(HEADER + HEADER_THIEVES) >>> 2] as number;
  if (placement === "same") return thread.index;
  if (typeof placement === "number") return first + placement;
  return thread.core.leastLoaded(first) >>> 0;
}

function definitionOf(thread: Thread, def: unknown, home: number): Definition {
  const found = thread.registry.of(def);
  if (found) return found;
  const name = (def as { name?: string } | undefined)?.name;
  // What stays on this thread needs no registry: nobody else has to find it by name.
  if (home === thread.index && def) return thread.registry.addHere(def, name || "actor");
  throw thread.registry.unknown(name || String(def));
}

/** The name it was given, if nobody has it, or how many of its definition it is. */
export function labelChild(
  parent: HostCell,
  family: Family,
  definition: string,
  given: string | undefined,
): string | number {
  if (given === undefined) return family.ordinal(definition);
  const fits = typeof given === "string" && given !== "" && !given.includes("/") && isWellFormed(given);
  if (!fits || given.length > defaults.nameLengthMax) {
    wrong("name", given, `a text of 1 to ${defaults.nameLengthMax} characters without "/"`);
  }
  if (family.named(given)) {
    const path = below(parent.path, given);
    throw new ZanniError("ERR_NAME_TAKEN", `"${path}" is alive; names are unique among siblings`, {
      details: { name: given },
    });
  }
  return given;
}

// ---- the init frame: what it takes to start, kept for restarts -------------------------------------
//
// The text is the path of a child with a name, and its parent's path otherwise: with the definition and the ordinal
// that makes the path, when somebody asks for it.

/** Inline: the text in ASCII, no init. Else [text, init], and what a mailbox that coalesces goes by. */
export function initFrameOf(
  thread: Thread,
  definition: { readonly hash: number },
  parent: HostCell,
  label: string | number,
  init: unknown,
  here: boolean,
  keys: Keys | undefined,
): number {
  const text = typeof label === "string" ? below(parent.path, label) : parent.path;
  const plain = init === undefined && !keys && ascii(text);
  const frame = plain ? inlineInit(thread, text) : fullInit(thread, text, here ? undefined : init, keys);
  const { u32 } = thread.views;
  u32[(frame + FRAME_NAME) >>> 2] = definition.hash;
  u32[(frame + FRAME_SENDER) >>> 2] = parent.cell;
  u32[(frame + FRAME_SENDER_GENERATION) >>> 2] = parent.generation;
  u32[(frame + INIT_ORDINAL) >>> 2] = typeof label === "string" ? 0 : label;
  if (here) thread.views.u8[frame + FRAME_FLAGS] = FLAG_HERE;
  // For an actor pinned to this thread the init stays here, and its number is in the frame.
  if (here && init !== undefined) u32[(frame + FRAME_TICKET) >>> 2] = thread.pass([init]);
  return frame;
}

function inlineInit(thread: Thread, text: string): number {
  const frame = thread.core.reserve(text.length) >>> 0;
  if (frame === 0) throw outOfMemory(text, text.length);
  const { u8 } = thread.views;
  for (let i = 0; i < text.length; i++) u8[frame + FRAME_PAYLOAD + i] = text.charCodeAt(i);
  u8[frame + FRAME_KIND] = KIND_INIT;
  u8[frame + FRAME_FORM] = FORM_INLINE;
  return frame;
}

/** How errors name them. */
const INIT_PARTS = ["path", "init", "mailbox"] as const;

function fullInit(thread: Thread, text: string, init: unknown, keys: Keys | undefined): number {
  const size = keys ? 0 : thread.words.compose([text, init], text);
  if (size > 0) {
    const frame = thread.core.reserve(size) >>> 0;
    if (frame === 0) throw outOfMemory(text, size);
    thread.writeWords(frame, KIND_INIT);
    return frame;
  }
  const bytes = thread.codec.encode(keys ? [text, init, keys] : [text, init], INIT_PARTS);
  const frame = thread.core.reserve(bytes.length) >>> 0;
  if (frame === 0) throw outOfMemory(text, bytes.length);
  thread.write(frame, KIND_INIT, bytes);
  return frame;
}

/** The init frame of an actor that is gone: what it held by reference goes too. */
export function forgetInit(thread: Thread, frame: number): void {
  const number = thread.views.u32[(frame + FRAME_TICKET) >>> 2] as number;
  if (number !== 0) thread.passed.delete(number);
}

/** The path that an init frame stands for. */
export function pathOf(thread: Thread, frame: number): string {
  const { u32 } = thread.views;
  const ordinal = u32[(frame + INIT_ORDINAL) >>> 2] as number;
  const definition = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
  const text = initText(thread, frame);
  return ordinal === 0 ? text : below(text, nameOfChild(definition, ordinal));
}

/** What an init frame says: a path, as above. */
export function initText(thread: Thread, frame: number): string {
  const { u8, u32 } = thread.views;
  if (u8[frame + FRAME_FORM] !== FORM_INLINE) return initParts(thread, frame, thread.stranger)[0] as string;
  const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
  let text = "";
  for (let i = 0; i < size; i++) text += String.fromCharCode(u8[frame + FRAME_PAYLOAD + i] as number);
  return text;
}

/** What an actor is started with. `reader` becomes the holder of the refs in it. */
export function initOf(thread: Thread, frame: number, reader: Holder): unknown {
  const { u8, u32 } = thread.views;
  const number = u32[(frame + FRAME_TICKET) >>> 2] as number;
  if (number !== 0) return thread.passed.get(number)?.[0];
  const form = u8[frame + FRAME_FORM];
  if (form === FORM_INLINE) return undefined;
  // Without the path, which is rarely asked for.
  if (form === FORM_WORDS) return thread.words.readOne(thread.views, frame + FRAME_PAYLOAD, thread, reader, 1);
  return initParts(thread, frame, reader)[1];
}

/** What a mailbox that coalesces goes by. */
export function initKeys(thread: Thread, frame: number): Keys | undefined {
  if (thread.views.u8[frame + FRAME_FORM] === FORM_INLINE) return undefined;
  return initParts(thread, frame, thread.stranger)[2] as Keys | undefined;
}

function initParts(thread: Thread, frame: number, reader: Holder): readonly unknown[] {
  const { u8, u32 } = thread.views;
  const at = frame + FRAME_PAYLOAD;
  if (u8[frame + FRAME_FORM] === FORM_WORDS) return thread.words.read(thread.views, at, thread, reader);
  return thread.decode(at, u32[(frame + FRAME_SIZE) >>> 2] as number, reader) as readonly unknown[];
}

function keysOf({ overflow, coalesceBy, fallback }: Limits): Keys | undefined {
  return overflow === "coalesce" ? { coalesceBy: coalesceBy ?? "", fallback } : undefined;
}

function ascii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
