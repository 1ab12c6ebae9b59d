// Timers of an instance: each fires as a message of its own actor, in the actor's turn, after what is queued before it.
// They live in the thread's timer wheel and end with the instance; those that name a message go along when it moves.
//
// One object each, as there may be a million of them: alarm, errand and disposable in one.
import { milliseconds, wrong } from "../options.ts";
import type { Idle, Life } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import type { Alarm, Armed, Errand, Task } from "./holder.ts";
import { jobNameOf, runJob } from "./job.ts";
import type { Thread } from "./thread.ts";

class Timer implements Alarm, Errand, Disposable {
  readonly life: Life;
  readonly task: Task;
  readonly args: readonly unknown[];
  /** When it was set; of one that fires once, when it is due. ms */
  readonly from: number;
  /** ms; 0: once. */
  readonly period: number;
  readonly #thread: Thread;
  #armed: Armed | undefined;
  #over = false;
  /** In the mailbox, as an errand. */
  #queued = false;

  constructor(thread: Thread, life: Life, task: Task, args: readonly unknown[], from: number, period: number) {
    this.#thread = thread;
    this.life = life;
    this.task = task;
    this.args = args;
    this.from = from;
    this.period = period;
    this.#arm();
  }

  get name(): string {
    return jobNameOf("timer", this.task);
  }

  get travels(): boolean {
    return typeof this.task === "string";
  }

  #arm(): void {
    const { from, period } = this;
    // Counted from the beginning, however long a tick takes.
    const due = period === 0 ? from : from + (Math.floor((this.#thread.now() - from) / period) + 1) * period;
    this.#armed = this.#thread.alarm(this.life, due, this);
  }

  fire(): void {
    this.#armed = undefined;
    // While one tick is still queued, the next is left out.
    if (!this.#queued) {
      this.#queued = true;
      this.#thread.errand(this.life, this);
    }
    if (this.period !== 0) this.#arm();
  }

  run(): unknown {
    this.#queued = false;
    return this.#over ? undefined : runJob(this.life, this.task, this.args);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    if (this.#armed) this.#thread.disarm(this.#armed);
    this.#armed = undefined;
  }
}

/** Runs it once, not before `delay` has passed. */
export function after(thread: Thread, life: Life, delay: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("after", delay);
  jobNameOf("timer", task, life);
  return new Timer(thread, life, task, args, thread.now() + ms, 0);
}

/** Runs it at the end of each period, counted from now. */
export function every(thread: Thread, life: Life, period: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("every", period);
  if (ms <= 0) wrong("every", period, "longer than 0");
  jobNameOf("timer", task, life);
  return new Timer(thread, life, task, args, thread.now(), ms);
}

/** Calls onIdle when nothing was handled for so long; the dispatch notes what was. */
class IdleWatch implements Idle, Alarm, Errand {
  readonly life: Life;
  readonly ms: number;
  readonly name = "onIdle";
  readonly travels = true;
  last: number;
  readonly #thread: Thread;
  #armed: Armed | undefined;
  #over = false;

  constructor(thread: Thread, life: Life, ms: number, since: number) {
    this.#thread = thread;
    this.life = life;
    this.ms = ms;
    this.last = since;
    this.#arm();
  }

  #arm(): void {
    this.#armed = this.#thread.alarm(this.life, this.last + this.ms, this);
  }

  fire(): void {
    this.#armed = undefined;
    if (this.#thread.now() - this.last < this.ms) this.#arm();
    else this.#thread.errand(this.life, this);
  }

  run(): unknown {
    if (this.#over) return undefined;
    const now = this.#thread.now();
    // Something was handled since, this queued behind it.
    const quiet = now - this.last >= this.ms;
    this.last = now;
    this.#arm();
    return quiet ? this.life.instance?.onIdle?.() : undefined;
  }

  end(): void {
    this.#over = true;
    if (this.#armed) this.#thread.disarm(this.#armed);
    this.#armed = undefined;
  }
}

/** `onIdle` when no message came for this long; undefined ends it. */
export function idleAfter(thread: Thread, life: Life, period: unknown): void {
  const extras = extrasOf(life);
  extras.idle?.end();
  extras.idle =
    period === undefined ? undefined : new IdleWatch(thread, life, milliseconds("idleAfter", period), thread.now());
}

// ---- going along ----------------------------------------------------------------------------------

/** Message, arguments, ms when it was set (or, once, is due), and its period, ms; 0: once. */
export type Timers = readonly (readonly [message: string, args: readonly unknown[], from: number, period: number])[];

/** What names a message, of all that is set. */
export function timersOf(life: Life): Timers {
  // The oldest first, as they were set.
  return namedBy(life)
    .reverse()
    .map(({ task, args, from, period }) => [task as string, args, from, period] as const);
}

function namedBy(life: Life): Timer[] {
  const timers: Timer[] = [];
  for (let pending = life.asks; pending; pending = pending.after) {
    const { alarm } = pending;
    if (alarm instanceof Timer && alarm.travels) timers.push(alarm);
  }
  return timers;
}

/** Sets them again, for the same instants. */
export function rearm(thread: Thread, life: Life, timers: Timers): void {
  for (const [message, args, from, period] of timers) new Timer(thread, life, message, args, from, period);
}

export function idleOf(life: Life): readonly [ms: number, last: number] | undefined {
  const idle = life.extras?.idle;
  return idle && [idle.ms, idle.last];
}

export function rearmIdle(thread: Thread, life: Life, [ms, last]: readonly [number, number]): void {
  extrasOf(life).idle = new IdleWatch(thread, life, ms, last);
}

/** Ends all that name this message, also those that have fired and wait in the mailbox. */
export function cancelTimers(thread: Thread, life: Life, message: string): void {
  const timers = namedBy(life);
  for (const [each] of thread.passed.values()) if (each instanceof Timer && each.life === life) timers.push(each);
  for (const timer of timers) if (timer.task === message) timer[Symbol.dispose]();
}
