// The actors of the host suite; the same module serves the worker threads.
import {
  Actor,
  type ActorRef,
  actor,
  type Context,
  type Directive,
  type ExitReason,
  isZanniError,
  pool,
  receive,
  refuse,
  type Spawner,
  topic,
} from "zanni";
import { wire } from "zanni/wire";

/** Counts, crashes on demand, awaits on demand. */
export class Counter extends Actor<{ start: number } | undefined> {
  #value = this.init?.start ?? 0;

  add(by: number) {
    if (!Number.isSafeInteger(by)) throw new RangeError(`cannot add ${by}`);
    this.#value += by;
    return this.#value;
  }
  value() {
    return this.#value;
  }
  restarts() {
    return this.ctx.restarts;
  }
  crash(message: string) {
    throw new Error(message);
  }
  async crashLater(message: string) {
    await null;
    throw new Error(message);
  }
  refuse() {
    throw refuse("not today", { until: "tomorrow" });
  }
  async refuseLater() {
    await null;
    throw refuse("not today");
  }
  thread() {
    return this.self.path;
  }
  leave() {
    this.ctx.stop();
  }
}

/** Gives back what it gets. */
export class Echo extends Actor {
  // biome-ignore lint/suspicious/noExplicitAny: anything that may be sent
  echo(value: any) {
    return value;
  }
  // biome-ignore lint/suspicious/noExplicitAny: anything that may be sent
  mutate(value: any) {
    value.changed = true;
    return value.list.length as number;
  }
  // biome-ignore lint/suspicious/noExplicitAny: what it may not
  unsendable(): any {
    return () => 1;
  }
  two(a: number | boolean | null | undefined, b: number | boolean | null | undefined) {
    return [String(a), String(b)];
  }
  // biome-ignore lint/suspicious/noExplicitAny: whatever comes
  many(...values: any[]) {
    return values.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
  }
  /** Uses the refs that it is given, and passes them on. */
  async chain(next: ActorRef<Echo>[], first: ActorRef<Echo>, n: number, second: ActorRef<Echo>): Promise<string[]> {
    const [following, ...rest] = next;
    if (following) return following.ask.chain(rest, second, n + 1, first);
    return [first.path, String(n), second.path, ...(await first.ask.many(second))];
  }
}

/** Writes down what happens, in order. */
export class Journal extends Actor {
  readonly #lines: string[] = [];
  #waiting: { count: number; resolve: (lines: string[]) => void }[] = [];
  static override readonly reentrant = true;

  note(line: string) {
    this.#lines.push(line);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.#lines.length < count) return true;
      resolve([...this.#lines]);
      return false;
    });
  }
  lines() {
    return [...this.#lines];
  }
  /** All lines, once there are that many. */
  atLeast(count: number): Promise<string[]> {
    if (this.#lines.length >= count) return Promise.resolve([...this.#lines]);
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** Each hook and message leaves a line. */
export class Hooked extends Actor<{ journal: ActorRef<Journal>; name: string }> {
  #say(line: string) {
    this.init.journal.tell.note(`${this.init.name}: ${line}`);
  }
  protected override onStart() {
    this.#say("start");
  }
  protected override onStop(reason: ExitReason) {
    this.#say(`stop ${typeof reason === "string" ? reason : reason.error.message}`);
  }
  protected override onRestart(error: Error) {
    this.#say(`restart after ${error.message}`);
  }
  crash() {
    throw new Error("boom");
  }
  say(line: string) {
    this.#say(line);
  }
}

/** Holds the actor until it is told to go on. */
export class Gate extends Actor {
  static override readonly reentrant = true;
  readonly #open: (() => void)[] = [];
  pass(): Promise<void> {
    return new Promise((resolve) => this.#open.push(resolve));
  }
  open() {
    for (const resolve of this.#open.splice(0)) resolve();
  }
  waiting() {
    return this.#open.length;
  }
}

/** Asks, and does not look at what becomes of it. */
export class Careless extends Actor<{ gate: ActorRef<Gate>; journal: ActorRef<Journal> }> {
  readonly #child = this.ctx.spawn(Slow, this.init, { shutdown: "brutal" });
  readonly #pool = pool(this.ctx, Slow, this.init, { size: 1, shutdown: "brutal" });

  override onRestart(error: Error) {
    this.init.journal.tell.note(`restarted: ${error.message}`);
  }
  override onStop() {
    this.init.journal.tell.note("stopped");
  }
  ask(other: ActorRef<Counter>) {
    void other.ask.crash("seen by nobody");
  }
  /** The error comes from a promise that no ask has given. */
  work(other: ActorRef<Counter>) {
    const inBackground = async () => {
      await other.ask.crash("seen by nobody");
    };
    void inBackground();
  }
  /** Nobody is there any more. */
  async inVain() {
    await this.#pool.stop();
    void this.#pool.ask.quick("never");
  }
  /** What waits behind a message that does not end fails, as it fails itself. */
  fail() {
    this.#wait();
    throw new Error("its own failure");
  }
  leave() {
    this.#wait();
    this.ctx.stop();
  }
  #wait() {
    for (const { tell, ask } of [this.#child, this.#pool]) {
      tell.work("for ever");
      void ask.quick("never");
      const inBackground = async () => {
        await ask.quick("never").catch(() => {});
        // In the end its refs are of no use.
        for (;;) {
          this.init.journal.tell.note("in the background");
          await this.init.gate.ask.waiting().catch(() => {});
        }
      };
      void inBackground();
    }
  }
}

/** Non-reentrant: one message at a time, also while it awaits. */
export class Slow extends Actor<{ gate: ActorRef<Gate>; journal: ActorRef<Journal> }> {
  async work(name: string) {
    this.init.journal.tell.note(`${name} begins`);
    await this.init.gate.ask({ timeout: "1m" }).pass();
    this.init.journal.tell.note(`${name} ends`);
    return name;
  }
  quick(name: string) {
    this.init.journal.tell.note(name);
    return name;
  }
  /** It goes on until this returns. */
  killItself() {
    void this.self.kill();
    this.init.journal.tell.note("in hand");
  }
  /** What it asks goes on after its answer. */
  later(name: string) {
    const passed = this.init.gate.ask({ timeout: "1m" }).pass();
    const note = (line: string) => this.init.journal.tell.note(line);
    passed.then(
      () => note(`${name} passed`),
      (error: { code: string }) => note(`${name} ${error.code}`),
    );
  }
  forget() {
    void this.init.gate.ask({ timeout: "1m" }).pass();
  }
  async untilAborted() {
    const { signal } = this.ctx;
    this.init.journal.tell.note("waits");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.init.journal.tell.note("aborted");
  }
  /** Asks with a long timeout of its own, inside of whatever it was asked with. */
  async nested() {
    try {
      await this.init.gate.ask({ timeout: "1h" }).pass();
    } catch (error) {
      this.init.journal.tell.note(`nested ${(error as { code: string }).code}`);
      throw error;
    }
  }
}

/** Reentrant: messages run between its awaits. */
export class Open extends Slow {
  static override readonly reentrant = true;
}

/** Spins for so many milliseconds. */
export class Spinner extends Actor {
  #spun = false;
  spin(ms: number) {
    const end = performance.now() + ms;
    while (performance.now() < end);
    this.#spun = true;
    return this.ctx.path;
  }
  later(delay: number, ms: number) {
    this.ctx.after(delay, "spin", ms);
  }
  async afterAwait(ms: number) {
    await null;
    return this.spin(ms);
  }
  async rest(ms: number) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  ended() {
    return this.#spun;
  }
  /** Timers of user code, measured: the worst delay of `count` timers of 1 ms, in ms. */
  async lag(count: number) {
    let worst = 0;
    for (let i = 0; i < count; i++) {
      const before = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      worst = Math.max(worst, performance.now() - before - 1);
    }
    return worst;
  }
}

/** A setup function. */
export const Sum = actor((start: number | undefined, ctx: Context) => {
  let total = start ?? 0;
  return {
    add: (by: number) => {
      total += by;
    },
    total: () => total,
    path: () => ctx.path,
  };
});

/** Has children, and says what happens to them. */
export class Parent extends Actor<{ journal: ActorRef<Journal>; directive?: Directive; hold?: boolean } | undefined> {
  #child: ActorRef<Counter> | undefined;

  protected override onStart() {
    this.#child = this.ctx.spawn(Counter, { start: 100 }, { name: "child" });
  }
  protected override onChildFailed(child: ActorRef<unknown>, error: Error): Directive | undefined {
    this.init?.journal.tell.note(`${child.path} failed: ${error.message}`);
    return this.init?.directive;
  }
  child(): ActorRef<Counter> {
    return this.#child as ActorRef<Counter>;
  }
  more(name: string): ActorRef<Counter> {
    return this.ctx.spawn(Counter, undefined, { name });
  }
  hooked(journal: ActorRef<Journal>, name: string): ActorRef<Hooked> {
    return this.ctx.spawn(Hooked, { journal, name }, { name });
  }
  async find(path: string): Promise<string | undefined> {
    return (await this.ctx.lookup(path))?.path;
  }
  async askChild() {
    return await (this.#child as ActorRef<Counter>).ask.value();
  }
  path() {
    return this.ctx.path;
  }
  crash() {
    throw new Error("boom");
  }
  parentPath() {
    return this.ctx.parent?.path;
  }
}

/** Fails in the hook it is told to. */
export class FailsIn extends Actor<{ hook: "constructor" | "onStart" | "onStop" | "onRestart"; times: string }> {
  constructor() {
    super();
    if (this.init.hook === "constructor") throw new Error("in the constructor");
  }
  protected override onStart() {
    if (this.init.hook === "onStart") throw new Error("in onStart");
  }
  protected override async onStop() {
    if (this.init.hook === "onStop") throw new Error("in onStop");
  }
  protected override onRestart() {
    if (this.init.hook === "onRestart") throw new Error("in onRestart");
  }
  crash() {
    throw new Error("boom");
  }
  alive() {
    return true;
  }
}

/** Refs outlive the instance that obtained them; their right to send does not. */
export class Leaky extends Actor<ActorRef<Journal>> {
  crash() {
    const { init: journal } = this;
    leaked.length = 0;
    // Until the supervisor has decided, the life is not over.
    const timer = setInterval(() => {
      try {
        journal.tell.note("sent by a ghost");
      } catch (error) {
        clearInterval(timer);
        leaked.push((error as { code: string }).code);
      }
    }, 1);
    throw new Error("boom");
  }
  leaks() {
    return [...leaked];
  }
}
const leaked: string[] = [];

/** Sends to itself and to others, to measure order. */
export class Relay extends Actor<{ to: ActorRef<Order>; id: number }> {
  flood(count: number) {
    for (let i = 0; i < count; i++) this.init.to.tell.take(this.init.id, i);
  }
}
export class Order extends Actor {
  readonly #last = new Map<number, number>();
  #wrong = 0;
  #count = 0;
  take(from: number, n: number) {
    if (n !== (this.#last.get(from) ?? -1) + 1) this.#wrong++;
    this.#last.set(from, n);
    this.#count++;
  }
  result() {
    return { wrong: this.#wrong, count: this.#count };
  }
}

/** Keeps a message's bytes for as long as it is told to wait. */
export class Hoarder extends Actor<ActorRef<Gate>> {
  #heard = 0;
  listen() {
    this.ctx.subscribe(topic<Uint8Array>("news"), () => {
      this.#heard++;
    });
  }
  /** The same, and no memory is left for whoever is told of it: not for messages, nor for asks. */
  listenLast(other: ActorRef<Hoarder>) {
    this.listen();
    for (const size of [100_000, 1000, 100]) {
      const bytes = new Uint8Array(size);
      try {
        for (;;) other.tell.keep(bytes);
      } catch (error) {
        if (!isZanniError(error, "ERR_OUT_OF_MEMORY")) throw error;
      }
    }
    const refused: Promise<unknown>[] = [];
    for (let i = 0; i < 2000; i++) refused.push(other.ask({ timeout: "1m" }).heard());
    void Promise.allSettled(refused);
  }
  heard() {
    return this.#heard;
  }
  async hold(_bytes: Uint8Array | undefined) {
    await this.init.ask({ timeout: "1m" }).pass();
  }
  keep(bytes: Uint8Array) {
    return bytes.length;
  }
}

/** What a native actor asks and tells. */
export class Doubler extends Actor {
  #last: number | undefined;
  double(n: number) {
    return n * 2;
  }
  note(n: number) {
    this.#last = n;
  }
  last() {
    return this.#last;
  }
}

/** Does not come up before so many restarts. */
export class Fragile extends Actor<{ journal: ActorRef<Journal>; fails: number }> {
  protected override onStart() {
    this.init.journal.tell.note(`start ${this.ctx.restarts}`);
    if (this.ctx.restarts > 0 && this.ctx.restarts < this.init.fails) throw new Error(`start ${this.ctx.restarts}`);
  }
  crash() {
    throw new Error("boom");
  }
  restarts() {
    return this.ctx.restarts;
  }
}

/** Watches and links, and says what it hears. */
export class Friend extends Actor<{ journal: ActorRef<Journal>; name: string; survives?: boolean }> {
  #say(line: string) {
    this.init.journal.tell.note(`${this.init.name}: ${line}`);
  }
  watch(ref: ActorRef<unknown>) {
    this.ctx.watch(ref);
  }
  watchTwice(ref: ActorRef<unknown>) {
    this.ctx.watch(ref);
    this.ctx.watch(ref);
  }
  unwatch(ref: ActorRef<unknown>) {
    this.ctx.unwatch(ref);
  }
  /** The notice is in the mailbox behind this message when the watch is taken back. */
  async unwatchLate(ref: ActorRef<unknown>, gate: ActorRef<Gate>) {
    await gate.ask({ timeout: "1m" }).pass();
    this.ctx.unwatch(ref);
  }
  link(ref: ActorRef<unknown>) {
    this.ctx.link(ref);
  }
  unlink(ref: ActorRef<unknown>) {
    this.ctx.unlink(ref);
  }
  say(line: string) {
    this.#say(line);
  }
  tellOther(other: ActorRef<Friend>, count: number) {
    for (let i = 0; i < count; i++) other.tell.say(`from ${this.init.name} ${i}`);
  }
  crash(message: string) {
    throw new Error(message);
  }
  restarts() {
    return this.ctx.restarts;
  }
  protected override onTerminated(ref: ActorRef<unknown>, reason: ExitReason) {
    this.#say(`${ref.path} ended: ${typeof reason === "string" ? reason : reason.error.message}`);
  }
}

/** Has nothing to do. */
export class Brief extends Actor {
  protected override onStart() {
    this.ctx.stop();
  }
}

/** Takes its time to stop: its onStop waits at a gate. Ends by itself or fails on demand. */
export class Departing extends Actor<{ gate: ActorRef<Gate> }> {
  ready() {
    return true;
  }
  leave() {
    this.ctx.stop();
  }
  crash() {
    throw new Error("on the way out");
  }
  protected override async onStop(reason: ExitReason) {
    if (reason === "shutdown") await this.init.gate.ask({ timeout: "1m" }).pass();
  }
}

/** Watches many and is linked with many; counts what each has said, and how much that was when its notice came. */
export class Witness extends Actor {
  readonly #said = new Map<string, number>();
  readonly #ended = new Map<string, number[]>();
  #longest = 0;
  watch(...refs: ActorRef<unknown>[]) {
    for (const ref of refs) this.ctx.watch(ref);
  }
  unwatch(ref: ActorRef<unknown>) {
    this.ctx.unwatch(ref);
  }
  watchAndUnwatch(ref: ActorRef<unknown>, times: number) {
    for (let i = 0; i < times; i++) {
      this.ctx.watch(ref);
      this.ctx.unwatch(ref);
    }
  }
  link(...refs: ActorRef<unknown>[]) {
    for (const ref of refs) this.ctx.link(ref);
  }
  heard(from: string) {
    this.#said.set(from, (this.#said.get(from) ?? 0) + 1);
  }
  /** For each that has ended: messages before each notice. */
  ended() {
    return [...this.#ended].map(([path, counts]) => [path, ...counts] as [string, ...number[]]);
  }
  longest() {
    return this.#longest;
  }
  /** Ends another, then itself. */
  killAndLeave(other: ActorRef<unknown>) {
    void other.kill();
    this.ctx.stop();
  }
  killAll(others: ActorRef<unknown>[]) {
    for (const other of others) void other.kill();
  }
  #note(path: string) {
    this.#ended.set(path, [...(this.#ended.get(path) ?? []), this.#said.get(path) ?? 0]);
  }
  protected override onTerminated(ref: ActorRef<unknown>, reason: ExitReason) {
    if (typeof reason === "object") this.#longest = Math.max(this.#longest, reason.error.message.length);
    this.#note(ref.path);
  }
  protected override onLinkFailed(ref: ActorRef<unknown>) {
    this.#note(ref.path);
  }
}

/** Says so many words to its witness, and ends in one way or another. */
export class Speaker extends Actor<ActorRef<Witness>> {
  sayAndEnd(words: number, way: "leaves" | "fails") {
    for (let i = 0; i < words; i++) this.init.tell.heard(this.ctx.path);
    if (way === "fails") throw new Error("said all");
    this.ctx.stop();
  }
  failAtLength(length: number) {
    throw new Error("x".repeat(length));
  }
}

/** Survives those it is linked with. */
export class Survivor extends Friend {
  protected override onLinkFailed(ref: ActorRef<unknown>, error: Error) {
    this.say(`${ref.path} failed: ${error.message}`);
  }
}

/** Timers of every kind. */
export class Timed extends Actor<ActorRef<Journal>> {
  readonly #timers: Disposable[] = [];
  once(ms: number, line: string) {
    this.#timers.push(this.ctx.after(ms, () => void this.init.tell.note(line)));
  }
  onceNamed(ms: number, line: string) {
    this.ctx.after(ms, "note", line);
  }
  repeat(ms: number, line: string) {
    this.#timers.push(this.ctx.every(ms, () => void this.init.tell.note(line)));
  }
  unknown() {
    this.ctx.after(1, "nothingLikeThat");
  }
  failing() {
    this.ctx.after(1, () => {
      throw new Error("late");
    });
  }
  idle(ms: number | undefined) {
    this.ctx.idleAfter(ms);
  }
  cancel() {
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }
  /** Awaits something meanwhile, and then does not want it any more. */
  async onceAndCancel(ms: number, line: string) {
    this.ctx.after(ms, "note", line);
    await new Promise((resolve) => setTimeout(resolve, 10 * ms));
    this.ctx.cancel("note");
  }
  /** Asks, and then disposes of timers that have fired. */
  async askAndCancel(gate: ActorRef<Gate>) {
    const asked = Array.from({ length: 20 }, () => gate.ask({ timeout: "20s" }).pass());
    this.cancel();
    await Promise.all(asked);
  }
  note(line: string) {
    this.init.tell.note(line);
  }
  busy(ms: number) {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }
  crash() {
    throw new Error("boom");
  }
  protected override onIdle() {
    this.init.tell.note("idle");
  }
}

/** Closed, it puts aside what comes; open, it takes it up again. */
export class Turnstile extends Actor<ActorRef<Journal>> {
  #open = false;
  pass(line: string) {
    if (this.#open) this.init.tell.note(line);
    else this.ctx.stash();
  }
  async number(n: number): Promise<number> {
    if (!this.#open) {
      this.ctx.stash();
      return -1;
    }
    await null;
    return n;
  }
  async linger(gate: ActorRef<Gate>) {
    if (!this.#open) return this.ctx.stash();
    await gate
      .ask({ timeout: "1h" })
      .pass()
      .catch((error: { code: string }) => {
        this.init.tell.note(error.code);
        throw error;
      });
  }
  through(friend: ActorRef<Journal>, line: string) {
    if (this.#open) friend.tell.note(line);
    else this.ctx.stash();
  }
  stashAndCrash() {
    this.ctx.stash();
    throw new Error("boom");
  }
  stashAndRefuse() {
    this.ctx.stash();
    throw refuse("no");
  }
  async stashLate() {
    await null;
    this.ctx.stash();
  }
  open() {
    this.#open = true;
    this.ctx.unstash();
    this.init.tell.note("opened");
  }
  crash() {
    throw new Error("boom");
  }
  loud() {
    this.ctx.become({ pass: (line: string) => void this.init.tell.note(line.toUpperCase()) });
  }
  normal() {
    this.ctx.become(undefined);
  }
}

/** Calls stash() where there is no message in hand: as its child fails, or as it starts. */
export class Stasher extends Actor<ActorRef<Journal>> {
  protected override onStart() {
    try {
      this.ctx.stash();
    } catch (error) {
      this.init.tell.note((error as Error).message);
    }
  }
  protected override onChildFailed(): Directive {
    this.ctx.stash();
    return "stop";
  }
  bear() {
    this.ctx.spawn(Turnstile, this.init).tell.crash();
  }
  note(line: string) {
    this.init.tell.note(line);
  }
}

/** Puts aside a stream until it is told to pour. */
export const Tap = actor((_: undefined, ctx) => {
  let isOpen = false;
  const drops = function* (to: number) {
    for (let i = 0; i < to; i++) yield i;
  };
  return {
    count(to: number) {
      if (!isOpen) ctx.stash();
      return drops(to);
    },
    pour() {
      isOpen = true;
      ctx.unstash();
    },
  };
});

/** As well as it is told to be. */
export class Patient extends Actor<ActorRef<Gate> | undefined> {
  #ill: "throws" | "hangs" | undefined;
  fall(ill: "throws" | "hangs") {
    this.#ill = ill;
  }
  restarts() {
    return this.ctx.restarts;
  }
  async stuck() {
    await this.init?.ask({ timeout: "1m" }).pass();
  }
  crash() {
    throw new Error("unwell at once");
  }
  protected override health(): void | Promise<void> {
    if (this.#ill === "throws") throw new Error("unwell");
    if (this.#ill === "hangs") return new Promise(() => {});
  }
  protected override onStop(reason: ExitReason): void | Promise<void> {
    if (this.#ill === "hangs" && reason === "shutdown") return new Promise(() => {});
  }
}

/** Sends what it is told to, and says what tell answered; takes messages of its own meanwhile. */
export class Producer extends Actor<{ to: ActorRef<Consumer> }> {
  #taken = 0;
  #answers: boolean[] = [];
  send(from: number, count: number) {
    for (let i = from; i < from + count; i++) this.#answers.push(this.init.to.tell.take({ id: i, key: `${i % 3}` }));
  }
  /** As a well-behaved sender does. */
  async sendReady(count: number) {
    for (let i = 0; i < count; i++) {
      if (!this.init.to.tell.take({ id: i, key: "" })) await this.init.to.ready();
    }
  }
  take() {
    this.#taken++;
  }
  taken() {
    return this.#taken;
  }
  answers() {
    return [...this.#answers];
  }
  stopOther() {
    void this.init.to.stop();
  }
  /** An outbox has its limit. */
  flood(count: number): number {
    for (let i = 0; i < count; i++) {
      try {
        this.init.to.tell.take({ id: i, key: "" });
      } catch (error) {
        if ((error as { code: string }).code === "ERR_MAILBOX_FULL") return i;
        throw error;
      }
    }
    return count;
  }
}

/** Takes messages, slowly, or not for a while. */
export class Consumer extends Actor<{ gate: ActorRef<Gate> }> {
  readonly #ids: number[] = [];
  readonly #texts: string[] = [];
  async block() {
    await this.init.gate.ask({ timeout: "1m" }).pass();
  }
  async pause(gate: ActorRef<Gate>) {
    await gate.ask({ timeout: "1m" }).pass();
  }
  number(id: number) {
    this.#ids.push(id);
  }
  text(text: string) {
    this.#texts.push(text);
  }
  texts() {
    return [...this.#texts];
  }
  stuck(ms: number) {
    this.ctx.log.info("stuck");
    const end = performance.now() + ms;
    while (performance.now() < end);
  }
  take(message: { id: number; key: string }) {
    this.#ids.push(message.id);
  }
  other(_: number) {}
  ids() {
    return [...this.#ids];
  }
  answer(n: number) {
    return n;
  }
}

/** Sends as fast as it can, a kilobyte each; answers what did not get in. */
export class Hose extends Actor<{ to: ActorRef<Funnel> }> {
  readonly #text = "x".repeat(1000);
  async pour(from: number, to: number, slowly: boolean, waits: boolean): Promise<number[]> {
    const refused: number[] = [];
    const { to: funnel } = this.init;
    for (let id = from; id < to; id++) {
      const message = { id, key: `${id % 3}`, slowly, text: this.#text };
      try {
        if (!funnel.tell.take(message) && waits) await funnel.ready();
      } catch (error) {
        if ((error as { code: string }).code !== "ERR_MAILBOX_FULL") throw error;
        refused.push(id);
      }
    }
    return refused;
  }
}
/** Takes what a hose pours; slowly, or only after a while. */
export class Funnel extends Actor<{ gate: ActorRef<Gate>; journal: ActorRef<Journal> }> {
  readonly #ids: number[] = [];
  take({ id, slowly }: { id: number; key: string; slowly: boolean; text: string }) {
    this.#ids.push(id);
    if (slowly) for (const end = performance.now() + 0.05; performance.now() < end; );
  }
  async block() {
    await this.init.gate.ask({ timeout: "1m" }).pass();
  }
  /** Its thread does nothing else until that time. */
  stuckUntil(time: number) {
    this.init.journal.tell.note("stuck");
    while (Date.now() < time);
  }
  ids() {
    return [...this.#ids];
  }
}

/** Sends with priorities. */
export class Prioritised extends Actor<{ to: ActorRef<Consumer> }> {
  #next = 0;
  lowThenStop(count: number) {
    const low = this.init.to.with({ priority: "low" });
    for (let id = 0; id < count; id++) low.tell.number(id);
    void this.init.to.stop();
  }
  fill(count: number) {
    const high = this.init.to.with({ priority: "high" });
    for (let i = 0; i < count; i++, this.#next++) {
      this.init.to.tell.number(this.#next);
      high.tell.number(1000 + this.#next);
    }
  }
}

/** Two of these, each sending to the other, close a circle of full mailboxes. */
export class Mutual extends Actor<{ journal: ActorRef<Journal> }> {
  #other: ActorRef<Mutual> | undefined;
  #got = 0;
  meet(other: ActorRef<Mutual>) {
    this.#other = other;
  }
  send(count: number) {
    for (let i = 0; i < count; i++) this.#other?.tell.take(i);
  }
  async sendReady(count: number): Promise<string> {
    try {
      for (let i = 0; i < count; i++) if (!this.#other?.tell.take(i)) await this.#other?.ready();
      return "sent";
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
  take(_: number) {
    if (++this.#got === 500) this.init.journal.tell.note("500");
  }
}

export class MutualReentrant extends Mutual {
  static override readonly reentrant = true;
}

/** Sends what does not fit, and then waits, fails, or ends; it may be held before. */
export class Partner extends Actor<{ gate: ActorRef<Gate>; other?: ActorRef<Partner>; onStop?: number }> {
  #other = this.init.other;
  #got = 0;
  protected override onStop() {
    this.send(this.init.onStop ?? 0);
  }
  meet(other: ActorRef<Partner>) {
    this.#other = other;
  }
  async hold(count: number) {
    await this.init.gate.ask({ timeout: "1m" }).pass();
    this.send(count);
  }
  send(count: number) {
    for (let i = 0; i < count; i++) this.#other?.tell.take(i);
  }
  sendAndFail(count: number) {
    this.send(count);
    throw new Error("on purpose");
  }
  async dismiss(gate: ActorRef<Gate>) {
    const stopped = this.#other?.stop();
    gate.tell.open();
    await stopped;
  }
  take(_: number) {
    this.#got++;
  }
  got() {
    return this.#got;
  }
}

/** Two below it, or below one below it, send it more than fits; when it has got so much it fails, and is told no more. */
export class Overrun extends Actor<{ journal: ActorRef<Journal>; deep: boolean }> {
  #got = 0;
  protected override onStart() {
    const { journal, deep } = this.init;
    journal.tell.note("starts");
    if (this.ctx.restarts > 0) return;
    if (deep) this.ctx.spawn(Between, { top: this.self }, { shutdown: "infinity" });
    else floods(this.ctx, { top: this.self });
  }
  take() {
    if (++this.#got === 20 && this.ctx.restarts === 0) throw new Error("on purpose");
  }
}
export class Between extends Actor<{ top: ActorRef<Overrun> }> {
  protected override onStart() {
    floods(this.ctx, this.init);
  }
}
/** None is killed because its end takes long. */
function floods(ctx: Spawner, init: { top: ActorRef<Overrun> }): void {
  for (let i = 0; i < 2; i++) ctx.spawn(Flood, init, { shutdown: "infinity" });
}
export class Flood extends Actor<{ top: ActorRef<Overrun> }> {
  protected override onStart() {
    this.self.tell.go();
  }
  go() {
    for (let i = 0; i < 10; i++) this.init.top.tell.take();
    this.self.tell.go();
  }
}

/** Waits in its start for one that asks it in turn. */
export class Eager extends Actor<{ of: ActorRef<Chained> }> {
  #why = "";
  protected override async onStart() {
    try {
      await this.init.of.ask({ timeout: "1m" }).pass([this.self]);
    } catch (error) {
      this.#why = (error as { cause?: { code: string } }).cause?.code ?? (error as { code: string }).code;
    }
  }
  pass() {
    return "end";
  }
  why() {
    return this.#why;
  }
}

/** Asks along a list, the last one back to the first. */
export class Chained extends Actor {
  async pass(rest: ActorRef<Chained>[], waits?: boolean): Promise<string> {
    const [next, ...others] = rest;
    if (!next) return "end";
    if (waits === false) {
      void next
        .ask({ waits: false })
        .pass(others)
        .catch(() => {});
      return "sent";
    }
    return await next.ask({ timeout: "1m" }).pass(others);
  }
  async itself(): Promise<string> {
    return await (this.self as ActorRef<Chained>).ask({ timeout: "1m" }).name();
  }
  /** After something else was awaited. */
  async late(next: ActorRef<Chained>, rest: ActorRef<Chained>[]): Promise<string> {
    await null;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return await next.ask({ timeout: "1m" }).pass(rest);
  }
  name() {
    return this.ctx.path;
  }
}

/** Answers with streams of every kind. */
export class Source extends Actor<ActorRef<Journal> | undefined> {
  *count(from: number, to: number) {
    try {
      for (let i = from; i < to; i++) yield i;
    } finally {
      this.init?.tell.note("count ended");
    }
  }
  async *slowly(to: number) {
    try {
      for (let i = 0; i < to; i++) {
        await null;
        yield { i };
      }
    } finally {
      this.init?.tell.note("slowly ended");
    }
  }
  async *gated(gate: ActorRef<Gate>) {
    try {
      yield "closed";
      await gate.ask({ timeout: "1m" }).pass();
      yield "open";
    } finally {
      this.init?.tell.note("gated ended");
    }
  }
  *failing(after: number) {
    for (let i = 0; i < after; i++) yield i;
    throw new Error("no more");
  }
  *refusing() {
    yield 1;
    throw refuse("enough");
  }
  // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse
  *unsendable(): Generator<any> {
    yield () => 1;
  }
  async *iterable() {
    yield* this.#texts();
  }
  iterator(): AsyncIterable<string> {
    return this.#texts();
  }
  async *#texts() {
    yield "a";
    yield "b";
  }
  ping() {
    return "pong";
  }
  crash() {
    throw new Error("boom");
  }
}
/** The same, as a setup function. */
export const Springs = actor(() => ({
  *failing() {
    yield 1;
    throw new Error("dry");
  },
  crash(): void {
    throw new Error("boom");
  },
  *count(to: number) {
    for (let i = 0; i < to; i++) yield i;
  },
  ping: () => "pong",
}));

/** Takes streams inside an actor. */
export class Drinker extends Actor<ActorRef<Source>> {
  async sum(to: number): Promise<number> {
    let sum = 0;
    for await (const n of this.init.ask.count(0, to)) sum += n;
    return sum;
  }
  async forever(): Promise<void> {
    for await (const _ of this.init.ask.count(0, 1e9));
  }
}

/** Listens to topics and belongs to groups. */
export class Listener extends Actor<{ journal: ActorRef<Journal>; name: string }> {
  readonly #ends = new Map<string, Disposable>();
  listen(name: string) {
    const { journal, name: own } = this.init;
    this.#ends.set(
      name,
      this.ctx.subscribe(topic<{ n: number }>(name), (value) => {
        if (value.n < 0) throw new RangeError("negative");
        journal.tell.note(`${own} ${name} ${value.n}`);
        value.n = -1;
      }),
    );
  }
  /** BLOCKED while it handles a value. */
  listenSlowly(name: string, gate: ActorRef<Gate>) {
    this.ctx.subscribe(topic<{ n: number }>(name), async (value) => {
      await gate.ask({ timeout: "1m" }).pass();
      this.init.journal.tell.note(`${this.init.name} ${name} ${value.n}`);
    });
  }
  publish(name: string, from: number, count: number) {
    for (let n = from; n < from + count; n++) this.ctx.publish(topic<{ n: number }>(name), { n });
  }
  join(group: string) {
    this.#ends.set(group, this.ctx.join(group));
  }
  end(name: string) {
    this.#ends.get(name)?.[Symbol.dispose]();
  }
  async who(group: string) {
    return (await this.ctx.members(group)).map(({ path }) => path);
  }
  async greet(group: string) {
    for (const member of await this.ctx.members(group)) member.tell.hello(this.init.name);
  }
  hello(from: string) {
    this.init.journal.tell.note(`${this.init.name} hears ${from}`);
  }
  crash() {
    throw new Error("crashed");
  }
}

/** A worker of a pool: says who it is, waits at a gate, fails. */
const Parcel = wire.struct("Parcel", { size: wire.u32 });

export class Worker extends Actor<{ gate: ActorRef<Gate> } | undefined> {
  #handled = 0;
  who() {
    this.#handled++;
    return this.self.path;
  }
  keyed(_: { key: string }) {
    return this.who();
  }
  async hold() {
    await this.init?.gate.ask({ timeout: "1m" }).pass();
    return this.who();
  }
  square(n: number) {
    if (n < 0) throw new RangeError("negative");
    this.#handled++;
    return n * n;
  }
  count() {
    this.#handled++;
  }
  async askBack(foreman: ActorRef<Foreman>) {
    this.#handled += await foreman.ask({ timeout: "1m" }).quick();
  }
  handled() {
    return this.#handled;
  }
  // biome-ignore lint/suspicious/noExplicitAny: anything that may be sent
  same(value: any) {
    return value;
  }
  readonly sized = receive(Parcel, ({ size }) => size);
  *upTo(n: number) {
    for (let i = 0; i < n; i++) yield i;
  }
}

/** Setup functions that give no handlers. */
export const Promised = actor(async () => ({ hi: () => 1 }) as never);
export const Nothing = actor(() => undefined as never);

/** Messages named as something else is elsewhere. */
export class Named extends Actor {
  options(n: number) {
    return `options ${n}`;
  }
  ref(n: number) {
    return `ref ${n}`;
  }
  name(n: number) {
    return `name ${n}`;
  }
  length(n: number) {
    return `length ${n}`;
  }
  constructor_(n: number) {
    return `constructor ${n}`;
  }
}

/** Calls a method of its context with what is none of its arguments; answers which option that was. */
export class Misuser extends Actor {
  misuse(method: "watch" | "unwatch" | "link" | "unlink" | "bind" | "lookup" | "supervise") {
    try {
      (this.ctx[method] as (given: unknown) => unknown)(5);
    } catch (error) {
      if (isZanniError(error, "ERR_OPTION")) return error.details["option"] as string;
      throw error;
    }
    return "";
  }
}

/** Has a pool of one, which pulls. */
export class Foreman extends Actor<ActorRef<Gate>> {
  readonly #pool = pool(this.ctx, Worker, { gate: this.init }, { size: 1, route: "pull", name: "pool" });
  /** Waits for ever, while what it has told waits in the pool. */
  async tellAndWait() {
    this.#pool.tell.hold();
    for (let i = 0; i < 3; i++) this.#pool.tell.count();
    await new Promise<void>((resolve) => this.ctx.signal.addEventListener("abort", () => resolve()));
  }
  /** The worker asks whoever has told it to. */
  async tellAndAsk(other: ActorRef<Gate>) {
    this.#pool.tell.askBack(this.self);
    await other.ask({ timeout: "1m" }).pass();
  }
  handled() {
    return this.#pool.ask.handled();
  }
  quick() {
    return 1;
  }
}

/** Reentrant, and woken by nothing of the system. */
export class Napper extends Actor {
  static override readonly reentrant = true;
  async nap(ms: number) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ms;
  }
}

/** Asks some of those that come after it, all at once, and they ask theirs: a graph without a cycle. */
export class GraphNode extends Actor {
  async ask(after: ActorRef<GraphNode>[], seed: number, depth: number): Promise<number> {
    if (depth === 0 || after.length === 0) return 1;
    let state = seed;
    const random = (most: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
    const asked: Promise<number>[] = [];
    for (let i = random(3) + 1; i > 0; i--) {
      const at = random(after.length);
      const next = after[at] as ActorRef<GraphNode>;
      asked.push(next.ask({ timeout: "1m" }).ask(after.slice(at + 1), random(2 ** 31), depth - 1));
    }
    let asks = 1;
    for (const each of await Promise.all(asked)) asks += each;
    return asks;
  }
}

/** Takes numbers, slowly at first; a linked actor that fails is -1. */
export class LinkedTaker extends Actor<{ gate: ActorRef<Gate> }> {
  readonly #taken: number[] = [];
  async hold() {
    await this.init.gate.ask({ timeout: "1m" }).pass();
  }
  take(n: number) {
    this.#taken.push(n);
  }
  taken() {
    return [...this.#taken];
  }
  protected override onLinkFailed() {
    this.#taken.push(-1);
  }
}
/** Sends more than there is room for, and fails. */
export class LinkedSender extends Actor<{ to: ActorRef<LinkedTaker> }> {
  override onStart() {
    this.ctx.link(this.init.to);
  }
  ready() {
    return true;
  }
  sendAndFail(count: number) {
    for (let n = 0; n < count; n++) this.init.to.tell.take(n);
    throw new Error("spent");
  }
}

/** Dies with its thread; and what another thread sees of that. */
export class Mortal extends Actor<{ journal: ActorRef<Journal>; name: string } | undefined> {
  #sum = 0;
  #kids: ActorRef<Mortal>[] = [];
  #held: unknown;
  #ready = false;

  /** Never returns: its thread is no more, or soon. */
  async die(way: "exit" | "throw" | "reject") {
    if (way === "exit") process.exit(3);
    if (way === "reject") void Promise.reject(new Error("nobody catches this"));
    else
      setTimeout(() => {
        throw new Error("nobody catches this");
      });
    await new Promise(() => {});
  }
  add(n: number) {
    this.#sum += n;
    return this.#sum;
  }
  restarts() {
    return this.ctx.restarts;
  }
  spin() {
    for (;;);
  }
  async spinAfterAwait() {
    await null;
    this.spin();
  }
  async never() {
    await new Promise(() => {});
  }
  tick() {
    for (let i = 0; i < 3; i++) this.ctx.every(1, () => void this.#sum++);
  }
  busy(ms: number) {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  bear(name: string, worker: number) {
    this.#kids.push(this.ctx.spawn(Mortal, this.init, { name, placement: worker }));
    return this.#kids.at(-1);
  }
  raise(worker: number) {
    this.ctx.supervise({ name: "sup" }, (sup) => sup.spawn(Mortal, this.init, { name: "ward", placement: worker }));
  }
  bearHere() {
    return this.ctx.spawnHere(Mortal, this.init, { name: "here" }).path;
  }
  watch(ref: ActorRef<Mortal>) {
    this.ctx.watch(ref);
  }
  link(ref: ActorRef<Mortal>) {
    this.ctx.link(ref);
  }
  subscribe() {
    this.ctx.subscribe(topic<string>("news"), () => {});
    this.ctx.join("mortals");
  }
  flood(to: ActorRef<Slow>, count: number) {
    for (let i = 0; i < count; i++) to.tell.work(`${i}`);
  }
  async *numbers(from: number) {
    for (let i = from; ; i++) yield i;
  }
  /** Takes some of another's numbers, and holds on to the rest. */
  async drink(from: ActorRef<Source>) {
    const items = from.ask.count(0, 1e9)[Symbol.asyncIterator]();
    this.#held = items;
    return [(await items.next()).value, (await items.next()).value, this.#held !== undefined];
  }
  later(line: string) {
    if (this.#ready) this.init?.journal.tell.note(line);
    else this.ctx.stash();
  }
  ready() {
    this.#ready = true;
    this.ctx.unstash();
  }
  protected override onTerminated(ref: ActorRef<Mortal>, reason: ExitReason) {
    const why = typeof reason === "string" ? reason : reason.error.message;
    this.init?.journal.tell.note(`${this.init.name}: ${ref.path} ended: ${why}`);
  }
  protected override onLinkFailed(ref: ActorRef<Mortal>, error: Error) {
    this.init?.journal.tell.note(`${this.init.name}: ${ref.path} failed: ${error.message}`);
  }
  protected override onStop(reason: ExitReason) {
    this.init?.journal.tell.note(`${this.init.name} stops: ${typeof reason === "string" ? reason : "failed"}`);
  }
}

/** Answers when it is told to, also several at once. */
export class MortalSwitchboard extends Actor {
  static override reentrant = true;
  async call() {
    await new Promise(() => {});
  }
  die() {
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
  }
}

/** On which thread this module was loaded; another each time. */
const here = Math.random();

/** Movable: it takes its lines along, and whatever else it is told to have. */
export class Nomad extends Actor<
  { journal?: ActorRef<Journal>; bad?: "snapshot" | "promise" | "restore" } | undefined
> {
  static override readonly supervision = { maxRestarts: 2, within: "1h" } as const;
  #lines: number[] = [];
  #moves = 0;
  #held: unknown;
  #child: ActorRef<Counter> | undefined;
  #started = 0;

  protected override onStart() {
    this.#started++;
  }
  protected override onStop() {
    this.#say("stops");
  }
  protected override snapshot(): unknown {
    if (this.init?.bad === "snapshot") throw new Error("no state to show");
    if (this.init?.bad === "promise") return { later: Promise.resolve() };
    return { lines: this.#lines, moves: this.#moves, started: this.#started, self: this.self };
  }
  protected override async restore(state: { lines: number[]; moves: number; started: number; self: ActorRef<Nomad> }) {
    if (this.init?.bad === "restore") throw new Error("nothing fits");
    await null;
    this.#lines = state.lines;
    this.#moves = state.moves + 1;
    this.#started = state.started;
    // A ref in the state is its own again.
    if (!state.self.equals(this.self)) throw new Error("another came back");
    state.self.tell.note(-1);
  }
  #say(what: string) {
    this.init?.journal?.tell.note(what);
  }

  where() {
    return here;
  }
  spin(ms: number) {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  note(line: number) {
    if (line >= 0) this.#lines.push(line);
  }
  lines() {
    return this.#lines;
  }
  history() {
    return { moves: this.#moves, started: this.#started, restarts: this.ctx.restarts };
  }
  fail(why: string) {
    throw new Error(why);
  }
  say(what: string) {
    this.#say(what);
  }

  // What it may hold.
  soon() {
    this.ctx.after(1, () => this.#say("soon"));
  }
  tick(period: string) {
    this.ctx.every(period as "10ms", "say", "tick");
  }
  once(delay: string) {
    this.ctx.after(delay as "10ms", "say", "once");
  }
  end(message: string) {
    this.ctx.cancel(message);
  }
  rest(period: string) {
    this.ctx.idleAfter(period as "10ms");
  }
  protected override onIdle() {
    this.#say("idle");
  }
  listen(group: string) {
    this.ctx.subscribe(topic<string>("news"), "say");
    this.ctx.join(group);
  }
  watch(ref: ActorRef<Mortal>) {
    this.ctx.watch(ref);
  }
  unwatch(ref: ActorRef<Mortal>) {
    this.ctx.unwatch(ref);
  }
  link(ref: ActorRef<Mortal>) {
    this.ctx.link(ref);
  }
  protected override onTerminated(ref: ActorRef<Mortal>, reason: ExitReason) {
    this.#say(`${ref.path} ended: ${typeof reason === "string" ? reason : reason.error.message}`);
  }
  protected override onLinkFailed(ref: ActorRef<Mortal>, error: Error) {
    this.#say(`${ref.path} failed: ${error.message}`);
  }
  bear() {
    this.#child = this.ctx.spawn(Counter, undefined);
  }
  bury() {
    void this.#child?.stop();
  }
  /** Something that cannot go along. */
  async hold(what: string, other: ActorRef<Mortal>) {
    if (what === "an open ask") this.#held = other.ask({ waits: false, timeout: "1h" }).never();
    else if (what === "a stream") this.#held = other.ask.numbers(0)[Symbol.asyncIterator]();
    else if (what === "a closure for a timer") this.ctx.every("1h", () => {});
    else if (what === "a closure for a topic") this.ctx.subscribe(topic<string>("news"), () => {});
    else if (what === "other handlers") this.ctx.become({ lines: () => [1, 2, 3] });
    else if (what === "a child") this.bear();
    return this.#held !== undefined;
  }
  /** Something put aside. */
  aside() {
    this.ctx.stash();
  }
  async *numbers(from: number) {
    for (let i = from; ; i++) yield i;
  }
}

/** Holds many at a time, which belong to its thread. */
export class Juggler extends Actor {
  static override readonly reentrant = true;
  #open: (() => void)[] = [];
  protected override snapshot() {
    return this.#open.length;
  }
  protected override restore() {}
  where() {
    return here;
  }
  spin(ms: number) {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  hold() {
    return new Promise<void>((resolve) => this.#open.push(resolve));
  }
  drop() {
    for (const resolve of this.#open) resolve();
    this.#open = [];
  }
}

export const Reading = wire.struct("Reading", {
  sensor: wire.string,
  value: wire.f64,
  at: wire.timestamp,
  tags: wire.list(wire.string),
  note: wire.optional(wire.string),
  unit: wire.added(2, wire.string, "K"),
});
export const Instruction = wire.union("Instruction", { Stop: {}, Wait: { ms: wire.u32 }, Say: { text: wire.string } });
const Wide = wire.struct("Wide", Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, wire.string])));

/** Takes messages of declared types, as they come or lazily. */
// biome-ignore lint/suspicious/noExplicitAny: its own class is not known yet
export class Meter extends Actor<ActorRef<any> | undefined> {
  // biome-ignore lint/suspicious/noExplicitAny: values of several types
  #seen: any[] = [];
  read = receive(Reading, (reading) => {
    this.#seen.push(reading);
    return Object.keys(reading).join();
  });
  glance = receive(
    Reading,
    (reading) => {
      const plain = Object.getPrototypeOf(reading) === Object.prototype;
      const { tags } = reading;
      if (tags !== reading.tags) throw new Error("it is read anew each time");
      this.#seen.push(JSON.parse(JSON.stringify(reading)));
      return plain;
    },
    { lazily: true },
  );
  order = receive(Instruction, (order) => {
    if (order.type === "Stop") this.ctx.stash();
    else this.#seen.push(order);
    return order.type;
  });
  /** As it was read, to somebody else. */
  pass = receive(Reading, (reading): void => void this.init?.tell.read(reading), { lazily: true });
  whole = receive(Reading, (reading) => reading, { lazily: true });
  each = receive(Reading, function* ({ tags }) {
    yield* tags;
  });
  last = receive(Wide, (wide) => wide["f49"], { lazily: true });
  keys(value: object) {
    return Object.keys(value);
  }
  unstash() {
    this.ctx.unstash();
  }
  // biome-ignore lint/suspicious/noExplicitAny: the same
  seen(): any[] {
    return this.#seen.splice(0);
  }
  async hold(gate: ActorRef<Gate>) {
    await gate.ask({ timeout: "1m" }).pass();
  }
}

export const Entry = wire.struct("Entry", {
  title: wire.string,
  weight: wire.f64,
  note: wire.optional(wire.string),
  lines: wire.list(wire.string),
  bytes: wire.bytes,
  counts: wire.map(wire.string, wire.i32),
  total: wire.i64,
  at: wire.timestamp,
});
export const Page = wire.union("Page", {
  Title: { heading: wire.string },
  Entries: { entries: wire.list(Entry) },
  Empty: {},
});

/** Gives back what it gets. */
// biome-ignore lint/suspicious/noExplicitAny: anything that may be sent
export class Mirror extends Actor<any> {
  // biome-ignore lint/suspicious/noExplicitAny: the same
  all(...values: any[]) {
    return values;
  }
  // biome-ignore lint/suspicious/noExplicitAny: the same
  turned(a: any, b: any) {
    return [b, a];
  }
  // biome-ignore lint/suspicious/noExplicitAny: the same
  async later(value: any) {
    await null;
    return value;
  }
  // biome-ignore lint/suspicious/noExplicitAny: the same
  async *each(values: any[]) {
    yield* values;
  }
  begun() {
    return this.init;
  }
  entry = receive(Entry, (entry) => entry);
  lazily = receive(Entry, (entry) => entry, { lazily: true });
  page = receive(Page, (page) => page);
}

/** Ten messages of a number, more than have a place of their own to be called at, and one whose handler is replaced while it runs. */
export class Dials extends Actor {
  readonly #sums = Array.from({ length: 10 }, () => 0);
  d0 = (by: number) => this.#turn(0, by);
  d1(by: number) {
    this.#turn(1, by);
  }
  d2(by: number) {
    this.#turn(2, by);
  }
  d3(by: number) {
    this.#turn(3, by);
  }
  d4(by: number) {
    this.#turn(4, by);
  }
  d5(by: number) {
    this.#turn(5, by);
  }
  d6(by: number) {
    this.#turn(6, by);
  }
  d7(by: number) {
    this.#turn(7, by);
  }
  d8(by: number) {
    this.#turn(8, by);
  }
  d9(by: number) {
    this.#turn(9, by);
  }
  /** From now on what d1 is told counts tenfold. */
  replace() {
    this.d1 = (by) => this.#turn(1, by * 10);
  }
  sums(): readonly number[] {
    return this.#sums;
  }
  #turn(dial: number, by: number): void {
    this.#sums[dial] = (this.#sums[dial] as number) + by;
  }
}

function broken(): never {
  throw new Error("broken");
}
const brokenAt = (name: string) => Object.defineProperty(new Error("hostile"), name, { get: broken });
function chain(length: number): Error {
  let error = new Error("the first");
  for (let i = 0; i < length; i++) error = new Error(`after that, ${i}`, { cause: error });
  return error;
}
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What may come out of a handler, and cannot be told on as it is. */
export const odd: { readonly [kind: string]: () => unknown } = {
  nothing: () => undefined,
  symbol: () => Symbol("s"),
  function: () => broken,
  "an object without a prototype": () => Object.create(null) as object,
  "an object that is no text": () => ({ toString: broken }),
  "an error without a name": () => brokenAt("name"),
  "an error without a message": () => brokenAt("message"),
  "an error without a stack": () => brokenAt("stack"),
  "an error without a cause": () => brokenAt("cause"),
  "an error with a broken cause": () => new Error("outer", { cause: brokenAt("message") }),
  "an error whose parts are no texts": () =>
    Object.assign(new Error("x"), { name: 5, message: { a: 1 }, stack: { b: 2 } }),
  "an error that is its own cause": () => {
    const error = new Error("x");
    return Object.assign(error, { cause: error });
  },
  "an error with thousands of causes": () => chain(2000),
  "a revoked proxy": revoked,
  "a proxy of an error": () => new Proxy(new Error("x"), { get: broken }),
  "a proxy without a prototype": () => new Proxy({}, { getPrototypeOf: broken }),
  // biome-ignore lint/suspicious/noThenProperty: that is the point
  "a promise that throws": () => ({ then: broken }),
  // biome-ignore lint/suspicious/noThenProperty: that is the point
  "a promise that cannot be read": () => Object.defineProperty({}, "then", { get: broken }),
  "a stream that does not begin": () => ({ [Symbol.asyncIterator]: broken }),
  "a stream that is none": () => ({ [Symbol.asyncIterator]: () => 5 }),
};

/** Throws and answers all of these. */
export class Odd extends Actor {
  throws(kind: string): void {
    throw odd[kind]?.();
  }
  async rejects(kind: string): Promise<void> {
    await Promise.resolve();
    throw odd[kind]?.();
  }
  async *streams(kind: string) {
    yield 1;
    throw odd[kind]?.();
  }
  // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse
  answers(kind: string): any {
    return odd[kind]?.();
  }
  // biome-ignore lint/suspicious/noExplicitAny: the same
  async resolves(kind: string): Promise<any> {
    return odd[kind]?.();
  }
  later(kind: string): void {
    this.ctx.after(0, () => this.throws(kind));
  }
  logs(kind: string): void {
    this.ctx.log.error(odd[kind]?.());
  }
  well() {
    return true;
  }
  protected override onStop(): void {
    throw odd["a proxy of an error"]?.();
  }
}

/** A supervisor that is asked, and answers nonsense. */
export class Unsure extends Actor<unknown> {
  readonly #child = this.ctx.spawn(Odd, undefined, { name: "child" });
  child() {
    return this.#child;
  }
  // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse
  protected override onChildFailed(): any {
    return this.init;
  }
}
