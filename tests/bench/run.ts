// npm run bench [-- ROW ... | --source] [--runs N]: medians of 5 runs, beside the target and others: those that are installed are
// measured in the same run, of the rest there are stored figures; the target is scaled to this machine by what they take here.
// Each run is a process of its own: engines get slower calling into the second core they meet, and users have one.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { distance } from "./distance.ts";
import { measurePeers } from "./peers.ts";
import { ask, askP99, bytesPerActor, type Row, rows, spawnCreate, spawnStop, throughput } from "./rows.ts";

const args = process.argv.slice(2);
const base = (id: string) => id.replace(/'+$/, "");
/** Rows that go by how far apart two cores are. */
const across = ["2", "2n", "3", "3n", "4b", "8", "8u", "8s"];

if (args[0] === "--source") await source();
else if (args[0] === "--sample") {
  const samples: Record<string, number> = {};
  for (const row of rows) if (base(row.id) === args[1]) samples[row.id] = await row.run();
  if (across.includes(args[1] as string) && availableParallelism() > 1) samples["distance"] = await distance();
  console.log(JSON.stringify(samples));
} else await table();

async function table(): Promise<void> {
  const at = args.indexOf("--runs");
  const runs = at >= 0 ? Number(args[at + 1]) : 5;
  const wanted = args.filter((arg, i) => !arg.startsWith("--") && (at < 0 || i !== at + 1));
  console.log("| row | workload | median | min to max | target | others |");
  console.log("|---|---|---|---|---|---|");
  for (const id of new Set(rows.map((row) => base(row.id)))) {
    if (wanted.length > 0 && !wanted.includes(id) && !wanted.includes(id.replace(/n$/, ""))) continue;
    const samples = Array.from({ length: runs }, () => sample(id));
    const peers = measurePeers(id, Math.min(3, runs));
    for (const row of rows.filter((each) => base(each.id) === id)) {
      print(
        row,
        samples.map((each) => each[row.id] as number),
        row.id === id ? peers : new Map(),
        samples.flatMap((each) => each["distance"] ?? []),
      );
    }
  }
}

/** The blocks of the "build an actor framework" project, at its counts. */
async function source(): Promise<void> {
  const number = (n: number) => Math.round(n).toLocaleString("en");
  const messages = 10_000_000;
  const perMessage = await throughput(2, 1, messages);
  console.log("Benchmark: Message Throughput\n  Single producer, single consumer actor");
  console.log(`  ${number(messages)} messages\n\n  Results:`);
  console.log(`    Total time: ${((perMessage * messages) / 1e9).toFixed(1)} seconds`);
  console.log(`    Throughput: ${number(1e9 / perMessage)} messages/second`);
  console.log(`    Average latency: ${(perMessage / 1000).toFixed(2)}us\n`);
  const made = 10_000;
  await spawnStop(made);
  const bytes = await bytesPerActor(made);
  console.log("Benchmark: Actor Creation\n  Creating and stopping actors\n\n  Results:");
  console.log(`    ${number(made)} actors created in ${((spawnCreate * made) / 1e6).toFixed(0)}ms`);
  console.log(`    Creation rate: ${number(1e9 / spawnCreate)} actors/second`);
  console.log(`    Memory per actor: ${number(bytes)} bytes\n`);
  const asks = 100_000;
  const mean = await ask(true, asks);
  console.log("Benchmark: Ask Pattern\n  Request-reply round trips\n\n  Results:");
  console.log(`    ${number(asks)} ask operations`);
  console.log(`    Average round-trip: ${mean.toFixed(1)}us\n    P99 round-trip: ${askP99.toFixed(1)}us`);
}

function sample(id: string): Record<string, number> {
  const file = fileURLToPath(import.meta.url);
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", file, "--sample", id], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`row ${id}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, number>;
}

function print(row: Row, samples: number[], peers: ReadonlyMap<string, number>, distances: number[]): void {
  samples.sort((a, b) => a - b);
  const median = samples[Math.floor(samples.length / 2)] as number;
  const range = `${show(samples[0] as number)} to ${show(samples.at(-1) as number)}`;
  const notes = [others(row, median, peers), apart(distances)].filter((note) => note !== "").join("; ");
  console.log(
    `| ${row.id} | ${row.name} | **${show(median)}** ${row.unit} | ${range} | ${verdict(row, median, peers)} | ${notes} |`,
  );
}

/** Those measured here with how many times they take, and the wish; else what is stored. */
function others({ peers, wish }: Row, median: number, here: ReadonlyMap<string, number>): string {
  if (here.size === 0) return peers;
  const times = (peer: number) => `${show(peer)} (${(peer / median).toFixed(2)}x)`;
  const measured = [...here].map(([name, peer]) => `${name} ${times(peer)}`).join(", ");
  return `here: ${measured}${wish ? `; wanted: ${wish}` : ""}${peers ? `; stored: ${peers}` : ""}`;
}

/** Beside rows across threads. */
function apart(distances: number[]): string {
  if (distances.length === 0) return "";
  return `a word to the other core and back ${show(Math.min(...distances))} to ${show(Math.max(...distances))} ns`;
}

function show(n: number): string {
  return n >= 100 ? n.toFixed(0) : n.toPrecision(3);
}

/**
 * The target, and what it comes to on this machine: as many times as much as the others take here, by the one that has lost
 * least. Where none was measured, the target counts as it is.
 */
function verdict(row: Row, median: number, here: ReadonlyMap<string, number>): string {
  const { target, more } = row;
  const pace = paceOf(row, here);
  const wanted = target * (pace ?? 1);
  const ratio = more ? wanted / median : median / wanted;
  const scaled = pace === undefined ? "" : `, here ${show(wanted)}`;
  return `${show(target)}${scaled}${ratio <= 1 ? "" : ` (missed, ${ratio.toFixed(2)}x)`}`;
}

/** How many times as long others take here as where the targets come from; native rows go by those of their twins. */
function paceOf({ id }: Row, here: ReadonlyMap<string, number>): number | undefined {
  const stored = rows.find((row) => row.id === id.replace(/n$/, ""))?.peers ?? "";
  const paces = stored.split(", ").flatMap((peer) => {
    const [, name = "", figure] = /^(.*) ([\d.]+)$/.exec(peer) ?? [];
    const measured = here.get(name === "postMessage" ? "bare threads" : name);
    return measured === undefined ? [] : [measured / Number(figure)];
  });
  return paces.length === 0 ? undefined : Math.min(...paces);
}
