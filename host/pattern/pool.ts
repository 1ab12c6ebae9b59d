// A pool: workers of one definition under a supervisor, and faces that pick one of them for each message.

import { type Asker, blame } from "../actor/blame.ts";
import type { Later } from "../actor/carrier.ts";
import { hashOf } from "../actor/hash.ts";
import { type Ref, streamed } from "../actor/ref.ts";
import type {
  ActorRef,
  AnyDef,
  Ask,
  AskOptions,
  Asks,
  Handlers,
  InitOf,
  Mode,
  Sound,
  Spawner,
  SpawnOptions,
  Supervised,
  SupervisorOptions,
  Tell,
} from "../actor/types.ts";
import { asError, isZanniError, stopped, ZanniError } from "../errors.ts";
import { abortable, callable, known, oneOf, whole, wrong } from "../options.ts";
import { platform } from "../platform/choose.ts";
import type { Stream } from "../stream.ts";
import type { Sendable } from "../wire/sendable.ts";
import { byKey, keyOf, leastBusy, type Route, routes } from "./route.ts";
import { type Items, type MapOptions, mapped } from "./stream.ts";

export type { Route } from "./route.ts";
export type { MapOptions } from "./stream.ts";

/** For `pool`; what `SpawnOptions` has is for each worker. */
export interface PoolOptions extends SpawnOptions {
  /** How many workers. Default "cpus": as many as there are worker threads. */
  readonly size?: number | "cpus";
  /**
   * Who gets a message. Default "round-robin".
   * - `least-busy`: whose mailbox holds the fewest messages.
   * - `consistent-hash`: always the same worker for the same key, see `hashBy`.
   * - `pull`: messages wait in the pool, and each worker takes one when it has handled the one before. Nothing waits behind
   *   a slow message while another worker is idle; each message costs an answer. The time of an ask runs while it waits.
   */
  readonly route?: Route;
  /** For `consistent-hash`: the field of the first argument that is the key. Default: the first argument itself. */
  readonly hashBy?: string;
  /** How the workers are supervised. Default one-for-one, 3 restarts in 5s for all of them together. */
  readonly supervision?: Omit<SupervisorOptions, "name">;
}

/** The face of a pool. */
export interface PoolRef<H> extends AsyncDisposable {
  /** To one worker, by the route. */
  readonly tell: Tell<H>;
  /** Of one worker, by the route. */
  readonly ask: Ask<H>;
  /** To every worker. True: none of them was full. */
  readonly broadcast: Tell<H>;
  /** Of the supervisor above its workers. */
  readonly path: string;
  /** How many workers there are now. */
  readonly size: number;
  /** More workers at once; those that are too many handle what they have, and stop. */
  resize(size: number): Promise<void>;
  /** The workers handle what they have, and stop. */
  stop(): Promise<void>;
  /**
   * Feeds items through the pool, two per worker at once unless `concurrency` says otherwise, each to the worker with the
   * least to do. Results come in order of completion unless `ordered`. Whoever leaves the loop aborts what is under way.
   */
  map<T, R>(
    items: Items<T>,
    job: (worker: Asks<H>, item: T, index: number) => Promise<R>,
    options?: MapOptions,
  ): Stream<R>;
}

// biome-ignore lint/suspicious/noConfusingVoidType: no init is typed so
export type PoolArgs<I> = void extends I
  ? [init?: I, options?: PoolOptions]
  : [init: Sendable<I>, options?: PoolOptions];

/** Messages that wait in a pool whose workers pull. */
const WAITING_MAX = 65_536;

/**
 * Workers of one definition, all with the same init. From inside an actor: `pool(this.ctx, Resizer, init)`.
 *
 * @example
 * const resizers = pool(system, Resizer, undefined, { size: 4, route: "least-busy" });
 * const small = await resizers.ask.resize(image);
 */
export function pool<D extends AnyDef>(
  spawner: Spawner,
  def: D & Sound<D>,
  ...[init, options = {}]: PoolArgs<InitOf<D>>
): PoolRef<Handlers<D>> {
  return new Pool(spawner, def, init, options) as unknown as PoolRef<Handlers<D>>;
}

type Face = { readonly [message: string]: (...args: readonly unknown[]) => unknown };

interface Worker {
  readonly id: number;
  readonly ref: Ref;
  /** Asks through the pool, not answered: a mailbox shows what is handled a moment later. */
  asks: number;
  readonly load: number;
  /** It has not answered what it pulled. */
  busy: boolean;
}

interface Waiting {
  args: readonly unknown[];
  readonly later: Later;
}

class Pool {
  readonly #supervisor: Supervised<undefined>;
  readonly #start: () => ActorRef<unknown>;
  readonly #route: Route;
  readonly #hashBy: string | undefined;
  #workers: readonly Worker[] = [];
  #ids = 0;
  #turn = 0;
  /** Whose pool it is: also when no worker is left, what it asks in vain is its own failure. */
  #asker: Asker | undefined;
  /** In the order they came; one that is given up is taken out. */
  readonly #waiting = new Set<Waiting>();
  #resizing: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly tell: Face;
  readonly ask: Face;
  readonly broadcast: Face;

  constructor(spawner: Spawner, def: unknown, init: unknown, options: PoolOptions) {
    if (typeof spawner?.supervise !== "function")
      wrong("spawner", spawner, "a system, a ctx, or what supervise() gives");
    if (options === null) wrong("options of pool", options, "an object");
    const { size = "cpus", route = "round-robin", hashBy, supervision, name, ...each } = options;
    this.#route = oneOf("route", route, routes);
    this.#hashBy = hashBy;
    if (hashBy !== undefined && (typeof hashBy !== "string" || route !== "consistent-hash")) {
      wrong("hashBy", hashBy, 'the name of a field, with route: "consistent-hash"');
    }
    const count = size === "cpus" ? cpus(spawner) : size;
    whole("size", count, 1, SIZE_MAX);
    this.#supervisor = spawner.supervise({ ...supervision, ...(name === undefined ? {} : { name }) }, () => undefined);
    this.#start = () => {
      const spawn = this.#supervisor.spawn as (...args: unknown[]) => ActorRef<unknown>;
      return spawn(def, init, { ...each, name: String(++this.#ids) });
    };
    this.tell = faceOf((message, args) => this.#tell(message, args));
    this.ask = askable((message, args, options) => this.#ask(message, args, options));
    this.broadcast = faceOf((message, args) =>
      this.#workers.map(({ ref }) => call(ref.tell, message, args)).every((sent) => sent === true),
    );
    try {
      for (let i = 0; i < count; i++) this.#grow();
    } catch (error) {
      void this.stop();
      throw error;
    }
  }

  get path(): string {
    return this.#supervisor.path;
  }

  get size(): number {
    return this.#workers.length;
  }

  resize(size: number): Promise<void> {
    whole("size", size, 1, SIZE_MAX);
    if (this.#stopped) return Promise.reject(stopped(this.path));
    while (this.#workers.length < size) this.#grow();
    const leaving = this.#workers.slice(size);
    this.#workers = this.#workers.slice(0, size);
    const gone = Promise.all([this.#resizing, ...leaving.map(({ ref }) => ref.stop())]);
    this.#resizing = gone.then(() => undefined);
    return this.#resizing;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // What waits here was sent before the stop.
    for (const waiting of this.#workers.length > 0 ? this.#waiting : []) {
      this.#give(leastBusy(this.#workers, 0) as Worker, waiting);
    }
    await this.#supervisor.stop();
    this.#workers = [];
    this.#drop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  map<T, R>(
    items: Items<T>,
    job: (worker: never, item: T, index: number) => Promise<R>,
    options: MapOptions = {},
  ): Stream<R> {
    callable("job", job);
    known("map", options, ["ordered", "concurrency", "signal"]);
    abortable(options.signal);
    const { concurrency = 2 * Math.max(1, this.size) } = options;
    whole("concurrency", concurrency, 1, 1e6);
    return mapped(
      items,
      async (item, index, signal) => {
        const worker = leastBusy(this.#workers, this.#turn++) ?? none(this.path);
        worker.asks++;
        try {
          return await job((worker.ref.ask as (options: AskOptions) => never)({ signal }), item, index);
        } finally {
          worker.asks--;
        }
      },
      options,
      concurrency,
    );
  }

  // ---- workers ------------------------------------------------------------------------------------

  #grow(): void {
    const ref = this.#start() as unknown as Ref;
    this.#asker = ref.holder;
    const worker: Worker = {
      id: this.#ids,
      ref,
      busy: false,
      asks: 0,
      get load() {
        return ref.queued + this.asks;
      },
    };
    this.#workers = [...this.#workers, worker];
    const gone = () => this.#leave(worker);
    ref.stopped.then(gone, gone);
    this.#pull(worker);
  }

  #leave(worker: Worker): void {
    this.#workers = this.#workers.filter((each) => each !== worker);
    // There is nobody for what waits.
    if (this.#workers.length === 0) this.#drop();
  }

  #pick(args: readonly unknown[]): Worker {
    const workers = this.#workers;
    if (workers.length === 0) none(this.path);
    switch (this.#route) {
      case "random":
        return workers[Math.floor(Math.random() * workers.length)] as Worker;
      case "least-busy":
        return leastBusy(workers, this.#turn++) as Worker;
      case "consistent-hash":
        return byKey(workers, keyOf(args, this.#hashBy)) as Worker;
      default:
        return workers[this.#turn++ % workers.length] as Worker;
    }
  }

  #tell(message: string, args: readonly unknown[]): unknown {
    if (this.#route !== "pull") return call(this.#pick(args).ref.tell, message, args);
    this.#queue(message, args, undefined, false);
    return this.#waiting.size < WAITING_MAX / 2;
  }

  #ask(message: string, args: readonly unknown[], options: AskOptions | undefined): unknown {
    try {
      if (this.#route === "pull") return this.#queue(message, args, options, true);
      const worker = this.#pick(args);
      const ask = worker.ref.ask as (options: AskOptions) => object;
      const answer = call(options ? ask(options) : ask, message, args);
      if (!(answer instanceof Promise)) return answer;
      worker.asks++;
      return passedOn(answer, () => {
        worker.asks--;
      });
    } catch (error) {
      return Promise.reject(this.#asker ? blame(asError(error), this.#asker) : error);
    }
  }

  // ---- messages that are pulled ---------------------------------------------------------------------

  #queue(message: string, args: readonly unknown[], options: AskOptions | undefined, isAsk: boolean): unknown {
    const [first] = this.#workers;
    if (!first || this.#stopped) return none(this.path);
    if (this.#waiting.size >= WAITING_MAX) {
      const what = `${WAITING_MAX} messages wait in the pool "${this.path}"; send less, or resize() it`;
      throw new ZanniError("ERR_MAILBOX_FULL", what, { actor: this.path, details: { message } });
    }
    const like = first.ref;
    const later = like.carrier.later(like, this.path, hashOf(message), options, isAsk);
    const streams = isAsk ? like.carrier.streams(like.definition, message) : false;
    const answer = streams === false ? later.answer : streamed(like.carrier, later.answer, streams);
    const waiting: Waiting = { args, later };
    this.#waiting.add(waiting);
    const over = () => {
      this.#waiting.delete(waiting);
    };
    const given = isAsk && answer instanceof Promise ? passedOn(answer, over) : answer;
    if (given === answer) later.answer.then(over, over);
    for (const worker of this.#workers) if (this.#pull(worker)) break;
    if (this.#waiting.has(waiting)) waiting.args = later.kept(args);
    return given;
  }

  /** Takes what has waited longest, if it is idle. One that has ended leaves what waits to the others. */
  #pull(worker: Worker): boolean {
    if (worker.busy || !this.#workers.includes(worker)) return false;
    const { ref } = worker;
    if (!ref.carrier.isThere(ref)) {
      this.#leave(worker);
      return false;
    }
    for (const next of this.#waiting) {
      this.#give(worker, next);
      return true;
    }
    return false;
  }

  #give(worker: Worker, waiting: Waiting): void {
    const { args, later } = waiting;
    this.#waiting.delete(waiting);
    worker.busy = true;
    const over = () => {
      worker.busy = false;
      this.#pull(worker);
    };
    later.answer.then(over, (error: unknown) => {
      // It may not have ended altogether.
      if (isZanniError(error, "ERR_ACTOR_STOPPED") && error.actor === worker.ref.path) this.#leave(worker);
      over();
    });
    later.send(worker.ref, args);
  }

  #drop(): void {
    for (const { args, later } of this.#waiting) later.drop(args);
    this.#waiting.clear();
  }
}

const SIZE_MAX = 1_000_000;

/** That answer, and `over` when it is there. A failure that nobody looks at is noticed, as that of any ask. */
function passedOn(answer: Promise<unknown>, over: () => void): unknown {
  const given = answer.finally(over) as Promise<unknown> & Partial<AsyncIterable<unknown>>;
  const { [Symbol.asyncIterator]: items } = answer as Partial<AsyncIterable<unknown>>;
  if (items) {
    given[Symbol.asyncIterator] = () => {
      given.catch(() => {});
      return items();
    };
  }
  return given;
}

function none(path: string): never {
  throw stopped(path);
}

/** Worker threads, as far as the spawner can tell. */
function cpus(spawner: Spawner): number {
  const { mode, stats, system } = spawner as {
    mode?: Mode;
    stats?: () => { readonly workers: readonly unknown[] };
    system?: { readonly mode: Mode };
  };
  if (stats) return Math.max(1, stats.call(spawner).workers.length);
  return (mode ?? system?.mode) === "single" ? 1 : platform().cores;
}

function call(face: unknown, message: string, args: readonly unknown[]): unknown {
  return (face as Face)[message]?.(...args);
}

/** An object that has every message; `then` stays missing, or `await` would call it. */
function faceOf(send: (message: string, args: readonly unknown[]) => unknown): Face {
  return new Proxy(Object.create(null) as Face, { get: (_, name) => methodOf(send, name) });
}

/** The same, that is also a function: ask({ timeout }). */
function askable(send: (message: string, args: readonly unknown[], options: AskOptions | undefined) => unknown): Face {
  return new Proxy((() => {}) as unknown as Face, {
    get: (_, name) => methodOf((message, args) => send(message, args, undefined), name),
    apply: (_, __, [options]: [AskOptions]) => faceOf((message, args) => send(message, args, options)),
  });
}

function methodOf(send: (message: string, args: readonly unknown[]) => unknown, name: string | symbol) {
  if (typeof name === "symbol" || name === "then") return undefined;
  return (...args: readonly unknown[]) => send(name, args);
}
