// The rows of the benchmark as threads without a library do them: a thread of node:worker_threads and postMessage. Run with a
// row, it prints one number, in that row's unit.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const BURST = 1000;
const WINDOW = 10;
const WARM = 2000;

/** The other thread: what it does with what it is sent. */
const others: { readonly [row: string]: (value: unknown) => void } = {
  "2": sender(1_000_000, BURST, (i) => (i === BURST ? -1 : i)),
  "4b": (value) => parentPort?.postMessage(value),
  "8": sender(100_000, 100, (i) => kilobyte(i === 100 ? -1 : 1)),
};

const rows: { readonly [row: string]: (other: Worker) => Promise<number> } = {
  "2": (other) => receive(other, 1_000_000, (value) => value === -1),
  "4b": (other) => asks(other, 20_000),
  "8": (other) => receive(other, 100_000, (value) => (value as { id: number }).id === -1),
};

const row = process.argv[2] ?? "";
if (isMainThread && row === "18") console.log(await parked());
else if (isMainThread) {
  const other = new Worker(new URL(import.meta.url), { workerData: row });
  await new Promise((resolve) => other.once("online", resolve));
  console.log(await rows[row]?.(other));
  await other.terminate();
} else {
  parentPort?.on("message", others[workerData as string] as (value: unknown) => void);
}

/** Share of one core, in percent, that 16 threads take that do nothing, over half a minute, once their engines have settled. */
async function parked(): Promise<number> {
  const others = Array.from({ length: 16 }, () => new Worker("setInterval(() => {}, 2 ** 30)", { eval: true }));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const { user, system } = process.cpuUsage(before);
  await Promise.all(others.map((other) => other.terminate()));
  return ((user + system) / 30_000_000) * 100;
}

/** A burst for each message that comes. */
function sender(count: number, burst: number, value: (i: number) => unknown): () => void {
  let left = count;
  return () => {
    if (left <= 0) return;
    for (let i = 1; i <= burst; i++) parentPort?.postMessage(value(i));
    left -= burst;
  };
}

/** ns a message, until all have come; the last of each burst is acknowledged. */
async function receive(other: Worker, count: number, isLast: (value: unknown) => boolean): Promise<number> {
  const begin = performance.now();
  await new Promise<void>((resolve) => {
    let got = 0;
    other.on("message", (value) => {
      if (isLast(value)) other.postMessage(0);
      if (++got === count) resolve();
    });
    for (let i = 0; i < WINDOW; i++) other.postMessage(0);
  });
  return ((performance.now() - begin) * 1e6) / count;
}

/** µs a round trip. */
async function asks(other: Worker, count: number): Promise<number> {
  let answered: (value: unknown) => void = () => {};
  other.on("message", (value) => answered(value));
  const ask = (value: number) =>
    new Promise((resolve) => {
      answered = resolve;
      other.postMessage(value);
    });
  for (let i = 0; i < WARM; i++) await ask(i);
  const begin = performance.now();
  for (let i = 0; i < count; i++) if ((await ask(i)) !== i) throw new Error("wrong answer");
  return ((performance.now() - begin) * 1000) / count;
}

function kilobyte(id: number) {
  const text = (letter: string) => letter.repeat(90);
  const parts = Object.fromEntries([..."abcdefghij"].map((part) => [part, text(part)]));
  return { id, name: "a message of some length", ...parts };
}
