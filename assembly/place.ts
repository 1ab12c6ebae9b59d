// Where this thread stands in the shared memory. Module-level variables are per instance, hence
// thread-local; they only cache what lives in the worker's block.
import {
  HEADER,
  HEADER_BUDGET,
  HEADER_METAS,
  HEADER_SLICE,
  HEADER_STATES,
  HEADER_THIEVES,
  HEADER_WORKERS,
  WORKER_BYTES,
  WORKER_FIRST,
} from "./layout";

/** Index of the worker this instance is. */
export let me: u32 = 0;
/** The same as the runner in a head word. */
export let ours: u64 = 0;
/** Address of its block. */
export let here: usize = 0;

/** What boot wrote and nobody changes: workers, the first that steals, tables, turns. */
export let workers: u32 = 0;
export let thieves: u32 = 0;
export let states: usize = 0;
export let metas: usize = 0;
export let budget: u32 = 0;
export let sliceMs: f64 = 0;

export function settle(index: u32): void {
  me = index;
  ours = (<u64>(index + 1)) << 56;
  here = blockOf(index);
  workers = load<u32>(HEADER + HEADER_WORKERS);
  thieves = load<u32>(HEADER + HEADER_THIEVES);
  states = load<u32>(HEADER + HEADER_STATES);
  metas = load<u32>(HEADER + HEADER_METAS);
  budget = load<u32>(HEADER + HEADER_BUDGET);
  sliceMs = <f64>load<u32>(HEADER + HEADER_SLICE) / 1000;
}

export function blockOf(index: u32): usize {
  return WORKER_FIRST + index * WORKER_BYTES;
}
