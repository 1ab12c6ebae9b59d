// What the random plays of the tests have in common: a system that ends with them, threads that can be told to die, and
// patience that ends.
import { setTimeout as sleep } from "node:timers/promises";
import { isZanniError, type System, Worker } from "zanni";

/** ms without an answer after which something waits for ever. */
export const PATIENCE = 30_000;

/** The worker threads of a system, the dead and the living. */
export class Threads {
  readonly #all: Worker[] = [];
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  /** For createSystem. */
  readonly worker = (): Worker => {
    const thread = new Worker(this.#url, { type: "module" });
    this.#all.push(thread);
    return thread;
  };

  /**
   * One of `count` that live, by a number from 0 to 1; none while `deaths` have not all been made good: who dies again and
   * again as it starts ends the system.
   */
  victim(count: number, deaths: number, chance: number): Worker | undefined {
    return deaths + count === this.#all.length ? this.#all.at(-1 - Math.floor(chance * count)) : undefined;
  }
}

/** Plays with that system, and stops it; where the play fails it is cut off, so that nothing keeps the process. */
export async function playing<T>(system: System, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    await system.stop();
    return result;
  } finally {
    await system.stop({ within: 0 });
  }
}

/** How often actors have moved to another thread. */
export function moved(system: System): number {
  return system.stats().workers.reduce((sum, { moves }) => sum + moves, 0);
}

/** Its value, or nothing when it was refused for a reason that may be. */
export async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const may = [
      "ERR_ACTOR_FAILED",
      "ERR_ACTOR_STOPPED",
      "ERR_MAILBOX_FULL",
      "ERR_WORKER_LOST",
      "ERR_DEADLOCK",
    ] as const;
    if (may.some((code) => isZanniError(error, code))) return undefined;
    throw error;
  }
}

export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  const timer = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(`not within ${PATIENCE} ms: ${what}`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
