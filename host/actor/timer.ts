// Timers of an instance: each fires as a message of its own actor, in the actor's turn, after what is queued before it.
// They live in the thread's timer wheel and end with the instance; those that name a message go along when it moves.
import { milliseconds, wrong } from "../options.ts";
import type { Life } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import type { NamedTimer } from "./holder.ts";
import { type Job, jobOf, type Task } from "./job.ts";
import type { Thread } from "./thread.ts";

/** Runs it once, not before `delay` has passed. */
export function after(thread: Thread, life: Life, delay: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("after", delay);
  return once(thread, life, thread.now() + ms, jobOf(life, "timer", task), args);
}

function once(thread: Thread, life: Life, due: number, job: Job, args: readonly unknown[]): Disposable {
  let over = false;
  const errand = {
    life,
    name: job.name,
    run: () => {
      if (over) return undefined;
      over = true;
      return job.run(...args);
    },
  };
  const end = () => {
    over = true;
    alarm.cancel();
  };
  const timer = named(job, args, due, 0, end);
  const alarm = thread.alarm(life, due, () => thread.errand(life, errand), timer);
  return { [Symbol.dispose]: end };
}

/** Runs it at the end of each period, counted from now, however long a tick takes. */
export function every(thread: Thread, life: Life, period: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("every", period);
  if (ms <= 0) wrong("every", period, "longer than 0");
  return repeated(thread, life, thread.now(), ms, jobOf(life, "timer", task), args);
}

function repeated(
  thread: Thread,
  life: Life,
  began: number,
  ms: number,
  job: Job,
  args: readonly unknown[],
): Disposable {
  let over = false;
  let queued = false;
  const errand = {
    life,
    name: job.name,
    run: () => {
      queued = false;
      return over ? undefined : job.run(...args);
    },
  };
  let alarm = { cancel() {} };
  const end = () => {
    over = true;
    alarm.cancel();
  };
  const timer = named(job, args, began, ms, end);
  const arm = () => {
    const next = began + (Math.floor((thread.now() - began) / ms) + 1) * ms;
    const fire = () => {
      if (!queued) {
        queued = true;
        thread.errand(life, errand);
      }
      arm();
    };
    alarm = thread.alarm(life, next, fire, timer);
  };
  arm();
  return { [Symbol.dispose]: end };
}

function named(
  { message }: Job,
  args: readonly unknown[],
  from: number,
  period: number,
  end: () => void,
): NamedTimer | undefined {
  return message === undefined ? undefined : { message, args, from, period, end };
}

/** `onIdle` when no message came for this long; undefined ends it. */
export function idleAfter(thread: Thread, life: Life, period: unknown): void {
  const extras = extrasOf(life);
  extras.idle?.timer?.cancel();
  extras.idle = undefined;
  if (period !== undefined) watchIdle(thread, life, milliseconds("idleAfter", period), thread.now());
}

function watchIdle(thread: Thread, life: Life, ms: number, since: number): void {
  const extras = extrasOf(life);
  const idle = { ms, last: since, timer: undefined as { cancel(): void } | undefined };
  extras.idle = idle;
  const errand = {
    life,
    name: "onIdle",
    run: () => {
      if (extras.idle !== idle) return undefined;
      // Something was handled since, this queued behind it.
      const quiet = thread.now() - idle.last >= ms;
      idle.last = thread.now();
      arm();
      return quiet ? life.instance?.onIdle?.() : undefined;
    },
  };
  const timer: NamedTimer = { message: "", args: [], from: since, period: ms, end() {} };
  const arm = () => {
    const fire = () => {
      if (thread.now() - idle.last < ms) arm();
      else thread.errand(life, errand);
    };
    idle.timer = thread.alarm(life, idle.last + ms, fire, timer);
  };
  arm();
}

// ---- going along ----------------------------------------------------------------------------------

/** Message, arguments, ms when it was set (or, once, is due), and its period, ms; 0: once. */
export type Timers = readonly (readonly [message: string, args: readonly unknown[], from: number, period: number])[];

/** What names a message, of all that is set. */
export function timersOf(life: Life): Timers {
  const timers = [];
  for (let pending = life.asks; pending; pending = pending.after) {
    const { timer } = pending;
    if (timer && timer.message !== "") timers.push([timer.message, timer.args, timer.from, timer.period] as const);
  }
  // The oldest first, as they were set.
  return timers.reverse();
}

/** Sets them again, for the same instants. */
export function rearm(thread: Thread, life: Life, timers: Timers): void {
  for (const [message, args, from, period] of timers) {
    const job = jobOf(life, "timer", message);
    if (period === 0) once(thread, life, from, job, args);
    else repeated(thread, life, from, period, job, args);
  }
}

export function idleOf(life: Life): readonly [ms: number, last: number] | undefined {
  const idle = life.extras?.idle;
  return idle && [idle.ms, idle.last];
}

export function rearmIdle(thread: Thread, life: Life, [ms, last]: readonly [number, number]): void {
  watchIdle(thread, life, ms, last);
}

/** Ends all that name this message. */
export function cancelTimers(life: Life, message: string): void {
  const found: NamedTimer[] = [];
  for (let pending = life.asks; pending; pending = pending.after) {
    if (pending.timer?.message === message) found.push(pending.timer);
  }
  for (const timer of found) timer.end();
}
