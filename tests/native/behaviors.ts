// Behaviors in AssemblyScript, for tests and benchmarks: called as behavior(cell, frame), with 40 bytes of state in
// the cell. The host puts each into the table at the index that ../bench/native.ts names.
import { CELL_STATE, FRAME_NAME, FRAME_PAYLOAD, HOME_ANY, UNLIMITED } from "../../assembly/layout";
import { generation, spawn, stop, stopSelf, tell } from "./core";

const GO: u32 = 1;
const ACK: u32 = 2;
const INC: u32 = 3;
const LAST: u32 = 4;

const BURST: u32 = 1000;
const WINDOW: u32 = 10;

function nameOf(frame: u32): u32 {
  return load<u32>(frame + FRAME_NAME);
}
function a(frame: u32): u64 {
  return load<u64>(frame + FRAME_PAYLOAD);
}
function b(frame: u32): u64 {
  return load<u64>(frame + FRAME_PAYLOAD + 8);
}

/** Does nothing. */
export function idle(cell: u32, frame: u32): void {}

/** Counts what it gets into its state. */
export function count(cell: u32, frame: u32): void {
  store<u64>(cell + CELL_STATE, load<u64>(cell + CELL_STATE) + 1);
}

/** Traps at once. */
export function trap(cell: u32, frame: u32): void {
  unreachable();
}

/** Throughput: state { receiver, generation, messages left }. A burst of 1,000, the last one to be acknowledged. */
export function sender(cell: u32, frame: u32): void {
  const to = load<u32>(cell + CELL_STATE);
  const toGeneration = load<u32>(cell + CELL_STATE + 4);
  let bursts: u32 = nameOf(frame) == GO ? WINDOW : 1;
  let left = load<u32>(cell + CELL_STATE + 8);
  for (; bursts > 0 && left > 0; bursts--) {
    for (let i: u32 = 1; i < BURST; i++) tell(to, toGeneration, INC, i, 0);
    tell(to, toGeneration, LAST, cell, generation(cell));
    left -= BURST;
  }
  store<u32>(cell + CELL_STATE + 8, left);
}

/** Throughput: state { got, sum, done at }. */
export function receiver(cell: u32, frame: u32): void {
  if (nameOf(frame) == LAST) tell(<u32>a(frame), <u32>b(frame), ACK, 0, 0);
  else store<u64>(cell + CELL_STATE + 8, load<u64>(cell + CELL_STATE + 8) + a(frame));
  store<u64>(cell + CELL_STATE, load<u64>(cell + CELL_STATE) + 1);
}

/** Ring: state { next, generation, finished }. The token counts down. */
export function hop(cell: u32, frame: u32): void {
  const left = a(frame);
  if (left == 0) {
    store<u32>(cell + CELL_STATE + 8, 1);
    return;
  }
  tell(load<u32>(cell + CELL_STATE), load<u32>(cell + CELL_STATE + 4), INC, left - 1, 0);
}

/** Skynet: state { parent, generation, waiting for, sum }. GO carries { number, size } and the table index in the sum. */
export function sky(cell: u32, frame: u32): void {
  const state = cell + CELL_STATE;
  if (nameOf(frame) == GO) {
    const number = a(frame);
    const size = <u32>(b(frame) >>> 32);
    const index = <u32>b(frame);
    if (size == 1) {
      tell(load<u32>(state), load<u32>(state + 4), ACK, number, 0);
      stopSelf();
      return;
    }
    const part = size / 10;
    const own = generation(cell);
    store<u32>(state + 8, 10);
    for (let i: u32 = 0; i < 10; i++) {
      const child = spawn(HOME_ANY, index, 0, UNLIMITED, UNLIMITED, 0);
      store<u32>(child + CELL_STATE, cell);
      store<u32>(child + CELL_STATE + 4, own);
      tell(child, generation(child), GO, number + <u64>i * part, ((<u64>part) << 32) | index);
    }
    return;
  }
  const sum = load<u64>(state + 16) + a(frame);
  const left = load<u32>(state + 8) - 1;
  store<u64>(state + 16, sum);
  store<u32>(state + 8, left);
  if (left != 0) return;
  tell(load<u32>(state), load<u32>(state + 4), ACK, sum, 0);
  stopSelf();
}

/** Takes skynet's result: state { sum, finished }. */
export function result(cell: u32, frame: u32): void {
  store<u64>(cell + CELL_STATE, a(frame));
  store<u32>(cell + CELL_STATE + 8, 1);
}

/** Spawns and stops: state { report to, generation, behavior, how many }. */
export function spawner(cell: u32, frame: u32): void {
  const state = cell + CELL_STATE;
  const behavior = load<u32>(state + 8);
  const many = load<u32>(state + 12);
  for (let i: u32 = 0; i < many; i++) {
    const child = spawn(HOME_ANY, behavior, 0, UNLIMITED, UNLIMITED, 0);
    stop(child, generation(child));
  }
  tell(load<u32>(state), load<u32>(state + 4), ACK, many, 0);
}
