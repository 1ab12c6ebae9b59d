// Counters: one writer each, anyone reads, nothing depends on them. f64, so that the host reads them
// without BigInt; exact up to 2^53. Racing reads see a count that was true a moment ago.
import { WORKER_METER } from "./layout";
import { glanceFloat, noteFloat } from "./sync";

export function count(block: usize, meter: usize, by: f64): void {
  const p = block + WORKER_METER + meter;
  noteFloat(p, glanceFloat(p) + by);
}

/** What is not counted up, but is so many now. */
export function show(block: usize, meter: usize, value: f64): void {
  noteFloat(block + WORKER_METER + meter, value);
}
