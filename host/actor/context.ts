// What an actor is given as `ctx`: its way to spawn, find, supervise and log, for as long as this life of it lasts.
import { KIND_FIND } from "../../assembly/layout.ts";
import { isZanniError, stopped, ZanniError } from "../errors.ts";
import { type Duration, defaults, wrong } from "../options.ts";
import { link, unlink, unwatch, watch } from "./bond.ts";
import type { Life } from "./cell.ts";
import { spawn } from "./children.ts";
import { become, extrasOf, rareOf, unstashing } from "./extras.ts";
import type { Address, Holder, Task } from "./holder.ts";
import { cancelSubscriptions, join, members, publish, subscribe } from "./reception.ts";
import { asRef, Ref } from "./ref.ts";
import { superviseUnder } from "./supervisor.ts";
import type { Thread } from "./thread.ts";
import { after, cancelTimers, every, idleAfter } from "./timer.ts";
import type {
  ActorRef,
  Context,
  Json,
  Logger,
  Mode,
  Spawner,
  SpawnOptions,
  Supervised,
  SupervisorOptions,
  Topic,
} from "./types.ts";

// biome-ignore lint/suspicious/noExplicitAny: refs of any protocol
type AnyRef = ActorRef<any>;

export class ActorContext implements Context {
  readonly #thread: Thread;
  readonly #life: Life;
  #log: Logger | undefined;

  constructor(thread: Thread, life: Life) {
    this.#thread = thread;
    this.#life = life;
  }

  get path(): string {
    return this.#life.path;
  }

  get self(): AnyRef {
    return this.#life.self as unknown as AnyRef;
  }

  get parent(): AnyRef | undefined {
    const { parent } = this.#life.actor;
    if (!parent) return undefined;
    const path = this.path.includes("/") ? this.path.slice(0, this.path.lastIndexOf("/")) : "";
    return new Ref(this.#thread, parent.cell, parent.generation, "", path, this.#life) as unknown as AnyRef;
  }

  get system(): { readonly name: string; readonly mode: Mode } {
    const { name, mode } = this.#thread.settings;
    return { name, mode };
  }

  get restarts(): number {
    return this.#life.actor.restarts;
  }

  get signal(): AbortSignal {
    const life = this.#life;
    const extras = extrasOf(life);
    if (!extras.controller) {
      extras.controller = new AbortController();
      if (life.ended) extras.controller.abort(stopped(life.path));
    }
    return extras.controller.signal;
  }

  get log(): Logger {
    const write =
      (level: string) =>
      (...args: unknown[]) =>
        this.#thread.log(level, this.path, args);
    this.#log ??= { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
    return this.#log;
  }

  become(handlers: object | undefined): void {
    this.#alive();
    become(this.#life, handlers);
  }

  stash(): void {
    this.#alive();
    const { actor } = this.#life;
    if (actor.status !== "running") {
      throw new TypeError("stash() puts aside the message in hand: call it in a handler, before its first await");
    }
    const rare = rareOf(actor);
    if (rare.stashed.length >= defaults.stash) {
      throw new ZanniError("ERR_MAILBOX_FULL", `"${this.path}" has put ${defaults.stash} messages aside already`, {
        actor: this.path,
      });
    }
    rare.stashing = true;
  }

  unstash(): void {
    this.#alive();
    const { stashed, unstashed } = rareOf(this.#life.actor);
    if (stashed.length === 0) return;
    unstashed.push(...stashed);
    stashed.length = 0;
    this.#thread.errand(this.#life, unstashing(this.#life));
  }

  idleAfter(period: Duration | undefined): void {
    this.#alive();
    idleAfter(this.#thread, this.#life, period);
  }

  every(period: Duration, tick: Task, ...args: Json[]): Disposable {
    this.#alive();
    return every(this.#thread, this.#life, period, tick, args);
  }

  after(delay: Duration, once: Task, ...args: Json[]): Disposable {
    this.#alive();
    return after(this.#thread, this.#life, delay, once, args);
  }

  watch(ref: AnyRef): void {
    this.#alive();
    watch(this.#thread, this.#life, asRef(ref));
  }

  unwatch(ref: AnyRef): void {
    unwatch(this.#thread, this.#life, asRef(ref));
  }

  link(ref: AnyRef): void {
    this.#alive();
    link(this.#thread, this.#life, asRef(ref));
  }

  unlink(ref: AnyRef): void {
    unlink(this.#thread, this.#life, asRef(ref));
  }

  spawn(def: unknown, init?: unknown, options?: SpawnOptions): never {
    this.#alive();
    return spawn(this.#thread, this.#life.actor, def, init, options, this.#life) as never;
  }

  spawnHere(def: unknown, init?: unknown, options?: SpawnOptions): never {
    this.#alive();
    return spawn(this.#thread, this.#life.actor, def, init, options, this.#life, true) as never;
  }

  supervise<C>(options: SupervisorOptions, start: (sup: Spawner) => C): Supervised<C> {
    this.#alive();
    return superviseUnder(this.#thread, this.#life.actor, options, start, this.#life);
  }

  lookup(path: string): Promise<AnyRef | undefined> {
    this.#alive();
    return lookup(this.#thread, path, this.#life) as Promise<AnyRef | undefined>;
  }

  bind<H>(ref: ActorRef<H>): ActorRef<H> {
    this.#alive();
    return asRef(ref).boundTo(this.#life) as unknown as ActorRef<H>;
  }

  cancel(message: string): void {
    this.#alive();
    cancelTimers(this.#thread, this.#life, message);
    cancelSubscriptions(this.#thread, this.#life, message);
  }

  subscribe<T>(topic: Topic<T>, handler: string | ((value: T) => unknown)): Disposable {
    this.#alive();
    return subscribe(this.#thread, this.#life, topic, handler);
  }

  publish<T>(topic: Topic<T>, value: unknown): void {
    this.#alive();
    publish(this.#thread, topic, value);
  }

  join(group: string): Disposable {
    this.#alive();
    return join(this.#thread, this.#life, group);
  }

  members(group: string): Promise<readonly AnyRef[]> {
    this.#alive();
    return members(this.#thread, this.#life, group) as unknown as Promise<readonly AnyRef[]>;
  }

  stop(): void {
    this.#alive();
    this.#thread.sendStop(this.#life);
  }

  #alive(): void {
    if (this.#life.ended) throw stopped(this.path);
  }
}

/** Walks the tree from the root: names live with the parents. */
export async function lookup(thread: Thread, path: string, holder: Holder): Promise<Ref | undefined> {
  if (typeof path !== "string") wrong("path", path, "a text");
  let at: Address = thread.root;
  let found: Ref | undefined;
  for (const name of path.split("/")) {
    try {
      found = (await thread.question(at, KIND_FIND, name, holder, path)) as Ref | undefined;
    } catch (error) {
      if (isZanniError(error, "ERR_ACTOR_STOPPED")) return undefined;
      throw error;
    }
    if (!found) return undefined;
    at = found;
  }
  return found;
}
