// Pending replies of one thread, by ticket. The ticket lives in shared memory and decides who settles the ask
// (assembly/ticket.ts); this table holds what JavaScript needs for it.
import type { Holder, Target } from "./carrier.ts";

export interface Pending {
  readonly ticket: number;
  readonly generation: number;
  readonly holder: Holder;
  /** Undefined for the runtime's own timers. */
  readonly target: Target | undefined;
  readonly hash: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Takes the listener off an AbortSignal. */
  readonly release: (() => void) | undefined;
  /** What the asker holds; undefined for the runtime's own questions. */
  readonly promise: Promise<unknown> | undefined;
}

export class Asks {
  readonly #pending = new Map<number, Pending>();

  add(pending: Pending): void {
    this.#pending.set(pending.ticket, pending);
    const { holder } = pending;
    // A stranger has no life whose end would end its asks.
    if (holder.cell === 0) return;
    holder.asks ??= new Set();
    holder.asks.add(pending.ticket);
  }

  /** Takes it out: whoever gets it settles it. */
  take(ticket: number): Pending | undefined {
    const pending = this.#pending.get(ticket);
    if (!pending) return undefined;
    this.#pending.delete(ticket);
    pending.holder.asks?.delete(ticket);
    pending.release?.();
    return pending;
  }

  all(): readonly Pending[] {
    return [...this.#pending.values()];
  }
}
