// The rows of the benchmark as threads without a library do them: a thread of node:worker_threads and postMessage. Run with a
// row, it prints one number, in that row's unit.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const BURST = 1000;
const WINDOW = 10;
const WARM = 2000;

const HEAVY = 100;
const parts = Object.fromEntries([..."abcdefghij"].map((part) => [part, part.repeat(90)]));
const kilobyte = { id: 0, name: "a message of some length", ...parts };

/** The other thread: what it does with what it is sent. */
const others: { readonly [row: string]: (value: unknown) => void } = {
  "2": sender(BURST, (i) => (i === BURST ? -1 : i)),
  "4b": (value) => parentPort?.postMessage(value),
  "8": sender(HEAVY, (i) => ({ ...kilobyte, id: i === HEAVY ? -1 : 1 })),
};

const rows: { readonly [row: string]: (other: Worker) => Promise<number> } = {
  "2": (other) => receive(other, 1_000_000, BURST, (value) => value === -1),
  "4b": (other) => asks(other, 20_000),
  "8": (other) => receive(other, 200_000, HEAVY, (value) => (value as { id: number }).id === -1),
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
function sender(burst: number, value: (i: number) => unknown): () => void {
  return () => {
    for (let i = 1; i <= burst; i++) parentPort?.postMessage(value(i));
  };
}

/** ns a message, until all have come, after as many that are not measured; the last of each burst is acknowledged. */
async function receive(
  other: Worker,
  count: number,
  burst: number,
  isLast: (value: unknown) => boolean,
): Promise<number> {
  const round = async () => {
    let [got, asked] = [0, 0];
    const ask = () => {
      if (asked < count) other.postMessage(0);
      asked += burst;
    };
    const begin = performance.now();
    await new Promise<void>((resolve) => {
      const hear = (value: unknown) => {
        if (isLast(value)) ask();
        if (++got < count) return;
        other.off("message", hear);
        resolve();
      };
      other.on("message", hear);
      for (let i = 0; i < WINDOW; i++) ask();
    });
    return ((performance.now() - begin) * 1e6) / count;
  };
  await round();
  return round();
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
