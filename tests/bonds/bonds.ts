// Watches, streams, timers, topics, groups and pools of actors that crash, move, are stopped and killed, and lose their threads. Every
// watch tells of one end, once; a stream comes whole and in order or fails, and leaves nothing open; a timer fires once; a pool
// answers; news.ts says what holds of topics and groups.
import { setImmediate as turn } from "node:timers/promises";
import { type ActorRef, createSystem, type PoolRef, type System } from "zanni";
import { seeded } from "../../host/core/random.ts";
import { inTime, moved, PATIENCE, playing, settled, Threads } from "../play.ts";
import type { Target, Watcher } from "./actors.ts";
import * as actors from "./actors.ts";
import { News } from "./news.ts";

export interface Count {
  readonly watches: number;
  readonly streams: number;
  readonly timers: number;
  readonly moves: number;
  readonly deaths: number;
}

export interface Options {
  readonly rounds: number;
  readonly workers: number;
  readonly seed: number;
  /** Of a thread, at each step. */
  readonly death?: number;
}

const WATCHERS = 8;

export function play(options: Options): Promise<Count> {
  return new Play(options).run();
}

class Play {
  readonly #options: Options;
  readonly #random: () => number;
  readonly #threads = new Threads(new URL("./worker.js", import.meta.url));
  readonly #count = { watches: 0, streams: 0, timers: 0 };
  #deaths = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<Count> {
    const { workers, rounds } = this.#options;
    const threads = workers > 0 ? { worker: this.#threads.worker, workers } : {};
    const supervision = { maxRestarts: Number.POSITIVE_INFINITY };
    const system = await createSystem({ actors, ...threads, supervision, logger: false, askTimeout: "5m" });
    const watched = this.#watch(system);
    const moves = await playing(system, () => this.#rounds(system, rounds));
    await watched;
    return { ...this.#count, moves, deaths: this.#deaths };
  }

  async #rounds(system: System, rounds: number): Promise<number> {
    const watchers = Array.from({ length: WATCHERS }, () =>
      system.spawn(this.#random() < 0.6 ? actors.Mover : actors.Watcher, undefined, this.#placement()),
    );
    // What comes too often may come late: it is looked for when another round is over.
    let before: readonly string[] = [];
    const news = new News(system, watchers, (promise) => this.#settled(promise));
    for (let round = 0; round < rounds; round++) {
      const ended = await this.#round(system, watchers, news, `round ${round}`);
      await this.#tooMuch(watchers, before);
      before = ended;
    }
    await this.#tooMuch(watchers, before);
    return moved(system);
  }

  async #watch(system: System): Promise<void> {
    for await (const event of system.events()) if (event.type === "worker-lost") this.#deaths++;
  }

  #int(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#int(all.length)] as T;
  }

  /** Where no thread dies nothing is refused: only actors fail, and those in messages of their own. */
  #settled<T>(promise: Promise<T>): Promise<T | undefined> {
    return this.#options.death ? settled(promise) : promise;
  }

  #placement(): { placement?: number } {
    const { workers } = this.#options;
    return workers > 0 ? { placement: this.#int(workers) } : {};
  }

  /** Gives the paths of those that have ended. */
  async #round(
    system: System,
    watchers: readonly ActorRef<Watcher>[],
    news: News,
    name: string,
  ): Promise<readonly string[]> {
    const allHeard = await news.begin();
    const targets = Array.from({ length: 4 + this.#int(20) }, () =>
      system.spawn(actors.Target, undefined, { restart: "temporary", ...this.#placement() }),
    );
    const source = system.spawn(actors.Target, undefined, this.#placement());
    const route = this.#pick(["pull", "least-busy", "round-robin"] as const);
    const pool = system.pool(actors.Target, undefined, {
      size: 1 + this.#int(3),
      route,
      supervision: { maxRestarts: Number.POSITIVE_INFINITY },
    });
    const waits: Promise<unknown>[] = [];
    for (let left = 60 + this.#int(100); left > 0; left--) {
      const wait = this.#step(this.#pick(watchers), targets, source, pool);
      if (wait) waits.push(this.#settled<unknown>(wait));
      if (this.#random() < 0.2) news.publish();
      if (this.#random() < 0.1) await turn();
      if (this.#random() < (this.#options.death ?? 0)) {
        void this.#threads.victim(this.#options.workers, this.#deaths, this.#random())?.terminate();
      }
    }
    const wrong = (await inTime(Promise.all(waits), `stops and streams of ${name}`)).filter(Boolean);
    if (wrong.length > 0) throw new Error(`a stream: ${wrong.join("; ")}`);
    await inTime(Promise.all(targets.map((each) => each.stop())), `the end of all in ${name}`);
    const ended = targets.map(({ path }) => path);
    for (const each of watchers)
      await this.#none(() => each.ask.pending(ended), `what ${each.path} waits for in ${name}`);
    await allHeard(name);
    await this.#none(() => source.ask.open(), `streams of ${name}`);
    await source.stop();
    await inTime(pool.stop(), `the end of the pool in ${name}`);
    return ended;
  }

  #step(
    watcher: ActorRef<Watcher>,
    targets: readonly ActorRef<Target>[],
    source: ActorRef<Target>,
    pool: PoolRef<Target>,
  ) {
    const target = this.#pick(targets);
    const chance = this.#random();
    if (chance < 0.35) {
      const some = targets.filter(() => this.#random() < 0.4);
      this.#count.watches += some.length;
      watcher.tell.watch(some);
    } else if (chance < 0.42) watcher.tell.unwatch(target);
    else if (chance < 0.5) target.tell.crash();
    else if (chance < 0.55) return target.stop();
    else if (chance < 0.6) return target.kill();
    else if (chance < 0.65) target.tell.nap(this.#int(3));
    else if (chance < 0.67) watcher.tell.crash();
    else if (chance < 0.75) for (let i = 0; i < 5; i++) watcher.tell.spin(150);
    else if (chance < 0.8) {
      this.#count.timers++;
      watcher.tell.arm(this.#int(10));
    } else if (chance < 0.82) pool.tell.nap(this.#int(3));
    else if (chance < 0.83) pool.tell.crash();
    else if (chance < 0.85) return pool.ask.nap(this.#int(3));
    else {
      this.#count.streams++;
      const isSlow = this.#random() < 0.5;
      // What is read in part may have no end: then its generator ends only if it is told to.
      const isWhole = this.#random() < 0.6;
      const enough = isWhole ? Number.POSITIVE_INFINITY : 1 + this.#int(50);
      const end = isWhole || this.#random() < 0.5 ? this.#int(200) : Number.MAX_SAFE_INTEGER;
      if (chance < 0.91) return watcher.ask.read(source, end, enough, isSlow);
      if (chance < 0.98) return actors.read(source, end, enough, isSlow);
      // Its workers crash, and with them their streams.
      return settled(actors.read(pool, end, enough, isSlow));
    }
    return undefined;
  }

  /** Until there is none; of one that has lost its thread there is none. */
  async #none(count: () => Promise<number>, what: string): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const left = (await inTime(this.#settled(count()), what)) ?? 0;
      if (left === 0) return;
      if (performance.now() > end) throw new Error(`${what}: ${left} left`);
      await turn();
    }
  }

  async #tooMuch(watchers: readonly ActorRef<Watcher>[], ended: readonly string[]): Promise<void> {
    for (const each of watchers) {
      const wrong = (await inTime(this.#settled(each.ask.tooMuch(ended)), `an answer of ${each.path}`)) ?? [];
      if (wrong.length > 0) throw new Error(`${each.path} was told ${wrong.join("; ")}`);
    }
  }
}
