// Who sleeps, who searches, whom to wake.
//
// Two kinds of wakes, kept apart. A *targeted* wake is for work that only one worker can do: it goes to
// that worker's own parked word and nothing suppresses it. An *any* wake is for work that every thief can
// do: at most one searcher at a time is enough, because a searcher that finds work passes the duty on.
//
//   the one who brings work               the one who goes to sleep
//   1. publishes it (inbox, deque, …)     1. sets its parked word to PARKED
//   2. looks at the parked word           2. looks at inbox, injector and deques again
//   3. PARKED: takes it back by CAS,      3. nothing: waits on the word until it changes
//      notifies
//
// Either the one who brings work sees PARKED, or the sleeper sees the work: both publish before they look.
// The same holds for the search token: it is given back before the last look, by searcher and waker alike.
import { seeded } from "./check";
import { length } from "./deque";
import { injected } from "./injector";
import {
  AWAKE,
  HEADER,
  HEADER_SEARCHING,
  HEADER_SLEEPING,
  METER_WAKES,
  PARKED,
  SUMMONED,
  WORKER_ANNOUNCING,
  WORKER_BACKLOG,
  WORKER_FIFO_HEAD,
  WORKER_INBOX,
  WORKER_PARKED,
  WORKER_TOKEN,
} from "./layout";
import { count } from "./meter";
import { blockOf, here, me, thieves, workers } from "./place";
import { add32, cas32, load32, load64, note32, notify, store32, swap32 } from "./sync";

// ---- those who bring work -------------------------------------------------------------------------

/** After something was put into the worker's inbox. */
export function wake(worker: u32): void {
  const parked = blockOf(worker) + WORKER_PARKED;
  if (seeded(15) && load32(HEADER + HEADER_SEARCHING) != 0) return;
  // Pairs with park(): it set PARKED before it looked at its inbox.
  if (load32(parked) != PARKED || cas32(parked, PARKED, AWAKE) != PARKED) return;
  roused(worker, parked);
}

/** After something was put where every thief may take it. */
export function wakeAny(): void {
  for (;;) {
    if (load32(HEADER + HEADER_SLEEPING) == 0) return;
    // Somebody searches, and looks again after giving the token back.
    if (load32(HEADER + HEADER_SEARCHING) != 0) return;
    if (cas32(HEADER + HEADER_SEARCHING, 0, me + 1) != 0) return;
    for (;;) {
      const worker = sleeper();
      if (worker == 0xffffffff) break;
      const parked = blockOf(worker) + WORKER_PARKED;
      if (cas32(parked, PARKED, SUMMONED) == PARKED) {
        roused(worker, parked); // the token is his now
        return;
      }
    }
    store32(HEADER + HEADER_SEARCHING, 0);
    // Who was suppressed by our token relies on this look. Who parks after it looks for himself. The count
    // of sleepers is no help here: it may lag behind the words, and nobody waits for another's step.
    if (sleeper() == 0xffffffff || !stealable()) return;
  }
}

/** A thief that is parked, or -1. */
function sleeper(): u32 {
  for (let worker = thieves; worker < workers; worker++) {
    if (load32(blockOf(worker) + WORKER_PARKED) == PARKED) return worker;
  }
  return 0xffffffff;
}

/** The same for who has work for one: the next after this worker, so that not all give to the first. */
export function parkedThief(): u32 {
  if (load32(HEADER + HEADER_SLEEPING) == 0) return 0xffffffff;
  const all = workers - thieves;
  let worker = max(me, thieves) - thieves;
  for (let i: u32 = 0; i < all; i++) {
    worker = worker + 1 < all ? worker + 1 : 0;
    if (load32(blockOf(thieves + worker) + WORKER_PARKED) == PARKED) return thieves + worker;
  }
  return 0xffffffff;
}

/** This worker has brought work, or relies on being about to: nobody need wonder yet why none was called. */
export function announcing(on: bool): void {
  // A note: only who suspects a lost wake-up glances at it.
  note32(here + WORKER_ANNOUNCING, on ? 1 : 0);
}

function roused(worker: u32, parked: usize): void {
  if (worker >= thieves) add32(HEADER + HEADER_SLEEPING, <u32>-1);
  notify(parked, 1);
  count(here, METER_WAKES, 1);
}

// ---- the one who goes to sleep --------------------------------------------------------------------

/** True: the thread should wait on its parked word while it reads PARKED. False: there is work. */
export function park(): bool {
  // Counted first: a sleeper too many makes others look, one too few would be overlooked.
  if (thief()) add32(HEADER + HEADER_SLEEPING, 1);
  store32(here + WORKER_PARKED, PARKED);
  if (seeded(9)) return true;
  if (!visible()) return true;
  unpark();
  return false;
}

/** After the wait, whatever ended it. True when somebody had called. */
export function unpark(): bool {
  const old = swap32(here + WORKER_PARKED, AWAKE);
  if (old == PARKED) {
    if (thief()) add32(HEADER + HEADER_SLEEPING, <u32>-1);
    return false;
  }
  if (old == SUMMONED) store<u32>(here + WORKER_TOKEN, 1);
  return true;
}

/** Is there anything this worker could do? */
export function visible(): bool {
  if (load<u32>(here + WORKER_FIFO_HEAD) != 0 || load<u32>(here + WORKER_BACKLOG) != 0) return true;
  const inbox = load64(here + WORKER_INBOX);
  // The newest cell, or a call for renewal.
  if (<u32>inbox != 0 || <i64>inbox < 0) return true;
  return thief() && stealable();
}

/** Is there anything any thief could do? */
export function stealable(): bool {
  if (injected()) return true;
  for (let worker: u32 = 0; worker < workers; worker++) {
    if (length(blockOf(worker)) != 0) return true;
  }
  return false;
}

export function thief(): bool {
  return me >= thieves;
}

// ---- the search token -----------------------------------------------------------------------------

/** True when this worker may search: it is the only one. */
export function beginSearch(): bool {
  if (load<u32>(here + WORKER_TOKEN) != 0) return true;
  if (load32(HEADER + HEADER_SEARCHING) != 0) return false;
  if (cas32(HEADER + HEADER_SEARCHING, 0, me + 1) != 0) return false;
  store<u32>(here + WORKER_TOKEN, 1);
  return true;
}

/** After the death of this worker's thread: it does not sleep, and if it held the token, or had been given it, nobody does. */
export function mendSearch(): void {
  const old = swap32(here + WORKER_PARKED, AWAKE);
  if (old == PARKED && thief()) add32(HEADER + HEADER_SLEEPING, <u32>-1);
  const held = old == SUMMONED || load<u32>(here + WORKER_TOKEN) != 0;
  store<u32>(here + WORKER_TOKEN, 0);
  announcing(false);
  // Another's may be cleared with it: two that search do no harm.
  if (held || load32(HEADER + HEADER_SEARCHING) == me + 1) store32(HEADER + HEADER_SEARCHING, 0);
  // It may have called somebody, and died before it said so.
  for (let worker: u32 = 0; worker < workers && !seeded(28); worker++) notify(blockOf(worker) + WORKER_PARKED, 1);
  if (stealable()) wakeAny();
}

/** Gives the token back; if there is more to do, the next sleeper is called. */
export function endSearch(found: bool): void {
  if (load<u32>(here + WORKER_TOKEN) == 0) return;
  store<u32>(here + WORKER_TOKEN, 0);
  announcing(true);
  store32(HEADER + HEADER_SEARCHING, 0);
  if (found && stealable()) wakeAny();
  announcing(false);
}
