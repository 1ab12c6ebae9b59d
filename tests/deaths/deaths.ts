// Threads die at random instants, under load: by process.exit, by an error that nobody catches, by terminate() from outside.
// Meanwhile actors crash, alone or with their group, move, and are stopped and killed. Every message is handled once, or a
// dead letter, or named as the one in hand; per sender and receiver in order; every ask settles. Those of one death are not
// those of the next: what has lived through one moves no more.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { type ActorRef, createSystem, isZanniError, type Spawner, type System, Worker } from "zanni";
import { seeded } from "../../host/core/random.ts";
import { moved, playing } from "../play.ts";
import type { Recorder } from "./actors.ts";
import * as actors from "./actors.ts";

export interface Toll {
  readonly deaths: number;
  readonly sent: number;
  readonly handled: number;
  readonly dead: number;
  readonly named: number;
  readonly missing: number;
  readonly asks: number;
  readonly failed: number;
  readonly moves: number;
  readonly restarts: number;
  readonly ended: number;
  readonly msPerDeath: number;
}

const RECORDERS = 12;
/** So many of them, the first, restart together. */
const GROUP = 4;
/** What is sent besides, and is in no account. */
const aside = ["done", "spin", "crash", "follow", "die"];

export async function play(options: { deaths: number; workers: number; seed: number }): Promise<Toll> {
  const folder = mkdtempSync(join(tmpdir(), "zanni-deaths-"));
  try {
    return await new Play(options, join(folder, "ledger")).run();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Play {
  readonly #options: { deaths: number; workers: number; seed: number };
  readonly #file: string;
  readonly #threads: Worker[] = [];
  /** By recorder, as all that follows. */
  readonly #named: number[] = [];
  /** Ids sent to each from here, in order. */
  readonly #sent: number[][] = [];
  readonly #deadLetters: number[] = [];
  readonly #random: () => number;
  #deaths = 0;
  #asks = 0;
  #failed = 0;
  #open = 0;
  /** Recorders that were stopped or killed under load. */
  #ended = 0;

  constructor(options: { deaths: number; workers: number; seed: number }, file: string) {
    this.#options = options;
    this.#file = file;
    this.#random = seeded(options.seed);
    writeFileSync(file, "");
  }

  async run(): Promise<Toll> {
    const { deaths, workers } = this.#options;
    const worker = () => {
      const thread = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      this.#threads.push(thread);
      return thread;
    };
    const supervision = { maxRestarts: Number.POSITIVE_INFINITY };
    const system = await createSystem({ actors, worker, workers, supervision, logger: false, askTimeout: "1m" });
    const watched = this.#watch(system);
    const count = await playing(system, () => this.#until(system, deaths));
    await watched;
    return { ...this.#reckon(), ...count, ended: this.#ended };
  }

  async #until(system: System, deaths: number) {
    const began = performance.now();
    let next = 1;
    while (this.#deaths < deaths) {
      const before = this.#deaths;
      const { all, group } = this.#recorders(system);
      // Load, until a death has been heard of, and some more. Whoever was to die may have been dead already.
      for (let turns = 0, more = 0; this.#deaths === before || more < 5; turns++) {
        if (this.#deaths !== before) more++;
        else if (turns % 200 === 0) this.#kill(all);
        if (turns % 50 === 0) this.#crowd(all);
        if (turns % 20 === 10) all[this.#pick()]?.tell.crash();
        if (turns === 5 && this.#random() < 0.5) this.#end(all);
        for (let i = 0; i < 20; i++) this.#send(all, next++);
        await turn();
        while (this.#open > 2000) await turn();
      }
      // The second time for what they have passed on to each other.
      for (const each of [...all, ...all]) await done(each);
      while (this.#open > 0) await turn();
      for (const each of all) await each.stop();
      await group.stop();
    }
    const ms = performance.now() - began;
    return { moves: moved(system), restarts: system.stats().restarts, msPerDeath: ms / this.#deaths };
  }

  #recorders(system: System) {
    const first = this.#sent.length;
    const group = system.supervise(
      { name: `group-${first}`, strategy: "one-for-all", maxRestarts: Number.POSITIVE_INFINITY },
      (sup) => Array.from({ length: GROUP }, (_, i) => this.#recorder(sup, first + i)),
    );
    const all = Array.from({ length: RECORDERS }, (_, i) => group.children[i] ?? this.#recorder(system, first + i));
    all.forEach((each, i) => void each.tell.follow(all[(i + 1) % RECORDERS] as ActorRef<Recorder>));
    return { all, group };
  }

  #recorder(parent: Spawner, number: number): ActorRef<Recorder> {
    this.#sent.push([]);
    this.#named.push(0);
    this.#deadLetters.push(0);
    const placement = number % this.#options.workers;
    return parent.spawn(actors.Recorder, { file: this.#file, number }, { name: `${number}`, placement });
  }

  async #watch(system: System): Promise<void> {
    for await (const event of system.events()) {
      if (event.type === "worker-lost") this.#deaths++;
      else if (event.type === "dead-letter" && !aside.includes(event.message))
        this.#count(this.#deadLetters, event.actor);
      else if (event.type === "crash" && event.message !== undefined && !aside.includes(event.message))
        this.#count(this.#named, event.actor);
    }
  }

  #count(counts: number[], path: string): void {
    const number = Number(path.split("/").at(-1));
    counts[number] = (counts[number] as number) + 1;
  }

  #pick(): number {
    return Math.floor(this.#random() * RECORDERS);
  }

  /** One of them is no more, of those that have no group to take along. */
  #end(all: readonly ActorRef<Recorder>[]): void {
    const one = all[GROUP + Math.floor(this.#random() * (RECORDERS - GROUP))] as ActorRef<Recorder>;
    this.#ended++;
    void (this.#random() < 0.5 ? one.stop() : one.kill());
  }

  #kill(all: readonly ActorRef<Recorder>[]): void {
    const way = this.#random();
    const victim = all[this.#pick()] as ActorRef<Recorder>;
    if (way < 0.3) victim.tell.die("exit");
    else if (way < 0.5) victim.tell.die("throw");
    else {
      const { workers } = this.#options;
      const thread = this.#threads.slice(-workers)[Math.floor(this.#random() * workers)];
      void sleep(this.#random() * 5).then(() => thread?.terminate());
    }
  }

  /** Some have more to do than others: they move apart. */
  #crowd(all: readonly ActorRef<Recorder>[]): void {
    const first = this.#pick();
    for (let i = 0; i < 40; i++) all[(first + (i % 4)) % RECORDERS]?.tell.spin(0.2);
  }

  #send(all: readonly ActorRef<Recorder>[], id: number): void {
    const to = this.#pick();
    const ref = all[to] as ActorRef<Recorder>;
    this.#sent[this.#sent.length - RECORDERS + to]?.push(id);
    const kind = this.#random();
    if (kind < 0.5) ref.tell.hit(id);
    else if (kind < 0.7) ref.tell.pass(id);
    else {
      this.#asks++;
      this.#open++;
      const asked: Promise<unknown> = kind < 0.85 ? ref.ask.hit(id) : ref.ask.wait(id);
      asked.catch(() => void this.#failed++).finally(() => void this.#open--);
    }
  }

  #reckon(): Omit<Toll, "moves" | "restarts" | "ended" | "msPerDeath"> {
    const times = this.#sent.map(() => new Map<number, number>());
    const order: number[][] = this.#sent.map(() => []);
    const passed: number[][] = this.#sent.map(() => []);
    for (const line of readFileSync(this.#file, "utf8").split("\n")) {
      const [kind, at, id] = line.split(" ");
      const number = Number(at);
      if (kind === "h") {
        times[number]?.set(Number(id), (times[number]?.get(Number(id)) ?? 0) + 1);
        if (Number(id) > 0) order[number]?.push(Number(id));
      } else if (kind === "s") passed[follower(number)]?.push(Number(id));
    }
    let missing = 0;
    let handled = 0;
    let sent = 0;
    for (let i = 0; i < this.#sent.length; i++) {
      const all = [...(this.#sent[i] as number[]), ...(passed[i] as number[])];
      sent += all.length;
      for (const [id, count] of times[i] as Map<number, number>) {
        if (count > 1) throw new Error(`recorder ${i} has handled ${id} ${count} times`);
        handled++;
      }
      const lost = all.filter((id) => !times[i]?.has(id)).length;
      missing += lost;
      const excused = (this.#named[i] as number) + (this.#deadLetters[i] as number);
      if (lost > excused)
        throw new Error(`recorder ${i} has lost ${lost} messages, of which ${excused} were named or dead`);
      const seen = order[i] as number[];
      for (let k = 1; k < seen.length; k++) {
        if ((seen[k] as number) < (seen[k - 1] as number))
          throw new Error(`recorder ${i} has handled ${seen[k]} after ${seen[k - 1]}`);
      }
    }
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    return {
      deaths: this.#deaths,
      sent,
      handled,
      dead: sum(this.#deadLetters),
      named: sum(this.#named),
      missing,
      asks: this.#asks,
      failed: this.#failed,
    };
  }
}

/** Its thread may die while it is asked: whoever was to die may do so late. Then it is asked again. */
async function done(recorder: ActorRef<Recorder>): Promise<void> {
  try {
    await recorder.ask.done();
  } catch (error) {
    if (isZanniError(error, "ERR_WORKER_LOST")) return done(recorder);
    // Of those that were ended one cannot hear that they are done.
    if (!isZanniError(error, "ERR_ACTOR_STOPPED") && !isZanniError(error, "ERR_ACTOR_FAILED")) throw error;
  }
}

/** To whom it passes things on: the next of those that were made with it. */
function follower(number: number): number {
  return number - (number % RECORDERS) + ((number + 1) % RECORDERS);
}
