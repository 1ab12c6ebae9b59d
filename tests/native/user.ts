// A user's module, as the host suite loads it: a behavior with several messages, and one with a single function.
import { after, ask, failed, number, ref, refOf, reply, state, stopSelf, tell1, tellRef } from "../../native";
import { add, answered, double, note } from "./message";

// ---- counter: state { sum, answer }, one function for each message -------------------------------

export function counter$add(self: u32, message: u32): void {
  const at = state(self);
  store<f64>(at, load<f64>(at) + number(message));
  reply(message, load<f64>(at));
}

export function counter$value(self: u32, message: u32): void {
  reply(message, load<f64>(state(self)));
}

/** Answers nothing. */
export function counter$silent(self: u32, message: u32): void {}

export function counter$trap(self: u32, message: u32): void {
  unreachable();
}

/** Never returns. */
export function counter$spin(self: u32, message: u32): void {
  while (load<f64>(state(self)) < Infinity) store<f64>(state(self), 0);
}

export function counter$recurse(self: u32, message: u32): void {
  reply(message, deep(1));
}

export function counter$outside(self: u32, message: u32): void {
  reply(message, <f64>load<u64>(0xffffffff, 8));
}

export function counter$quit(self: u32, message: u32): void {
  stopSelf();
}

/** Asks the actor it is given for double of 21. */
export function counter$question(self: u32, message: u32): void {
  if (!ask(ref(message), double, 21, answered, 2000)) store<f64>(state(self) + 8, -1);
}

export function counter$answered(self: u32, message: u32): void {
  store<f64>(state(self) + 8, failed(message) ? -1 : number(message));
}

export function counter$answer(self: u32, message: u32): void {
  reply(message, load<f64>(state(self) + 8));
}

/** Tells the actor it is given a number. */
export function counter$pass(self: u32, message: u32): void {
  tell1(self, ref(message), note, load<f64>(state(self)));
}

/** Adds 5 after so many ms. */
export function counter$later(self: u32, message: u32): void {
  after(number(message), add, 5);
}

function deep(n: f64): f64 {
  return n == 0 ? 0 : deep(n + 1) + 1;
}

/** Adds up what it gets over a state of 1,000 numbers, and burns some time. */
export function worker(self: u32, message: u32): void {
  const at = state(self);
  let x: u32 = 1;
  for (let i: u32 = 0; i < 20_000; i++) x = x * 1103515245 + 12345;
  const slot = at + ((<u32>number(message) % 1000) << 3);
  store<f64>(slot, load<f64>(slot) + 1 + <f64>(x & 0));
  reply(message, load<f64>(slot));
}

/** Sends itself to whom it is given. */
export function echo(self: u32, message: u32): void {
  tellRef(self, ref(message), add, refOf(self));
}
