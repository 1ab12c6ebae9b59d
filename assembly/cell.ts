// The actor cell. Its head word is its state: who may run it, where its newest message is, and whose
// tenancy this is, in 64 bits that change by compare-and-swap only. Nobody else writes that word.
//
//   IDLE ──push──▶ RUNNABLE ──claim──▶ RUNNING ──idle──▶ IDLE
//                      ▲                  │  │
//                      └──────yield───────┘  └─block─▶ BLOCKED ──raise──▶ a turn for control only ──▶ BLOCKED
//                                                                        └──unblock──▶ RUNNING
//   any of RUNNING ──close──▶ STOPPED ──open (generation + 1)──▶ IDLE or BLOCKED
//
// Rules that every transition keeps:
//   - only a step from unowned to OWNED queues the cell, so it is never queued twice and never missed;
//   - going idle is one CAS and the owner's last touch;
//   - going idle and going back to BLOCKED fail while SYS is raised;
//   - the owner lowers SYS before it takes the system word: in the other order a sender that still saw
//     SYS would leave its frame behind;
//   - a word of another generation is somebody else's: every CAS carries the generation.
//
// Rejected: a state word beside the queue (two accesses after publication, each a use after free once
// actors stop and cells are used again).
import { seeded } from "./check";
import {
  BLOCKED,
  BUSY,
  CELL_CAPACITY,
  CELL_HEAD,
  CELL_LINK,
  CELL_LIST,
  CELL_SYSTEM,
  CELL_TAKEN,
  CELL_WORKER,
  FRAME_COUNT,
  GENERATION_MASK,
  NOTHING,
  OWNED,
  POINTER_MASK,
  REFUSED,
  RUNNING,
  SCHEDULE,
  STOPPED,
  SYS,
  SYSTEM_BITS,
  SYSTEM_CLOSED,
  UNLIMITED,
  WORKER_ALERT,
  WORKER_INTENT,
  WORKER_INTENT_CELL,
} from "./layout";
import { blockOf, here, me, ours } from "./place";
import { bequeath, cas64, glance32, glance64, load32, load64, note64, store32, store64 } from "./sync";

/** Thread-local: something is being taken, and counts as taken already; the totals before that. */
let counting: bool = false;
let before: u64 = 0;

/** A thread begins. */
export function startCounting(): void {
  counting = false;
}

export function generationOf(word: u64): u32 {
  return <u32>(word >>> 32) & GENERATION_MASK;
}

/** The worker in whose turn the cell is, and 1 more; 0: none. */
export function runnerOf(head: u64): u32 {
  return <u32>(head >>> 56);
}

export function pointerOf(word: u64): u32 {
  return <u32>word & POINTER_MASK;
}

function word(generation: u32, low: u32): u64 {
  return ((<u64>generation) << 32) | low;
}

/** The same in a turn of this worker: should its thread die, it is known whose turn that was. */
function mine(generation: u32, low: u32): u64 {
  return ours | word(generation, low);
}

/** The head of a cell that is in nobody's turn any more, without these tags. */
export function given(head: u64, tags: u32): u64 {
  return ((head & ~(<u64>tags)) << 8) >>> 8;
}

/** What to do with a head word that a sender of this generation meets. */
export function refuses(head: u64, generation: u32): bool {
  return generationOf(head) != generation || (<u32>head & STOPPED) != 0;
}

/** The word after a push: whoever turns an unowned cell into an owned one must queue it. */
export function pushed(head: u64, frame: u32): u64 {
  const tags = <u32>head & ~POINTER_MASK;
  return (head & 0xffffffff00000000) | frame | tags | ((tags & (OWNED | BLOCKED)) == 0 ? OWNED : 0);
}

// ---- any thread -----------------------------------------------------------------------------------

/** Was the cell idle a moment ago, and this its tenant? */
export function isIdle(cell: usize, generation: u32): bool {
  return load64(cell + CELL_HEAD) == word(generation, 0);
}

/** Raises SYS, after something was put into the system word. NOTHING | SCHEDULE | REFUSED. */
export function raise(cell: usize, generation: u32): i32 {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if (refuses(old, generation)) return REFUSED;
    // The owner lowers SYS before it takes the system word, so what we put there will be seen.
    if ((<u32>old & SYS) != 0) return NOTHING;
    const owned = (<u32>old & (seeded(18) ? OWNED | BLOCKED : OWNED)) != 0;
    // Pairs with idle() and block(), which fail on SYS, and with lower().
    if (cas64(cell + CELL_HEAD, old, old | SYS | OWNED) != old) continue;
    alert(runnerOf(old));
    return owned ? NOTHING : SCHEDULE;
  }
  return REFUSED;
}

/**
 * Whoever has the cell in a turn looks at its head before the next message. To look at it before each would have its line of
 * memory cross between the cores for every message, as those who send write to it; this one is written for control alone.
 * Seeded bug 43: nobody is told. `runner`: see runnerOf().
 */
function alert(runner: u32): void {
  // Pairs with isAlerted(). Who dies before this has others see SYS later, at the end of a batch.
  if (runner != 0 && !seeded(43)) store32(blockOf(runner - 1) + WORKER_ALERT, 1);
}

/**
 * IDLE straight to RUNNING, for a sender that will run the cell itself: push, claim and drain in one CAS. False when the
 * cell is anything but idle. The frame goes into the list, which is the caller's from here on; one for a mailbox with limits is
 * named, with its totals in it.
 */
export function seize(cell: usize, generation: u32, frame: u32): bool {
  const idle = word(generation, 0);
  if (frame != 0 && !seeded(39)) countAhead(cell, frame); // seeded bug 39: only when it is taken
  // Pairs with push(), raise() and claim(), which find the cell OWNED; nobody holds a hint to it.
  if (cas64(cell + CELL_HEAD, idle, mine(generation, OWNED | RUNNING)) == idle) return true;
  if (counting) counted(cell, 0, 0);
  return false;
}

// ---- the worker that took the cell from a queue ---------------------------------------------------

/**
 * RUNNABLE to RUNNING, taking the messages along unless the cell is BLOCKED or has some left. Answers the
 * old head, or 0 for a hint that is stale: the tenant changed, or somebody else claimed it.
 */
export function claim(cell: usize, generation: u32): u64 {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    const tags = <u32>old & ~POINTER_MASK;
    if (generationOf(old) != generation) break;
    if ((tags & (OWNED | RUNNING | STOPPED)) != OWNED && !seeded(2)) break;
    // A list left from an earlier turn is read first; it was stored before the head said RUNNABLE, and a
    // stale hint's CAS fails whatever is read here.
    const later = (tags & BLOCKED) != 0 || glance32(cell + CELL_LIST) != 0;
    const keep = later ? <u32>old : tags;
    bequeath(here + WORKER_INTENT_CELL, <u32>cell);
    bequeath(here + WORKER_INTENT, later || seeded(25) ? 0 : pointerOf(old));
    // Of a cell that anybody may claim, somebody else may be taking the same.
    if (!later && glance32(cell + CELL_WORKER) == me) countAhead(cell, pointerOf(old));
    if (seeded(6)) {
      // Seeded bug 6: a claim without CAS.
      store64(cell + CELL_HEAD, mine(generation, keep | RUNNING));
      return old;
    }
    // Takes the frames; pairs with the CAS in push(), which published them.
    if (cas64(cell + CELL_HEAD, old, mine(generation, keep | RUNNING)) == old) return old;
  }
  // What this one was about to take is not to be taken for what the next drain takes.
  bequeath(here + WORKER_INTENT, 0);
  if (counting) counted(cell, 0, 0);
  return 0;
}

/**
 * The newest frame of a cell, which is about to be taken: from then on whoever pushes finds an empty stack, and counts on from
 * what the cell says was taken. So that is said first, as the newest frame has it; counted() corrects it. Seeded bug 36: it
 * is not said.
 */
function countAhead(cell: usize, newest: u32): void {
  if (SINGLE || newest == 0 || glance32(cell + CELL_CAPACITY) == UNLIMITED || seeded(36)) return;
  if (!counting) before = glance64(cell + CELL_TAKEN);
  counting = true;
  // Messages, and bytes above them, in one access: what is written in halves cannot be read at once soon after.
  note64(cell + CELL_TAKEN, glance64(newest + FRAME_COUNT));
}

/** So much has been taken, and is listed. */
export function counted(cell: usize, messages: u32, bytes: u32): void {
  const now = glance64(cell + CELL_TAKEN);
  const from = counting ? before : now;
  const all = <u64>(<u32>from + messages);
  note64(cell + CELL_TAKEN, all | ((<u64>(<u32>(from >>> 32) + bytes)) << 32));
  counting = false;
}

// ---- owner only: between claim and the transition that gives the cell away -------------------------

/** Has control come for a cell that is, or was, in a turn here? Its head is to be looked at after this. */
export function isAlerted(): bool {
  if (load32(here + WORKER_ALERT) == 0) return false;
  // Pairs with alert(), which comes after SYS: what is wiped out here is seen in the head.
  store32(here + WORKER_ALERT, 0);
  return true;
}

/** Takes what came in meanwhile; SYS stays. Answers the newest frame, or 0. */
export function drain(cell: usize): u32 {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    const frame = pointerOf(old);
    if (frame == 0) return 0;
    bequeath(here + WORKER_INTENT_CELL, <u32>cell);
    bequeath(here + WORKER_INTENT, frame);
    countAhead(cell, frame);
    if (cas64(cell + CELL_HEAD, old, old & ~(<u64>POINTER_MASK)) == old) return frame;
  }
  return 0;
}

/** RUNNING to IDLE. NOTHING: the cell is given away. BUSY: messages or control came in, go on. */
export function idle(cell: usize, generation: u32): i32 {
  const running = mine(generation, OWNED | RUNNING);
  if (seeded(3)) {
    // Seeded bug 3: a plain store to idle, after a look.
    if (load64(cell + CELL_HEAD) != running) return BUSY;
    store64(cell + CELL_HEAD, word(generation, 0));
    return NOTHING;
  }
  if (seeded(1)) {
    // Seeded bug 1: idle without looking again.
    for (;;) {
      const old = load64(cell + CELL_HEAD);
      if (cas64(cell + CELL_HEAD, old, given(old, OWNED | RUNNING)) == old) return NOTHING;
    }
  }
  if (seeded(10)) {
    // Seeded bug 10: SYS is not looked at while going idle.
    const old = load64(cell + CELL_HEAD);
    if (pointerOf(old) != 0) return BUSY;
    return cas64(cell + CELL_HEAD, old, word(generation, 0)) == old ? NOTHING : BUSY;
  }
  // The last touch; pairs with push() and raise(), whose CAS either comes first and makes this fail, or
  // finds the cell unowned and queues it.
  return cas64(cell + CELL_HEAD, running, word(generation, 0)) == running ? NOTHING : BUSY;
}

/** RUNNING back to RUNNABLE: the caller queues it. */
export function yieldTurn(cell: usize): void {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if (cas64(cell + CELL_HEAD, old, given(old, RUNNING)) == old) return;
  }
}

/** To BLOCKED, from RUNNING or from a turn for control. BUSY: control came in, look at it first. */
export function block(cell: usize): i32 {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if ((<u32>old & SYS) != 0 && !seeded(11)) {
      if (cas64(cell + CELL_HEAD, old, old | BLOCKED) == old) return BUSY;
      continue;
    }
    // Pairs with raise(), which queues a BLOCKED cell for a turn of control.
    const blocked = given(old, OWNED | RUNNING | (seeded(11) ? SYS : 0)) | BLOCKED;
    if (cas64(cell + CELL_HEAD, old, blocked) == old) return NOTHING;
  }
  return BUSY;
}

/** From BLOCKED back to RUNNING, within a turn for control. */
export function unblock(cell: usize): void {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if (cas64(cell + CELL_HEAD, old, old & ~(<u64>BLOCKED)) == old) return;
  }
}

/** SYS was raised: lower it. The system word must be taken after this, not before. */
export function lower(cell: usize): void {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    if ((<u32>old & SYS) == 0) return;
    if (cas64(cell + CELL_HEAD, old, old & ~(<u64>SYS)) == old) return;
  }
}

/** Takes the system word: frames and bits; it stays open. */
export function takeSystem(cell: usize): u32 {
  for (;;) {
    const old = load64(cell + CELL_SYSTEM);
    const taken = <u32>old & (POINTER_MASK | SYSTEM_BITS);
    if (taken == 0) return 0;
    if (cas64(cell + CELL_SYSTEM, old, old & ~(<u64>taken)) == old) return taken;
  }
  return 0;
}

/**
 * The tenant is gone: no push succeeds any more. Answers the newest frame that had come in, or 0. Its end is this worker's
 * until vacated().
 */
export function close(cell: usize): u32 {
  for (;;) {
    const old = load64(cell + CELL_HEAD);
    bequeath(here + WORKER_INTENT_CELL, <u32>cell);
    bequeath(here + WORKER_INTENT, pointerOf(old));
    if (cas64(cell + CELL_HEAD, old, mine(generationOf(old), STOPPED)) == old) return pointerOf(old);
  }
  return 0;
}

/** The same for the system word. */
export function closeSystem(cell: usize): u32 {
  for (;;) {
    const old = load64(cell + CELL_SYSTEM);
    if (cas64(cell + CELL_SYSTEM, old, word(generationOf(old), SYSTEM_CLOSED)) == old) return pointerOf(old);
  }
  return 0;
}

/** All of it is done with. Plain: a head that reads STOPPED is changed by nobody else, and every reader refuses either word. */
export function vacated(cell: usize): void {
  store<u64>(cell + CELL_HEAD, given(load<u64>(cell + CELL_HEAD), 0));
}

/** A cell that never had a tenant: nobody can send to it, and no look at all cells takes it for one. */
export function blank(cell: usize): void {
  store<u64>(cell + CELL_HEAD, STOPPED);
  store<u64>(cell + CELL_SYSTEM, SYSTEM_CLOSED);
  store<u32>(cell + CELL_LINK, 0);
}

/** A new tenant moves in. Until now the cell read STOPPED; the caller has filled everything else. */
export function open(cell: usize, generation: u32, blocked: bool): void {
  // Advice until the head is published: senders of earlier generations fail on either value.
  note64(cell + CELL_SYSTEM, word(generation, 0));
  // Publishes the cell; whoever learns the generation learns it after this.
  store64(cell + CELL_HEAD, word(generation, blocked ? BLOCKED : 0));
}
