// Capacities that the model build shrinks, so that the explorer meets their edges in a few steps.
import { BATCH_MAX, DEQUE_CAPACITY, PENDING_MAX, RESERVE_BLOCKS } from "./layout";

export const dequeCapacity: u32 = MODEL ? 2 : DEQUE_CAPACITY;
export const batchMax: u32 = MODEL ? 2 : BATCH_MAX;
export const pendingMax: u32 = MODEL ? 2 : PENDING_MAX;
export const reserveBlocks: u32 = MODEL ? 1 : RESERVE_BLOCKS;
/** Searches of all victims before a thief gives up. */
export const searchRounds: u32 = MODEL ? 1 : 2;
/** Messages between two looks at the clock. */
export const clockEvery: u32 = 32;
/** Every so many takes, the oldest work comes first: last-in first-out alone would starve. */
export const oldestEvery: u32 = MODEL ? 4 : 16;
