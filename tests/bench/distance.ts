// How far apart two cores are: what it takes a word to get to the other one and back. Hosts of virtual machines put their cores
// side by side or far apart, and move them; whatever goes across threads takes as many times as long then.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** Each in a line of memory of its own. */
const THERE = 0;
const BACK = 64;
const OVER = -1;
const MS = 100;

if (!isMainThread && workerData instanceof Int32Array) echo(workerData);

function echo(words: Int32Array): void {
  for (let seen = 0; seen !== OVER; ) {
    const word = Atomics.load(words, THERE);
    if (word === seen) continue;
    seen = word;
    Atomics.store(words, BACK, word);
  }
}

/** In ns, over a tenth of a second. */
export async function distance(): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(512));
  const other = new Worker(fileURLToPath(import.meta.url), { workerData: words });
  const there = (word: number) => {
    Atomics.store(words, THERE, word);
    while (Atomics.load(words, BACK) !== word);
  };
  await once(other, "online");
  // It has begun to look, and both are compiled.
  for (let word = 1; word < 20_000; word++) there(word);
  const began = performance.now();
  let word = 20_000;
  do for (const end = word + 1000; word < end; word++) there(word);
  while (performance.now() - began < MS);
  const ns = ((performance.now() - began) * 1e6) / (word - 20_000);
  Atomics.store(words, THERE, OVER);
  await once(other, "exit");
  return ns;
}
