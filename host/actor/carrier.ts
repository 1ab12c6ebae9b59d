// Who takes messages for an address: the core here, a link elsewhere later. Refs know this interface and nothing
// behind it.
import type { Target } from "./holder.ts";
import type { AskOptions, ExitReason } from "./types.ts";

export interface Carrier {
  /** A message of up to two values that need no encoding. */
  post(target: Target, hash: number, tags: number, a: number, b: number): boolean;
  tell(target: Target, hash: number, args: readonly unknown[]): boolean;
  ask(target: Target, hash: number, args: readonly unknown[], options: AskOptions | undefined): Promise<unknown>;
  /** Is that message known to answer with a stream, or with none? Undefined: nobody can tell. */
  streams(definition: string, message: string): boolean | undefined;
  /** The items of the ask made last, which has that answer, if they are wanted. */
  streaming(answer: Promise<unknown>): () => AsyncIterator<unknown>;
  watch(target: Target): Promise<ExitReason>;
  stop(target: Target): Promise<void>;
  kill(target: Target): Promise<void>;
  ready(target: Target): Promise<void>;
  /** Messages in its mailbox, the one in hand included: a glance. */
  queued(target: Target): number;
}
