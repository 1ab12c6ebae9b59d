// Where this thread stands in the shared memory. Module-level variables are per instance, hence
// thread-local; they only cache what lives in the worker's block.
import { HEADER, HEADER_WORKERS, WORKER_BYTES, WORKER_FIRST } from "./layout";

/** Index of the worker this instance is. */
export let me: u32 = 0;
/** Address of its block. */
export let here: usize = 0;

export function settle(index: u32): void {
  me = index;
  here = blockOf(index);
}

export function blockOf(index: u32): usize {
  return WORKER_FIRST + index * WORKER_BYTES;
}

export function workers(): u32 {
  return load<u32>(HEADER + HEADER_WORKERS);
}
