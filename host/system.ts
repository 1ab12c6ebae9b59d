// A system of actors: memory, threads, the root, and what users call on it.
import {
  BLOCKED,
  CELL_HEAD,
  CELL_PROCESSED,
  HEADER,
  HEADER_LISTENING,
  HEADER_ROOT,
  HEADER_ROOT_GENERATION,
  HEADER_THIEVES,
  HEADER_TRACING,
  KIND_DESCRIBE,
  OWNED,
  RUNNING,
  STOPPED,
} from "../assembly/layout.ts";
import { attribute } from "./actor/blame.ts";
import { spawn, supervisionOf } from "./actor/children.ts";
import { lookup } from "./actor/context.ts";
import type { Described } from "./actor/describe.ts";
import { Dispatch } from "./actor/dispatch.ts";
import type { DeadLetter, Letter, SystemEvent } from "./actor/event.ts";
import { hashOf, rename } from "./actor/hash.ts";
import { internalCell, ROOT } from "./actor/internal.ts";
import { later, stop as stopActor } from "./actor/lifecycle.ts";
import { Loop } from "./actor/loop.ts";
import { spawnNative } from "./actor/native.ts";
import { members, publish, Reception, topicName } from "./actor/reception.ts";
import { Ref } from "./actor/ref.ts";
import { Registry } from "./actor/registry.ts";
import { type Patience, watchSlow } from "./actor/slow.ts";
import { superviseUnder } from "./actor/supervisor.ts";
import { Thread } from "./actor/thread.ts";
import type {
  ActorRef,
  Logger,
  Mode,
  NativeOptions,
  NodeState,
  Spawner,
  SpawnHere,
  SpawnOptions,
  Supervised,
  SupervisorOptions,
  Topic,
  TreeNode,
} from "./actor/types.ts";
import { attach, createMemory, createTable, instantiate } from "./core/boot.ts";
import { Views } from "./core/memory.ts";
import { handlesOf, linkNative, loadNative, type Natives } from "./core/native.ts";
import { asError, isZanniError, ZanniError } from "./errors.ts";
import { abortable, type Duration, defaults, known, milliseconds, wrong } from "./options.ts";
import { platform } from "./platform/choose.ts";
import type { Platform } from "./platform/platform.ts";
import { type Resolved, resolve, type SystemOptions } from "./settings.ts";
import { readStats, type SystemStats } from "./stats.ts";
import { Channel, type Stream } from "./stream.ts";
import type { Sendable } from "./wire/sendable.ts";
import { Workers } from "./workers.ts";

// biome-ignore lint/suspicious/noExplicitAny: refs of any protocol
type AnyRef = ActorRef<any>;

export interface System extends Spawner, AsyncDisposable {
  readonly name: string;
  /** "shared": worker threads over one memory; "single": this thread. */
  readonly mode: Mode;
  /** An actor on this thread, whose messages go by reference. */
  spawnHere: SpawnHere;
  /**
   * A behavior of a native module as an actor: supervised like any other, and run by whichever worker has time. Its
   * messages take up to two numbers, booleans or refs. Throws ERR_UNKNOWN_ACTOR.
   */
  // biome-ignore lint/suspicious/noExplicitAny: its messages are the module's
  spawnNative(module: string, behavior: string, options?: NativeOptions): ActorRef<any>;
  /** By path, such as `shop/counter`: walks the tree. */
  lookup(path: string): Promise<AnyRef | undefined>;
  /** All actors, with states and counters, as each of them answered. */
  tree(): Promise<TreeNode>;
  /** Settles when the system has stopped: rejects with ERR_RESTART_LIMIT when a failure reached the root. */
  readonly stopped: Promise<void>;
  /** The last 1,024 of them, with their reason. */
  readonly deadLetters: readonly DeadLetter[];
  /** Counters of the whole system; costs no message. */
  stats(): SystemStats;
  /** To all that are subscribed now, on every thread. */
  publish<T>(topic: Topic<T>, value: Sendable<NoInfer<T>>): void;
  /** What is published from now on. Bounded (1,024): a listener that falls behind misses the oldest. */
  subscribe<T>(topic: Topic<T>, options?: { readonly signal?: AbortSignal }): Stream<T>;
  /** Who has joined that group, in the order they joined. */
  members(group: string): Promise<readonly AnyRef[]>;
  /**
   * What happens, as it happens. Bounded: a listener that falls behind misses the oldest. `trace`: also each message to the
   * actor with that path, `"*"` for all, from about now on; what is traced costs several events.
   */
  events(options?: { readonly signal?: AbortSignal; readonly trace?: string }): Stream<SystemEvent>;
  /** Stops the tree in reverse order and joins the workers. `within`: what is not done by then is cut off; a later call may say so too. */
  stop(options?: { readonly within?: Duration }): Promise<void>;
}

export interface Internals {
  /** Where the core comes from. */
  readonly compile: (kind: Mode) => Promise<WebAssembly.Module>;
  /** For tests: where the arena begins, in bytes; and memory that grows also where it could be reserved. */
  readonly arenaFrom?: number;
  readonly grows?: boolean;
  /** For tests: time by hand; and who is told of the parts, before anything runs. */
  readonly platform?: Platform;
  readonly opened?: (thread: Thread, loop: Loop) => void;
}

/** What a system is made of, before its memory. */
interface Parts {
  readonly outside: Platform;
  readonly resolved: Resolved;
  readonly registry: Registry;
  readonly workers: Workers | undefined;
  /** Keeps the process alive. */
  readonly hold: { release(): void };
}

export async function openSystem(options: SystemOptions, internals: Internals): Promise<System> {
  const outside = internals.platform ?? platform();
  const resolved = resolve(options, outside);
  const { mode, workers: count } = resolved.settings;
  const registry = new Registry(options.actors ?? {});
  const make = options.worker as NonNullable<SystemOptions["worker"]>;
  const workers = mode === "shared" ? new Workers(make, count, outside) : undefined;
  // Compiling holds no handle: without ours, a program that awaits nothing else would end here.
  const hold = outside.hold();
  try {
    return await begin(options, internals, { outside, resolved, registry, workers, hold });
  } catch (error) {
    await workers?.cutOff();
    hold.release();
    throw error;
  }
}

async function begin(options: SystemOptions, internals: Internals, parts: Parts): Promise<System> {
  const { outside, resolved, registry, workers } = parts;
  const { settings, memory: bytes } = resolved;
  const shared = settings.mode === "shared";
  const module = await internals.compile(settings.mode);
  // Chromium 147 crashes now and then when one thread grows a memory that others use; and their views would end before it.
  const whole = shared || (outside.reserves && !internals.grows);
  const blocks = shared ? settings.workers + 1 : 1;
  const room = createMemory(bytes, blocks, shared, whole);
  const table = createTable();
  const views = new Views(room.memory);
  const core = instantiate(module, views, table, () => outside.clock() - settings.epoch);
  const first = Math.ceil((internals.arenaFrom ?? 0) / 65_536);
  const { budget, slice, epoch } = settings;
  if (!core.boot(blocks, shared ? 1 : 0, room.pages, room.maximum, first, epoch, budget, slice * 1000)) {
    throw new ZanniError("ERR_OUT_OF_MEMORY", `${bytes} bytes are too few for ${settings.workers} workers`);
  }
  attach(core, room.memory, 0);
  const modules = await loadNative(options.native ?? {}, outside.read);
  const natives: Natives = { modules, handles: handlesOf(modules, core, room.memory, hashOf) };
  linkNative(natives, core, room.memory, table, hashOf);
  const thread = new Thread(core, views, 0, registry, outside, settings);
  const system = new LocalSystem(thread, parts, blocks, options.signal, natives);
  internals.opened?.(thread, system.loop);
  if (workers) {
    await system.startWorkers(workers, module, room.memory);
    system.watchSlow(workers, resolved.patience);
  }
  return system;
}

class LocalSystem implements System {
  readonly name: string;
  readonly mode: Mode;
  readonly stopped: Promise<void>;
  readonly #thread: Thread;
  readonly loop: Loop;
  readonly #dispatch: Dispatch;
  readonly #root: ReturnType<typeof internalCell>;
  readonly #blocks: number;
  readonly #natives: Natives;
  readonly #logger: Logger | false;
  readonly #deadLetters: DeadLetter[] = [];
  /** With what they trace. */
  readonly #listeners = new Map<Channel<SystemEvent>, string | undefined>();
  /** Streams that are open; they end with the system. */
  readonly #channels = new Set<{ end(): void }>();
  readonly #reception: Reception;
  readonly #workers: Workers | undefined;
  readonly #hold: { release(): void };
  /** `diagnostics_channel` "zanni:event": for those who subscribed before the system was made. */
  readonly #channel: ReturnType<NonNullable<Platform["channel"]>> | undefined;
  #settle: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} };
  #stopping: Promise<void> | undefined;
  /** It has had the time that it was given to stop. */
  readonly #late = late();
  #failure: Error | undefined;
  #slow: { cancel(): void } | undefined;
  readonly #unattribute: () => void;

  constructor(
    thread: Thread,
    { resolved, workers, hold }: Parts,
    blocks: number,
    signal: AbortSignal | undefined,
    natives: Natives,
  ) {
    this.#natives = natives;
    this.#thread = thread;
    this.#logger = resolved.logger;
    this.#workers = workers;
    this.#blocks = blocks;
    this.name = thread.settings.name;
    this.mode = thread.settings.mode;
    this.stopped = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not look at it still finds the failure in the log.
    this.stopped.catch(() => {});
    thread.reporter = {
      event: (event) => this.#event(event as SystemEvent),
      log: (level, path, args) => this.#log(level, path, args),
    };
    thread.rootFailed = (error) => this.#failed(error);
    const supervision = supervisionOf(undefined, thread.settings);
    this.#root = internalCell(thread, "", undefined, 0, supervision, ROOT);
    thread.views.u32[(HEADER + HEADER_ROOT) >>> 2] = this.#root.cell;
    thread.views.u32[(HEADER + HEADER_ROOT_GENERATION) >>> 2] = this.#root.generation;
    this.#reception = new Reception(thread, supervision);
    this.#dispatch = new Dispatch(thread);
    this.loop = new Loop(thread, this.#dispatch);
    this.#hold = hold;
    this.#channel = thread.platform.channel?.("zanni:event");
    if (this.#channel?.hasSubscribers) Atomics.add(thread.views.i32, (HEADER + HEADER_LISTENING) >>> 2, 1);
    this.#unattribute = attribute(thread.platform);
    this.loop.start();
    if (signal?.aborted) void this.stop();
    else signal?.addEventListener("abort", () => void this.stop(), { once: true });
  }

  // ---- threads ------------------------------------------------------------------------------------

  async startWorkers(workers: Workers, module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<void> {
    const { settings } = this.#thread;
    const ground = { module, memory, settings, natives: this.#natives };
    try {
      await workers.boot(ground, (index, cause) => this.#lost(workers, index, cause));
    } catch (error) {
      this.#stopping ??= Promise.resolve();
      this.#end();
      throw error;
    }
  }

  watchSlow(workers: Workers, patience: Patience): void {
    if (Math.min(patience.tell, patience.end) === Infinity) return;
    this.#slow = watchSlow(this.#thread, this.#blocks, patience, workers);
  }

  #lost(workers: Workers, index: number, cause: Error): void {
    const worker = index - 1;
    if (this.#thread.over || this.#root.status === "stopped") return;
    // It may have been about to say that it is not parked any more.
    this.#thread.stirred();
    this.#event({ type: "worker-lost", at: this.#thread.now(), actor: "", worker, error: cause });
    this.#log("error", "", [`worker ${worker} died; another takes its place:`, cause]);
    void workers.succeed(index, cause).catch((error: unknown) => {
      const why = asError(error);
      const what = `worker ${worker} died (${cause.message}), and nobody could take its place: ${why.message}`;
      this.#failed(new ZanniError("ERR_WORKER_LOST", what, { details: { worker }, cause: why }));
    });
  }

  // ---- actors -------------------------------------------------------------------------------------

  readonly spawn = ((def: unknown, init?: unknown, options?: SpawnOptions) => {
    this.#accepting();
    return spawn(this.#thread, this.#root, def, init, options, this.#thread.stranger);
  }) as unknown as Spawner["spawn"];

  readonly spawnHere = ((def: unknown, init?: unknown, options?: SpawnOptions) => {
    this.#accepting();
    return spawn(this.#thread, this.#root, def, init, options, this.#thread.stranger, true);
  }) as unknown as SpawnHere;

  // biome-ignore lint/suspicious/noExplicitAny: its messages are the module's
  spawnNative(module: string, behavior: string, options?: NativeOptions): ActorRef<any> {
    this.#accepting();
    const { handles } = this.#natives;
    const ref = spawnNative(this.#thread, this.#root, handles, module, behavior, options, this.#thread.stranger);
    return ref as unknown as AnyRef;
  }

  supervise<C>(options: SupervisorOptions, start: (sup: Spawner) => C): Supervised<C> {
    this.#accepting();
    return superviseUnder(this.#thread, this.#root, options, start, this.#thread.stranger);
  }

  async lookup(path: string): Promise<AnyRef | undefined> {
    this.#accepting();
    return (await lookup(this.#thread, path, this.#thread.stranger)) as unknown as AnyRef | undefined;
  }

  tree(): Promise<TreeNode> {
    this.#accepting();
    const { cell, generation } = this.#root;
    const root = new Ref(this.#thread, cell, generation, ROOT, "", this.#thread.stranger);
    return this.#node(root);
  }

  async #node(ref: Ref): Promise<TreeNode> {
    const thread = this.#thread;
    const described = (await thread.question(ref, KIND_DESCRIBE, undefined, thread.stranger, ref.path)) as Described;
    const children = await Promise.all(
      described.children.map(async (child) => {
        try {
          return await this.#node(child.ref);
        } catch (error) {
          if (isZanniError(error, "ERR_ACTOR_STOPPED")) return undefined; // it ended while we walked
          throw error;
        }
      }),
    );
    const { u32 } = thread.views;
    const word = (offset: number) => u32[(ref.cell + offset) >>> 2] as number;
    const first = u32[(HEADER + HEADER_THIEVES) >>> 2] as number;
    return {
      path: described.path,
      definition: described.definition,
      state: stateOf(word(CELL_HEAD)),
      worker: described.worker - first,
      queued: thread.queued(ref),
      processed: word(CELL_PROCESSED),
      restarts: described.restarts,
      children: children.filter((child) => child !== undefined),
    };
  }

  // ---- topics and groups ----------------------------------------------------------------------------

  publish<T>(topic: Topic<T>, value: unknown): void {
    this.#accepting();
    publish(this.#thread, topic, value);
  }

  subscribe<T>(topic: Topic<T>, options: { readonly signal?: AbortSignal } = {}): Stream<T> {
    known("subscribe", options, ["signal"]);
    this.#accepting();
    let stop = () => {};
    const channel = new Channel<T>(defaults.subscription, () => {
      stop();
      this.#channels.delete(channel);
    });
    stop = this.#reception.listen(topicName(topic), (value) => channel.push(value as T));
    return this.#ending(channel, options.signal);
  }

  async members(group: string): Promise<readonly AnyRef[]> {
    this.#accepting();
    return (await members(this.#thread, this.#thread.stranger, group)) as unknown as readonly AnyRef[];
  }

  /** It ends with the system, or when that signal aborts. */
  #ending<T>(channel: Channel<T>, given: AbortSignal | undefined): Channel<T> {
    const signal = abortable(given);
    this.#channels.add(channel);
    const end = () => channel.end();
    if (signal?.aborted) end();
    else if (signal) {
      signal.addEventListener("abort", end, { once: true });
      channel.release = () => signal.removeEventListener("abort", end);
    }
    return channel;
  }

  // ---- observing ----------------------------------------------------------------------------------

  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  stats(): SystemStats {
    this.#thread.core.report();
    return readStats(this.#thread.views, this.#blocks, this.#thread.now());
  }

  events(options: { readonly signal?: AbortSignal; readonly trace?: string } = {}): Stream<SystemEvent> {
    known("events", options, ["signal", "trace"]);
    const { trace } = options;
    if (trace !== undefined && (typeof trace !== "string" || trace === "")) wrong("trace", trace, 'a path, or "*"');
    const count = (by: number) => {
      Atomics.add(this.#thread.views.i32, (HEADER + HEADER_LISTENING) >>> 2, by);
      if (trace === undefined) return;
      Atomics.add(this.#thread.views.i32, (HEADER + HEADER_TRACING) >>> 2, by);
      if (by > 0) this.#thread.tracing = true;
    };
    count(1);
    const channel = new Channel<SystemEvent>(defaults.deadLettersKept, () => {
      this.#listeners.delete(channel);
      this.#channels.delete(channel);
      count(-1);
    });
    this.#listeners.set(channel, trace);
    return this.#ending(channel, options.signal);
  }

  #event({ letter, ...raised }: SystemEvent & { letter?: Letter }): void {
    const event = "message" in raised && raised.message ? { ...raised, message: rename(raised.message) } : raised;
    if (event.type === "dead-letter") {
      const { actor, message, reason } = event;
      if (this.#deadLetters.length >= defaults.deadLettersKept) this.#deadLetters.shift();
      this.#deadLetters.push({ actor, message, reason, replay: this.#replayer(actor, message, letter) });
    }
    if (this.#channel?.hasSubscribers) this.#channel.publish(event);
    for (const [listener, trace] of this.#listeners) {
      if (!("trace" in event) || trace === "*" || trace === event.actor) listener.push(event);
    }
  }

  #replayer(path: string, message: string, letter: Letter | undefined): () => boolean {
    let left = letter;
    return () => {
      if (!left || this.#stopping) return false;
      const { hash, args } = left;
      left = undefined;
      const thread = this.#thread;
      lookup(thread, path, thread.stranger)
        .then((ref) => {
          if (ref) thread.tell(ref, hash, args);
          else thread.unsent(path, message, "stopped", { hash, args });
        })
        // Also of the send: that mailbox may be full.
        .catch((error: unknown) => this.#log("warn", path, [`"${message}" was not replayed:`, error]));
      return true;
    };
  }

  #log(level: string, path: string, args: readonly unknown[]): void {
    const logger = this.#logger;
    if (!logger) return;
    try {
      logger[level as keyof Logger](`[${path === "" ? this.name : path}]`, ...args);
    } catch (error) {
      // It is nobody's failure who had something to say, an actor or the runtime in the middle of a turn.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  // ---- ending -------------------------------------------------------------------------------------

  stop(options: { readonly within?: Duration } = {}): Promise<void> {
    known("stop", options, ["within"]);
    const within = options.within === undefined ? Infinity : milliseconds("within", options.within);
    const stopping = this.#stopping ?? this.#stop();
    this.#stopping = stopping;
    if (within < Infinity) {
      const timer = this.#thread.platform.after(within, this.#late.pass);
      const cancel = () => timer.cancel();
      stopping.then(cancel, cancel);
    }
    return stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const thread = this.#thread;
    const root = this.#root;
    const { passed } = this.#late;
    if (root.status !== "stopped") {
      const target = new Ref(thread, root.cell, root.generation, ROOT, "", thread.stranger);
      const gone = thread.watch(target);
      // From now on: a failure that comes before its turn would take its stop from it.
      root.status = "stopping";
      later(thread, root, () => stopActor(thread, root, "shutdown"));
      await Promise.race([gone, passed]);
    }
    await Promise.race([this.#workers?.stop(), passed]);
    void this.#workers?.cutOff();
    this.#end();
    if (this.#failure) this.#settle.reject(this.#failure);
    else this.#settle.resolve();
  }

  #end(): void {
    const thread = this.#thread;
    thread.over = true;
    this.#slow?.cancel();
    thread.stranger.ended = true;
    this.loop.end();
    this.#dispatch.endAll();
    for (const channel of [...this.#channels]) channel.end();
    this.#hold.release();
    // Those who have ended with it may not have been looked at yet.
    thread.platform.later(this.#unattribute);
  }

  /** A failure that nobody below could handle. */
  #failed(error: Error): void {
    if (this.#failure || this.#stopping) return;
    this.#failure = error;
    this.#log("error", "", ["the system stops:", error]);
    // A lost thread answers nobody: its actors cannot be waited for.
    void this.stop(isZanniError(error, "ERR_WORKER_LOST") ? { within: 1000 } : {});
  }

  #accepting(): void {
    if (this.#stopping) throw new ZanniError("ERR_SYSTEM_STOPPED", `the system "${this.name}" has stopped`);
  }
}

function late(): { readonly passed: Promise<void>; pass(): void } {
  let pass = () => {};
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { passed, pass };
}

function stateOf(head: number): NodeState {
  if (head & STOPPED) return "stopped";
  if (head & BLOCKED) return "blocked";
  if (head & RUNNING) return "running";
  return head & OWNED ? "runnable" : "idle";
}
