// The rows of the benchmark: each verifies its work before it answers a time.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { createSystem, type System, Worker } from "zanni";
import * as L from "../../assembly/layout.ts";
import * as actors from "./actors.ts";
import { indexOf, Native } from "./native.ts";

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  /** Bigger is better: speed-ups. */
  readonly more?: boolean;
  readonly target: number;
  /** Stored figures of others, in this row's unit. */
  readonly peers: string;
  /** How many times as long others should take. */
  readonly wish?: string;
  readonly run: () => Promise<number>;
}

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const open = (workers: number): Promise<System> =>
  createSystem({
    actors,
    logger: false,
    mailbox: { capacity: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY },
    ...(workers > 0 ? { worker, workers } : {}),
  });
const slow = { timeout: "5m" } as const;

function verify(got: number | bigint, wanted: number | bigint): void {
  if (got !== wanted) throw new Error(`the work was not done: ${got} instead of ${wanted}`);
}

/** Sum of the messages 1 to 999 of each burst. */
const bursts = (count: number) => (count / 1000) * 499_500;

/** ms of the same before it is measured: engines compile what runs often anew, and on a busy machine that takes a while. */
const WARM_MS = 1500;

export async function throughput(workers: number, senders: number, count: number): Promise<number> {
  const system = await open(workers);
  const place = (placement: number) => (workers > 0 ? { placement } : {});
  const round = async (messages: number) => {
    const done = system.spawn(actors.Done, undefined, place(0));
    const rx = system.spawn(actors.Rx, { count: messages, done }, place(0));
    const txs = Array.from({ length: senders }, () =>
      system.spawn(actors.Tx, { rx, count: messages / senders }, place(workers > 1 ? 1 : 0)),
    );
    await done.ask(slow).done(0);
    await done.ask(slow).wait();
    const before = performance.now();
    for (const tx of txs) tx.tell.go();
    verify(await done.ask(slow).wait(), bursts(messages));
    const ns = ((performance.now() - before) * 1e6) / messages;
    for (const each of [done, rx, ...txs]) await each.stop();
    return ns;
  };
  // Whole bursts for each of eight senders.
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) await round(400_000);
  const ns = await round(count);
  await system.stop();
  return ns;
}

export let askP99 = 0;
export async function ask(across: boolean, count: number): Promise<number> {
  const system = await open(across ? 2 : 0);
  const echo = system.spawn(actors.Echo, undefined, across ? { placement: 0 } : {});
  const asker = system.spawn(actors.Asker, { echo }, across ? { placement: 1 } : {});
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) await asker.ask(slow).mean(count / 10);
  const mean = await asker.ask(slow).mean(count);
  const samples = (await asker.ask(slow).each(count)).sort();
  askP99 = samples[Math.floor(count * 0.99)] as number;
  await system.stop();
  return mean;
}

/** Rounds that are measured: in a single one a collection of what the one before has left falls or does not. */
const SPAWN_ROUNDS = 4;

export async function spawnStop(count: number): Promise<number> {
  const system = await open(0);
  let creating = 0;
  let all = 0;
  // The first round touches the memory, the others are measured: actors come and go.
  for (let round = 0; round <= SPAWN_ROUNDS; round++) {
    const refs = [];
    const before = performance.now();
    for (let i = 0; i < count; i++) refs.push(system.spawn(actors.Idle));
    await refs[count - 1]?.ask(slow).nothing();
    const created = performance.now();
    for (const ref of refs) void ref.stop();
    await refs[count - 1]?.stopped;
    const ended = performance.now();
    verify(system.stats().active, 0);
    if (round === 0) continue;
    creating += created - before;
    all += ended - before;
  }
  await system.stop();
  spawnCreate = (creating * 1e6) / (count * SPAWN_ROUNDS);
  return (all * 1e6) / (count * SPAWN_ROUNDS);
}
export let spawnCreate = 0;

export async function bytesPerActor(count: number): Promise<number> {
  const system = await open(0);
  const used = () => {
    // With --expose-gc; without it the heap is what it is, and the figure too high.
    (globalThis as { gc?: () => void }).gc?.();
    return process.memoryUsage().heapUsed + system.stats().memory.used;
  };
  await system.spawn(actors.Idle).ask.nothing();
  const before = used();
  for (let i = 0; i < count; i++) system.spawn(actors.Idle);
  await until(() => system.stats().processed >= 1 && system.stats().active === count + 1);
  await system.spawn(actors.Idle).ask(slow).nothing();
  const bytes = (used() - before) / count;
  await system.stop();
  return bytes;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

async function nativeBytes(count: number): Promise<number> {
  const system = await new Native(1).ready();
  const used = () => (system.u32[(L.HEADER + L.HEADER_USED) >>> 2] as number) * L.CHUNK;
  const before = used();
  for (let i = 0; i < count; i++) system.spawn("idle");
  const bytes = (used() - before) / count;
  await system.end();
  return bytes;
}

/** Share of one core, in percent, that a parked system of 16 workers takes over half a minute. */
async function parked(): Promise<number> {
  const system = await open(16);
  await system.spawn(actors.Idle).ask.nothing();
  // The back-off grows to its longest, 64 s, and engines tidy up their heaps for half a minute when they are left alone: as
  // many threads without anything in them take 5 % of a core meanwhile, and 0.3 % then. All look at about the same time, after
  // 41, 82 and 146 s: over half a minute from 60 s on, that is in it once.
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const { user, system: kernel } = process.cpuUsage(before);
  await system.stop();
  return ((user + kernel) / 30_000_000) * 100;
}

async function ring(hops: number): Promise<number> {
  const system = await open(0);
  const done = system.spawn(actors.Done);
  const nodes = Array.from({ length: 1000 }, () => system.spawn(actors.Hop, { done }));
  nodes.forEach((node, i) => void node.tell.link(nodes[(i + 1) % 1000] as (typeof nodes)[0]));
  const round = async (count: number) => {
    const before = performance.now();
    nodes[0]?.tell.pass(count);
    verify(await done.ask(slow).wait(), 0);
    return ((performance.now() - before) * 1e6) / count;
  };
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) await round(400_000);
  const ns = await round(hops);
  await system.stop();
  return ns;
}

/** ms; a tree of tens, whose first branches are placed where there is least to do, with two workers. */
async function skynet(leaves: number): Promise<number> {
  const system = await open(2);
  const done = system.spawn(actors.Done, undefined, { placement: 0 });
  // Both have begun, and know the actors.
  await Promise.all([0, 1].map((placement) => system.spawn(actors.Idle, undefined, { placement }).ask.nothing()));
  const top = system.spawn(actors.Sky, { parent: undefined, done });
  const before = performance.now();
  top.tell.go(0, leaves);
  verify(await done.ask(slow).wait(), (leaves * (leaves - 1)) / 2);
  const ms = performance.now() - before;
  await system.stop({ within: 1 });
  return ms;
}

let rounds = 0;
/** Rounds of the task's loop that take about 20 µs here. */
function calibrate(): number {
  if (rounds > 0) return rounds;
  const time = (n: number) => {
    const before = performance.now();
    let x = 1;
    for (let k = 0; k < 500; k++) for (let i = 0; i < n; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
    return ((performance.now() - before) / 500) * 1000 + x * 0;
  };
  time(10_000);
  rounds = Math.round((10_000 * 20) / Math.min(time(10_000), time(10_000)));
  return rounds;
}

async function tasks(workers: number, count: number): Promise<number> {
  const system = await open(workers);
  const done = system.spawn(actors.Done);
  const gather = system.spawn(actors.Gather, { count, done });
  const all = Array.from({ length: 64 }, () => system.spawn(actors.Task, { gather }));
  const work = calibrate();
  await Promise.all(
    all.map((task) =>
      task
        .ask(slow)
        .run(0)
        .catch(() => {}),
    ),
  );
  const before = performance.now();
  for (let i = 0; i < count - 64; i++) all[i % 64]?.tell.run(work);
  verify(await done.ask(slow).wait(), 0);
  const ms = performance.now() - before;
  await system.stop();
  return ms;
}

/** 1,000 movable actors, all started on one worker, 20 messages of about 100 µs each. */
async function imbalance(workers: number): Promise<number> {
  const system = await open(workers);
  const count = 20_000;
  const done = system.spawn(actors.Done, undefined, { placement: 0 });
  const gather = system.spawn(actors.Gather, { count: count + 1000, done }, { placement: 0 });
  const all = Array.from({ length: 1000 }, () => system.spawn(actors.Wanderer, { gather }, { placement: 0 }));
  const work = calibrate() * 5;
  for (const each of all) each.tell.run(0);
  await all
    .at(-1)
    ?.ask.run(0)
    .catch(() => {});
  const before = performance.now();
  for (let i = 0; i < count - 1; i++) all[i % 1000]?.tell.run(work);
  verify(await done.ask(slow).wait(), 0);
  const ms = performance.now() - before;
  await system.stop();
  return ms;
}

/** A message of 1 KiB across threads, ns; 10 bursts of 100 under way. */
async function payload(what: "declared" | "plain" | "order", count: number): Promise<number> {
  const system = await open(2);
  const round = async (messages: number) => {
    const done = system.spawn(actors.Done, undefined, { placement: 0 });
    const to = system.spawn(actors.Taker, { count: messages, done }, { placement: 0 });
    const from = system.spawn(actors.Giver, { to, count: messages, what }, { placement: 1 });
    await done.ask(slow).done(0);
    await done.ask(slow).wait();
    const before = performance.now();
    from.tell.go(10);
    verify(await done.ask(slow).wait(), messages);
    const ns = ((performance.now() - before) * 1e6) / messages;
    for (const each of [done, to, from]) await each.stop();
    return ns;
  };
  for (const end = performance.now() + WARM_MS; performance.now() < end; ) await round(50_000);
  const ns = await round(count);
  await system.stop();
  return ns;
}

/** A million actors: MB of the process that they take, and seconds to send each a message and hear from all. */
async function living(count: number): Promise<number> {
  const system = await open(2);
  const rss = () => process.memoryUsage().rss / 2 ** 20;
  const before = rss();
  const done = system.spawn(actors.Done);
  const gather = system.spawn(actors.Gather, { count, done });
  const all = Array.from({ length: count }, () => system.spawn(actors.Living));
  // The last of each worker has started when it answers.
  for (const each of all.slice(-2)) await each.ask(slow).hello(gather);
  await until(() => system.stats().active === count + 2);
  livingMb = rss() - before;
  const began = performance.now();
  for (const each of all.slice(0, -2)) each.tell.hello(gather);
  verify(await done.ask(slow).wait(), 0);
  const seconds = (performance.now() - began) / 1000;
  await system.stop({ within: 1 }).catch(() => {});
  return seconds;
}
let livingMb = 0;

/** How much more a message costs among 50 actors than among one, in percent; on one thread. */
async function scaling(count: number): Promise<number> {
  const system = await open(0);
  const time = async (size: number) => {
    const all = Array.from({ length: size }, () => system.spawn(actors.Tally));
    await Promise.all(all.map((each) => each.ask.count()));
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const before = performance.now();
      for (let sent = 0; sent < count; sent += 5000) {
        for (const each of all) for (let i = 0; i < 5000 / size; i++) each.tell.add(1);
        await all.at(-1)?.ask(slow).count();
      }
      best = Math.min(best, performance.now() - before);
    }
    return best;
  };
  await time(1);
  const one = await time(1);
  const fifty = await time(50);
  await system.stop();
  return (fifty / one - 1) * 100;
}

let cancelNs = 0;
async function timers(count: number): Promise<number> {
  const system = await open(0);
  const clock = system.spawn(actors.Clockwork);
  await clock.ask(slow).measure(count / 10);
  const [set, cancel] = await clock.ask(slow).measure(count);
  cancelNs = cancel;
  await system.stop();
  return set;
}

async function periods(): Promise<number> {
  const system = await open(0);
  const late = await system.spawn(actors.Clockwork).ask(slow).periods();
  await system.stop();
  return late;
}

/** A fresh process: import, createSystem with two workers, first answer. */
function startUp(): number {
  const code = `
    const before = performance.now();
    const { createSystem, Worker } = await import("zanni");
    const actors = await import(${JSON.stringify(new URL("./actors.js", import.meta.url).href)});
    const url = new URL(${JSON.stringify(new URL("./worker.js", import.meta.url).href)});
    const system = await createSystem({ actors, worker: () => new Worker(url, { type: "module" }), workers: 2 });
    console.log(performance.now() - before);
    await system.stop();`;
  mkdirSync(`${root}build/bench`, { recursive: true });
  writeFileSync(`${root}build/bench/start-up.mjs`, code);
  const { stdout, stderr } = spawnSync(process.execPath, [`${root}build/bench/start-up.mjs`], {
    cwd: root,
    encoding: "utf8",
  });
  const ms = Number(stdout);
  if (!(ms > 0)) throw new Error(stderr);
  return ms;
}

function bundleKib(): number {
  const contents = readFileSync(`${root}examples/hello.js`, "utf8");
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    logLevel: "error",
  });
  return gzipSync(outputFiles[0]?.contents as Uint8Array, { level: 9 }).length / 1024;
}

// ---- native ---------------------------------------------------------------------------------------

async function nativeThroughput(workers: number, senders: number, count: number): Promise<number> {
  const system = await new Native(workers).ready();
  const rx = system.spawn("receiver", workers > 1 ? 0 : L.HOME_ANY);
  const round = (messages: number) => {
    system.set(rx.cell, 0, 0, 0, 0);
    const txs = Array.from({ length: senders }, () => {
      const tx = system.spawn("sender", workers > 1 ? 1 : L.HOME_ANY);
      system.set(tx.cell, rx.cell, rx.generation, messages / senders);
      return tx;
    });
    const before = performance.now();
    for (const tx of txs) system.core.tell(tx.cell, tx.generation, 1, 0n, 0n);
    system.run(() => system.state(rx.cell, 0) >= messages);
    const ns = ((performance.now() - before) * 1e6) / messages;
    verify(system.u64[(rx.cell + L.CELL_STATE + 8) >>> 3] as bigint, BigInt(bursts(messages)));
    return ns;
  };
  // Whole bursts for each of eight.
  system.warm(() => round(400_000));
  const ns = round(count);
  await system.end();
  return ns;
}

async function nativeSpawn(count: number): Promise<number> {
  const system = await new Native(1).ready();
  const spawner = system.spawn("spawner");
  const result = system.spawn("result");
  const ns = system.warm(() => {
    system.set(spawner.cell, result.cell, result.generation, indexOf("idle"), count);
    system.set(result.cell, 0, 0, 0);
    const before = performance.now();
    system.core.tell(spawner.cell, spawner.generation, 1, 0n, 0n);
    system.run(() => system.state(result.cell, 8) === 1);
    while (system.core.take(1) !== L.TAKE_IDLE);
    verify(system.state(result.cell, 0), count);
    return ((performance.now() - before) * 1e6) / count;
  });
  await system.end();
  return ns;
}

async function nativeRing(hops: number): Promise<number> {
  const system = await new Native(1).ready();
  const nodes = Array.from({ length: 1000 }, () => system.spawn("hop"));
  const first = nodes[0] as (typeof nodes)[0];
  const round = (left: number) => {
    nodes.forEach((node, i) => {
      const next = nodes[(i + 1) % 1000] as typeof node;
      system.set(node.cell, next.cell, next.generation, 0);
    });
    const last = nodes[left % 1000] as typeof first;
    const before = performance.now();
    system.core.tell(first.cell, first.generation, 3, BigInt(left), 0n);
    system.run(() => system.state(last.cell, 8) === 1);
    return ((performance.now() - before) * 1e6) / left;
  };
  system.warm(() => round(400_000));
  const ns = round(hops);
  await system.end();
  return ns;
}

async function nativeSkynet(workers: number): Promise<number> {
  const system = await new Native(workers).ready();
  const result = system.spawn("result");
  const ms = system.warm(() => {
    const top = system.spawn("sky");
    system.set(top.cell, result.cell, result.generation);
    system.set(result.cell, 0, 0, 0);
    const before = performance.now();
    system.core.tell(top.cell, top.generation, 1, 0n, (1_000_000n << 32n) | BigInt(indexOf("sky")));
    system.run(() => system.state(result.cell, 8) === 1);
    const took = performance.now() - before;
    verify(system.u64[(result.cell + L.CELL_STATE) >>> 3] as bigint, 499_999_500_000n);
    return took;
  });
  await system.end();
  return ms;
}

export const rows: Row[] = [
  {
    id: "1",
    name: "throughput, same thread",
    unit: "ns/message",
    target: 30,
    peers: "Erlang 66, actor-ts 103",
    wish: "Erlang 2x",
    run: () => throughput(0, 1, 5_000_000),
  },
  {
    id: "1n",
    name: "the same, native",
    unit: "ns/message",
    target: 22,
    peers: "",
    run: () => nativeThroughput(1, 1, 8_000_000),
  },
  {
    id: "2",
    name: "throughput, across threads",
    unit: "ns/message",
    target: 50,
    peers: "CAF 157, Erlang 178, postMessage 640",
    wish: "CAF 3x, bare threads 12x",
    run: () => throughput(2, 1, 5_000_000),
  },
  {
    id: "2n",
    name: "the same, native",
    unit: "ns/message",
    target: 35,
    peers: "",
    run: () => nativeThroughput(2, 1, 8_000_000),
  },
  {
    id: "3",
    name: "fan-in, 8 senders to 1",
    unit: "ns/message",
    target: 60,
    peers: "Erlang 171, actor-ts 128",
    run: () => throughput(2, 8, 4_000_000),
  },
  {
    id: "3n",
    name: "the same, native",
    unit: "ns/message",
    target: 40,
    peers: "",
    run: () => nativeThroughput(2, 8, 8_000_000),
  },
  {
    id: "4a",
    name: "ask, same thread, mean",
    unit: "µs",
    target: 0.6,
    peers: "Erlang 0.85, actor-ts 1.72",
    wish: "Erlang 1x",
    run: () => ask(false, 100_000),
  },
  { id: "4a'", name: "the same, p99", unit: "µs", target: 2, peers: "Erlang 1.5", run: async () => askP99 },
  {
    id: "4b",
    name: "ask, across threads, mean",
    unit: "µs",
    target: 4.5,
    peers: "Erlang 4.6, all in JS 68 to 104",
    wish: "bare threads 15x",
    run: () => ask(true, 50_000),
  },
  { id: "4b'", name: "the same, p99", unit: "µs", target: 30, peers: "Erlang 30", run: async () => askP99 },
  {
    id: "5a",
    name: "spawn + stop, 100k",
    unit: "ns/actor",
    target: 1000,
    peers: "CAF 3175, Erlang 3419",
    run: () => spawnStop(100_000),
  },
  { id: "5a'", name: "of which create", unit: "ns/actor", target: 600, peers: "CAF 943", run: async () => spawnCreate },
  {
    id: "5c",
    name: "idle actor, without user state: heap and core",
    unit: "bytes",
    target: 400,
    peers: "CAF 1225, nact 1583",
    run: () => bytesPerActor(100_000),
  },
  {
    id: "5cn",
    name: "the same, native",
    unit: "bytes",
    target: 128,
    peers: "",
    // Whole chunks of cells: a part of one would count as one.
    run: () => nativeBytes(102_400),
  },
  {
    id: "5an",
    name: "spawn + stop, native",
    unit: "ns/actor",
    target: 100,
    peers: "",
    run: () => nativeSpawn(100_000),
  },
  {
    id: "6",
    name: "ring of 1000",
    unit: "ns/hop",
    target: 50,
    peers: "Erlang 290, xstate 246",
    run: () => ring(5_000_000),
  },
  { id: "6n", name: "the same, native", unit: "ns/hop", target: 26, peers: "", run: () => nativeRing(5_000_000) },
  {
    id: "7",
    name: "skynet, 1M leaves, 2 workers",
    unit: "ms",
    target: 700,
    peers: "CAF 1841, Erlang 2282",
    wish: "CAF 2.6x",
    run: () => skynet(1_000_000),
  },
  {
    id: "7n",
    name: "skynet, 1M leaves, native, 2 workers",
    unit: "ms",
    target: 50,
    peers: "",
    run: () => nativeSkynet(2),
  },
  {
    id: "8",
    name: "a message of 1 KiB across threads, declared wire type",
    unit: "ns",
    target: 900,
    peers: "CAF 550, Erlang 587, postMessage 2606",
    run: () => payload("declared", 500_000),
  },
  {
    id: "8u",
    name: "the same, undeclared",
    unit: "ns",
    target: 1800,
    peers: "",
    run: () => payload("plain", 500_000),
  },
  {
    id: "8s",
    name: "an object with an object and a list in it across threads, undeclared",
    unit: "ns",
    target: 600,
    peers: "",
    run: () => payload("order", 500_000),
  },
  {
    id: "9",
    name: "20 µs tasks: speed-up from 1 to 2 workers",
    unit: "x",
    more: true,
    target: 1.9,
    peers: "Erlang 1.91",
    run: async () => (await tasks(1, 20_000)) / (await tasks(2, 20_000)),
  },
  {
    id: "10",
    name: "1,000 movable actors started on one of 2 workers: speed-up",
    unit: "x",
    more: true,
    target: 1.8,
    peers: "not expressible",
    run: async () => (await imbalance(1)) / (await imbalance(2)),
  },
  {
    id: "11",
    name: "1,000,000 living actors: a message to each, and back from all",
    unit: "s",
    target: 1.5,
    peers: "",
    run: () => living(1_000_000),
  },
  {
    id: "11'",
    name: "what they take of memory, all told",
    unit: "MB",
    target: 600,
    peers: "nact 1600, Erlang 2900",
    run: async () => livingMb,
  },
  {
    id: "11n",
    name: "10,000,000 native actors: what they take of memory",
    unit: "MB",
    target: 1500,
    peers: "",
    run: async () => ((await nativeBytes(10_000_000)) * 10_000_000) / 2 ** 20,
  },
  {
    id: "17",
    name: "a message among 50 actors, beyond what it costs for one",
    unit: "%",
    target: 5,
    peers: "airssys 6",
    run: () => scaling(500_000),
  },
  {
    id: "20",
    name: "a million timers: to set one",
    unit: "ns",
    target: 1000,
    peers: "",
    run: () => timers(1_000_000),
  },
  { id: "20'", name: "to take it back", unit: "ns", target: 1000, peers: "", run: async () => cancelNs },
  {
    id: "21",
    name: "the end of 1,000 periods of 5 ms, too late by",
    unit: "ms",
    target: 5,
    peers: "",
    run: () => periods(),
  },
  {
    id: "18",
    name: "16 parked workers: share of a core over 30 s",
    unit: "%",
    target: 1,
    peers: "",
    run: () => parked(),
  },
  {
    id: "12",
    name: "import + createSystem, 2 workers",
    unit: "ms",
    target: 80,
    peers: "a Worker 17",
    run: async () => startUp(),
  },
  { id: "12'", name: "hello, bundled, gzipped", unit: "KiB", target: 30, peers: "", run: async () => bundleKib() },
];
