// What users see of actors, as types.
import type { Duration } from "../options.ts";
import type { Stream } from "../stream.ts";
import type { HereBrand, IsAny, IsSendable, Json, NotSendable, RefBrand, Sendable } from "../wire/sendable.ts";

/** When an actor that ended by itself comes back: always; only after a failure; never. One that was stopped never does. */
export type RestartPolicy = "permanent" | "transient" | "temporary";
/** Who restarts with a child that failed: nobody; all its siblings; those that were started after it. */
export type Strategy = "one-for-one" | "one-for-all" | "rest-for-one";
/**
 * What becomes of a child that failed: a new instance; the same one goes on with its next message; it ends; its supervisor
 * fails in its place.
 */
export type Directive = "restart" | "resume" | "stop" | "escalate";
/** `shared`: worker threads over one memory. `single`: all on the thread that made the system. */
export type Mode = "shared" | "single";
/** What happens to a message that a full mailbox has no room for; see {@link MailboxOptions.overflow}. */
export type Overflow = "block" | "drop-newest" | "drop-oldest" | "fail" | "coalesce";
/**
 * Why a message was not handled: its actor is gone; it knows no such message; it was older than its `ttl`, or whoever asked
 * has given up; the mailbox was full; its bytes did not fit what the receiver declares.
 */
export type DeadLetterReason = "stopped" | "unknown-message" | "expired" | "overflow" | "undecodable";
/**
 * How an actor ended: by itself or by `stop()`; with its supervisor or its system; by `kill()`; by a failure after which it
 * was not to come back.
 */
export type ExitReason = "normal" | "shutdown" | "killed" | { readonly error: Error };

// biome-ignore-start lint/suspicious/noExplicitAny: protocols are open
type AnyFn = (...args: any) => any;
type MessageKey<H, K extends keyof H> = K extends string ? (H[K] extends AnyFn ? K : never) : never;
type SentArgs<A extends readonly unknown[]> = { [K in keyof A]: Sendable<A[K]> };
export type Reply<R> =
  IsAny<R> extends true
    ? any
    : [R] extends [AsyncIterable<infer U> | Generator<infer U>]
      ? Stream<Sendable<U>>
      : Promise<Sendable<Awaited<R>>>;

/**
 * Fire and forget. True: nothing to wait for; what became of the message is the receiver's affair. False: the mailbox is
 * full, and the message waits in the sender's outbox; await `ref.ready()` before sending more. Throws ERR_MAILBOX_FULL, ERR_NOT_SENDABLE, ERR_OUT_OF_MEMORY, or ERR_ACTOR_STOPPED when the *sender* has ended.
 */
export type Tell<H> =
  IsAny<H> extends true
    ? any
    : {
        readonly [K in keyof H as MessageKey<H, K>]: H[K] extends (...args: infer A) => unknown
          ? (...args: SentArgs<A>) => boolean
          : never;
      };
/** Request and reply: a promise that settles exactly once; generators come back as streams. */
export type Asks<H> =
  IsAny<H> extends true
    ? any
    : {
        readonly [K in keyof H as MessageKey<H, K>]: H[K] extends (...args: infer A) => infer R
          ? (...args: SentArgs<A>) => Reply<R>
          : never;
      };
/** How long to wait for a reply, and what ends the waiting. */
export interface AskOptions {
  /** Default `createSystem({ askTimeout })`, 5s. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
  /** False: the handler does not wait for the answer, so it is no part of a deadlock. Default true. */
  readonly waits?: boolean;
}
/** `ref.ask.message(…)`, or with options `ref.ask({ timeout: "1s" }).message(…)`. */
export type Ask<H> = Asks<H> & ((options: AskOptions) => Asks<H>);

/** For `ref.with(…)`: how its messages are queued. */
export interface SendOptions {
  /** Default "normal". */
  readonly priority?: "high" | "normal" | "low";
  /** Not handled any more once it is older than this: a dead letter instead. Default: it never is. */
  readonly ttl?: Duration;
}

/**
 * The address of an actor: it can be sent in messages, and stays good over crashes, restarts and moves.
 *
 * @example
 * const counter = system.spawn(Counter, { start: 1 });
 * counter.tell.add(2);
 * console.log(await counter.ask.value());
 */
export interface ActorRef<H> extends RefBrand, AsyncDisposable {
  /** Fire and forget: `ref.tell.add(1)`. */
  readonly tell: Tell<H>;
  /** Request and reply: `await ref.ask.value()`. */
  readonly ask: Ask<H>;
  /** `parent/name`: readable in logs, stable across restarts. */
  readonly path: string;
  /** Resolves when the mailbox has room and nothing of this sender waits for it. Rejects with ERR_DEADLOCK. */
  ready(): Promise<void>;
  /** The same actor; a later one of the same path is another. */
  equals(other: ActorRef<any>): boolean;
  /** Messages in its mailbox, the one in hand included: a glance, exact for nobody but the actor itself. */
  readonly queued: number;
  /**
   * The same actor, with other send options. Among what is queued, `high` comes first and `low` last, but of 16 messages
   * one at least is `low`, and one `normal`, if there are any. Order per pair holds within a priority.
   *
   * @example
   * sensor.with({ priority: "low", ttl: "2s" }).tell.sample(3);
   */
  with(options: SendOptions): ActorRef<H>;
  /** Resolves when the actor is gone for good (not on restarts). */
  readonly stopped: Promise<ExitReason>;
  /** Handles what is queued, then stops. */
  stop(): Promise<void>;
  /** At once when it is idle or awaits something, else after the message in hand; what is queued becomes dead letters. */
  kill(): Promise<void>;
}
/** A ref that must stay on this thread: its messages may carry closures, DOM nodes, anything, by reference. */
export interface HereRef<H> extends HereBrand, AsyncDisposable {
  /** As of any {@link ActorRef}, with arguments by reference. */
  readonly tell: {
    readonly [K in keyof H as MessageKey<H, K>]: H[K] extends (...a: infer A) => unknown ? (...a: A) => boolean : never;
  };
  /** As of any {@link ActorRef}, with arguments and reply by reference. */
  readonly ask: {
    readonly [K in keyof H as MessageKey<H, K>]: H[K] extends (...a: infer A) => infer R
      ? (...a: A) => Promise<Awaited<R>>
      : never;
  };
  /** As of any {@link ActorRef}. */
  readonly path: string;
  /** Resolves when the actor is gone for good (not on restarts). */
  readonly stopped: Promise<ExitReason>;
  /** Handles what is queued, then stops. */
  stop(): Promise<void>;
  /** At once when it is idle or awaits something, else after the message in hand. */
  kill(): Promise<void>;
}

/** Where a system writes what nobody listens to; the console is one. */
export interface Logger {
  /** Nothing of zanni's own. */
  debug(...a: unknown[]): void;
  /** What `ctx.log.info` is given. */
  info(...a: unknown[]): void;
  /** What lacks, such as memory that cannot be shared. */
  warn(...a: unknown[]): void;
  /** Failures, when there is no listener for events. */
  error(...a: unknown[]): void;
}

/**
 * What an actor may do besides answering: `this.ctx` in a class, the second argument of a setup function. It ends with the
 * instance; afterwards whatever sends, spawns or asks throws ERR_ACTOR_STOPPED.
 */
export interface Context extends Spawner {
  /** Its own, such as `shop/counter`. */
  readonly path: string;
  /** This actor, for others. */
  readonly self: ActorRef<any>;
  /** Who supervises it; undefined at the root. */
  readonly parent: ActorRef<any> | undefined;
  readonly system: { readonly name: string; readonly mode: Mode };
  /** By path from the root, such as `shop/counter`: walks the tree. Undefined: there is none. */
  lookup(path: string): Promise<ActorRef<any> | undefined>;
  /** The same actor, with this one as the sender. */
  bind<H>(ref: ActorRef<H>): ActorRef<H>;
  /** A child that stays on this thread, and whose messages go by reference. */
  spawnHere: SpawnHere;
  /**
   * Handles the next messages with other handlers of the same protocol, `undefined` with its own again. What the given
   * ones lack, the actor's own methods handle.
   */
  become(handlers: object | undefined): void;
  /** Puts the message in hand aside, before the handler's first await: its outcome is void. At most 1,024: ERR_MAILBOX_FULL beyond. */
  stash(): void;
  /** Takes up again all that was put aside, in order, before anything that is queued. */
  unstash(): void;
  /** `onIdle` when no message came for this long; `undefined` ends it. */
  idleAfter(period: Duration | undefined): void;
  /**
   * Runs `tick` once in each period, in the actor's own turn; ends with this instance. Drift-free; while one tick is
   * still queued the next is left out. A text names one of the actor's own messages.
   */
  every(period: Duration, tick: string | (() => void), ...args: Json[]): Disposable;
  /** The same, once. */
  after(delay: Duration, once: string | (() => void), ...args: Json[]): Disposable;
  /** One `onTerminated` when it is gone for good, for as long as this instance lives; at once if it already is. */
  watch(ref: ActorRef<any>): void;
  /** Also takes back an `onTerminated` that is queued already. */
  unwatch(ref: ActorRef<any>): void;
  /**
   * If one of the two fails, or is killed, so does the other, unless it overrides `onLinkFailed`. Ends with this instance.
   */
  link(ref: ActorRef<any>): void;
  /** Takes the link back, on both sides. */
  unlink(ref: ActorRef<any>): void;
  /** The system's logger, with the path of this actor. */
  readonly log: Logger;
  /** How often this actor has been restarted. */
  readonly restarts: number;
  /** Aborts when the current ask is cancelled or timed out, or the actor stops. Hand it to fetch() and friends. */
  readonly signal: AbortSignal;
  /**
   * Runs `handler` in a turn of this actor for each value, until disposed or the instance ends. A text names one of the
   * actor's own messages.
   */
  subscribe<T>(topic: Topic<T>, handler: string | ((value: T) => void | Promise<void>)): Disposable;
  /**
   * Ends the timers and subscriptions of this instance that name this message: also those that came along when the actor
   * moved, whose disposables stayed behind. What has fired already and is queued still comes.
   */
  cancel(message: string): void;
  /** To all that are subscribed now. A subscriber whose mailbox is full misses it. */
  publish<T>(topic: Topic<T>, value: Sendable<NoInfer<T>>): void;
  /** Groups by key: who is in `room:7`? Until disposed or the instance ends. */
  join(group: string): Disposable;
  /** In the order they joined. */
  members(group: string): Promise<readonly ActorRef<any>[]>;
  /** Ends this actor once what is queued is handled; it does not come back. */
  stop(): void;
}

declare const topicType: unique symbol;
/** The name of something that is published, with the type of its values; made by `topic()`. */
export interface Topic<T> {
  readonly name: string;
  readonly [topicType]: T;
}

export declare const initType: unique symbol;
export declare const handlersType: unique symbol;
/** Actor as a setup function, made by actor(). */
export interface Def<H, I> {
  readonly [handlersType]: H;
  readonly [initType]: I;
}
/** What a class says with statics. */
export interface ActorHooks {
  readonly reentrant?: boolean;
  readonly wireName?: string;
  readonly supervision?: SupervisionOptions;
}
export type ActorClass = abstract new () => { readonly [initType]: any };
/** Whatever can be spawned: a class that extends Actor, or what `actor()` gave. */
export type AnyDef = ActorClass | Def<any, any>;
/** The messages of a definition. */
export type Handlers<D> = D extends Def<infer H, any> ? H : D extends abstract new () => infer A ? A : never;
/** What a definition is spawned with. */
export type InitOf<D> =
  D extends Def<any, infer I> ? I : D extends abstract new () => { readonly [initType]: infer I } ? I : never;
/**
 * The ref of a definition.
 *
 * @example
 * let counter: RefOf<typeof Counter>;
 */
export type RefOf<D> = ActorRef<Handlers<D>>;

type ReplyValue<R> =
  IsAny<R> extends true ? any : [R] extends [AsyncIterable<infer U> | Generator<infer U>] ? U : Awaited<R>;
type Bad<H, K extends keyof H> = H[K] extends (...args: infer A) => infer R
  ? [IsSendable<A>, IsSendable<ReplyValue<R>>] extends [true, true]
    ? never
    : K
  : never;
type BadMessages<H> = { [K in keyof H]-?: Bad<H, MessageKey<H, K> & keyof H> }[keyof H];
/** Checks a definition where it is used: names the message whose arguments or reply may not cross. */
export type Sound<D> = [BadMessages<Handlers<D>>] extends [never]
  ? unknown
  : NotSendable<`message "${BadMessages<Handlers<D>> & string}" takes or returns something that cannot be sent`>;

/** Only messages are bounded; control, timers, notices and stops are never shed. */
export interface MailboxOptions {
  /** Messages, default 65,536; Infinity is allowed, and dangerous. */
  readonly capacity?: number;
  /** Bytes, default 64 MiB. */
  readonly bytes?: number;
  /**
   * What happens beyond. "block" (default): the message waits in the sender's outbox, up to 1,024 of them, and a sender
   * that is an actor takes no new message meanwhile. One that ends, and whose waiting would close a circle, sends what it
   * has left beyond the limit. "drop-newest", "drop-oldest": that one becomes a dead letter.
   * "coalesce": it takes the place of a queued message of the same name and key. "fail": the send throws ERR_MAILBOX_FULL.
   */
  readonly overflow?: Overflow;
  /** The key for "coalesce": this field of the message's first argument, or that argument itself if it has no fields. */
  readonly coalesceBy?: string;
  /** For "coalesce", when there is nothing to replace. Default "drop-newest". */
  readonly fallback?: "drop-newest" | "drop-oldest";
}
/** How a child is named, supervised, placed and ended. */
export interface SpawnOptions {
  /** Unique among living siblings (ERR_NAME_TAKEN). Default `definition-n`. */
  readonly name?: string;
  /** Default "permanent". "transient": only after a failure; "temporary": never. */
  readonly restart?: RestartPolicy;
  readonly mailbox?: MailboxOptions;
  /** Messages handled before the actor yields its worker. Default 1,000. */
  readonly budget?: number;
  /** Default: its supervisor's; without any it restarts at once. Messages keep queueing meanwhile. */
  readonly backoff?: Backoff;
  /** Asks for `health()` again and again; failing `threshold` times in a row is a failure. */
  readonly health?: HealthOptions;
  /** Where it starts. Default "least-loaded"; "same" thread, or the number of a worker. */
  readonly placement?: "least-loaded" | "same" | number;
  /** How long its stop may take before it is killed. Default 5s; "infinity" for supervisors. */
  readonly shutdown?: Duration | "brutal" | "infinity";
}
/** Waits before a restart: `min`, then `factor` times as long each time, up to `max`; back to `min` after `max` without a failure. */
export interface Backoff {
  readonly min: Duration;
  readonly max: Duration;
  /** Default 2. */
  readonly factor?: number;
  /** Longer or shorter by up to this share. Default 0.2. */
  readonly jitter?: number;
}
/** When to ask for `health()`, and how often it may fail. */
export interface HealthOptions {
  readonly every: Duration;
  /** Default `every`. */
  readonly timeout?: Duration;
  /** Failed checks in a row that count as a failure. Default 3. */
  readonly threshold?: number;
}
/** For `spawnNative`. */
export interface NativeOptions extends SpawnOptions {
  /** Bytes of state, zeroed at its start and after a crash. Default 40. */
  readonly stateBytes?: number;
}
// biome-ignore lint/suspicious/noConfusingVoidType: no init is typed so
type InitArgs<I, O> = void extends I ? [init?: I, options?: O] : [init: Sendable<I>, options?: O];

/** Whoever has children: a system, an actor's context, a supervisor. */
export interface Spawner {
  /** Synchronous: the ref is good at once, the actor starts on its own thread. */
  spawn<D extends AnyDef>(def: D & Sound<D>, ...args: InitArgs<InitOf<D>, SpawnOptions>): RefOf<D>;
  /** A supervisor below this one, with the children that `start` spawns. If `start` throws, so does this, and they end. */
  supervise<C>(options: SupervisorOptions, start: (sup: Spawner) => C): Supervised<C>;
}
/** Pinned to the calling thread: closures, DOM and sockets are welcome in its messages. */
export type SpawnHere = <D extends AnyDef>(
  def: D,
  // biome-ignore lint/suspicious/noConfusingVoidType: no init is typed so
  ...args: void extends InitOf<D>
    ? [init?: InitOf<D>, options?: SpawnOptions]
    : [init: InitOf<D>, options?: SpawnOptions]
) => HereRef<Handlers<D>>;

/** How children are brought back when they fail, and how often. */
export interface SupervisionOptions {
  /** Who restarts with a failed child: nobody (default), all, or those that were started after it. */
  readonly strategy?: Strategy;
  /** More than `maxRestarts` within `within` and the supervisor itself fails. Default 3 in 5s; Infinity: no limit. */
  readonly maxRestarts?: number;
  readonly within?: Duration;
  /** For children that have none of their own. */
  readonly backoff?: Backoff;
  /** Asked for each failure. Default: by the policy of the child. */
  readonly decide?: (error: Error, child: ActorRef<unknown>) => Directive;
}
/** For `supervise`: the supervisor itself is a child too. */
export interface SupervisorOptions extends SupervisionOptions {
  /** Unique among living siblings. Default `supervisor-n`. */
  readonly name?: string;
  /**
   * Does it come back, with its children, when it has failed itself? Default "permanent": it does, as often as its own
   * supervisor allows. "temporary": it ends, and its children with it.
   */
  readonly restart?: RestartPolicy;
}
/** One line of `status()`. `restarting` also while it pauses before its restart. */
export interface ChildStatus {
  readonly path: string;
  readonly state: "running" | "restarting" | "stopped";
  readonly restarts: number;
}
/** Takes children later too, by `spawn`. */
export interface Supervised<C> extends Spawner, AsyncDisposable {
  readonly children: C;
  readonly path: string;
  /** Its children, in the order they were started. */
  status(): Promise<readonly ChildStatus[]>;
  /** Stops the children in reverse order, then itself. */
  stop(): Promise<void>;
}

/** `blocked`: it awaits something, waits for room elsewhere, or pauses before a restart. */
export type NodeState = "idle" | "runnable" | "running" | "blocked" | "stopped";
/** An actor as `system.tree()` saw it. */
export interface TreeNode {
  readonly path: string;
  readonly definition: string;
  readonly state: NodeState;
  /** Number of its thread, as in `stats().workers`. */
  readonly worker: number;
  /** Messages in its mailbox. */
  readonly queued: number;
  readonly processed: number;
  readonly restarts: number;
  readonly children: readonly TreeNode[];
}
export type { Json };
// biome-ignore-end lint/suspicious/noExplicitAny: protocols are open
