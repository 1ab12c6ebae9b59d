// Pending replies of one thread. The ticket lives in shared memory and decides who settles the ask
// (assembly/ticket.ts); this table holds what JavaScript needs for it, at the number that the ticket carries.
import type { Pending } from "./holder.ts";

export class Asks {
  /** Set by the dispatch: one that a BLOCKED actor waits for is about to be taken. */
  answered: (pending: Pending) => void = () => {};
  readonly #pending: (Pending | undefined)[] = [];
  readonly #free: number[] = [];

  /** Answers its slot, to be written into the ticket. */
  add(pending: Pending): number {
    const slot = this.#free.pop() ?? this.#pending.length;
    this.#pending[slot] = pending;
    pending.slot = slot;
    const { holder } = pending;
    // A stranger has no life whose end would end its asks.
    if (holder.cell !== 0) {
      pending.after = holder.asks;
      if (holder.asks) holder.asks.before = pending;
      holder.asks = pending;
    }
    return slot;
  }

  get(slot: number): Pending | undefined {
    return this.#pending[slot];
  }

  /** Takes it out: whoever gets it settles it. */
  take(ticket: number, slot: number): Pending | undefined {
    const pending = this.#pending[slot];
    if (pending?.ticket !== ticket) return undefined;
    this.#pending[slot] = undefined;
    this.#free.push(slot);
    const { before, after, holder } = pending;
    if (holder.blocked) this.answered(pending);
    if (before) before.after = after;
    else if (holder.asks === pending) holder.asks = after;
    if (after) after.before = before;
    pending.release?.();
    return pending;
  }

  all(): readonly Pending[] {
    return this.#pending.filter((pending) => pending !== undefined);
  }
}
