// The one door to shared words. Every atomic instruction of the core stands in this file.
//
// All WebAssembly atomics are sequentially consistent. Three builds differ here and nowhere else:
// release uses the instructions; SINGLE (one thread, no threads feature) uses plain ones; MODEL calls
// `step` before each, which is where the explorer may switch to another virtual thread.
//
// glance and note are plain accesses that may race on purpose: words of 4 or 8 aligned bytes, whose
// value is advice (a limit, a total, a counter) or is discarded when a later CAS fails. MODEL tells the
// race detector so; every use says why a stale value does no harm.

declare function step(address: usize, kind: i32): void;
declare function racy(address: usize): void;
declare function awaken(address: usize, count: i32): i32;

const LOAD: i32 = 1;
const STORE: i32 = 2;
const CHANGE: i32 = 3;
const GLANCE: i32 = 4; // not an atomic, but the explorer may switch here: the deque's slots

export function load32(p: usize): u32 {
  if (MODEL) step(p, LOAD);
  if (SINGLE) return load<u32>(p);
  return atomic.load<u32>(p);
}

export function store32(p: usize, value: u32): void {
  if (MODEL) step(p, STORE);
  if (SINGLE) store<u32>(p, value);
  else atomic.store<u32>(p, value);
}

export function swap32(p: usize, value: u32): u32 {
  if (MODEL) step(p, CHANGE);
  if (SINGLE) {
    const old = load<u32>(p);
    store<u32>(p, value);
    return old;
  }
  return atomic.xchg<u32>(p, value);
}

export function cas32(p: usize, expected: u32, value: u32): u32 {
  if (MODEL) step(p, CHANGE);
  if (SINGLE) {
    const old = load<u32>(p);
    if (old == expected) store<u32>(p, value);
    return old;
  }
  return atomic.cmpxchg<u32>(p, expected, value);
}

export function add32(p: usize, value: u32): u32 {
  if (MODEL) step(p, CHANGE);
  if (SINGLE) {
    const old = load<u32>(p);
    store<u32>(p, old + value);
    return old;
  }
  return atomic.add<u32>(p, value);
}

export function load64(p: usize): u64 {
  if (MODEL) step(p, LOAD);
  if (SINGLE) return load<u64>(p);
  return atomic.load<u64>(p);
}

export function store64(p: usize, value: u64): void {
  if (MODEL) step(p, STORE);
  if (SINGLE) store<u64>(p, value);
  else atomic.store<u64>(p, value);
}

export function cas64(p: usize, expected: u64, value: u64): u64 {
  if (MODEL) step(p, CHANGE);
  if (SINGLE) {
    const old = load<u64>(p);
    if (old == expected) store<u64>(p, value);
    return old;
  }
  return atomic.cmpxchg<u64>(p, expected, value);
}

/** Wakes up to `count` threads that wait on the word at `p`. */
export function notify(p: usize, count: i32): void {
  if (MODEL) awaken(p, count);
  else if (!SINGLE) atomic.notify(p, count);
}

export function glance32(p: usize): u32 {
  if (MODEL) racy(p);
  return load<u32>(p);
}

export function note32(p: usize, value: u32): void {
  if (MODEL) racy(p);
  store<u32>(p, value);
}

/** For a successor, should this thread die between here and there: where there is one thread, there will be none. */
export function bequeath(p: usize, value: u32): void {
  if (!SINGLE) store<u32>(p, value);
}

export function glance64(p: usize): u64 {
  if (MODEL) step(p, GLANCE);
  return load<u64>(p);
}

export function note64(p: usize, value: u64): void {
  if (MODEL) step(p, GLANCE);
  store<u64>(p, value);
}

export function glanceFloat(p: usize): f64 {
  if (MODEL) racy(p);
  return load<f64>(p);
}

export function noteFloat(p: usize, value: f64): void {
  if (MODEL) racy(p);
  store<f64>(p, value);
}
