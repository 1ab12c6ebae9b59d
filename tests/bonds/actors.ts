// Actors whose bonds outlive a message: they watch others, read streams of them, set timers, listen to a topic and are in a group;
// and those others.
import { Actor, type ActorRef, type ExitReason, topic } from "zanni";

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class Target extends Actor {
  #open = 0;
  crash() {
    throw new Error("on purpose");
  }
  nap(ms: number) {
    return after(ms);
  }
  *count(end: number) {
    this.#open++;
    try {
      for (let i = 0; i < end; i++) yield i;
    } finally {
      this.#open--;
    }
  }
  async *slow(end: number) {
    this.#open++;
    try {
      for (let i = 0; i < end; i++) {
        if (i % 7 === 3) await after(1);
        else if (i % 2 === 1) await null;
        yield i;
      }
    } finally {
      this.#open--;
    }
  }
  /** How many streams of it have not come to their end. */
  open() {
    return this.#open;
  }
}

/**
 * Reads a stream of numbers as far as `enough`; where that was not all, another after it, at once, half as far. Says what is
 * wrong with them, if anything.
 */
export async function read(
  target: Pick<ActorRef<Target>, "ask">,
  end: number,
  enough: number,
  isSlow: boolean,
): Promise<string | undefined> {
  let next = 0;
  for await (const value of isSlow ? target.ask.slow(end) : target.ask.count(end)) {
    if (value !== next) return `${value} came instead of ${next}`;
    if (++next === enough) break;
  }
  if (1 < next && next === enough && next < end) return read(target, end, enough >> 1, isSlow);
  return next === Math.min(end, enough) ? undefined : `${next} came of ${end}`;
}

export const news = topic<number>("news");
export const listeners = "listeners";

/** Of one watch: how often its end was told, and what that was when the watch was taken back. */
interface Watch {
  told: number;
  takenBack: number | undefined;
}
interface State {
  readonly watches: ReadonlyMap<string, Watch>;
  readonly fired: readonly number[];
  readonly unknown: readonly string[];
  readonly listens: number;
  readonly heard: readonly number[];
}

export class Watcher extends Actor {
  #watches = new Map<string, Watch>();
  /** By number of the timer: how often it came. */
  #fired: number[] = [];
  #unknown: string[] = [];
  /** A number of its own, while it listens. */
  #listens = 0;
  #heard: number[] = [];

  protected override onStart() {
    this.ctx.join(listeners);
  }
  protected override onTerminated(ref: ActorRef<unknown>, _: ExitReason) {
    const watch = this.#watches.get(ref.path);
    if (watch) watch.told++;
    else this.#unknown.push(`the end of ${ref.path}`);
  }
  watch(targets: readonly ActorRef<Target>[]) {
    for (const target of targets) {
      if (this.#watches.has(target.path)) continue;
      this.#watches.set(target.path, { told: 0, takenBack: undefined });
      this.ctx.watch(target);
    }
  }
  unwatch(target: ActorRef<Target>) {
    const watch = this.#watches.get(target.path);
    if (!watch || watch.takenBack !== undefined) return;
    watch.takenBack = watch.told;
    this.ctx.unwatch(target);
  }
  listen() {
    this.#listens = Math.random();
    this.#heard = [];
    this.ctx.subscribe(news, "hear");
    return this.#listens;
  }
  hear(n: number) {
    if (this.#listens === 0) this.#unknown.push(`news, number ${n}`);
    else this.#heard.push(n);
  }
  heard() {
    return { listens: this.#listens, heard: this.#heard };
  }
  turnAway() {
    this.#listens = 0;
    this.ctx.cancel("hear");
  }
  arm(ms: number) {
    this.ctx.after(ms, "fire", this.#fired.push(0) - 1);
  }
  fire(timer: number) {
    this.#fired[timer] = (this.#fired[timer] ?? 0) + 1;
  }
  read(target: ActorRef<Target>, end: number, enough: number, isSlow: boolean) {
    return read(target, end, enough, isSlow);
  }
  crash() {
    throw new Error("on purpose");
  }
  spin(us: number) {
    for (const end = performance.now() + us / 1000; performance.now() < end; );
  }

  /** How much it still waits for, of what those have to tell who have ended. */
  pending(ended: readonly string[]) {
    const untold = ended.filter((path) => {
      const watch = this.#watches.get(path);
      return watch && watch.takenBack === undefined && watch.told === 0;
    });
    return untold.length + this.#fired.filter((times) => times === 0).length;
  }
  /** What came too often, or unasked; then those are forgotten. */
  tooMuch(ended: readonly string[]) {
    const wrong = this.#unknown.map((what) => `${what}, of which it wants to know nothing`);
    for (const [timer, times] of this.#fired.entries()) if (times > 1) wrong.push(`timer ${timer} ${times} times`);
    for (const path of ended) {
      const { told = 0, takenBack } = this.#watches.get(path) ?? {};
      if (told > (takenBack ?? 1)) wrong.push(`the end of ${path} ${told} times, ${takenBack} before it was unwatched`);
      this.#watches.delete(path);
    }
    return wrong;
  }

  protected state(): State {
    return {
      watches: this.#watches,
      fired: this.#fired,
      unknown: this.#unknown,
      listens: this.#listens,
      heard: this.#heard,
    };
  }
  protected resume({ watches, fired, unknown, listens, heard }: State) {
    this.#watches = new Map(watches);
    this.#fired = [...fired];
    this.#unknown = [...unknown];
    this.#listens = listens;
    this.#heard = [...heard];
  }
}

export class Mover extends Watcher {
  protected override snapshot() {
    return this.state();
  }
  protected override restore(state: State) {
    this.resume(state);
  }
}
