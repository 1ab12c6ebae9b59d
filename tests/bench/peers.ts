// Others that do the same, where they are installed, measured beside ours: in the same run, on the same machine. The programs are
// in peers/, one for each, and print one number for a row. Debian has them as erlang-base, and libcaf-dev with g++.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Peer {
  readonly name: string;
  readonly rows: readonly string[];
  /** False: it is not installed. */
  readonly build: () => boolean;
  readonly command: (row: string) => readonly string[];
}

const sources = fileURLToPath(new URL("../../../../tests/bench/peers/", import.meta.url));
const built = fileURLToPath(new URL("../../../bench/", import.meta.url));

const peers: readonly Peer[] = [
  {
    name: "Erlang",
    rows: ["1", "2", "3", "4a", "4b", "5a", "6", "7", "8"],
    build: () => succeeds("erlc", "-o", built, `${sources}rows.erl`),
    command(row) {
      const schedulers = row === "1" || row === "4a" ? "1:1" : "2:2";
      return ["erl", "-noshell", "-pa", built, "+S", schedulers, "+P", "4000000", "-run", "rows", "main", row];
    },
  },
  {
    name: "CAF",
    rows: ["1", "2", "3", "5a", "6", "7", "8"],
    build: () =>
      succeeds("g++", "-std=c++17", "-O3", "-o", `${built}caf`, `${sources}rows.cpp`, "-lcaf_core", "-pthread"),
    command: (row) => [`${built}caf`, row],
  },
  {
    name: "bare threads",
    rows: ["2", "4b", "8", "18"],
    build: () => true,
    command: (row) => [process.execPath, fileURLToPath(new URL("peers/ports.js", import.meta.url)), row],
  },
];

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const installed = new Map<Peer, boolean>();

const measured = new Map<string, ReadonlyMap<string, number>>();

/** What each peer that is here takes for a row, in the row's unit: the median of `runs`. A row and its native twin share them. */
export function measurePeers(id: string, runs: number): ReadonlyMap<string, number> {
  const row = id.replace(/n$/, "");
  const before = measured.get(row);
  if (before) return before;
  mkdirSync(built, { recursive: true });
  const found = new Map<string, number>();
  measured.set(row, found);
  for (const peer of peers) {
    if (!peer.rows.includes(row)) continue;
    if (!installed.has(peer)) installed.set(peer, peer.build());
    if (installed.get(peer)) found.set(peer.name, medianOf(peer, row, runs));
  }
  return found;
}

function medianOf(peer: Peer, row: string, runs: number): number {
  const samples = Array.from({ length: runs }, () => {
    const [command = "", ...args] = peer.command(row);
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    const sample = Number(stdout);
    if (status !== 0 || !(sample > 0)) throw new Error(`${peer.name}, row ${row}: ${stderr}`);
    return sample;
  });
  return samples.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
}
