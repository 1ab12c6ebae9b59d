// A bounded stream of values, for those who listen with `for await`.

/** Values to be taken with `for await`; leaving the loop ends their source. */
export interface Stream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** Ends the source, for this reason. */
  cancel(reason?: unknown): Promise<void>;
}

export class Channel<T> implements Stream<T>, AsyncIterator<T, undefined> {
  readonly #queue: T[] = [];
  readonly #most: number;
  readonly #onEnd: () => void;
  #waiting: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #ended = false;
  /** Values that found the queue full: the oldest make room. */
  dropped = 0;
  /** Takes the listener off an AbortSignal. */
  release: (() => void) | undefined;

  constructor(most: number, onEnd: () => void) {
    this.#most = most;
    this.#onEnd = onEnd;
  }

  push(value: T): void {
    if (this.#ended) return;
    if (this.#waiting) {
      const give = this.#waiting;
      this.#waiting = undefined;
      give({ value, done: false });
      return;
    }
    if (this.#queue.length >= this.#most) {
      this.#queue.shift();
      this.dropped++;
    }
    this.#queue.push(value);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.release?.();
    this.#onEnd();
    this.#waiting?.({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#queue.length > 0) return Promise.resolve({ value: this.#queue.shift() as T, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  async cancel(): Promise<void> {
    this.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }
}
