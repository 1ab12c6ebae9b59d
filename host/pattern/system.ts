// What patterns add to a system.
import type { AnyDef, Handlers, InitOf, Sound } from "../actor/types.ts";
import type { System as Plain } from "../system.ts";
import { type PoolArgs, type PoolRef, pool } from "./pool.ts";

/**
 * Actors, their threads and their memory; made by `createSystem`. Its own children are those of the root.
 *
 * @example
 * await using system = await createSystem();
 */
export interface System extends Plain {
  /**
   * Workers of one definition under a supervisor, and a face that picks one for each message.
   *
   * @example
   * await using primes = system.pool(Primes, undefined, { size: "cpus", route: "least-busy" });
   * for await (const { found } of primes.map(ranges, (worker, r) => worker.count(r.from, r.to))) total += found;
   */
  pool<D extends AnyDef>(def: D & Sound<D>, ...args: PoolArgs<InitOf<D>>): PoolRef<Handlers<D>>;
}

export function withPatterns(system: Plain): System {
  const added = { pool: (...args: [never, never]) => pool(system, ...args) };
  return Object.assign(system, added) as unknown as System;
}
