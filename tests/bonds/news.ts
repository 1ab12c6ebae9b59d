// A topic that all watchers listen to, and a group that they are in. Whoever is the same instance at the end as at the beginning has
// heard all of it, once and in order; whoever is a new one hears nothing. All are members, once.
import { setImmediate as turn } from "node:timers/promises";
import type { ActorRef, System } from "zanni";
import { inTime, PATIENCE } from "../play.ts";
import { listeners, news, type Watcher } from "./actors.ts";

type Settled = <T>(promise: Promise<T>) => Promise<T | undefined>;

export class News {
  readonly #system: System;
  readonly #watchers: readonly ActorRef<Watcher>[];
  readonly #settled: Settled;
  #next = 0;

  /** `settled` lets pass what may be refused. */
  constructor(system: System, watchers: readonly ActorRef<Watcher>[], settled: Settled) {
    this.#system = system;
    this.#watchers = watchers;
    this.#settled = settled;
  }

  publish(): void {
    this.#system.publish(news, this.#next++);
  }

  /** Of those who listen from now on. Gives what is to be called at the end. */
  async begin(): Promise<(name: string) => Promise<void>> {
    const first = this.#next;
    const asked = this.#watchers.map((each) => this.#settled(each.ask.listen()));
    const numbers = await inTime(Promise.all(asked), "that all listen");
    return async (name) => {
      for (const [i, each] of this.#watchers.entries()) {
        const number = numbers[i];
        if (number !== undefined)
          await inTime(this.#complete(each, number, first), `all news of ${name}: ${each.path}`);
        await this.#settled(each.ask.turnAway());
      }
      await inTime(this.#gathered(), `the group of ${name}`);
    };
  }

  async #complete(watcher: ActorRef<Watcher>, number: number, first: number): Promise<void> {
    const end = performance.now() + PATIENCE / 2;
    for (;;) {
      const { listens, heard } = (await this.#settled(watcher.ask.heard())) ?? { listens: 0, heard: [] };
      if (listens !== number) return;
      const isAll = heard.length === this.#next - first;
      const inOrder = heard.every((n, i) => n === first + i);
      if (isAll && inOrder) return;
      if (!inOrder || performance.now() > end) {
        throw new Error(`${watcher.path} has heard ${heard.join(" ")}, of ${first} to ${this.#next - 1}`);
      }
      await turn();
    }
  }

  /** Those who have lost their instance join when they are up again. */
  async #gathered(): Promise<void> {
    for (;;) {
      const paths = (await this.#system.members(listeners)).map(({ path }) => path);
      const all = new Set(paths);
      if (all.size < paths.length) throw new Error(`somebody is a member twice: ${paths.join(" ")}`);
      if (this.#watchers.every(({ path }) => all.has(path))) return;
      await turn();
    }
  }
}
