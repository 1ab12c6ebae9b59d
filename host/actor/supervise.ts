// What to do about a failed child, as pure functions: (what is wanted, policy, limits, history, now) -> decision; whom
// a restart takes along; how long it waits. Local crashes enter here; dead threads and lost nodes by the same door.
//
// Intensity after OTP's supervisor.erl (add_restart): a supervisor keeps its restarts of the last `withinMs` and adds
// now; allowed while their number is at most `maxRestarts`. A group that restarts together counts once.
import type { Directive, RestartPolicy, Strategy } from "./types.ts";

export interface Limits {
  readonly maxRestarts: number;
  readonly withinMs: number;
}

export type Decision =
  | { readonly action: "restart"; readonly history: readonly number[] }
  | { readonly action: "resume" | "stop" }
  /** The supervisor fails in turn; `limit` when it is because of too many restarts. */
  | { readonly action: "escalate"; readonly limit: boolean };

/**
 * What happens to a child that failed. `wanted` is what decide or onChildFailed said; nothing: the policy. One that failed
 * before it had `started` has nothing to resume: that is a restart, and counts as one.
 */
export function decide(
  wanted: Directive | undefined,
  policy: RestartPolicy,
  limits: Limits,
  history: readonly number[],
  now: number,
  started = true,
): Decision {
  const said = wanted ?? (policy === "temporary" ? "stop" : "restart");
  const directive = said === "resume" && !started ? "restart" : said;
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

/** Who restarts along with a failed child, in order of start; itself included. */
export function affected<C>(strategy: Strategy, children: readonly C[], failed: C): readonly C[] {
  switch (strategy) {
    case "one-for-one":
      return [failed];
    case "one-for-all":
      return children;
    case "rest-for-one":
      return children.slice(children.indexOf(failed));
  }
}

/** ms, but for `factor` and `jitter`. */
export interface BackoffTerms {
  readonly min: number;
  readonly max: number;
  readonly factor: number;
  /** A share of the delay, 0 to 1: it becomes longer or shorter by up to so much. */
  readonly jitter: number;
}

/** Failures in a row that still count: none once it has lived for `max` since it came up. */
export function inARow(backoff: BackoffTerms, failures: number, upSince: number, now: number): number {
  return now - upSince >= backoff.max ? 0 : failures;
}

/** ms before the restart that follows `failures` earlier ones in a row. `random` from 0 to 1. */
export function delayOf(backoff: BackoffTerms, failures: number, random: number): number {
  const { min, max, factor, jitter } = backoff;
  const delay = Math.min(max, min * factor ** failures);
  return Math.min(max, delay * (1 + jitter * (2 * random - 1)));
}
