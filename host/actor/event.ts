// The events of this ring: one closed list. Nothing is paid while nobody listens.
import type { DeadLetterReason, Directive, Overflow } from "./types.ts";

/**
 * What happens in a system, by `type`; `at` is in ms since the system began, `actor` a path. Where there is a
 * `diagnostics_channel`, each is published there too, on the channel `zanni:event`.
 *
 * @example
 * for await (const event of system.events()) if (event.type === "crash") console.error(event.actor, event.error);
 */
export type SystemEvent = { readonly at: number; readonly actor: string } & (
  | { readonly type: "spawn" | "stop" }
  | {
      readonly type: "crash";
      readonly message: string | undefined;
      readonly error: Error;
      readonly directive: Directive;
    }
  | { readonly type: "restart"; readonly restarts: number; readonly error: Error }
  | { readonly type: "escalation"; readonly to: string; readonly error: Error }
  | { readonly type: "dead-letter"; readonly message: string; readonly reason: DeadLetterReason }
  | { readonly type: "overflow"; readonly policy: Overflow; readonly count: number }
  /**
   * Seen from another thread: the handler still runs, since `ms`. After an await the actor is known while no other on that
   * thread awaits anything; else it is "". Needs worker threads.
   */
  | { readonly type: "slow-handler"; readonly message: string; readonly ms: number }
  | { readonly type: "ask-timeout"; readonly message: string; readonly asker: string | undefined }
  /** Only while traced: `events({ trace })`. `ms` since: nothing; it was sent; its handler began. */
  | {
      readonly type: "sent" | "delivered" | "processed";
      readonly message: string;
      /** The path of the sender; undefined outside of any actor. */
      readonly from: string | undefined;
      /** The same for all that was sent while one message was handled, and so on. */
      readonly trace: string;
      readonly ms: number;
    }
  /** A movable actor lives on another worker now. Numbers as in `stats().workers`. */
  | { readonly type: "move"; readonly from: number; readonly to: number }
  | { readonly type: "worker-lost"; readonly worker: number; readonly error: Error | undefined }
);

/** What it takes to send a dead letter again. The system keeps it; it is not in the event. */
export interface Letter {
  readonly hash: number;
  readonly args: readonly unknown[];
}

/** A trace as events show it. */
export function traceText(trace: number): string {
  return trace.toString(36);
}

type Without<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;
/** An event as it is raised; the time is added. */
export type Raised = Without<SystemEvent, "at"> & { readonly letter?: Letter | undefined };

/** A message that nobody handled. */
export interface DeadLetter {
  /** Path of whom it was meant for. */
  readonly actor: string;
  readonly message: string;
  readonly reason: DeadLetterReason;
  /**
   * Sends it again, once, as a tell, to the actor that has this path by now; if there is none, it is a dead letter again.
   * False: it has been replayed already, its content was not kept (longer than 64 KiB, by reference on a worker thread,
   * or not readable), or the system has stopped.
   */
  replay(): boolean;
}
