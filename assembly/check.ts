// Assertions and seeded bugs: both vanish from release builds.
//
// check() stops debug and model builds with a code of layout.ts (TRAP_*), before harm spreads.
// seeded() is for the explorer's own test: the `seeded` build holds one wrong line for each number in
// tests/explore/bugs.ts, switched on one at a time. An explorer that finds nothing proves nothing.

declare function fail(code: i32): void;

/** An imported constant of the seeded build; elsewhere the branch that reads it is gone, and so is the import. */
declare const BUG: i32;

export function check(condition: bool, code: i32): void {
  if (DEBUG) {
    if (!condition) {
      fail(code);
      unreachable();
    }
  }
}

export function seeded(number: i32): bool {
  if (BUGS) return BUG == number;
  return false;
}
