// Again, after a while: for what may work the next time.

import { delayOf } from "../actor/supervise.ts";
import type { Backoff } from "../actor/types.ts";
import { type ErrorCode, isZanniError, type ZanniError } from "../errors.ts";
import { abortable, callable, defaults, known, milliseconds, whole } from "../options.ts";
import { platform } from "../platform/choose.ts";

/** For `retry`. */
export interface RetryOptions {
  /** Tries in all. Default 3. */
  readonly attempts?: number;
  /** Waits between them. Default { min: "100ms", max: "5s" }, factor 2, jitter 0.2. */
  readonly backoff?: Backoff;
  /** Is it worth another try? Default: not for errors that will be the same again, such as ERR_REFUSED. */
  readonly when?: (error: unknown, attempt: number) => boolean;
  /** Ends the waiting, and is handed to `work`. */
  readonly signal?: AbortSignal;
  /** Waits so many ms, or until the signal aborts; for tests. Default: by a timer. */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => void | Promise<void>;
}

/** A second try would end as the first. */
const lasting: readonly ErrorCode[] = [
  "ERR_ASK_ABORTED",
  "ERR_NOT_SENDABLE",
  "ERR_TOO_LARGE",
  "ERR_REFUSED",
  "ERR_UNKNOWN_MESSAGE",
  "ERR_INVALID_MESSAGE",
  "ERR_UNKNOWN_ACTOR",
  "ERR_SYSTEM_STOPPED",
  "ERR_OPTION",
];

/**
 * Calls `work` until it succeeds; its last error is thrown. Attempts count from 1.
 *
 * @example
 * const price = await retry(() => shop.ask({ timeout: "1s" }).price("tea"), { attempts: 5 });
 */
export async function retry<T>(
  work: (attempt: number, signal: AbortSignal | undefined) => T | Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  callable("work", work);
  known("retry", options, ["attempts", "backoff", "when", "signal", "pause"]);
  const { attempts = 3, backoff = { min: 100, max: 5000 }, when = worthwhile, pause = sleep } = options;
  const signal = abortable(options.signal);
  whole("attempts", attempts, 1, 1e9);
  callable("when", when);
  callable("pause", pause);
  known("backoff", backoff, ["min", "max", "factor", "jitter"]);
  const { factor = defaults.backoff.factor, jitter = defaults.backoff.jitter } = backoff;
  const terms = { min: milliseconds("backoff.min", backoff.min), max: milliseconds("backoff.max", backoff.max) };
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt, signal);
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !when(error, attempt)) throw error;
      await pause(delayOf({ ...terms, factor, jitter }, attempt - 1, Math.random()), signal);
    }
  }
}

function worthwhile(error: unknown): boolean {
  return !isZanniError(error) || !lasting.includes((error as ZanniError).code);
}

/** Rejects with the signal's reason when it aborts. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = platform().after(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}
