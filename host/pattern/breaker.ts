// A circuit breaker: after some failures in a row nobody is asked for a while (Nygard, "Release It!", 2007).
//
//   closed ──failures in a row──▶ open ──after `reset`──▶ half-open ──a call succeeds──▶ closed
//                                  ▲                          │
//                                  └───────── it fails ───────┘
import { ZanniError } from "../errors.ts";
import { callable, type Duration, known, milliseconds, whole } from "../options.ts";
import { platform } from "../platform/choose.ts";

/** `open`: calls are refused. `half-open`: one is let through, to see. */
export type CircuitState = "closed" | "open" | "half-open";

/** For `circuit`. */
export interface CircuitOptions {
  /** Failures in a row that open it. Default 5. */
  readonly failures?: number;
  /** How long it stays open before one call is let through. Default 30s. */
  readonly reset?: Duration;
  /** What counts as a failure. Default: every error. */
  readonly isFailure?: (error: unknown) => boolean;
  /** Told of each change, after it. */
  readonly onChange?: (state: CircuitState) => void;
  /** ms, monotonic; for tests. */
  readonly now?: () => number;
}

/** A gate before something that fails. */
export interface Circuit {
  readonly state: CircuitState;
  /** Calls `work`, or rejects with ERR_CIRCUIT_OPEN; `details.retryAfter` says in how many ms a call may get through. */
  call<T>(work: () => T | Promise<T>): Promise<T>;
  /** Closes it, and forgets the failures. */
  reset(): void;
}

/**
 * @example
 * const bank = circuit({ failures: 3, reset: "10s" });
 * const balance = await bank.call(() => account.ask({ timeout: "500ms" }).balance());
 */
export function circuit(options: CircuitOptions = {}): Circuit {
  known("circuit", options, ["failures", "reset", "isFailure", "onChange", "now"]);
  const { failures = 5, reset = 30_000, isFailure = () => true, onChange = () => {}, now } = options;
  whole("failures", failures, 1, 1e9);
  callable("isFailure", isFailure);
  callable("onChange", onChange);
  return new Breaker(failures, milliseconds("reset", reset), isFailure, onChange, now ?? (() => platform().clock()));
}

class Breaker implements Circuit {
  readonly #most: number;
  readonly #reset: number;
  readonly #isFailure: (error: unknown) => boolean;
  readonly #onChange: (state: CircuitState) => void;
  readonly #now: () => number;
  #state: CircuitState = "closed";
  #inARow = 0;
  #openedAt = 0;
  /** In half-open: the one call that is let through is under way. */
  #probing = false;

  constructor(
    most: number,
    reset: number,
    isFailure: (error: unknown) => boolean,
    onChange: (state: CircuitState) => void,
    now: () => number,
  ) {
    this.#most = most;
    this.#reset = reset;
    this.#isFailure = isFailure;
    this.#onChange = onChange;
    this.#now = now;
  }

  get state(): CircuitState {
    if (this.#state === "open" && this.#now() - this.#openedAt >= this.#reset) this.#become("half-open");
    return this.#state;
  }

  async call<T>(work: () => T | Promise<T>): Promise<T> {
    callable("work", work);
    const { state } = this;
    if (state === "open" || (state === "half-open" && this.#probing)) {
      const retryAfter = Math.max(0, this.#openedAt + this.#reset - this.#now());
      throw new ZanniError(
        "ERR_CIRCUIT_OPEN",
        `the circuit is open after ${this.#inARow} failures in a row; a call may get through in ${Math.ceil(retryAfter)} ms`,
        { details: { retryAfter } },
      );
    }
    const probe = state === "half-open";
    if (probe) this.#probing = true;
    try {
      const value = await work();
      if (probe || this.#state === "closed") this.reset();
      return value;
    } catch (error) {
      if (this.#isFailure(error)) this.#failed(probe);
      else if (probe) this.reset();
      throw error;
    } finally {
      if (probe) this.#probing = false;
    }
  }

  reset(): void {
    this.#inARow = 0;
    if (this.#state !== "closed") this.#become("closed");
  }

  #failed(probe: boolean): void {
    this.#inARow++;
    // A call that began before it opened changes nothing.
    if (!probe && (this.#state !== "closed" || this.#inARow < this.#most)) return;
    this.#openedAt = this.#now();
    this.#become("open");
  }

  #become(state: CircuitState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
