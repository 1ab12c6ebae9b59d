// An edge isolate (workerd): one thread, no memory to share, and timers that end with the request that set them.
import { download } from "./download.ts";
import type { Platform } from "./platform.ts";
import { unheard } from "./rejection.ts";

/** workerd allows 10,000 to a request. */
const TIMERS_MAX = 1000;
const KEPT_MS = 60_000;

export function edge(): Platform {
  const queue: (() => void)[] = [];
  /** What those who asked in this step of a request hold together. */
  let kept: { readonly timer: ReturnType<typeof setTimeout>; users: number } | undefined;
  let asked = false;
  let timers = 0;
  const pump = () => {
    timers = 0;
    for (const fn of queue.splice(0)) fn();
  };
  /** A timer of whichever request asks, as those of others may end with them; one for each step of it, not each call. */
  const ask = () => {
    if (asked || timers >= TIMERS_MAX) return;
    asked = true;
    timers++;
    queueMicrotask(() => {
      asked = false;
    });
    setTimeout(pump, 0);
  };
  return {
    name: "edge",
    // It stands still while code runs, and moves with input and output.
    clock: () => Date.now(),
    later(fn) {
      queue.push(fn);
      ask();
    },
    // The request that was to run the queue may have ended: whoever comes runs it.
    nudge() {
      if (queue.length > 0) ask();
    },
    // A request that waits for nothing of its own is taken for hung, also while another's turn is about to answer it.
    keep() {
      if (!kept) {
        kept = { timer: setTimeout(() => {}, KEPT_MS), users: 0 };
        queueMicrotask(() => {
          kept = undefined;
        });
      }
      const mine = kept;
      mine.users++;
      return () => {
        if (--mine.users > 0) return;
        clearTimeout(mine.timer);
        if (kept === mine) kept = undefined;
      };
    },
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    hold: () => ({ release() {} }),
    wait: () => undefined,
    cores: 1,
    reserves: false,
    read: download,
    variable: () => undefined,
    unheard,
    worker() {
      throw new TypeError("an edge isolate has no worker threads");
    },
    parent: () => undefined,
  };
}
