// The public face of zanni: actors on every core, supervised. Exports only.

// making a system
export { createSystem } from "./system.ts";
export type { System, SystemOptions } from "./system.ts";
export { Worker } from "./platform/choose.ts";

// defining actors
export { Actor, actor, refuse } from "./actor/behavior.ts";
export type { ActorHooks, Context, Def, Logger } from "./actor/types.ts";

// refs: tell and ask
export type { ActorRef, Ask, AskOptions, Asks, HereRef, Tell } from "./actor/types.ts";
export type { AnyDef, Handlers, InitOf, RefOf, Sound } from "./actor/types.ts";

// spawning and supervision
export type { MailboxOptions, Spawner, SpawnHere, SpawnOptions } from "./actor/types.ts";
export type { ChildStatus, Directive, RestartPolicy, Strategy, Supervised, SupervisorOptions } from "./actor/types.ts";
export type { ExitReason } from "./actor/types.ts";

// observing
export type { DeadLetter, SystemEvent } from "./actor/event.ts";
export type { DeadLetterReason, Mode, NodeState, TreeNode } from "./actor/types.ts";
export type { SystemStats, WorkerStats } from "./stats.ts";
export type { Stream } from "./stream.ts";

// what may be sent
export type { Json, NotSendable, Sendable } from "./wire/sendable.ts";

// errors and small vocabulary
export { isZanniError, ZanniError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export type { Duration } from "./options.ts";
