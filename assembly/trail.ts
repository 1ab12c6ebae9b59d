// What goes to another thread goes in chains: messages in a mailbox, blocks on their way home. Whoever takes a chain finds each
// entry in a line of memory that the other core has written, and learns from it where the next one is: the way between two
// cores, 60 to 100 ns, for each. So an entry also says which was handed over eight before it, and so comes eight after it where
// the chain is read; reading it begins to fetch that one. Jump pointers, as in Luk and Mowry, "Compiler-Based Prefetching for
// Recursive Data Structures" (ASPLOS 1996).
//
// All of it is advice: an entry that is somebody else's by now is fetched in vain.
import { WORKER_TRAIL } from "./layout";
import { here } from "./place";
import { ahead } from "./scale";
import { glance32 } from "./sync";

// Thread-local.
let receiver: usize = 0; // who was sent to last,
let sent: u32 = 0; //       how many messages in all,
let begun: u32 = 0; //      and how many before those in a row to this one
let fetched: u32 = 0; //    what was fetched, so that compilers do not leave it out

/** A thread begins. */
export function startTrail(): void {
  receiver = 0;
  sent = 0;
  begun = 0;
}

/** How many messages this thread has sent so far to actors that are not pinned to it, answers among them. */
export function sentElsewhere(): u32 {
  return sent;
}

/** A message for that mailbox. Answers the one that this thread sent there so many before it, or 0. */
export function follow(cell: usize, frame: u32): u32 {
  if (cell != receiver) {
    receiver = cell;
    begun = sent;
  }
  return leave(here + WORKER_TRAIL, sent++ - begun, frame);
}

/** The entry after `count` others. Answers the one that was handed over so many before it; 0: there were not as many. */
export function leave(trail: usize, count: u32, entry: u32): u32 {
  const at = trail + ((count & (ahead - 1)) << 2);
  const before = load<u32>(at);
  store<u32>(at, entry);
  return count >= ahead ? before : 0;
}

/** Begins to fetch an entry, if there is one; does not wait for it. */
export function fetch(entry: u32): void {
  if (entry != 0) fetched ^= glance32(entry);
}
