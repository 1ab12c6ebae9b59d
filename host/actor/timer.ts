// Timers of an instance: each fires as a message of its own actor, in the actor's turn, after what is queued before it.
// They live in the thread's timer wheel and end with the instance.
import { ZanniError } from "../errors.ts";
import { milliseconds, wrong } from "../options.ts";
import type { Life } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import { hashOf } from "./hash.ts";
import type { Thread } from "./thread.ts";

export type Task = string | (() => void);

/** Runs it once, not before `delay` has passed. */
export function after(thread: Thread, life: Life, delay: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("after", delay);
  const { name, run } = taskOf(life, task, args);
  let over = false;
  const errand = {
    life,
    name,
    run: () => {
      if (over) return undefined;
      over = true;
      return run();
    },
  };
  const alarm = thread.alarm(life, thread.now() + ms, () => thread.errand(life, errand));
  return disposable(() => {
    over = true;
    alarm.cancel();
  });
}

/** Runs it at the end of each period, counted from now, however long a tick takes. */
export function every(thread: Thread, life: Life, period: unknown, task: Task, args: readonly unknown[]): Disposable {
  const ms = milliseconds("every", period);
  if (ms <= 0) wrong("every", period, "longer than 0");
  const { name, run } = taskOf(life, task, args);
  const began = thread.now();
  let over = false;
  let queued = false;
  const errand = {
    life,
    name,
    run: () => {
      queued = false;
      return over ? undefined : run();
    },
  };
  let alarm = { cancel() {} };
  const arm = () => {
    const next = began + (Math.floor((thread.now() - began) / ms) + 1) * ms;
    alarm = thread.alarm(life, next, () => {
      if (!queued) {
        queued = true;
        thread.errand(life, errand);
      }
      arm();
    });
  };
  arm();
  return disposable(() => {
    over = true;
    alarm.cancel();
  });
}

/** `onIdle` when no message came for this long; undefined ends it. */
export function idleAfter(thread: Thread, life: Life, period: unknown): void {
  const extras = extrasOf(life);
  extras.idle?.timer?.cancel();
  extras.idle = undefined;
  if (period === undefined) return;
  const ms = milliseconds("idleAfter", period);
  const idle = { ms, last: thread.now(), timer: undefined as { cancel(): void } | undefined };
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
  const arm = () => {
    idle.timer = thread.alarm(life, idle.last + ms, () => {
      if (thread.now() - idle.last < ms) arm();
      else thread.errand(life, errand);
    });
  };
  arm();
}

function taskOf(life: Life, task: Task, args: readonly unknown[]): { name: string; run: () => unknown } {
  if (typeof task === "function") return { name: "(timer)", run: task };
  const { definition } = life.actor;
  if (typeof task !== "string" || (definition.hasHooks && definition.message(hashOf(task)) === undefined)) {
    wrong("task", task, `a function, or the name of a message of ${definition.name}`);
  }
  return { name: task, run: () => call(life, task, args) };
}

function call(life: Life, name: string, args: readonly unknown[]): unknown {
  const handlers = life.instance as { readonly [name: string]: unknown };
  const handler = handlers[name];
  if (typeof handler !== "function") {
    throw new ZanniError(
      "ERR_UNKNOWN_MESSAGE",
      `${life.actor.definition.name} ("${life.path}") has no message "${name}"`,
    );
  }
  return Reflect.apply(handler, handlers, args);
}

function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose]: dispose };
}
