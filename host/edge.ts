// The face of zanni for isolates that may not compile WebAssembly from bytes and have no threads: everything as
// elsewhere, but for the core, which is given as a module. The `workerd` condition of the package leads here.

import { wrong } from "./options.ts";
import { openSystem, type System, type SystemOptions } from "./system.ts";

// defining actors
export { Actor, actor, refuse } from "./actor/behavior.ts";
// observing
export type { DeadLetter, SystemEvent } from "./actor/event.ts";
// refs: tell and ask
// spawning and supervision
export type {
  ActorHooks,
  ActorRef,
  AnyDef,
  Ask,
  AskOptions,
  Asks,
  ChildStatus,
  Context,
  DeadLetterReason,
  Def,
  Directive,
  ExitReason,
  Handlers,
  HereRef,
  InitOf,
  Logger,
  MailboxOptions,
  Mode,
  NativeOptions,
  NodeState,
  RefOf,
  RestartPolicy,
  Sound,
  Spawner,
  SpawnHere,
  SpawnOptions,
  Strategy,
  Supervised,
  SupervisorOptions,
  Tell,
  TreeNode,
} from "./actor/types.ts";
export type { ErrorCode } from "./errors.ts";
// errors and small vocabulary
export { isZanniError, ZanniError } from "./errors.ts";
export type { Duration } from "./options.ts";
export { Worker } from "./platform/choose.ts";
export type { SystemStats, WorkerStats } from "./stats.ts";
export type { Stream } from "./stream.ts";
export type { System, SystemOptions } from "./system.ts";
// what may be sent
export type { Json, NotSendable, Sendable } from "./wire/sendable.ts";

export interface EdgeOptions extends SystemOptions {
  /** The compiled core: `import core from "zanni/core.wasm"`. */
  readonly core: WebAssembly.Module;
}

/**
 * Opens a system in this isolate, on one thread. Throws ERR_OPTION when `core` is not the module of `zanni/core.wasm`.
 *
 * @example
 * import core from "zanni/core.wasm";
 * const system = await createSystem({ core });
 * const greeter = system.spawn(Greeter);
 * return new Response(await greeter.ask.hello("edge"));
 */
export async function createSystem({ core, ...options }: EdgeOptions): Promise<System> {
  if (!(core instanceof WebAssembly.Module)) {
    wrong("core", core, 'the compiled module: import core from "zanni/core.wasm"');
  }
  return openSystem(options, { compile: async () => core });
}
