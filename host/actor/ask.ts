// Pending replies of one thread. The ticket lives in shared memory and decides who settles the ask
// (assembly/ticket.ts); this table holds what JavaScript needs for it, at the number that the ticket carries.
import type { Holder, Target } from "./carrier.ts";

export class Pending {
  readonly ticket: number;
  readonly generation: number;
  readonly holder: Holder;
  /** Undefined for the runtime's own questions and timers. */
  readonly target: Target | undefined;
  readonly hash: number;
  resolve: (value: unknown) => void = ignore;
  reject: (error: Error) => void = ignore;
  /** What the asker holds, once promise() has made it. */
  promised: Promise<unknown> | undefined;
  /** Takes the listener off an AbortSignal. */
  release: (() => void) | undefined;
  /** Its place in the table, and among those of its holder. */
  slot = -1;
  before: Pending | undefined;
  after: Pending | undefined;

  constructor(ticket: number, generation: number, holder: Holder, target: Target | undefined, hash: number) {
    this.ticket = ticket;
    this.generation = generation;
    this.holder = holder;
    this.target = target;
    this.hash = hash;
  }

  promise(): Promise<unknown> {
    this.promised = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    return this.promised;
  }
}

export class Asks {
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

  /** Takes it out: whoever gets it settles it. */
  take(ticket: number, slot: number): Pending | undefined {
    const pending = this.#pending[slot];
    if (pending?.ticket !== ticket) return undefined;
    this.#pending[slot] = undefined;
    this.#free.push(slot);
    const { before, after, holder } = pending;
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

function ignore(): void {}
