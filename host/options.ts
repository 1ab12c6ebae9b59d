// All defaults and limits, with their units, in one place; and the checks of what users give.
import { ZanniError } from "./errors.ts";

/** Milliseconds, or a text such as `"250ms"`, `"5s"`, `"2m"`, `"1h"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h"}`;

export const defaults = {
  /** Messages per turn. */
  budget: 1000,
  /** Longest time of a turn, ms. */
  slice: 1,
  /** First sleep of an idle worker, ms; doubles up to parkTimeoutMax for each worker there is: a look in 4 s or so in all. */
  parkTimeout: 10,
  parkTimeoutMax: 4000,
  /** So often, by the number of workers, an idle thread looks for work, which takes 3 to 9 µs; and again after each turn of the event loop, */
  spins: 1600,
  /** for so many ms; then it parks. */
  pollMs: 0.2,
  /** The event loop gets a turn at least so often, ms. */
  eventLoopMs: 3,
  askTimeout: 5000,
  /** How long an actor's stop may take before it is killed, ms. */
  shutdown: 5000,
  mailbox: {
    capacity: 65_536,
    bytes: 64 * 1024 * 1024,
    overflow: "block",
    coalesceBy: undefined,
    fallback: "drop-newest",
  },
  /** How many times another thread is started in the place of one that died, if it dies before it is up. */
  successors: 3,
  /** A handler that runs for longer is an event, ms. */
  slowHandler: 1000,
  /** Items of a stream under way, at most. */
  streamWindow: 256,
  /** Messages of one sender that wait for room in one mailbox. */
  outbox: 1024,
  supervision: { strategy: "one-for-one", maxRestarts: 3, within: 5000 },
  backoff: { factor: 2, jitter: 0.2 },
  /** Failed health checks in a row. */
  healthThreshold: 3,
  /** Messages that an actor may put aside. */
  stash: 1024,
  /** Bytes of shared memory to reserve; it costs nothing until it is touched. */
  memory: 4 * 1024 ** 3,
  memorySingle: 1024 ** 3,
  /** Values of a topic that wait for a listener outside of any actor. */
  subscription: 1024,
  deadLettersKept: 1024,
  /** Bytes of a dead letter that are kept, for a replay. */
  letterBytes: 64 * 1024,
  /** Events under way from one thread to the system's; more are only counted. */
  eventsUnderWay: 1024,
  depthMax: 128,
  nameLengthMax: 256,
} as const;

/** "250ms", "5s", "2m", "1h", or a number of milliseconds. */
export function milliseconds(option: string, given: unknown): number {
  if (typeof given === "number" && given >= 0) return given;
  const match = typeof given === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(given) : null;
  if (!match) wrong(option, given, 'a number of milliseconds, or a literal such as "250ms", "5s", "2m", "1h"');
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as "ms" | "s" | "m" | "h"];
  return Number(match[1]) * unit;
}

export function whole(option: string, given: unknown, least: number, most: number): number {
  if (typeof given !== "number" || !Number.isInteger(given) || given < least || given > most) {
    wrong(option, given, `a whole number from ${least} to ${most}`);
  }
  return given;
}

export function oneOf<T extends string>(option: string, given: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(given as T)) wrong(option, given, allowed.map((each) => JSON.stringify(each)).join(", "));
  return given as T;
}

/** Refuses names that no option has: a misspelt option must not be ignored. */
export function known(where: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null) {
    wrong(`options of ${where}`, given, `an object with any of ${names.join(", ")}`);
  }
  for (const name in given) {
    if (!names.includes(name) && Object.hasOwn(given, name)) {
      throw new ZanniError("ERR_OPTION", `${where} has no option "${name}"; it knows ${names.join(", ")}`, {
        details: { option: name, given: (given as Record<string, unknown>)[name], allowed: names },
      });
    }
  }
}

/** Refuses what is no function. */
export function callable(option: string, given: unknown): void {
  if (typeof given !== "function") wrong(option, given, "a function");
}

/** Refuses what is no AbortSignal; one of another realm is one. */
export function abortable(given: unknown): AbortSignal | undefined {
  if (given === undefined || given === null) return undefined;
  const { aborted, addEventListener } = given as Partial<AbortSignal>;
  if (typeof aborted !== "boolean" || typeof addEventListener !== "function") wrong("signal", given, "an AbortSignal");
  return given as AbortSignal;
}

export function wrong(option: string, given: unknown, allowed: string): never {
  throw new ZanniError("ERR_OPTION", `option "${option}" is ${shown(given)}; allowed: ${allowed}`, {
    details: { option, given, allowed },
  });
}

function shown(given: unknown): string {
  try {
    return typeof given === "string" ? JSON.stringify(given) : String(given);
  } catch {
    return "no text";
  }
}
