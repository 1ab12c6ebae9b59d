// Work on a stream of items, a few at a time: the next item is taken when there is room for it and somebody wants results.
import { wrong } from "../options.ts";
import type { Stream } from "../stream.ts";

export type Items<T> = Iterable<T> | AsyncIterable<T>;
export type Job<T, R> = (item: T, index: number, signal: AbortSignal) => Promise<R>;

/** For `pool.map` and the stages of a pipeline. */
export interface MapOptions {
  /** Results in the order of the items. Default: in the order of completion. */
  readonly ordered?: boolean;
  /** Items in work, or done and not yet taken. */
  readonly concurrency?: number;
  /** Ends it, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Each item through `job`, at most `concurrency` at once. Whoever leaves the loop, or cancels, ends it: `signal` of the
 * jobs under way aborts, and the source is closed. So does the first failure, which is thrown.
 */
export function mapped<T, R>(
  items: Items<T>,
  job: Job<T, R>,
  { ordered = false, signal }: MapOptions,
  concurrency: number,
): Stream<R> {
  iterable(items);
  const own = new AbortController();
  const work = new Work(items, job, ordered, concurrency, own, signal);
  const results = work.results();
  const cancel = async (reason?: unknown): Promise<void> => {
    own.abort(reason);
    await results.return(undefined);
    // Nobody may have taken anything yet.
    await work.close();
  };
  const stream = {
    next: () => results.next(),
    async return() {
      await cancel();
      return { value: undefined, done: true as const };
    },
    cancel,
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: () => cancel(),
  };
  return stream as Stream<R>;
}

/** Refuses what is no source of items. */
export function iterable(items: unknown): void {
  if (typeof items !== "object" || items === null || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    wrong("items", items, "something to iterate over: an array, a generator, a stream");
  }
}

class Work<T, R> {
  readonly #source: Iterator<T> | AsyncIterator<T>;
  readonly #job: Job<T, R>;
  readonly #ordered: boolean;
  readonly #most: number;
  readonly #own: AbortController;
  readonly #signal: AbortSignal;
  /** Done and not taken, by index, in the order of completion. */
  readonly #done = new Map<number, R>();
  #running = 0;
  #next = 0;
  #pulling = false;
  #exhausted = false;
  #failed: { readonly error: unknown } | undefined;
  #wake = () => {};

  constructor(
    items: Items<T>,
    job: Job<T, R>,
    ordered: boolean,
    most: number,
    own: AbortController,
    signal: AbortSignal | undefined,
  ) {
    this.#source =
      Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : (items as Iterable<T>)[Symbol.iterator]();
    this.#job = job;
    this.#ordered = ordered;
    this.#most = most;
    this.#own = own;
    this.#signal = signal ? AbortSignal.any([own.signal, signal]) : own.signal;
  }

  async *results(): AsyncGenerator<R, undefined> {
    const aborted = () => this.#fail(this.#signal.reason);
    if (this.#signal.aborted) aborted();
    else this.#signal.addEventListener("abort", aborted, { once: true });
    try {
      for (let out = 0; ; ) {
        if (this.#failed) throw this.#failed.error;
        this.#pull();
        const index = this.#ordered ? out : this.#done.keys().next().value;
        if (index !== undefined && this.#done.has(index)) {
          const value = this.#done.get(index) as R;
          this.#done.delete(index);
          out++;
          yield value;
        } else if (this.#exhausted && this.#running === 0) return undefined;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#signal.removeEventListener("abort", aborted);
      await this.close();
    }
  }

  async close(): Promise<void> {
    if (this.#exhausted) return;
    this.#exhausted = true;
    const closed = this.#source.return?.();
    // One that is asked for an item closes when it has given that, whenever that is.
    if (!this.#pulling) await closed;
    else Promise.resolve(closed).catch(() => {});
  }

  #pull(): void {
    if (this.#pulling || this.#exhausted || this.#running + this.#done.size >= this.#most) return;
    this.#pulling = true;
    // A source that is not asynchronous is asked at once, and may throw.
    new Promise<IteratorResult<T>>((resolve) => resolve(this.#source.next())).then(
      (item) => {
        this.#pulling = false;
        if (item.done) this.#exhausted = true;
        else if (!this.#failed) this.#start(item.value);
        this.#wake();
      },
      (error: unknown) => {
        this.#exhausted = true;
        this.#fail(error);
      },
    );
  }

  #start(item: T): void {
    const index = this.#next++;
    this.#running++;
    new Promise<R>((resolve) => resolve(this.#job(item, index, this.#signal))).then(
      (value) => {
        this.#running--;
        this.#done.set(index, value);
        this.#wake();
      },
      (error: unknown) => {
        this.#running--;
        this.#fail(error);
      },
    );
  }

  /** The first failure counts. */
  #fail(error: unknown): void {
    this.#failed ??= { error };
    this.#own.abort(error);
    this.#wake();
  }
}
