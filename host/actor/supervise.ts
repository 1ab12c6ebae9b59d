// What to do about a failed child, as a pure function: (what is wanted, policy, limits, history, now) -> decision.
// Local crashes enter here; dead threads and lost nodes will enter by the same door.
//
// Intensity after OTP's supervisor.erl (add_restart): keep the restarts of the last `withinMs`, add now; allowed
// while their number is at most `maxRestarts`.
import type { Directive, RestartPolicy } from "./types.ts";

export interface Limits {
  readonly maxRestarts: number;
  readonly withinMs: number;
}

export type Decision =
  | { readonly action: "restart"; readonly history: readonly number[] }
  | { readonly action: "resume" | "stop" }
  /** The supervisor fails in turn; `limit` when it is because of too many restarts. */
  | { readonly action: "escalate"; readonly limit: boolean };

/** What happens to a child that failed. `wanted` is what decide or onChildFailed said; nothing: the policy. */
export function decide(
  wanted: Directive | undefined,
  policy: RestartPolicy,
  limits: Limits,
  history: readonly number[],
  now: number,
): Decision {
  const directive = wanted ?? (policy === "temporary" ? "stop" : "restart");
  switch (directive) {
    case "resume":
    case "stop":
      return { action: directive };
    case "escalate":
      return { action: "escalate", limit: false };
    case "restart": {
      if (policy === "temporary") return { action: "stop" };
      const recent = [...history.filter((at) => now - at < limits.withinMs), now];
      if (recent.length > limits.maxRestarts) return { action: "escalate", limit: true };
      return { action: "restart", history: recent };
    }
  }
}
