// What happens when more is sent than a mailbox may hold. `fail` and `drop-newest` are the sender's to carry out,
// `block` is outbox.ts's; for `drop-oldest` and `coalesce` the core lets up to twice as much in and tells the receiver,
// who sheds (trim.ts): also while it is BLOCKED. While its thread is stuck in a handler, senders drop the newest at twice the limit.
import {
  BUDGET_MASK,
  POLICY_BLOCK,
  POLICY_COALESCE,
  POLICY_DROP_NEWEST,
  POLICY_DROP_OLDEST,
  POLICY_FAIL,
  POLICY_SHIFT,
  POLICY_SOFT,
} from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import type { Overflow } from "./types.ts";

const policies: readonly Overflow[] = ["block", "fail", "drop-newest", "drop-oldest", "coalesce"];

/** The limits and the policy of a mailbox, as options say. */
export interface Limits {
  readonly capacity: number;
  readonly bytes: number;
  readonly overflow: Overflow;
  readonly coalesceBy: string | undefined;
  readonly fallback: "drop-newest" | "drop-oldest";
}

/** What messages replace each other, and what happens when there is none to replace. */
export type Keys = Pick<Limits, "fallback"> & { readonly coalesceBy: string };

function codeOf(overflow: Overflow): number {
  switch (overflow) {
    case "block":
      return POLICY_BLOCK;
    case "fail":
      return POLICY_FAIL;
    case "drop-newest":
      return POLICY_DROP_NEWEST;
    case "drop-oldest":
      return POLICY_DROP_OLDEST;
    case "coalesce":
      return POLICY_COALESCE;
  }
}

/** What the core is told: limits, twice as large when the receiver sheds, and the policy beside the budget. */
export function limitsFor({ capacity, bytes, overflow }: Limits, budget: number) {
  const code = codeOf(overflow);
  const times = code >= POLICY_SOFT ? 2 : 1;
  return {
    // What is in hand is counted by the core, and is not the receiver's to shed.
    capacity: capacity * times + times - 1,
    bytes: bytes * times,
    budget: (budget & BUDGET_MASK) | (code << POLICY_SHIFT),
  };
}

/** The policy in a cell's budget word. */
export function policyIn(budget: number): Overflow {
  return policies[budget >>> POLICY_SHIFT] ?? "block";
}

export function full(path: string, message: string): ZanniError {
  return new ZanniError(
    "ERR_MAILBOX_FULL",
    `the mailbox of "${path}" is full; wait for ref.ready(), or spawn it with mailbox: { capacity, bytes, overflow }`,
    { actor: path, details: { message } },
  );
}

/** A message of a mailbox that is to be shed. */
export interface Queued {
  readonly frame: number;
  /** Not a user's message: it stays, and is not counted. */
  readonly exempt: boolean;
  readonly bytes: number;
}

/**
 * Which of the queued messages stay, in their new order, and which are dropped. `keyOf` says what a later message
 * replaces: an earlier one with the same key, whose place it takes; undefined: it replaces none.
 */
export function shed(
  queued: readonly Queued[],
  capacity: number,
  bytes: number,
  keyOf: ((frame: number) => string | undefined) | undefined,
  dropNewest: boolean,
): { kept: readonly Queued[]; dropped: readonly Queued[] } {
  const kept: (Queued | undefined)[] = [];
  const dropped: Queued[] = [];
  const places = new Map<string, number>();
  let count = 0;
  let held = 0;
  for (const each of queued) {
    if (each.exempt) {
      kept.push(each);
      continue;
    }
    const key = keyOf?.(each.frame);
    const over = count + 1 > capacity || (held + each.bytes > bytes && count > 0);
    const place = over && key !== undefined ? places.get(key) : undefined;
    if (place !== undefined) {
      const older = kept[place] as Queued;
      dropped.push(older);
      held += each.bytes - older.bytes;
      kept[place] = each;
      continue;
    }
    if (over && dropNewest) {
      dropped.push(each);
      continue;
    }
    if (key !== undefined) places.set(key, kept.length);
    kept.push(each);
    count++;
    held += each.bytes;
  }
  // The oldest make room.
  for (let i = 0; i < kept.length && (count > capacity || (held > bytes && count > 1)); i++) {
    const each = kept[i] as Queued;
    if (each.exempt) continue;
    kept[i] = undefined;
    dropped.push(each);
    count--;
    held -= each.bytes;
  }
  return { kept: kept.filter((each) => each !== undefined), dropped };
}
