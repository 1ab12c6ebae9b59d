// Which worker of a pool gets a message. Pure: workers are numbers and loads.
import { hashOf } from "../actor/hash.ts";
import { ZanniError } from "../errors.ts";

/** Which worker of a pool gets a message; see {@link PoolOptions.route}. */
export type Route = "round-robin" | "random" | "least-busy" | "consistent-hash" | "pull";
export const routes: readonly Route[] = ["round-robin", "random", "least-busy", "consistent-hash", "pull"];

export interface Routee {
  /** Its number: no other worker of the pool ever has the same. */
  readonly id: number;
  /** Messages that it has not handled. */
  readonly load: number;
}

/** The one with the least to do; of several, the one that comes first after `from`. */
export function leastBusy<W extends Routee>(workers: readonly W[], from: number): W | undefined {
  let best: W | undefined;
  let least = Infinity;
  for (let i = 0; i < workers.length; i++) {
    const worker = workers[(from + i) % workers.length] as W;
    const { load } = worker;
    if (load >= least) continue;
    best = worker;
    least = load;
  }
  return best;
}

/**
 * Rendezvous hashing (Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998): the worker with
 * the highest score for this key. When one comes or goes, only the keys that it wins or had change places.
 */
export function byKey<W extends Routee>(workers: readonly W[], key: string): W | undefined {
  const hash = hashOf(key);
  let best: W | undefined;
  let highest = -1;
  for (const worker of workers) {
    const score = mixed(hash ^ mixed(worker.id));
    if (score <= highest) continue;
    best = worker;
    highest = score;
  }
  return best;
}

/** The finalizer of MurmurHash3 (Appleby): each bit of the input changes about half of the output's. */
function mixed(n: number): number {
  let x = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** What a message is routed by: that field of its first argument, or the first argument itself. */
export function keyOf(args: readonly unknown[], field: string | undefined): string {
  const [first] = args;
  const key = field === undefined ? first : (first as { readonly [name: string]: unknown } | undefined)?.[field];
  if (typeof key === "string" || typeof key === "number" || typeof key === "bigint") return `${typeof key} ${key}`;
  const what = field === undefined ? "the first argument" : `"${field}" of the first argument`;
  throw new ZanniError(
    "ERR_OPTION",
    `route "consistent-hash" goes by ${what}: a text or a number, not ${String(key)}`,
    {
      details: { option: "hashBy", given: key, allowed: "a text or a number" },
    },
  );
}
