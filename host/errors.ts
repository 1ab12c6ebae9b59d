// Every error of zanni: one class, a stable code, and a message that says what to do. Errors arrive from other
// threads and nodes, where `instanceof` does not hold: recognise them by isZanniError(error, code).

/** What an error is known by; docs/errors.md says of each what happened, and what to do. */
export type ErrorCode =
  // asks and sends
  | "ERR_ASK_TIMEOUT"
  | "ERR_ASK_ABORTED"
  | "ERR_DEADLOCK"
  | "ERR_MAILBOX_FULL"
  | "ERR_NOT_SENDABLE"
  | "ERR_TOO_LARGE"
  // what the other side said
  | "ERR_ACTOR_FAILED"
  | "ERR_ACTOR_STOPPED"
  | "ERR_REFUSED"
  | "ERR_UNKNOWN_MESSAGE"
  | "ERR_INVALID_MESSAGE"
  | "ERR_MALFORMED"
  // names, starting, the system
  | "ERR_UNKNOWN_ACTOR"
  | "ERR_NAME_TAKEN"
  | "ERR_RESTART_LIMIT"
  | "ERR_WORKER_LOST"
  | "ERR_OUT_OF_MEMORY"
  // patterns
  | "ERR_CIRCUIT_OPEN"
  | "ERR_SAGA_FAILED"
  | "ERR_SYSTEM_STOPPED"
  | "ERR_OPTION"
  | "ERR_NATIVE"
  | "ERR_VERSION";

export interface ErrorInit {
  readonly actor?: string | undefined;
  readonly details?: { readonly [name: string]: unknown };
  readonly cause?: unknown;
}

const brand = "zanni.error";

/**
 * An error with a stable `code`.
 *
 * @example
 * try { await counter.ask.add(1); }
 * catch (error) { if (isZanniError(error, "ERR_ASK_TIMEOUT")) console.log(error.actor); }
 */
export class ZanniError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "ZanniError";
  readonly code: C;
  /** Path of the actor concerned, such as `shop/counter`. */
  readonly actor: string | undefined;
  /** What the code needs said: `at` of a culprit, `option`, `given`, `allowed`, `message`. */
  readonly details: { readonly [name: string]: unknown };

  constructor(code: C, message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.actor = init.actor;
    this.details = init.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Is it an error of zanni, with this code? Holds across threads, nodes and copies of the package. */
export function isZanniError<C extends ErrorCode>(error: unknown, code: C): error is ZanniError<C>;
export function isZanniError(error: unknown): error is ZanniError;
export function isZanniError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === undefined || (error as { code?: unknown }).code === code;
}

/** Anything thrown, as an Error that can be told on: one with a getter that throws would fail whoever does so. */
export function asError(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(`a value was thrown: ${String(thrown)}`, { cause: thrown });
    // Of ours it is known, and an engine writes a stack when it is read first.
    if (isZanniError(thrown)) return thrown;
    const { name, message, stack } = thrown;
    return typeof name === "string" && typeof message === "string" && typeof stack !== "object" ? thrown : bare(thrown);
  } catch {
    return new Error("something was thrown that cannot be read");
  }
}

/** What of an error can be sent always: no cause, and nothing that others have added. */
export function bare(error: Error): Error {
  const message = String(error.message);
  const stack = String(error.stack ?? "");
  if (isZanniError(error)) return Object.assign(new ZanniError(error.code, message, { actor: error.actor }), { stack });
  return Object.assign(new Error(message), { name: String((error as Error).name), stack });
}

export function stopped(actor: string): ZanniError {
  return new ZanniError("ERR_ACTOR_STOPPED", `"${actor}" has stopped; watch ref.stopped, or let a supervisor keep it`, {
    actor,
  });
}

export function outOfMemory(actor: string, bytes: number): ZanniError {
  return new ZanniError(
    "ERR_OUT_OF_MEMORY",
    `no memory for a message of ${bytes} bytes to "${actor}"; let receivers catch up, or raise createSystem({ memory })`,
    { actor, details: { bytes } },
  );
}
