// The timer wheel of one worker: 4 levels of 64 slots, a tick of 1 ms, timers linked in place, so arming
// and cancelling allocate nothing and cost the same at a million. Varghese and Lauck, "Hashed and
// Hierarchical Timing Wheels" (SOSP 1987), scheme 7. A timer beyond 4.6 hours waits in the last slot of
// the top level and is sorted in again. Owner only: all accesses are plain.
//
// A timer never fires early: its due time is rounded up to a tick, and a tick is expired once it is past.
import { check } from "./check";
import {
  TIMER_DUE,
  TIMER_NEXT,
  TIMER_PREVIOUS,
  TRAP_TIMER,
  WHEEL_BITS,
  WHEEL_LEVELS,
  WHEEL_SLOTS,
  WORKER_WHEEL,
  WORKER_WHEEL_COUNT,
  WORKER_WHEEL_TICK,
} from "./layout";

/** No timer is armed. */
export const NEVER: f64 = Infinity;

export function arm(block: usize, timer: usize, due: f64): void {
  check(load<u32>(timer + TIMER_PREVIOUS) == 0, TRAP_TIMER);
  const tick = <i64>Math.ceil(due);
  store<i64>(timer + TIMER_DUE, max<i64>(tick, load<i64>(block + WORKER_WHEEL_TICK) + 1));
  insert(block, timer);
  store<u32>(block + WORKER_WHEEL_COUNT, load<u32>(block + WORKER_WHEEL_COUNT) + 1);
}

/** Forgets all timers: whoever calls arms again what is still to come. */
export function clear(block: usize): void {
  for (let slot: u32 = 0; slot < <u32>(WHEEL_LEVELS * WHEEL_SLOTS); slot++)
    store<u32>(block + WORKER_WHEEL + (slot << 2), 0);
  store<u32>(block + WORKER_WHEEL_COUNT, 0);
}

/** True if it was armed. */
export function cancel(block: usize, timer: usize): bool {
  if (load<u32>(timer + TIMER_PREVIOUS) == 0) return false;
  remove(timer);
  store<u32>(block + WORKER_WHEEL_COUNT, load<u32>(block + WORKER_WHEEL_COUNT) - 1);
  return true;
}

/** One timer that is due by `now`, disarmed, or 0. Called until it answers 0. */
export function due(block: usize, now: f64): usize {
  const target = <i64>now;
  if (load<u32>(block + WORKER_WHEEL_COUNT) == 0) {
    if (target > load<i64>(block + WORKER_WHEEL_TICK)) store<i64>(block + WORKER_WHEEL_TICK, target);
    return 0;
  }
  for (;;) {
    const tick = load<i64>(block + WORKER_WHEEL_TICK);
    const timer = load<u32>(slotAt(block, 0, tick));
    if (timer != 0) {
      remove(timer);
      store<u32>(block + WORKER_WHEEL_COUNT, load<u32>(block + WORKER_WHEEL_COUNT) - 1);
      return timer;
    }
    if (tick >= target) return 0;
    store<i64>(block + WORKER_WHEEL_TICK, tick + 1);
    cascade(block, tick + 1);
  }
  return 0;
}

/** When to look again, ms: not later than the next timer, NEVER if there is none. */
export function nextDue(block: usize): f64 {
  if (load<u32>(block + WORKER_WHEEL_COUNT) == 0) return NEVER;
  const tick = load<i64>(block + WORKER_WHEEL_TICK);
  for (let level: u32 = 0; level < <u32>WHEEL_LEVELS; level++) {
    const shift = level * WHEEL_BITS;
    const from = tick >> shift;
    for (let i: i64 = level == 0 ? 0 : 1; i <= WHEEL_SLOTS; i++) {
      if (load<u32>(slotAt(block, level, (from + i) << shift)) != 0) return <f64>((from + i) << shift);
    }
  }
  return NEVER;
}

function insert(block: usize, timer: usize): void {
  const tick = load<i64>(block + WORKER_WHEEL_TICK);
  let when = load<i64>(timer + TIMER_DUE);
  const distance = when - tick;
  let level: u32 = 0;
  while (level < <u32>WHEEL_LEVELS - 1 && distance >= (<i64>1) << ((level + 1) * WHEEL_BITS)) level++;
  const reach = (<i64>1) << (WHEEL_LEVELS * WHEEL_BITS);
  if (distance >= reach) when = tick + reach - 1;
  const slot = slotAt(block, level, when);
  const next = load<u32>(slot + TIMER_NEXT);
  store<u32>(timer + TIMER_NEXT, next);
  store<u32>(timer + TIMER_PREVIOUS, slot);
  if (next != 0) store<u32>(next + TIMER_PREVIOUS, timer);
  store<u32>(slot + TIMER_NEXT, timer);
}

function remove(timer: usize): void {
  const next = load<u32>(timer + TIMER_NEXT);
  const previous = load<u32>(timer + TIMER_PREVIOUS);
  store<u32>(previous + TIMER_NEXT, next);
  if (next != 0) store<u32>(next + TIMER_PREVIOUS, previous);
  store<u32>(timer + TIMER_PREVIOUS, 0);
}

/** At the turn of a level, the slot above is sorted into the levels below. */
function cascade(block: usize, tick: i64): void {
  for (let level: u32 = 1; level < <u32>WHEEL_LEVELS; level++) {
    if ((tick & (((<i64>1) << (level * WHEEL_BITS)) - 1)) != 0) return;
    const slot = slotAt(block, level, tick);
    let timer = load<u32>(slot);
    store<u32>(slot, 0);
    while (timer != 0) {
      const next = load<u32>(timer + TIMER_NEXT);
      insert(block, timer);
      timer = next;
    }
  }
}

function slotAt(block: usize, level: u32, tick: i64): usize {
  const index = <u32>(tick >> (level * WHEEL_BITS)) & (WHEEL_SLOTS - 1);
  return block + WORKER_WHEEL + ((level * WHEEL_SLOTS + index) << 2);
}
