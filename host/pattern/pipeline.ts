// Stages of actors, one behind the other: each takes an item only when the next has room, so a slow stage slows the
// source and not the memory.

import type { ActorRef, Asks } from "../actor/types.ts";
import { callable, known, whole, wrong } from "../options.ts";
import type { Stream } from "../stream.ts";
import type { PoolRef } from "./pool.ts";
import { type Items, iterable, type MapOptions, mapped } from "./stream.ts";

/** Items on their way. `for await` it, or send it through another stage. */
export interface Pipeline<T> extends AsyncIterable<T> {
  /**
   * Through an actor, one item at once unless `concurrency` says more, or a pool, two per worker at once. Results come in
   * the order of the items unless `ordered` is false. A failure ends the pipeline and is thrown to whoever takes its items.
   */
  through<H, R>(
    stage: ActorRef<H> | PoolRef<H>,
    job: (worker: Asks<H>, item: T, index: number) => Promise<R>,
    options?: MapOptions,
  ): Pipeline<R>;
  /** Takes all of it. Answers how many items came out. */
  run(each?: (item: T) => void | Promise<void>): Promise<number>;
}

/**
 * @example
 * const done = await pipeline(lines)
 *   .through(parsers, (parser, line) => parser.parse(line))
 *   .through(store, (store, record) => store.put(record), { concurrency: 8 })
 *   .run();
 */
export function pipeline<T>(items: Items<T>): Pipeline<T> {
  iterable(items);
  return {
    through: (stage, job, options = {}) => pipeline(staged(items, stage, job, { ordered: true, ...options })),
    async run(each) {
      let count = 0;
      for await (const item of items) {
        await each?.(item);
        count++;
      }
      return count;
    },
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  };
}

function staged<T, H, R>(
  items: Items<T>,
  stage: ActorRef<H> | PoolRef<H>,
  job: (worker: Asks<H>, item: T, index: number) => Promise<R>,
  options: MapOptions,
): Stream<R> {
  if (typeof (stage as { ask?: unknown })?.ask !== "function") wrong("stage", stage, "the ref of an actor, or a pool");
  callable("job", job);
  if ("map" in stage) return stage.map(items, job, options);
  known("through", options, ["ordered", "concurrency", "signal"]);
  const { concurrency = 1 } = options;
  whole("concurrency", concurrency, 1, 1e6);
  return mapped(items, (item, index, signal) => job(stage.ask({ signal }), item, index), options, concurrency);
}
