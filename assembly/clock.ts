// The system's clock: ms since it began, the same on every thread, never going back. The host supplies
// it, tests turn it by hand.
declare function now(): f64;

export function clock(): f64 {
  return now();
}
