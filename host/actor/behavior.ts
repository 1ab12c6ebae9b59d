// What users write: classes that extend Actor, or setup functions given to actor(). This file holds no machinery;
// an instance finds what belongs to it on its seat, which the lifecycle sets before it constructs.
import { ZanniError } from "../errors.ts";
import { callable, known } from "../options.ts";
import type {
  ActorHooks,
  ActorRef,
  Context,
  Def,
  Directive,
  ExitReason,
  initType,
  Json,
  SupervisionOptions,
} from "./types.ts";

/** What a new instance is given. */
export interface Seat {
  readonly init: unknown;
  readonly self: unknown;
  readonly ctx: Context;
}

let seat: Seat | undefined;

/** Constructs one of that class on a seat. */
export function seated<T>(next: Seat, Class: new () => T): T {
  const before = seat;
  seat = next;
  try {
    return new Class();
  } finally {
    seat = before;
  }
}

const seats = Symbol("seat");

/**
 * Public methods are the actor's messages. Keep helpers `#private`: every other method can be sent to.
 *
 * @example
 * class Counter extends Actor<{ start: number }> {
 *   #value = this.init.start;
 *   add(by: number) { return (this.#value += by); }
 * }
 */
export abstract class Actor<Init = void> {
  declare readonly [initType]: Init;
  declare readonly [seats]: Seat;
  /** Allows messages to run between the awaits of another. Off: one message at a time. */
  static readonly reentrant?: boolean;
  /** The name on the wire and in paths; default: the registry's key. */
  static readonly wireName?: string;
  /** How this actor supervises what it spawns with `ctx.spawn`. */
  static readonly supervision?: SupervisionOptions;

  constructor() {
    if (!seat) {
      throw new TypeError("actors are not made with new: spawn them, system.spawn(Counter, { start: 1 })");
    }
    this[seats] = seat;
    seat = undefined;
  }

  /** What it was spawned with; the same after a restart. */
  protected get init(): Init {
    return this[seats].init as Init;
  }
  /** This actor, for others. Typed `any`: inside a class its own protocol is not complete yet. */
  // biome-ignore lint/suspicious/noExplicitAny: ActorRef<this> could be passed to nobody
  protected get self(): ActorRef<any> {
    // biome-ignore lint/suspicious/noExplicitAny: the same
    return this[seats].self as ActorRef<any>;
  }
  /** What it may do besides answering. */
  protected get ctx(): Context {
    return this[seats].ctx;
  }

  // biome-ignore-start lint/suspicious/noConfusingVoidType: a hook that returns nothing is typed so
  /** Every instance, also after a restart, before its first message. */
  protected onStart(): void | Promise<void> {}
  /** Every instance, before it ends or is replaced; `{ error }` after a failure. When it is killed, nobody waits for it. */
  protected onStop(_reason: ExitReason): void | Promise<void> {}
  /** On the fresh instance, after a crash and after `onStart`. */
  protected onRestart(_error: Error): void | Promise<void> {}
  /** When no message came for as long as `ctx.idleAfter` said. */
  protected onIdle(): void | Promise<void> {}
  /** An actor it watches is gone for good. */
  protected onTerminated(_ref: ActorRef<unknown>, _reason: ExitReason): void | Promise<void> {}
  /** An actor it is linked with failed; without this it fails too. */
  protected onLinkFailed(_ref: ActorRef<unknown>, _error: Error): void | Promise<void> {}
  /**
   * With `restore`, makes the actor movable: between two messages the scheduler may take it to a worker that has nothing to
   * do. Answers its state, a value that can be sent; the instance here is not used any more.
   */
  protected snapshot?(): unknown;
  /** On a new instance with the same `init`, in the place of `onStart`. */
  // biome-ignore lint/suspicious/noExplicitAny: what its own snapshot() gave
  protected restore?(state: any): void;
  /** Asked by `SpawnOptions.health`; throwing is a failed check. */
  protected health(): void | Promise<void> {}
  /** If overridden, asked as the next system turn; returning nothing leaves it to `decide` and the policy. */
  protected onChildFailed(_child: ActorRef<unknown>, _error: Error): Directive | void {}
  // biome-ignore-end lint/suspicious/noConfusingVoidType: a hook that returns nothing is typed so
}

/** The hooks by name, as the lifecycle calls them on instances of Actor; setup functions have none. */
export interface Hooks {
  onStart?(): unknown;
  onStop?(reason: ExitReason): unknown;
  onRestart?(error: Error): unknown;
  onChildFailed?(child: unknown, error: Error): Directive | undefined;
  onIdle?(): unknown;
  onTerminated?(ref: unknown, reason: ExitReason): unknown;
  onLinkFailed?(ref: unknown, error: Error): unknown;
  health?(): unknown;
  snapshot?(): unknown;
  restore?(state: unknown): unknown;
}

export const hookNames: readonly string[] = [
  "onStart",
  "onStop",
  "onRestart",
  "onChildFailed",
  "onIdle",
  "onTerminated",
  "onLinkFailed",
  "health",
];

/** Hooks that nobody overrode are not called. */
export const base = Actor.prototype as unknown as Hooks;

const setups = Symbol("setup");

// biome-ignore lint/suspicious/noExplicitAny: any init, any handlers
type Setup = (init: any, ctx: Context) => object;

/**
 * An actor as a setup function: state lives in the closure, the returned handlers are the messages.
 *
 * @example
 * export const Counter = actor((start: number) => {
 *   let value = start;
 *   return { add: (by: number) => (value += by) };
 * });
 */
export function actor<H extends object, I = void>(
  setup: (init: I, ctx: Context) => H,
  hooks: ActorHooks = {},
): Def<H, I> {
  callable("setup", setup);
  known("actor", hooks, ["reentrant", "wireName", "supervision"]);
  return Object.freeze({ [setups]: setup, hooks }) as unknown as Def<H, I>;
}

export function setupOf(def: unknown): { readonly setup: Setup; readonly hooks: ActorHooks } | undefined {
  if (typeof def !== "object" || def === null || !(setups in def)) return undefined;
  const { [setups]: setup, hooks } = def as { [setups]: Setup; hooks: ActorHooks };
  return { setup, hooks };
}

/** `throw refuse("not enough stock")`: the asker's promise rejects with ERR_REFUSED, the actor lives on. Any other throw is a crash. */
export function refuse(message: string, details?: Json): Error {
  return new ZanniError("ERR_REFUSED", message, details === undefined ? {} : { details: { details } });
}
