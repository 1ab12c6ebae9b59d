// What every entry exports, whatever it makes a system with.

// defining actors
export { Actor, actor, refuse } from "./actor/behavior.ts";
// observing
export type { DeadLetter, SystemEvent } from "./actor/event.ts";
export { type ReceiveOptions, receive } from "./actor/receive.ts";
// refs: tell and ask
export { topic } from "./actor/reception.ts";
// spawning and supervision
export type {
  ActorHooks,
  ActorRef,
  AnyDef,
  Ask,
  AskOptions,
  Asks,
  Backoff,
  ChildStatus,
  Context,
  DeadLetterReason,
  Def,
  Directive,
  ExitReason,
  Handlers,
  HealthOptions,
  HereRef,
  InitOf,
  Logger,
  MailboxOptions,
  Mode,
  NativeOptions,
  NodeState,
  Overflow,
  RefOf,
  RestartPolicy,
  SendOptions,
  Sound,
  Spawner,
  SpawnHere,
  SpawnOptions,
  Strategy,
  Supervised,
  SupervisionOptions,
  SupervisorOptions,
  Tell,
  Topic,
  TreeNode,
} from "./actor/types.ts";
export type { ErrorCode } from "./errors.ts";
// errors and small vocabulary
export { isZanniError, ZanniError } from "./errors.ts";
export type { Duration } from "./options.ts";
// patterns
export { type Circuit, type CircuitOptions, type CircuitState, circuit } from "./pattern/breaker.ts";
export { type Pipeline, pipeline } from "./pattern/pipeline.ts";
export { type MapOptions, type PoolOptions, type PoolRef, pool, type Route } from "./pattern/pool.ts";
export { type RetryOptions, retry } from "./pattern/retry.ts";
export { type Saga, type SagaOptions, saga } from "./pattern/saga.ts";
export type { System } from "./pattern/system.ts";
export { Worker } from "./platform/choose.ts";
export type { SystemOptions } from "./settings.ts";
export type { SystemStats, WorkerStats } from "./stats.ts";
export type { Stream } from "./stream.ts";
// what may be sent
export type { Json, NotSendable, Sendable } from "./wire/sendable.ts";
export type { InferIn, InferOut, StandardSchemaV1 } from "./wire/standard.ts";
