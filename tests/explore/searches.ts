// The searches of a test run, on every core: each thread takes the next when it is through with one.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Found, Search } from "./worker.ts";

/** Begins all of them; what each has found, in their order. The threads end with the last. */
export function search(all: readonly Search[]): Promise<Found>[] {
  const settled: ((found: Promise<Found>) => void)[] = [];
  const found = all.map((_, i) => new Promise<Found>((resolve) => (settled[i] = resolve)));
  let next = 0;
  const run = async () => {
    const thread = new Worker(new URL("./worker.js", import.meta.url));
    for (let i = next++; i < all.length; i = next++) {
      const answer = new Promise<Found>((resolve, reject) => {
        thread.once("message", (answer: Found) => {
          thread.off("error", reject);
          resolve(answer);
        });
        thread.once("error", reject);
      });
      thread.postMessage(all[i]);
      settled[i]?.(answer);
      try {
        await answer;
      } catch {
        // Its test fails with the reason; the thread is no more.
        return run();
      }
    }
    await thread.terminate();
  };
  for (let i = 0; i < availableParallelism(); i++) void run();
  return found;
}
