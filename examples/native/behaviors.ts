// Three behaviors: a counter, a worker that computes, a tree of actors. In your project: import … from "zanni/native".
import { number, ref, refOf, reply, spawn, state, stopSelf, tell1, tell2, tellRef } from "../../native";
import { tree } from "./behavior";
import { go, grow, result, sum } from "./message";

// ---- counter: state { sum } -----------------------------------------------------------------------

export function counter$add(self: u32, message: u32): void {
  const at = state(self);
  store<f64>(at, load<f64>(at) + number(message));
  reply(message, load<f64>(at));
}

export function counter$crash(self: u32, message: u32): void {
  unreachable();
}

// ---- mandelbrot: row(y, size) answers how many of the row's points are inside ------------------------

export function mandelbrot$row(self: u32, message: u32): void {
  const size = number(message, 1);
  const y = (number(message) / size) * 2 - 1;
  let inside = 0;
  for (let i: f64 = 0; i < size; i++) {
    if (escapes((i / size) * 3 - 2, y) == 0) inside++;
  }
  reply(message, inside);
}

/** After how many steps of z² + c; 0: not within 500. */
function escapes(x: f64, y: f64): i32 {
  let re: f64 = 0;
  let im: f64 = 0;
  for (let step = 1; step <= 500; step++) {
    const next = re * re - im * im + x;
    im = 2 * re * im + y;
    re = next;
    if (re * re + im * im > 4) return step;
  }
  return 0;
}

// ---- tree: ten children each, down to the leaves; sums flow back --------------------------------------
//
// State: { whom to tell u64, waiting for u32, sum f64 }.

/** First: whom to tell. */
export function tree$grow(self: u32, message: u32): void {
  store<u64>(state(self), ref(message));
}

/** go(number, leaves). */
export function tree$go(self: u32, message: u32): void {
  const first = number(message);
  const leaves = number(message, 1);
  if (leaves == 1) {
    tell1(self, load<u64>(state(self)), sum, first);
    stopSelf();
    return;
  }
  store<u32>(state(self) + 8, 10);
  for (let i = 0; i < 10; i++) {
    const child = spawn(tree);
    tellRef(self, child, grow, refOf(self));
    tell2(self, child, go, first + (<f64>i * leaves) / 10, leaves / 10);
  }
}

export function tree$sum(self: u32, message: u32): void {
  const at = state(self);
  const all = load<f64>(at + 16) + number(message);
  const left = load<u32>(at + 8) - 1;
  store<f64>(at + 16, all);
  store<u32>(at + 8, left);
  if (left != 0) return;
  tell1(self, load<u64>(at), sum, all);
  tell1(self, load<u64>(at), result, all);
  stopSelf();
}
