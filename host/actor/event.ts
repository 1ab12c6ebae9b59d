// The events of this ring: one closed list. Nothing is paid while nobody listens.
import type { DeadLetterReason, Directive, Overflow } from "./types.ts";

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
  | { readonly type: "ask-timeout"; readonly message: string; readonly asker: string | undefined }
  | { readonly type: "worker-lost"; readonly worker: number; readonly error: Error | undefined }
);

type Without<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;
/** An event as it is raised; the time is added. */
export type Raised = Without<SystemEvent, "at">;

export interface DeadLetter {
  readonly actor: string;
  readonly message: string;
  readonly reason: DeadLetterReason;
}
