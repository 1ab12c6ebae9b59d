// Actors that do all that may hold a message up, by chance: pass others on to whose mailbox is full, put them aside, await, fail.
// What they send and handle they write down in a file, to which every thread appends.
import { openSync, writeSync } from "node:fs";
import { Actor, type ActorRef } from "zanni";
import { seeded } from "../../host/core/random.ts";

export const PRIORITIES = ["high", "normal", "low"] as const;
/** The number of a sender's message, of those that it has sent to one receiver with that priority. */
export interface Item {
  readonly from: string;
  readonly priority: number;
  readonly number: number;
  /** For "coalesce". */
  readonly key: number;
  /** So many others are sent when it is handled. */
  readonly more: number;
}
export interface Role {
  readonly file: string;
  readonly number: number;
  readonly seed: number;
  readonly stashes: boolean;
}
export type Peer = readonly [number: number, ref: ActorRef<Member>];

let file = -1;
let lives = 0;
/** Another on each thread. */
const here = Math.random().toString(36).slice(2, 8);

interface State {
  readonly name: string;
  readonly sent: ReadonlyMap<string, number>;
  readonly peers: readonly Peer[];
  readonly stashed: number;
}

export class Member extends Actor<Role> {
  #random = seeded(this.init.seed + lives);
  /** Of this life: the next one counts anew. */
  #name = `${here}${lives++}`;
  #sent = new Map<string, number>();
  #peers: readonly Peer[] = [];
  #stashed = 0;

  constructor() {
    super();
    if (file < 0) file = openSync(this.init.file, "a");
  }

  meet(peers: readonly Peer[]) {
    this.#peers = peers;
  }
  take(item: Item): void | Promise<void> {
    const { number, stashes } = this.init;
    if (stashes && this.#stashed < 20 && this.#random() < 0.2) {
      this.#stashed++;
      this.ctx.stash();
      return;
    }
    write("handled", number, item);
    if (this.#random() < 0.1) this.free();
    this.#send(item.more);
    const chance = this.#random();
    if (chance < 0.02) throw new Error("on purpose");
    if (chance < 0.1) return this.#later(chance < 0.03);
    if (chance < 0.2) return Promise.resolve().then(() => this.#send(item.more > 0 ? 1 : 0));
    if (chance < 0.22) this.spin(0.5);
  }
  async #later(fails: boolean) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (fails) throw new Error("later, on purpose");
  }
  #send(count: number) {
    for (let i = 0; i < count; i++) {
      const peer = this.#peers[Math.floor(this.#random() * this.#peers.length)];
      if (!peer) return;
      const priority = Math.floor(this.#random() * 3);
      send(peer, this.#name, priority, this.#sent, Math.floor(this.#random() * 3), 0);
    }
  }
  /** What is put aside is taken up. */
  free() {
    this.#stashed = 0;
    if (this.init.stashes) this.ctx.unstash();
  }
  spin(ms: number) {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  async echo(value: number) {
    if (this.#random() < 0.3) await null;
    if (this.#random() < 0.02) throw new Error("asked, on purpose");
    return value;
  }

  protected state(): State {
    return { name: this.#name, sent: this.#sent, peers: this.#peers, stashed: this.#stashed };
  }
  protected resume({ name, sent, peers, stashed }: State) {
    this.#name = name;
    this.#sent = new Map(sent);
    this.#peers = peers;
    this.#stashed = stashed;
  }
}

export class Mover extends Member {
  protected override snapshot() {
    return this.state();
  }
  protected override restore(state: State) {
    this.resume(state);
  }
}

/** Counts it, and writes it down, unless the receiver has no room for it or the sender has ended. */
export function send(
  [number, ref]: Peer,
  from: string,
  priority: number,
  sent: Map<string, number>,
  key: number,
  more: number,
  ttl?: number,
): boolean {
  const pair = `${number} ${priority}`;
  const item = { from, priority, number: (sent.get(pair) ?? 0) + 1, key, more };
  const to = ref.with({ priority: PRIORITIES[priority] ?? "normal", ...(ttl === undefined ? {} : { ttl }) });
  try {
    const goesOn = to.tell.take(item);
    sent.set(pair, item.number);
    write("sent", number, item);
    return goesOn;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ERR_MAILBOX_FULL" && code !== "ERR_ACTOR_STOPPED") throw error;
    return true;
  }
}

/** One line, one write: it is there or it is not. */
function write(what: "sent" | "handled", to: number, { from, priority, number }: Item): void {
  writeSync(file, `${what} ${to} ${from} ${priority} ${number}\n`);
}

/** Whoever sends from outside of any actor writes to the same file. */
export function openLedger(path: string): void {
  file = openSync(path, "a");
}
