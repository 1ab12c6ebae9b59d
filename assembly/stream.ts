// A stream: another thread sends to a cell without a pause. The line of memory that holds its head would then cross
// between the cores for every message, and whoever sends would queue the cell each time that it has gone idle; the owner waits a
// moment before it drains, and a batch comes together.
//
//   2 or more at once, from elsewhere ─▶ credit for 8 waits ─▶ a batch of 16 or more ─▶ credit again
//                                                         ├──▶ of 3 or more, and nothing sent since the last ─▶ credit again
//                                                         └──▶ else, 8 times ─▶ 64 batches without a wait
//
// A question and its answer never wait: a batch of one earns no credit. A few at a time may be all that somebody sends before he
// has his answers, and then each wait is lost: only one that sends nothing itself, as what counts or stores, waits for so few. Each
// thread watches one cell, the last that streamed.
//
// Measured on 2 cores that are far apart, without waits and with those of 4 µs: rows 2 and 3 of the bench 62 to 54 and 57 to
// 48 ns a message, 2n 33 to 31; and waits for few: row 8 1010 to 890, 8u 1530 to 1300.
import { WORKER_PARKED } from "./layout";
import { here, me } from "./place";
import { ownerOf } from "./pool";
import { gatherLoads } from "./scale";
import { load32 } from "./sync";
import { sentElsewhere } from "./trail";

/** Messages in a batch that make a wait worth while; fewer, if nothing was sent meanwhile; and so many that none is needed. */
const WORTH: u32 = 16;
const FEW: u32 = 3;
const PLENTY: u32 = 128;
/** Waits until one must have paid, and batches until the next try. */
const CREDIT: u32 = 8;
const REST: u32 = 64;

// Thread-local, and only about time: a new thread begins without.
let streaming: usize = 0; // the cell
let last: u32 = 0; //       messages of its last batch
let credit: u32 = 0;
let rest: u32 = 0;
let sent: u32 = 0; //       messages to other threads, when it came

export function startStream(): void {
  streaming = 0;
  last = 0;
  credit = 0;
  rest = 0;
  sent = 0;
}

/** Owner only: is it worth while to wait for what comes next? */
export function streams(cell: usize): bool {
  return cell == streaming && credit != 0 && last < PLENTY;
}

/** Owner only, before it looks at what came in, and says what is handled: some microseconds, if that paid lately. */
export function gather(cell: usize): void {
  if (!streams(cell)) return;
  if (--credit == 0) rest = REST;
  // Our own line: these loads disturb nobody.
  for (let i: u32 = 0; i < gatherLoads; i++) load32(here + WORKER_PARKED);
}

/** Owner only, after it: so many messages came, `newest` the last of them. */
export function gathered(cell: usize, newest: u32, messages: u32): void {
  let worth = messages >= WORTH;
  if (cell == streaming) {
    last = messages;
    if (messages >= FEW && sent == sentElsewhere()) worth = true;
    sent = sentElsewhere();
  }
  if (rest != 0) rest--;
  if (messages == 1 || ownerOf(newest) == me) return;
  if (!worth && (credit | rest) != 0) return;
  streaming = cell;
  last = messages;
  credit = CREDIT;
  rest = 0;
}
