// A parent and its children: spawning, and ending them in reverse order. The record of a child lives with its
// parent, which alone decides about it.
import {
  FORM_INLINE,
  FORM_PACKED,
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
  KIND_INIT,
  SYSTEM_KILL,
  SYSTEM_START,
} from "../../assembly/layout.ts";
import { outOfMemory, stopped, ZanniError } from "../errors.ts";
import { defaults, known, milliseconds, oneOf, whole, wrong } from "../options.ts";
import type { Address, Holder } from "./carrier.ts";
import type { Child, HostCell, Supervision } from "./cell.ts";
import { Ref } from "./ref.ts";
import type { Definition } from "./registry.ts";
import type { Settings, Thread } from "./thread.ts";
import type { Directive, MailboxOptions, SpawnOptions, SupervisorOptions } from "./types.ts";

const spawnOptions = ["name", "restart", "mailbox", "budget", "placement", "shutdown"];

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
  if (holder.ended || parent.status === "stopping" || parent.status === "stopped") {
    throw holder === thread.stranger || parent.parent === undefined
      ? new ZanniError("ERR_SYSTEM_STOPPED", "the system has stopped; it starts no actors any more")
      : stopped(parent.path);
  }
  if (options) check(options, thread);
  const home = here ? thread.index : placeOf(thread, options?.placement);
  const definition = definitionOf(thread, def, home);
  const name = nameChild(parent, definition.name, options?.name);
  const path = parent.path === "" ? name : `${parent.path}/${name}`;
  let initFrame: number;
  if (here && init !== undefined) {
    initFrame = initByReference(thread, definition, parent, path, init);
  } else initFrame = initFrameOf(thread, definition, parent, path, init);
  const { capacity, bytes } = thread.mailbox(options?.mailbox);
  const address = thread.newCell(home, initFrame, capacity, bytes, options?.budget ?? 0);
  const shutdown = options?.shutdown ?? defaults.shutdown;
  addChild(parent, {
    name,
    path,
    definition: definition.name,
    cell: address.cell,
    generation: address.generation,
    policy: options?.restart ?? "permanent",
    shutdownMs: shutdown === "brutal" ? 0 : shutdown === "infinity" ? Infinity : milliseconds("shutdown", shutdown),
    state: "running",
    restarts: 0,
    history: noHistory,
    gone: undefined,
  });
  thread.control(address, SYSTEM_START);
  if (thread.listening()) thread.event({ type: "spawn", actor: path });
  return new Ref(thread, address.cell, address.generation, definition.name, path, holder, here);
}

export function addChild(parent: HostCell, child: Child): void {
  parent.children ??= new Map();
  parent.names ??= new Map();
  parent.children.set(childKey(child), child);
  parent.names.set(child.name, child);
}

/** The record goes, the name is free again. */
export function removeChild(parent: HostCell, address: Address): Child | undefined {
  const child = parent.children?.get(childKey(address));
  if (!child) return undefined;
  parent.children?.delete(childKey(address));
  parent.names?.delete(child.name);
  return child;
}

/** Cell and generation in one number: 25 bits of a 128-byte cell's index, 28 bits of generation. */
export function childKey({ cell, generation }: Address): number {
  return (cell >>> 7) * 2 ** 28 + (generation & 0x0fffffff);
}

/** Ends all children, in reverse order of their start, each in its own time. Undefined when there are none. */
export function endChildren(thread: Thread, parent: HostCell): Promise<void> | undefined {
  if (!parent.children || parent.children.size === 0) return undefined;
  return (async () => {
    for (const child of [...(parent.children?.values() ?? [])].reverse()) {
      // It may have ended of itself meanwhile.
      if (parent.children?.get(childKey(child)) === child) await endChild(thread, child);
    }
  })();
}

function endChild(thread: Thread, child: Child): Promise<void> {
  return new Promise((resolve) => {
    let timer: { cancel(): void } | undefined;
    child.gone ??= [];
    child.gone.push(() => {
      timer?.cancel();
      resolve();
    });
    if (child.shutdownMs === 0 || child.state === "restarting") thread.control(child, SYSTEM_KILL);
    else {
      thread.sendStop(child);
      if (child.shutdownMs < Infinity) {
        timer = thread.after(child.shutdownMs, () => void thread.control(child, SYSTEM_KILL));
      }
    }
  });
}

const supervisorOptions = ["name", "strategy", "maxRestarts", "within", "decide"];

/** How a parent supervises: its own options over the system's. */
export function supervisionOf(options: SupervisorOptions | undefined, settings: Settings): Supervision {
  if (!options) return { maxRestarts: settings.maxRestarts, withinMs: settings.withinMs, decide: undefined };
  known("supervision", options, supervisorOptions);
  if (options.strategy !== undefined) oneOf("strategy", options.strategy, ["one-for-one"]);
  const { maxRestarts = settings.maxRestarts, within } = options;
  if (maxRestarts !== Infinity) whole("maxRestarts", maxRestarts, 0, 1e9);
  if (options.decide !== undefined && typeof options.decide !== "function") {
    wrong("decide", options.decide, "a function (error, child) => directive");
  }
  return {
    maxRestarts,
    withinMs: within === undefined ? settings.withinMs : milliseconds("within", within),
    decide: options.decide as ((error: Error, child: never) => Directive) | undefined,
  };
}

export function checkMailbox(mailbox: MailboxOptions): void {
  known("mailbox", mailbox, ["capacity", "bytes"]);
  const { capacity, bytes } = mailbox;
  if (capacity !== undefined && capacity !== Infinity) whole("mailbox.capacity", capacity, 1, 2 ** 31 - 1);
  if (bytes !== undefined && bytes !== Infinity) whole("mailbox.bytes", bytes, 64, 2 ** 31 - 1);
}

function check(options: SpawnOptions, thread: Thread): void {
  known("spawn", options, spawnOptions);
  if (options.restart !== undefined) oneOf("restart", options.restart, ["permanent", "transient", "temporary"]);
  if (options.mailbox !== undefined) checkMailbox(options.mailbox);
  if (options.budget !== undefined) whole("budget", options.budget, 1, 1_000_000);
  const { shutdown, placement } = options;
  if (shutdown !== undefined && shutdown !== "brutal" && shutdown !== "infinity") milliseconds("shutdown", shutdown);
  if (typeof placement === "number") whole("placement", placement, 0, thread.settings.workers - 1);
  else if (placement !== undefined) oneOf("placement", placement, ["least-loaded", "same"]);
}

/** Workers are numbered from 0 for users; with threads, block 0 is the thread that made the system. */
function placeOf(thread: Thread, placement: SpawnOptions["placement"]): number {
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
  if (home === thread.index && def) return thread.registry.add(def, name || "actor");
  throw thread.registry.unknown(name || String(def));
}

export function nameChild(parent: HostCell, definition: string, given: string | undefined): string {
  if (given === undefined) {
    parent.ordinals ??= new Map();
    for (;;) {
      const next = (parent.ordinals.get(definition) ?? 0) + 1;
      parent.ordinals.set(definition, next);
      const name = `${definition}-${next}`;
      if (!parent.names?.has(name)) return name;
    }
  }
  if (typeof given !== "string" || given === "" || given.includes("/") || given.length > defaults.nameLengthMax) {
    wrong("name", given, `a text of 1 to ${defaults.nameLengthMax} characters without "/"`);
  }
  if (parent.names?.has(given)) {
    throw new ZanniError(
      "ERR_NAME_TAKEN",
      `"${parent.path === "" ? given : `${parent.path}/${given}`}" is alive; names are unique among siblings`,
      {
        details: { name: given },
      },
    );
  }
  return given;
}

// ---- the init frame: what it takes to start, kept for restarts -------------------------------------

/** Inline: the path in ASCII, no init. Packed: [path, init]. */
function initFrameOf(thread: Thread, definition: Definition, parent: HostCell, path: string, init: unknown): number {
  if (init === undefined && ascii(path)) {
    const frame = thread.core.reserve(path.length) >>> 0;
    if (frame === 0) throw outOfMemory(path, path.length);
    thread.views.reach(frame + FRAME_PAYLOAD + path.length);
    const { u8 } = thread.views;
    for (let i = 0; i < path.length; i++) u8[frame + FRAME_PAYLOAD + i] = path.charCodeAt(i);
    u8[frame + FRAME_KIND] = KIND_INIT;
    u8[frame + FRAME_FORM] = FORM_INLINE;
    return headed(thread, frame, definition, parent);
  }
  return packedInit(thread, definition, parent, path, [path, init]);
}

/** For an actor pinned to this thread: the init stays here, its number is in the frame. */
function initByReference(
  thread: Thread,
  definition: Definition,
  parent: HostCell,
  path: string,
  init: unknown,
): number {
  const frame = packedInit(thread, definition, parent, path, [path, undefined]);
  thread.views.u32[(frame + FRAME_TICKET) >>> 2] = thread.pass([init]);
  return frame;
}

/** The init frame of an actor that is gone: what it held by reference goes too. */
export function forgetInit(thread: Thread, frame: number): void {
  const number = thread.views.u32[(frame + FRAME_TICKET) >>> 2] as number;
  if (number !== 0) thread.passed.delete(number);
}

function packedInit(thread: Thread, definition: Definition, parent: HostCell, path: string, parts: unknown[]): number {
  const bytes = thread.codec.encode(parts, "init");
  const frame = thread.core.reserve(bytes.length) >>> 0;
  if (frame === 0) throw outOfMemory(path, bytes.length);
  thread.write(frame, KIND_INIT, bytes);
  thread.views.u8[frame + FRAME_FORM] = FORM_PACKED;
  return headed(thread, frame, definition, parent);
}

function headed(thread: Thread, frame: number, definition: Definition, parent: HostCell): number {
  const { u32 } = thread.views;
  u32[(frame + FRAME_NAME) >>> 2] = definition.hash;
  u32[(frame + FRAME_SENDER) >>> 2] = parent.cell;
  u32[(frame + FRAME_SENDER_GENERATION) >>> 2] = parent.generation;
  return frame;
}

/** What an init frame says. `reader` becomes the holder of the refs in it. */
export function readInit(thread: Thread, frame: number, reader: Holder | undefined): { path: string; init: unknown } {
  const { u8, u32 } = thread.views;
  const size = u32[(frame + FRAME_SIZE) >>> 2] as number;
  if (u8[frame + FRAME_FORM] === FORM_INLINE) {
    let path = "";
    for (let i = 0; i < size; i++) path += String.fromCharCode(u8[frame + FRAME_PAYLOAD + i] as number);
    return { path, init: undefined };
  }
  const [path, init] = thread.decode(frame + FRAME_PAYLOAD, size, reader ?? thread.stranger) as [string, unknown];
  const number = u32[(frame + FRAME_TICKET) >>> 2] as number;
  return { path, init: number === 0 ? init : thread.passed.get(number)?.[0] };
}

function ascii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

const noHistory: readonly number[] = [];
