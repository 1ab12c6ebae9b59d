// For behaviors in AssemblyScript: import { number, reply, state } from "zanni/native". See docs/native.md.
//
// A behavior is an exported function (self, message) that gets every message; or several, named behavior$message. It keeps
// its state in its actor's memory, never in globals: it runs on every worker.
import { reply as answer, generation, post, request, spawn as spawnCell, stateOf, stop as stopCell } from "./abi1";
import {
  EXTENSION_BYTES,
  FLAG_EXTENDED,
  FRAME_FLAGS,
  FRAME_NAME,
  FRAME_PAYLOAD,
  FRAME_TAGS,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  FULL,
  HOME_ANY,
  KIND_REPLY,
  NO_MEMORY,
  SENT,
  TAG_FAILED,
  TAG_NUMBER,
  TAG_REF,
  TAG_TRUE,
  UNLIMITED,
} from "./layout";

export { stopSelf } from "./abi1";

/** Another actor: what ref() and spawn() give. */
export type Ref = u64;

// ---- the message ----------------------------------------------------------------------------------

/** The hash of its name; compare with what a file named message.ts declares: `export declare const add: u32`. */
export function nameOf(message: u32): u32 {
  return load<u32>(message + FRAME_NAME);
}

/** How many arguments it has: 0, 1 or 2. */
export function countOf(message: u32): u32 {
  return load<u32>(message + FRAME_TAGS) >>> 28;
}

/** Argument 0 or 1 as a number; NaN when it is none. */
export function number(message: u32, index: u32 = 0): f64 {
  return tagOf(message, index) == TAG_NUMBER ? load<f64>(at(message, index)) : NaN;
}

/** Is argument 0 or 1 true? */
export function flag(message: u32, index: u32 = 0): bool {
  return tagOf(message, index) == TAG_TRUE;
}

/** Argument 0 or 1 as an actor; 0 when it is none. */
export function ref(message: u32, index: u32 = 0): Ref {
  return tagOf(message, index) == TAG_REF ? load<u64>(at(message, index)) : 0;
}

/** The answer to an ask did not come: refused, failed, or too late. */
export function failed(message: u32): bool {
  return tagOf(message, 0) == TAG_FAILED;
}

/** Answers whoever asked; once. Without it, the answer is undefined. A tell has nobody to answer. */
export function reply(message: u32, value: f64): void {
  const ticket = load<u32>(message + FRAME_TICKET);
  if (ticket == 0) return;
  store<u32>(message + FRAME_TICKET, 0);
  const ticketGeneration = load<u32>(message + FRAME_TICKET_GENERATION);
  answer(ticket, ticketGeneration, KIND_REPLY, 0, 0, 0, ONE_NUMBER, value, 0);
}

// ---- the actor ------------------------------------------------------------------------------------

/** Address of its state: `stateBytes` zeroed at its start and after a crash, 40 unless spawnNative() was told more. */
export function state(self: u32): usize {
  return stateOf(self);
}

/** The running actor, for others. */
export function refOf(self: u32): Ref {
  return ((<u64>generation(self)) << 32) | self;
}

/** An actor without a name or a supervisor, and with 40 bytes of state: it ends at a trap. 0: no memory. */
export function spawn(behavior: u32): Ref {
  const cell = spawnCell(HOME_ANY, behavior, 0, UNLIMITED, UNLIMITED, 0);
  return cell == 0 ? 0 : refOf(cell);
}

/** Stops it after the messages sent before. False: not sent. */
export function stop(to: Ref): bool {
  return stopCell(<u32>to, <u32>(to >>> 32)) == SENT;
}

// ---- sending --------------------------------------------------------------------------------------

/** Sends a message without arguments. False: the mailbox is full, or there is no memory. To a stopped actor it is a dead letter. */
export function tell(self: u32, to: Ref, name: u32): bool {
  return send(self, to, name, 0, 0, 0);
}

export function tell1(self: u32, to: Ref, name: u32, a: f64): bool {
  return send(self, to, name, ONE_NUMBER, a, 0);
}

export function tell2(self: u32, to: Ref, name: u32, a: f64, b: f64): bool {
  return send(self, to, name, TWO_NUMBERS, a, b);
}

/** Sends an actor, to a native one. */
export function tellRef(self: u32, to: Ref, name: u32, actor: Ref): bool {
  return send(self, to, name, ONE | TAG_REF, reinterpret<f64>(actor), 0);
}

/** Asks with a number: the answer comes as the message `answerName`, see number() and failed(). `ms`: the deadline. */
export function ask(to: Ref, name: u32, a: f64, answerName: u32, ms: f64 = 5000): bool {
  return request(<u32>to, <u32>(to >>> 32), name, ONE_NUMBER, a, 0, answerName, ms);
}

/** Sends the running actor a message with a number, after `ms`. */
export function after(ms: f64, name: u32, a: f64 = 0): bool {
  return request(0, 0, 0, ONE_NUMBER, a, 0, name, ms);
}

// ---- helpers --------------------------------------------------------------------------------------

const ONE: u32 = 1 << 28;
const ONE_NUMBER: u32 = ONE | TAG_NUMBER;
const TWO_NUMBERS: u32 = (2 << 28) | TAG_NUMBER | (TAG_NUMBER << 4);

function tagOf(message: u32, index: u32): u32 {
  if (index >= countOf(message)) return 0;
  return (load<u32>(message + FRAME_TAGS) >>> (index << 2)) & 15;
}

function at(message: u32, index: u32): usize {
  const extended = (load<u8>(message + FRAME_FLAGS) & FLAG_EXTENDED) != 0;
  return message + FRAME_PAYLOAD + (extended ? EXTENSION_BYTES : 0) + (index << 3);
}

function send(self: u32, to: Ref, name: u32, tags: u32, a: f64, b: f64): bool {
  const outcome = post(<u32>to, <u32>(to >>> 32), name, tags, a, b, self, generation(self), 0, 0);
  return outcome != NO_MEMORY && outcome != FULL;
}
