// npm run stress [-- --minutes 20] [--workers 16] [--seed 1]
//
// Tells, asks, payloads, crashes, refusals, stops, kills, spawns and time-outs at random, from a printed seed. At the end
// every message is accounted for (sent = handled + dead letters), no wake-up was missed, and memory is what it was after a
// quarter of the time, but for 5 %: what is in use on the heaps of all threads after a collection, and in the core. (The
// process's resident size is shown; it follows what the engine keeps in hand.)
import { createSystem, isZanniError, Worker } from "zanni";
import { options } from "../options.ts";
import * as actors from "./actors.ts";

const { minutes, workers, seed } = options({ minutes: 20, workers: 16, seed: 1 });
console.log(`${minutes} minutes, ${workers} workers, seed ${seed}`);

let state = seed >>> 0;
function random(most: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * most);
}

const system = await createSystem({
  actors,
  logger: false,
  workers,
  supervision: { maxRestarts: Number.POSITIVE_INFINITY },
  worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
});
type Member = ReturnType<typeof spawn>;
const spawn = (friend: ReturnType<typeof system.spawn<typeof actors.Member>> | undefined) =>
  system.spawn(actors.Member, { friend });
const members: Member[] = [];
for (let i = 0; i < 64; i++) members.push(spawn(members[random(i)]));
const payload = { text: "x".repeat(500), list: Array.from({ length: 50 }, (_, i) => i) };

/** What an ask may end with here; anything else is a finding. */
const expected = ["ERR_ACTOR_FAILED", "ERR_ACTOR_STOPPED", "ERR_ASK_TIMEOUT", "ERR_REFUSED", "ERR_ASK_ABORTED"];
const tally = new Map<string, number>();
async function ask(promise: Promise<unknown>): Promise<void> {
  let outcome = "answered";
  try {
    await promise;
  } catch (error) {
    if (!isZanniError(error) || !expected.includes(error.code)) throw error;
    outcome = error.code;
  }
  tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
}

async function round(): Promise<void> {
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    const at = random(members.length);
    const member = members[at] as Member;
    switch (random(24)) {
      case 0:
        member.tell.crash();
        break;
      case 1:
        waiting.push(ask(member.ask.crashLater()));
        break;
      case 2:
        waiting.push(ask(member.ask.refuse()));
        break;
      case 3:
        members[at] = spawn(members[random(members.length)]);
        waiting.push(random(2) === 0 ? member.stop() : member.kill());
        break;
      case 4:
        waiting.push(ask(member.ask({ timeout: 1 + random(5) }).slow(random(10))));
        break;
      case 5:
        waiting.push(ask(member.ask({ signal: AbortSignal.timeout(random(5)) }).slow(random(10))));
        break;
      case 6:
        member.tell.beget();
        break;
      case 7:
      case 8:
        waiting.push(ask(member.ask({ timeout: "20s" }).askFriend(random(4))));
        break;
      case 9:
      case 10:
        waiting.push(ask(member.ask({ timeout: "20s" }).payload(payload)));
        break;
      default:
        member.tell.work(random(8));
    }
  }
  await Promise.all(waiting);
}

const began = performance.now();
const elapsed = () => (performance.now() - began) / 60_000;
let early: number | undefined;
let rounds = 0;
let shown = 0;
const heaps = Array.from({ length: workers }, (_, placement) => system.spawn(actors.Heap, undefined, { placement }));
async function used(): Promise<number> {
  globalThis.gc?.();
  const each = await Promise.all(heaps.map((heap) => heap.ask({ timeout: "1m" }).used()));
  return each.reduce((sum, bytes) => sum + bytes, process.memoryUsage().heapUsed + system.stats().memory.used);
}
while (elapsed() < minutes) {
  await round();
  rounds++;
  if (early === undefined && elapsed() >= minutes / 4) early = await used();
  if (elapsed() - shown >= minutes / 20) {
    shown = elapsed();
    const { sent, restarts, created, memory } = system.stats();
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    console.log(
      `${shown.toFixed(1)} min: ${sent} sent, ${created} spawned, ${restarts} restarts, core ${mib(memory.used)}, in use ${mib(await used())}, resident ${mib(process.memoryUsage().rss)}`,
    );
  }
}
const late = await used();
for (const heap of heaps) await heap.stop();
for (const member of members) await member.stop();
await system.stop();

const { sent, processed, deadLetters, active, restarts, created, workers: threads } = system.stats();
const missed = threads.reduce((sum, { missedWakes }) => sum + missedWakes, 0);
console.log(`${rounds} rounds; asks: ${[...tally].map(([outcome, count]) => `${outcome} ${count}`).join(", ")}`);
console.log(
  `${sent} sent = ${processed} handled + ${deadLetters} dead letters; ${created} spawned, ${restarts} restarts`,
);
console.log(
  `memory late / early: ${(late / (early ?? late)).toFixed(3)}; missed wake-ups: ${missed}; left alive: ${active}`,
);
const good = sent === processed + deadLetters && missed === 0 && active === 0 && late <= (early ?? late) * 1.05;
console.log(good ? "good" : "NOT good");
process.exitCode = good ? 0 : 1;
