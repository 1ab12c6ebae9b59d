// The asker's end of a stream: items that came in and are not taken yet, and credit for more of them. The other end is
// pump.ts.
import { defaults } from "../options.ts";
import type { Stream } from "../stream.ts";

export class Feed<T> implements Stream<T>, AsyncIterator<T, undefined> {
  #items: T[] = [];
  #at = 0;
  /** Those who have asked for an item that is not there yet. */
  readonly #waiting: { resolve(result: IteratorResult<T, undefined>): void; reject(error: Error): void }[] = [];
  #over: { readonly error: Error | undefined } | undefined;
  /** Taken since credit was given last. */
  #taken = 0;
  readonly #credit: (items: number) => void;
  readonly #cancel: () => void;

  /** `credit` allows so many more; `cancel` ends the generator. */
  constructor(credit: (items: number) => void, cancel: () => void) {
    this.#credit = credit;
    this.#cancel = cancel;
  }

  push(items: readonly T[]): void {
    if (this.#over) return;
    if (this.#at === this.#items.length) {
      this.#items = [...items];
      this.#at = 0;
    } else this.#items.push(...items);
    while (this.#waiting.length > 0 && this.#at < this.#items.length) {
      this.#waiting.shift()?.resolve({ value: this.#take(), done: false });
    }
  }

  /** It is over, after what has come in; `error` is why, unless it came to its end. */
  end(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = { error };
    for (const [i, waiting] of this.#waiting.splice(0).entries()) {
      if (error && i === 0) waiting.reject(error);
      else waiting.resolve({ value: undefined, done: true });
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#at < this.#items.length) return Promise.resolve({ value: this.#take(), done: false });
    if (this.#over) {
      const { error } = this.#over;
      this.#over = { error: undefined };
      return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #take(): T {
    const item = this.#items[this.#at++] as T;
    if (++this.#taken >= defaults.streamWindow / 2) {
      this.#credit(this.#taken);
      this.#taken = 0;
    }
    return item;
  }

  /** The asker wants no more: `break`, or cancel(). */
  return(): Promise<IteratorResult<T, undefined>> {
    if (!this.#over) {
      this.end(undefined);
      this.#cancel();
    }
    this.#items = [];
    this.#at = 0;
    return Promise.resolve({ value: undefined, done: true });
  }

  async cancel(): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }
}
