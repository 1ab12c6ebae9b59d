// The benchmark's actors; workloads as in the table of README.md.
import { Actor, type ActorRef, receive } from "zanni";
import { type Infer, wire } from "zanni/wire";

const BURST = 1000;
const WINDOW = 10;

/** Throughput: sends bursts of 1,000, at most 10 of them not acknowledged. */
export class Tx extends Actor<{ rx: ActorRef<Rx>; count: number }> {
  #left = this.init.count;
  go() {
    for (let i = 0; i < WINDOW; i++) this.#burst();
  }
  ack() {
    this.#burst();
  }
  #burst() {
    if (this.#left <= 0) return;
    const { tell } = this.init.rx;
    for (let i = 1; i < BURST; i++) tell.take(i);
    tell.last(this.self);
    this.#left -= BURST;
  }
}
export class Rx extends Actor<{ count: number; done: ActorRef<Done> }> {
  #got = 0;
  #sum = 0;
  take(n: number) {
    this.#sum += n;
    this.#count();
  }
  last(from: ActorRef<Tx>) {
    from.tell.ack();
    this.#count();
  }
  #count() {
    if (++this.#got === this.init.count) this.init.done.tell.done(this.#sum);
  }
}

/** Tells whoever waits outside. */
export class Done extends Actor {
  static override readonly reentrant = true;
  #result: number | undefined;
  #waiting: ((result: number) => void) | undefined;
  done(result: number) {
    this.#result = result;
    this.#waiting?.(result);
  }
  wait(): number | Promise<number> {
    const result = this.#result;
    this.#result = undefined;
    if (result !== undefined) return result;
    return new Promise((resolve) => {
      this.#waiting = (value) => {
        this.#result = undefined;
        resolve(value);
      };
    });
  }
}

export class Echo extends Actor {
  echo(n: number) {
    return n;
  }
}
/** Asks from inside an actor; µs. */
export class Asker extends Actor<{ echo: ActorRef<Echo> }> {
  async mean(count: number): Promise<number> {
    const { ask } = this.init.echo;
    const before = performance.now();
    for (let i = 0; i < count; i++) if ((await ask.echo(i)) !== i) throw new Error("wrong answer");
    return ((performance.now() - before) * 1000) / count;
  }
  /** Each of them: that reads the clock twice an ask. */
  async each(count: number): Promise<Float64Array> {
    const { ask } = this.init.echo;
    const samples = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const before = performance.now();
      if ((await ask.echo(i)) !== i) throw new Error("wrong answer");
      samples[i] = (performance.now() - before) * 1000;
    }
    return samples;
  }
}

export class Idle extends Actor {
  nothing() {}
}

export class Hop extends Actor<{ done: ActorRef<Done> }> {
  #next: ActorRef<Hop> | undefined;
  link(next: ActorRef<Hop>) {
    this.#next = next;
  }
  pass(left: number) {
    if (left === 0) this.init.done.tell.done(0);
    else this.#next?.tell.pass(left - 1);
  }
}

/** Skynet: ten children each, down to the leaves; sums flow back. From here on a branch stays on its thread. */
const BRANCH = 100_000;

export class Sky extends Actor<{ parent: ActorRef<Sky> | undefined; done: ActorRef<Done> | undefined }> {
  #left = 10;
  #sum = 0;
  go(number: number, size: number) {
    if (size === 1) {
      this.#report(number);
      return;
    }
    const part = size / 10;
    const { self } = this;
    const placement = size > BRANCH ? "least-loaded" : "same";
    for (let i = 0; i < 10; i++) {
      this.ctx.spawn(Sky, { parent: self, done: undefined }, { placement }).tell.go(number + i * part, part);
    }
  }
  sum(value: number) {
    this.#sum += value;
    if (--this.#left === 0) this.#report(this.#sum);
  }
  #report(value: number) {
    const { parent, done } = this.init;
    if (parent) parent.tell.sum(value);
    else done?.tell.done(value);
    this.ctx.stop();
  }
}

/** Row 8: 1 KiB, of which the receiver reads the id. */
const parts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] as const;
type Text = Record<(typeof parts)[number], typeof wire.string>;
export const Kilobyte = wire.struct("Kilobyte", {
  id: wire.u32,
  name: wire.string,
  ...(Object.fromEntries(parts.map((part) => [part, wire.string])) as Text),
});
type Kilobyte = Infer<typeof Kilobyte>;
export const kilobyte: Kilobyte = {
  id: 1,
  name: "a message of some length",
  ...(Object.fromEntries(parts.map((part) => [part, part.repeat(90)])) as Record<keyof Text, string>),
};
/** Row 8s: what programs send, without a declared type. */
const order = { id: 1, customer: { name: "Ada Lovelace", visits: 4711 }, lines: ["tea", "biscuits"], paid: true };
export class Taker extends Actor<{ count: number; done: ActorRef<Done> }> {
  #got = 0;
  #sum = 0;
  #take({ id }: { readonly id: number }): void {
    this.#sum += id;
    if (++this.#got === this.init.count) this.init.done.tell.done(this.#sum);
  }
  plain(value: Kilobyte | typeof order) {
    this.#take(value);
  }
  declared = receive(Kilobyte, (value) => this.#take(value), { lazily: true });
  ack(from: ActorRef<Giver>) {
    from.tell.go(1);
  }
}
export class Giver extends Actor<{ to: ActorRef<Taker>; count: number; what: "declared" | "plain" | "order" }> {
  #left = this.init.count;
  /** So many bursts of a hundred, each of which is acknowledged. */
  go(bursts: number) {
    const { to, what } = this.init;
    const value = what === "order" ? order : kilobyte;
    for (; bursts > 0 && this.#left > 0; bursts--) {
      for (let i = 0; i < 100; i++) {
        if (what === "declared") to.tell.declared(kilobyte);
        else to.tell.plain(value);
      }
      this.#left -= 100;
      to.tell.ack(this.self);
    }
  }
}

/** Row 11: one of a million. */
export class Living extends Actor {
  hello(to: ActorRef<Gather>) {
    to.tell.result(0);
  }
}

/** Row 17: counts, and says when it has all. */
export class Tally extends Actor {
  #count = 0;
  add(by: number) {
    this.#count += by;
  }
  count() {
    return this.#count;
  }
}

/** Rows 20 and 21: timers. */
export class Clockwork extends Actor {
  /** ns to set one of so many, and to take it back. */
  measure(count: number): readonly [number, number] {
    const timers: Disposable[] = [];
    const before = performance.now();
    for (let i = 0; i < count; i++) timers.push(this.ctx.after(3_600_000 + (i % 1000), "tick"));
    const set = performance.now();
    for (const timer of timers) timer[Symbol.dispose]();
    const cancelled = performance.now();
    return [((set - before) * 1e6) / count, ((cancelled - set) * 1e6) / count];
  }
  #ticks = 0;
  #began = 0;
  #resolve: ((late: number) => void) | undefined;
  static override reentrant = true;
  tick() {
    if (++this.#ticks === 1000) this.#resolve?.(performance.now() - this.#began - 1000 * 5);
  }
  /** ms that the thousandth period of 5 ms ends too late. */
  periods(): Promise<number> {
    this.#began = performance.now();
    const ticking = this.ctx.every(5, "tick");
    return new Promise((resolve) => {
      this.#resolve = (late) => {
        ticking[Symbol.dispose]();
        resolve(late);
      };
    });
  }
}

/** Row 9: CPU tasks. */
export class Task extends Actor<{ gather: ActorRef<Gather> }> {
  run(rounds: number) {
    let x = 1;
    for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
    this.init.gather.tell.result(x);
  }
}
/** Row 10: the same, movable. */
export class Wanderer extends Actor<{ gather: ActorRef<Gather> }> {
  #x = 1;
  run(rounds: number) {
    let x = this.#x;
    for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
    this.#x = x;
    this.init.gather.tell.result(x);
  }
  protected override snapshot() {
    return this.#x;
  }
  protected override restore(x: number) {
    this.#x = x;
  }
}
export class Gather extends Actor<{ count: number; done: ActorRef<Done> }> {
  #left = this.init.count;
  result(_: number) {
    if (--this.#left === 0) this.init.done.tell.done(0);
  }
}
