// Who takes messages for an address: the core here, a link elsewhere later. Refs know this interface and nothing
// behind it.
import type { Target } from "./holder.ts";
import type { AskOptions, ExitReason } from "./types.ts";

/** A message whose receiver is not known yet. */
export interface Later {
  /** Of an ask; what is told has one when it is handled. */
  readonly answer: Promise<unknown>;
  /** It has to wait: what is to be sent then. What cannot be sent at all is refused; what is told, by throwing. */
  kept(args: readonly unknown[]): readonly unknown[];
  /** To this one, now; nothing, if it has been given up. What is told and cannot be sent at all is thrown. */
  send(to: Target, args: readonly unknown[]): void;
  /** There is nobody for it: what was told is a dead letter. */
  drop(args: readonly unknown[]): void;
}

export interface Carrier {
  /** A message of up to two values that need no encoding. */
  post(target: Target, hash: number, tags: number, a: number, b: number): boolean;
  tell(target: Target, hash: number, args: readonly unknown[]): boolean;
  ask(target: Target, hash: number, args: readonly unknown[], options: AskOptions | undefined): Promise<unknown>;
  /**
   * A message that waits in `path` for one of several who are alike. The time of an ask runs, and it can be given up, from now
   * on; what is told is nobody's, and waits for ever.
   */
  later(like: Target, path: string, hash: number, options: AskOptions | undefined, isAsk: boolean): Later;
  /** Is that message known to answer with a stream, or with none? Undefined: nobody can tell. */
  streams(definition: string, message: string): boolean | undefined;
  /** The items of the ask made last, which has that answer, if they are wanted. */
  streaming(answer: Promise<unknown>): () => AsyncIterator<unknown>;
  watch(target: Target): Promise<ExitReason>;
  stop(target: Target): Promise<void>;
  kill(target: Target): Promise<void>;
  ready(target: Target): Promise<void>;
  /** It has not ended: a glance. */
  isThere(target: Target): boolean;
  /** Messages in its mailbox, the one in hand included: a glance. */
  queued(target: Target): number;
}
