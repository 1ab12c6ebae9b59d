// Who takes messages for an address: the core here, a link elsewhere later. Refs know this interface and nothing
// behind it.
import type { Pending } from "./ask.ts";
import type { AskOptions, ExitReason } from "./types.ts";

/** Where a message goes. The generation makes an address of an earlier tenant fail. */
export interface Address {
  readonly cell: number;
  readonly generation: number;
}

/**
 * Whoever holds a ref and so is the sender of what goes through it: an instance of an actor, or a stranger outside of
 * any. When the instance ends, its refs end with it.
 */
export interface Holder extends Address {
  readonly path: string;
  ended: boolean;
  /** ms; what it asks inherits the deadline of the message it serves. Undefined: none. */
  deadline: number | undefined;
  /** The newest of what it waits for; the others hang on it. */
  asks: Pending | undefined;
}

/** What a carrier needs to know of a ref. */
export interface Target extends Address {
  readonly holder: Holder;
  readonly path: string;
  /** Messages go by reference: the actor is pinned to this thread. */
  readonly here: boolean;
}

export interface Carrier {
  /** A message of up to two values that need no encoding. */
  post(target: Target, hash: number, tags: number, a: number, b: number): boolean;
  tell(target: Target, hash: number, args: readonly unknown[]): boolean;
  ask(target: Target, hash: number, args: readonly unknown[], options: AskOptions | undefined): Promise<unknown>;
  watch(target: Target): Promise<ExitReason>;
  stop(target: Target): Promise<void>;
  kill(target: Target): Promise<void>;
}
