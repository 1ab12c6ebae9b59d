// Capacities that the model build shrinks, so that the explorer meets their edges in a few steps.
import { BATCH_MAX, CHUNK, PENDING_MAX, RESERVE_BLOCKS, RING_FIRST, RING_MAX } from "./layout";

/** Of the deque: its first size and its last, log2. */
export const ringFirst: u32 = MODEL ? 0 : RING_FIRST;
export const ringMax: u32 = MODEL ? 1 : RING_MAX;
export const batchMax: u32 = MODEL ? 2 : BATCH_MAX;
export const pendingMax: u32 = MODEL ? 2 : PENDING_MAX;
export const reserveBlocks: u32 = MODEL ? 1 : RESERVE_BLOCKS;
/** Of a chunk of cells or tickets: no play makes more than eight of either. */
export const blankBytes: u32 = MODEL ? 1024 : CHUNK;
/** How far entries of a chain point ahead, see trail.ts: a power of two, at most 8. */
export const ahead: u32 = MODEL ? 1 : 8;
/** Searches of all victims before a thief gives up. */
export const searchRounds: u32 = MODEL ? 1 : 2;
/** Messages between two looks at the clock, at most; fewer while they are long. */
export const clockEvery: u32 = 128;
/** ms: a stride that took longer makes the next ones shorter. */
export const shortStride: f64 = 0.05;
/** Entries a thief takes from one victim, at most half of what is there. */
export const stealMax: u32 = MODEL ? 2 : 32;
/** Loads that take 3 to 4 microseconds, while a batch comes together. */
export const gatherLoads: u32 = MODEL ? 1 : 8000;
/** Messages between two looks at what has come in, in a mailbox with priorities; of these two are not the highest. */
export const round: u32 = MODEL ? 4 : 16;
/** So many ready cells and more: one to run, one to give away. */
export const waitingMin: i32 = MODEL ? 1 : 2;
/** Turns of the run-next slot before the queues are looked at. */
export const inRowMax: u32 = MODEL ? 1 : 15;
/** Every so many takes, a power of two, the oldest work comes first: last-in first-out alone would starve. */
export const oldestEvery: u32 = MODEL ? 4 : 16;
/**
 * Turns in a row, at most, S0's 1,000 messages: of the young, which then wait in line, and of what native code made ready, which lets
 * one of the others have its turn.
 */
export const sliceTurns: u32 = MODEL ? 1 : 1000;
/** Turns that are counted before those who observe hear of them; sooner at the end of a slice, and when there is nothing to do. */
export const reportEvery: u32 = MODEL ? 1 : 16;
/** Siblings that are passed over, at most, to come behind them. */
export const siblingsMax: u32 = MODEL ? 1 : 64;
