// Time by hand: a platform whose clock stands still until it is moved. Turns of the event loop are real.
import type { Platform } from "../platform/platform.ts";

interface Timer {
  readonly due: number;
  readonly fn: () => void;
}

export class VirtualTime {
  #now = 0;
  /** The earliest first; those of one instant in the order they were set. */
  #timers: Timer[] = [];

  get now(): number {
    return this.#now;
  }

  /** When the next timer is due, ms. */
  get next(): number {
    return this.#timers[0]?.due ?? Infinity;
  }

  /** The clock stands at `to`, and one timer that is due by then has run. False: there was none. */
  move(to: number): boolean {
    this.#now = Math.max(this.#now, to);
    if (this.next > this.#now) return false;
    this.#timers.shift()?.fn();
    return true;
  }

  platform(real: Platform): Platform {
    return {
      ...real,
      cores: 1,
      polls: false,
      clock: () => this.#now,
      after: (ms, fn) => this.#after(ms, fn),
    };
  }

  #after(ms: number, fn: () => void): { cancel(): void } {
    const timer = { due: this.#now + Math.max(0, ms), fn };
    const at = this.#timers.findIndex(({ due }) => due > timer.due);
    this.#timers.splice(at < 0 ? this.#timers.length : at, 0, timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      },
    };
  }
}
