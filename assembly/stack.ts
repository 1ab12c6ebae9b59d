// Ready cells in a stack that anybody may push on and one thread takes whole, linked through the cells. The word that holds
// its newest cell also counts renewals, and a cell's link says which incarnation of the queue it is in:
//
//   stack   63 ─────── 32 31 ────────── 0        link   31 ─────────── 6 5 ─────────── 1 0
//           │  renewals  │ newest cell  │               │ next cell >> 6 │ incarnation  │ DOOMED │
//
// A thread may die while it links a cell, or with a list in its hands. Then the stack is renewed: one CAS empties it and counts,
// and every ready cell that is not of the new incarnation is queued again, by whoever looks at all cells. A pusher that was
// under way finds another count, or another link than it wrote, and begins anew; so a cell is linked once, whoever dies.
//
// Four bits of the count are in the link, and one for the kind of stack: a pusher would have to sleep through 15 renewals, in
// the middle of a push, to take the new for the old.
import { seeded } from "./check";
import { CELL_LINK, LINK_QUEUE, POINTER_MASK } from "./layout";
import { cas32, cas64, glance32, load64 } from "./sync";

/** Kinds of stacks: for one worker, and for all. */
export const ONE: u32 = 0;
export const ALL: u32 = 0x20;

/** What links of this incarnation say; never 0. */
export function markOf(stack: u64, kind: u32): u32 {
  return kind | ((1 + ((<u32>(stack >>> 32) & 0x7fffffff) % 15)) << 1);
}

export function newestOf(stack: u64): u32 {
  return <u32>stack;
}

/** Any thread: a cell that it made ready. */
export function push(stack: usize, kind: u32, cell: u32): void {
  for (;;) {
    // A glance: whoever writes it beside us makes our CAS fail.
    const link = glance32(cell + CELL_LINK);
    let old = load64(stack);
    const mark = markOf(old, kind);
    // Somebody who looked at all cells was here first.
    if ((link & LINK_QUEUE) == mark) return;
    let own = newestOf(old) | mark;
    if (cas32(cell + CELL_LINK, link, own) != link) continue;
    for (;;) {
      // Publishes the link; pairs with takeAll() and renew().
      if (cas64(stack, old, (old & 0xffffffff00000000) | cell) == old) return;
      old = load64(stack);
      if (markOf(old, kind) != mark) break;
      const next = newestOf(old) | mark;
      if (cas32(cell + CELL_LINK, own, next) != own) break;
      own = next;
    }
  }
}

/** Whoever empties it, having seen `old`: what it held, with its count. */
export function takeAll(stack: usize, old: u64): u64 {
  for (;;) {
    const now = cas64(stack, old, old & 0xffffffff00000000);
    if (now == old) return old;
    old = now;
  }
  return 0;
}

/** Empties it and counts: what it held is found by looking at all cells. Answers the new mark. */
export function renew(stack: usize, kind: u32): u32 {
  for (;;) {
    const old = load64(stack);
    const next = ((old >>> 32) + (seeded(27) ? 0 : 1)) & 0x7fffffff;
    if (cas64(stack, old, next << 32) == old) return markOf(next << 32, kind);
  }
  return 0;
}

/** Takes a cell that is not in this incarnation for it; false: it is in it already. */
export function enroll(cell: u32, mark: u32): bool {
  for (;;) {
    const link = glance32(cell + CELL_LINK);
    if ((link & LINK_QUEUE) == mark) return false;
    // Pairs with push(), which then finds the mark.
    if (cas32(cell + CELL_LINK, link, mark) == link) return true;
  }
  return false;
}

/** Takes a cell that is not ready out of an earlier incarnation: its mark may come again. */
export function leave(cell: u32, mark: u32): void {
  const link = glance32(cell + CELL_LINK);
  const earlier = link & LINK_QUEUE;
  // Whoever links it meanwhile makes this fail.
  if (earlier != 0 && earlier != mark) cas32(cell + CELL_LINK, link, 0);
}

export function nextOf(link: u32): u32 {
  return link & POINTER_MASK;
}
