// Crowds of actors with small mailboxes of every policy, who send to each other with priorities and times to live, put messages
// aside, await, fail, move, are stopped and killed, and lose their threads. Each message is handled once, or is a dead letter,
// or was in hand when its thread died; of one priority in the order that it was sent; every ask and every stop comes to its end.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { createSystem, type MailboxOptions, type System } from "zanni";
import { seeded } from "../../host/core/random.ts";
import { inTime, moved, PATIENCE, playing, settled, Threads } from "../play.ts";
import * as actors from "./actors.ts";
import { openLedger, type Peer, send } from "./actors.ts";

export interface Count {
  readonly sent: number;
  readonly handled: number;
  readonly dead: number;
  readonly deaths: number;
  readonly moves: number;
}

export interface Options {
  readonly crowds: number;
  readonly workers: number;
  readonly seed: number;
  /** Of a thread, at each step. */
  readonly death?: number;
}

/** What is said of one of a crowd in the end. */
interface Fate {
  readonly mailbox: MailboxOptions | undefined;
  readonly keepsOrder: boolean;
  dead: number;
  /** In hand, when it failed or its thread died. */
  named: number;
}

export async function play(options: Options): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "zanni-crowds-"));
  try {
    return await new Play(options, join(folder, "ledger")).run();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Play {
  readonly #options: Options;
  readonly #file: string;
  readonly #random: () => number;
  readonly #fates: Fate[] = [];
  readonly #threads = new Threads(new URL("./worker.js", import.meta.url));
  #deaths = 0;

  constructor(options: Options, file: string) {
    this.#options = options;
    this.#file = file;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<Count> {
    openLedger(this.#file);
    const { workers, crowds } = this.#options;
    const supervision = { maxRestarts: Number.POSITIVE_INFINITY };
    const threads = workers > 0 ? { worker: this.#threads.worker, workers } : {};
    const system = await createSystem({ actors, ...threads, supervision, logger: false, askTimeout: "5m" });
    const watched = this.#watch(system);
    const moves = await playing(system, async () => {
      for (let i = 0; i < crowds; i++) await this.#crowd(system, `crowd-${i}`);
      return moved(system);
    });
    await watched;
    return { ...this.#reckon(), deaths: this.#deaths, moves };
  }

  async #watch(system: System): Promise<void> {
    for await (const event of system.events()) {
      const fate = this.#fates[Number(event.actor)];
      if (event.type === "worker-lost") this.#deaths++;
      else if (fate && event.type === "dead-letter" && event.message === "take") fate.dead++;
      else if (fate && event.type === "crash" && event.message === "take") fate.named++;
    }
  }

  #int(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#int(all.length)] as T;
  }

  #mailbox(): MailboxOptions | undefined {
    const capacity = 1 + this.#int(20);
    const fallback = this.#pick(["drop-newest", "drop-oldest"] as const);
    return this.#pick([
      undefined,
      { capacity, overflow: "block" },
      { capacity, overflow: "block" },
      { capacity: 1000, bytes: 64 * capacity, overflow: "block" },
      { capacity, overflow: "drop-newest" },
      { capacity, overflow: "drop-oldest" },
      { capacity, overflow: "fail" },
      { capacity, overflow: "coalesce", coalesceBy: "key", fallback },
    ]);
  }

  #member(system: System): Peer {
    const number = this.#fates.length;
    const mailbox = this.#mailbox();
    const stashes = this.#random() < 0.4;
    // What was put aside comes before what is older; what replaces another takes its place.
    this.#fates.push({ mailbox, keepsOrder: !stashes && mailbox?.overflow !== "coalesce", dead: 0, named: 0 });
    const { workers } = this.#options;
    const options = {
      name: `${number}`,
      ...(mailbox ? { mailbox } : {}),
      ...(workers > 0 ? { placement: this.#int(workers) } : {}),
      ...(this.#random() < 0.2 ? { budget: 1 + this.#int(5) } : {}),
    };
    const init = { file: this.#file, number, seed: this.#int(2 ** 31), stashes };
    return [number, system.spawn(this.#random() < 0.6 ? actors.Mover : actors.Member, init, options)];
  }

  async #crowd(system: System, name: string): Promise<void> {
    const peers = Array.from({ length: 3 + this.#int(8) }, () => this.#member(system));
    for (const [, ref] of peers) await settled(ref.ask.meet(peers.filter(() => this.#random() < 0.5)));
    const waits: Promise<unknown>[] = [];
    const sent = new Map<string, number>();
    for (let left = 200 + this.#int(800); left > 0; left--) {
      this.#step(this.#pick(peers), name, sent, waits);
      if (this.#random() < 0.05) await turn();
      if (this.#random() < 0.01) await sleep(this.#int(10));
      if (this.#random() < (this.#options.death ?? 0))
        void this.#threads.victim(this.#options.workers, this.#deaths, this.#random())?.terminate();
    }
    await inTime(Promise.all(waits), `asks, stops and room of ${name}`);
    // Whoever has answered twice, after all others have, has handled what they had sent.
    for (let round = 0; round < 12; round++) {
      for (const [, ref] of peers) await inTime(settled(ref.ask.free()), `an answer in ${name}`);
    }
    const queued = async () => (await system.tree()).children.reduce((sum, each) => sum + each.queued, 0);
    const end = performance.now() + PATIENCE;
    while ((await queued()) > 0) if (performance.now() > end) throw new Error(`messages are left in ${name}`);
    await inTime(Promise.all(peers.map(([, ref]) => ref.stop())), `the end of ${name}`);
  }

  #step(peer: Peer, name: string, sent: Map<string, number>, waits: Promise<unknown>[]): void {
    const [, ref] = peer;
    const chance = this.#random();
    if (chance < 0.8) {
      const more = this.#random() < 0.3 ? this.#int(4) : 0;
      const ttl = this.#random() < 0.05 ? 1 + this.#int(3) : undefined;
      const goesOn = send(peer, name, this.#int(3), sent, this.#int(3), more, ttl);
      if (!goesOn && this.#random() < 0.5) waits.push(settled(ref.ready()));
    } else if (chance < 0.9) waits.push(this.#echo(peer));
    else if (chance < 0.92) for (let i = 0; i < 10; i++) settled(ref.ask({ waits: false }).spin(0.1));
    else if (chance < 0.921) waits.push(this.#random() < 0.5 ? ref.stop() : ref.kill());
  }

  async #echo([, ref]: Peer): Promise<void> {
    const value = this.#int(1e6);
    const answer = await settled(ref.ask.echo(value));
    if (answer !== undefined && answer !== value) throw new Error(`${answer} instead of ${value}`);
  }

  #reckon() {
    const sent = this.#fates.map(() => new Set<string>());
    const handled = this.#fates.map(() => new Set<string>());
    const last = new Map<string, number>();
    for (const line of readFileSync(this.#file, "utf8").split("\n")) {
      const [what, to, from, priority, number] = line.split(" ");
      const fate = this.#fates[Number(to)];
      if (!fate || to === undefined) continue;
      const id = `${from} ${priority} ${number}`;
      const all = (what === "sent" ? sent : handled)[Number(to)] as Set<string>;
      if (all.has(id)) throw new Error(`${to} has ${what} ${id} twice, ${JSON.stringify(fate)}`);
      all.add(id);
      if (what === "sent" || !fate.keepsOrder) continue;
      const pair = `${to} ${from} ${priority}`;
      const before = last.get(pair) ?? 0;
      if (Number(number) < before) throw new Error(`${to} has handled ${id} after ${before}, ${JSON.stringify(fate)}`);
      last.set(pair, Number(number));
    }
    const isSafe = this.#deaths === 0;
    for (const [number, fate] of this.#fates.entries()) {
      const done = handled[number] as Set<string>;
      const lost = [...(sent[number] as Set<string>)].filter((id) => !done.has(id)).length;
      // With its thread goes what was in hand, which is named; and what a sender would have written down.
      if (isSafe ? lost !== fate.dead : lost > fate.dead + fate.named)
        throw new Error(
          `${number} has lost ${lost} messages, of which ${fate.dead} are dead letters: ${JSON.stringify(fate)}`,
        );
    }
    const sum = (all: readonly { size: number }[]) => all.reduce((total, { size }) => total + size, 0);
    return { sent: sum(sent), handled: sum(handled), dead: this.#fates.reduce((total, { dead }) => total + dead, 0) };
  }
}
