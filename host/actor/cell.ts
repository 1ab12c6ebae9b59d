// The host half of a cell: what JavaScript knows of an actor. Plain data; lifecycle.ts and dispatch.ts change it.
import type { Address, Holder } from "./carrier.ts";
import type { Ref } from "./ref.ts";
import type { Definition, Instance } from "./registry.ts";
import type { Limits } from "./supervise.ts";
import type { Directive, ExitReason, RestartPolicy } from "./types.ts";

/** One life of an actor, from a start to a crash, restart or stop; the holder of the refs it obtains. */
export interface Life extends Holder {
  readonly actor: HostCell;
  readonly instance: Instance | undefined;
  readonly self: Ref | undefined;
  /** For ctx.signal; made when asked for, renewed with each message. */
  controller: AbortController | undefined;
}

/** The message in hand, while its handler has not settled. */
export interface Served {
  readonly hash: number;
  readonly ticket: number;
  readonly ticketGeneration: number;
}

export interface Child {
  readonly name: string;
  readonly path: string;
  readonly definition: string;
  readonly cell: number;
  readonly generation: number;
  readonly policy: RestartPolicy;
  /** ms, Infinity, or 0 for brutal. */
  readonly shutdownMs: number;
  state: "running" | "restarting";
  restarts: number;
  history: readonly number[];
  /** Called when it is gone: it is being ended. More than one when a kill overtakes a restart. */
  gone: (() => void)[] | undefined;
}

export interface Supervision extends Limits {
  readonly decide: ((error: Error, child: never) => Directive) | undefined;
}

/**
 *   starting ──▶ running ⇄ awaiting
 *                   │ failed ──restart──▶ starting     (failed ──resume──▶ running)
 *                   └──▶ stopping ──▶ stopped
 */
export type Status = "starting" | "running" | "awaiting" | "failed" | "stopping" | "stopped";

export interface HostCell extends Address {
  readonly slot: number;
  readonly definition: Definition;
  readonly path: string;
  readonly parent: Address | undefined;
  readonly supervision: Supervision;
  /** The root, and supervisors: no user code of their own. */
  readonly internal: boolean;
  life: Life;
  status: Status;
  restarts: number;
  served: Served | undefined;
  /** Counts what is awaited: a promise that settles with an earlier number belongs to an earlier life. */
  epoch: number;
  /** What to do, in the actor's own turn, once what it awaits has settled. */
  next: (() => number) | undefined;
  /** Why it failed, until the supervisor has decided. */
  failure: Error | undefined;
  /** Tickets of those who wait for its end. */
  watchers: number[] | undefined;
  /** By childKey(): a cell may have its next tenant before the end of the last one is known here. */
  children: Map<number, Child> | undefined;
  names: Map<string, Child> | undefined;
  /** For unnamed children: how many of a definition there have been. */
  ordinals: Map<string, number> | undefined;
  reason: ExitReason | undefined;
}
