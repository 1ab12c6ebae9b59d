// Outboxes: where messages wait for a receiver whose mailbox is full and whose policy is `block`, one for each pair. While
// one is not empty everything further from that sender to that receiver joins it, so that order holds.
//
//   mailbox full ──▶ outbox, and a question at the end of the mailbox ──▶ reached: send what fits ──▶ empty
//                                         ▲                                        └── full again ──┐
//                                         └─────────────────────────────────────────────────────────┘
//
// The frames are composed already: what a message says was copied when it was sent. A sender that is an actor takes no
// new message until its outboxes are empty; no thread ever waits.
import {
  FLAG_PRIVATE,
  FLAG_UNLIMITED,
  FRAME_FLAGS,
  FRAME_KIND,
  FRAME_NAME,
  FRAME_TICKET,
  FRAME_TICKET_GENERATION,
  FULL,
  KIND_OUTBOX,
  KIND_STOP,
  SENT,
} from "../../assembly/layout.ts";
import type { Core } from "../core/abi.ts";
import type { Views } from "../core/memory.ts";
import { stopped } from "../errors.ts";
import { defaults } from "../options.ts";
import type { ValueCodec } from "../wire/value.ts";
import { blame } from "./blame.ts";
import type { Letter } from "./event.ts";
import { nameOf } from "./hash.ts";
import { type Address, type Holder, keyOf, type Pending, type Shelf, type Target, type Waiting } from "./holder.ts";
import { closeShelf, gone, openShelf, put, putBack, takeFirst } from "./kept.ts";
import { full } from "./overflow.ts";
import type { DeadLetterReason } from "./types.ts";

/** What an outbox needs of its thread. */
interface Post {
  readonly block: number;
  readonly core: Core;
  readonly views: Views;
  readonly codec: ValueCodec;
  readonly postponed: (() => boolean)[];
  /** Asks, at the end of the target's mailbox, to be told when it is reached. Undefined: no memory. */
  askRoom(target: Target, holder: Holder): Pending | undefined;
  reply(ticket: number, generation: number, value: unknown): void;
  replyError(ticket: number, generation: number, error: Error): void;
  /** A message that reached no mailbox is a dead letter. */
  unsent(actor: string, message: string, reason: DeadLetterReason, letter?: Letter): void;
  deadLetter(actor: string, message: string, reason: DeadLetterReason, letter?: Letter): void;
  letterOf(frame: number): Letter | undefined;
  kick(): void;
  /** Does waiting for this close a circle? */
  examined(asked: Pending): void;
}

interface Outbox {
  readonly target: Target;
  /** Where its frames hang on the sender's cell; 0: nowhere. */
  readonly shelf: number;
  readonly frames: number[];
  /** The question that is on its way. */
  asked: Pending | undefined;
  readonly whenEmpty: (() => void)[];
}

export class Outboxes implements Waiting {
  readonly #thread: Post;
  readonly #boxes = new Map<string, Outbox>();
  /** The present life of the sender; it waits for what is asked here. */
  holder: Holder;

  constructor(thread: Post, holder: Holder) {
    this.#thread = thread;
    this.holder = holder;
  }

  get size(): number {
    return this.#boxes.size;
  }

  has(target: Address): boolean {
    return this.#boxes.has(keyOf(target));
  }

  /** Behind what waits already. Throws ERR_MAILBOX_FULL, and gives back the frame, when too much does. */
  add(target: Target, frame: number): void {
    const box = this.#boxes.get(keyOf(target)) ?? this.#open(target);
    const { u8, u32 } = this.#thread.views;
    // A stop or a notice is not a message: it waits in line whatever its length.
    if (box.frames.length >= defaults.outbox && ((u8[frame + FRAME_FLAGS] as number) & FLAG_PRIVATE) === 0) {
      const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
      this.#thread.core.drop(frame);
      throw blame(full(target.path, message), target.holder);
    }
    box.frames.push(frame);
    put(this.#thread, box.shelf, frame);
    if (!box.asked) this.#askForRoom(box);
  }

  #open(target: Target): Outbox {
    const { cell } = this.holder;
    const note = [target.path, target.here, target.native];
    // A stranger has no cell.
    const shelf = cell === 0 ? 0 : openShelf(this.#thread, cell, KIND_OUTBOX, target, note);
    return this.#box(target, shelf, []);
  }

  #box(target: Target, shelf: number, frames: number[]): Outbox {
    const box: Outbox = { target, shelf, frames, asked: undefined, whenEmpty: [] };
    this.#boxes.set(keyOf(target), box);
    return box;
  }

  #close(box: Outbox): void {
    closeShelf(this.#thread, this.holder.cell, box.shelf);
    this.#boxes.delete(keyOf(box.target));
  }

  /** What the sender had waiting when its thread died; renew() goes on with it. */
  restore({ at, to, note, frames }: Shelf): void {
    const [path, here, native] = note as [string, boolean, boolean];
    this.#box({ ...to, definition: "", holder: this.holder, path, here, native, sending: undefined }, at, [...frames]);
  }

  /** Resolves when nothing waits for that receiver; without one, when nothing waits at all. */
  empty(target?: Address): Promise<void> {
    const boxes = target ? [this.#boxes.get(keyOf(target))] : [...this.#boxes.values()];
    const waits = boxes.filter((box) => box !== undefined);
    const empty = waits.map((box) => new Promise<void>((resolve) => void box.whenEmpty.push(resolve)));
    // Who waits here may be waited for by now.
    if (this.holder.blocked) for (const { asked } of waits) if (asked) this.#thread.examined(asked);
    return Promise.all(empty) as unknown as Promise<void>;
  }

  /** Somebody waits for us in turn: we go on, and the outbox has its limit. */
  letGo(): void {
    for (const each of this.#boxes.values()) for (const resolve of each.whenEmpty.splice(0)) resolve();
  }

  press(target: Address): void {
    const box = this.#boxes.get(keyOf(target));
    if (!box) return;
    const { u8 } = this.#thread.views;
    for (const frame of box.frames) u8[frame + FRAME_FLAGS] = (u8[frame + FRAME_FLAGS] as number) | FLAG_UNLIMITED;
    this.#flush(box);
  }

  /** The sender has a new life, which waits in the place of the old one. */
  renew(holder: Holder): void {
    this.holder = holder;
    for (const box of this.#boxes.values()) if (!box.asked) this.#askForRoom(box);
  }

  /** The sender is gone: what waits becomes dead letters. */
  bury(): void {
    for (const box of this.#boxes.values()) {
      for (const frame of box.frames.splice(0)) {
        // A notice says how the sender ended: it goes to whoever is still there.
        const { u8 } = this.#thread.views;
        const notice =
          ((u8[frame + FRAME_FLAGS] as number) & FLAG_PRIVATE) !== 0 && u8[frame + FRAME_KIND] !== KIND_STOP;
        const { cell, generation } = box.target;
        if (!notice || this.#thread.core.send(cell, generation, frame) !== SENT) this.#lost(box, frame, false);
      }
      for (const resolve of box.whenEmpty) resolve();
      this.#close(box);
    }
  }

  #askForRoom(box: Outbox): void {
    const asked = this.#thread.askRoom(box.target, this.holder);
    if (!asked) {
      // No memory for a question: again when something has been handled here.
      this.#thread.postponed.push(() => {
        if (!box.asked && box.frames.length > 0) this.#askForRoom(box);
        return true;
      });
      return;
    }
    box.asked = asked;
    const goOn = () => {
      box.asked = undefined;
      // A life that has ended waits for nothing; the next one asks again. And all may have been sent meanwhile.
      if (!this.holder.ended && this.#boxes.get(keyOf(box.target)) === box) this.#flush(box);
    };
    asked.resolve = goOn;
    asked.fails = goOn;
    if (this.holder.blocked) this.#thread.examined(asked);
  }

  #flush(box: Outbox): void {
    const { core } = this.#thread;
    const { cell, generation } = box.target;
    while (box.frames.length > 0) {
      const frame = box.frames[0] as number;
      // Off the shelf first: from the send on it is another's.
      takeFirst(this.#thread, box.shelf, frame);
      const outcome = core.send(cell, generation, frame);
      if (outcome === FULL) {
        putBack(this.#thread, box.shelf, frame);
        this.#askForRoom(box);
        return;
      }
      gone(this.#thread, box.shelf);
      box.frames.shift();
      if (outcome !== SENT) this.#lost(box, frame, true);
    }
    this.#thread.kick();
    this.#close(box);
    for (const resolve of box.whenEmpty) resolve();
  }

  /** The receiver, or the sender, is gone. `counted`: the core has tried to send it. */
  #lost({ target }: Outbox, frame: number, counted: boolean): void {
    const thread = this.#thread;
    const { u8, u32 } = thread.views;
    const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
    const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
    if (u8[frame + FRAME_KIND] === KIND_STOP) thread.reply(ticket, generation, undefined);
    else if (((u8[frame + FRAME_FLAGS] as number) & FLAG_PRIVATE) === 0) {
      const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
      thread.replyError(ticket, generation, stopped(target.path));
      const letter = thread.letterOf(frame);
      if (counted) thread.deadLetter(target.path, message, "stopped", letter);
      else thread.unsent(target.path, message, "stopped", letter);
    }
    thread.core.drop(frame);
  }
}
