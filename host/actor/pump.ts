// The answering end of a stream: a handler gave back a generator, and each step of it runs in a turn of its actor, so that
// other messages come in between. Items leave in batches for as long as there is credit.
//
//   asked ──▶ step, step, … ──no credit──▶ waits ──credit──▶ step ──▶ end: the ask is answered

import { isZanniError } from "../errors.ts";
import { defaults } from "../options.ts";
import type { HostCell, Life } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import { nameOf } from "./hash.ts";
import { askKey } from "./holder.ts";
import type { Thread } from "./thread.ts";

type Items = AsyncIterator<unknown> | Iterator<unknown>;

/** Items of one step, at most: then other messages have their turn. */
const STEP_MAX = 64;

export class Pump {
  readonly #thread: Thread;
  readonly #actor: HostCell;
  readonly #life: Life;
  readonly #name: string;
  readonly ticket: number;
  readonly generation: number;
  readonly #items: Items;
  #credit: number = defaults.streamWindow;
  /** A step is queued or under way. */
  #busy = false;
  #over = false;

  constructor(thread: Thread, actor: HostCell, hash: number, ticket: number, generation: number, items: Items) {
    this.#thread = thread;
    this.#actor = actor;
    this.#life = actor.life;
    this.#name = nameOf(hash);
    this.ticket = ticket;
    this.generation = generation;
    this.#items = items;
    const { pumps } = extrasOf(actor.life);
    pumps.set(askKey(ticket, generation), this);
    // Opened: whoever asked need not fear for his deadline any more.
    thread.sendItems(ticket, generation, []);
    this.#next();
  }

  credit(items: number): void {
    this.#credit += items;
    this.#next();
  }

  look(): void {
    if (!this.#thread.core.pending(this.ticket, this.generation)) this.cancel();
  }

  /** The asker wants no more: the generator ends, in a turn of its actor. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    // Control reaches an actor also while it awaits something; its code runs after that.
    if (this.#actor.status === "running") this.#finish();
    else this.#thread.errand(this.#actor, { life: this.#life, name: this.#name, run: () => this.#finish() });
  }

  /** Its instance is over, or it refused. */
  fail(error: Error): void {
    if (!this.#over) this.#thread.replyError(this.ticket, this.generation, error);
    this.#over = true;
    this.#finish();
  }

  /** What the generator holds, it gives back now. */
  #finish(): void {
    if (!this.#forget()) return;
    const wrong = (error: unknown) =>
      this.#thread.log("error", this.#life.path, ["a stream failed at its end:", error]);
    try {
      const returned = this.#items.return?.() as Promise<unknown> | undefined;
      if (typeof returned?.then === "function") returned.then(undefined, wrong);
    } catch (error) {
      wrong(error);
    }
  }

  #next(): void {
    if (this.#busy || this.#over || this.#credit === 0) return;
    this.#busy = true;
    this.#thread.errand(this.#actor, { life: this.#life, name: this.#name, run: () => this.#step() });
  }

  #step(): unknown {
    const batch: unknown[] = [];
    try {
      while (!this.#over && this.#credit > batch.length && batch.length < STEP_MAX) {
        const result = this.#items.next();
        if (isPromise(result)) {
          this.#send(batch);
          return result.then(
            (settled) => this.#took(settled, []),
            (error: unknown) => this.#threw(error),
          );
        }
        if (!this.#keep(result, batch)) break;
      }
    } catch (error) {
      this.#send(batch);
      this.#threw(error);
    }
    this.#send(batch);
    this.#busy = false;
    this.#next();
    return undefined;
  }

  /** A refusal is the asker's alone; anything else is a failure of the actor, which ends its streams. */
  #threw(error: unknown): void {
    if (!isZanniError(error, "ERR_REFUSED")) throw error;
    this.fail(error);
  }

  #took(result: IteratorResult<unknown>, batch: unknown[]): void {
    if (!this.#over) this.#keep(result, batch);
    this.#send(batch);
    this.#busy = false;
    this.#next();
  }

  /** False: it came to its end. */
  #keep(result: IteratorResult<unknown>, batch: unknown[]): boolean {
    if (!result.done) {
      batch.push(result.value);
      return true;
    }
    this.#send(batch);
    this.#over = true;
    this.#forget();
    // After the items, also if those wait for memory.
    this.#thread.persist(() => {
      this.#thread.reply(this.ticket, this.generation, undefined);
      return true;
    });
    return false;
  }

  #forget(): boolean {
    return this.#life.extras?.pumps.delete(askKey(this.ticket, this.generation)) ?? false;
  }

  #send(batch: unknown[]): void {
    if (batch.length === 0 || this.#over) return;
    this.#credit -= batch.length;
    this.#thread.sendItems(this.ticket, this.generation, batch.splice(0));
  }
}

/** What a handler returned, if its items are to be streamed: an async iterable, or a generator. */
export function itemsOf(returned: unknown): Items | undefined {
  if (typeof returned !== "object" || returned === null) return undefined;
  const { [Symbol.asyncIterator]: start, next } = returned as Partial<AsyncGenerator>;
  if (typeof start === "function") return Reflect.apply(start, returned, []);
  if (typeof next === "function" && Symbol.iterator in returned) return returned as unknown as Iterator<unknown>;
  return undefined;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === "function";
}
