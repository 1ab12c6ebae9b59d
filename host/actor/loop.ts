// The loop of one thread: takes turns while there are any, lets promises and the event loop in between, and parks
// when there is nothing to do. No thread that has an event loop ever blocks it.
//
//   running ──nothing left──▶ look a while ──▶ a turn of the event loop, look, and so on ──▶ parked
//      ▲                            │                            │                              │
//      └───── work is visible ──────┴────────────────────────────┴── notified, or time is up ───┘
//
// After a handler that awaits, or a reply that settled a promise, the loop goes on in a microtask, so that whoever
// waits runs first; every few ms it goes on in a macrotask, so that timers and sockets do.
import {
  HEADER,
  HEADER_THIEVES,
  HEADER_TRACING,
  HEADER_WORKERS,
  METER_BUSY,
  METER_MISSED,
  METER_PARKS,
  PARKED,
  TAKE_IDLE,
  TAKE_SLICE,
  WORKER_ANNOUNCING,
  WORKER_BYTES,
  WORKER_FIRST,
  WORKER_INBOX,
  WORKER_NOW,
  WORKER_PARKED,
} from "../../assembly/layout.ts";
import { defaults } from "../options.ts";
import type { Dispatch } from "./dispatch.ts";
import { nativeFault } from "./native.ts";
import type { Thread } from "./thread.ts";

/** Turns between two looks at the clock, at most; one when they are long. */
const STRIDE_MAX = 16;
/** A stride that took longer than this, ms, makes the next ones shorter. */
const STRIDE_MS = 0.1;
/** Turns without one of the event loop, when the clock stands still. */
const TURNS_STILL = 200;
/** How long a time-out that finds work waits for whoever is about to announce it, ms. */
const GRACE_MS = 100;

/** Microtasks before an idle thread looks for a moment: an await of Promise.all() takes two. */
const HOPS = 5;

const resolved = Promise.resolve();

type State = "idle" | "scheduled" | "running" | "parked" | "ended";

export class Loop {
  readonly #thread: Thread;
  readonly #dispatch: Dispatch;
  readonly #shared: boolean;
  #state: State = "idle";
  /** One poll is under way; it looks again when it runs. */
  #polling = false;
  #pollUntil = 0;
  /** One wait for the parked word is under way. */
  #waiting = false;
  #timer: { cancel(): void } | undefined;
  #sleep: number;
  /** When the event loop last had a turn. */
  #turnOfLoop = Number.NEGATIVE_INFINITY;
  #stride = 1;
  /** Since a time-out found work, somebody was seen who would have seen to it. */
  #promised = false;
  #runs = 0;
  #worked = false;
  /** It has been parked since it last ran. */
  #stirs = false;

  constructor(thread: Thread, dispatch: Dispatch) {
    this.#thread = thread;
    this.#dispatch = dispatch;
    this.#shared = thread.settings.mode === "shared";
    this.#sleep = thread.settings.parkTimeout;
    thread.rouse = () => {
      if (this.#state === "idle" || this.#state === "parked") this.#schedule();
      else if (this.#state === "scheduled") thread.platform.nudge?.();
    };
  }

  start(): void {
    this.#schedule();
  }

  /** How often it has run, while it has nothing to do. */
  get parked(): number | undefined {
    return this.#state === "parked" ? this.#runs : undefined;
  }

  end(): void {
    this.#become("ended");
    // What was counted since the last take().
    this.#thread.core.report();
    this.#timer?.cancel();
    this.#thread.rouse = () => {};
    if (this.#shared) {
      Atomics.store(this.#thread.views.i32, this.#parkedAt(), 0);
      Atomics.notify(this.#thread.views.i32, this.#parkedAt());
    }
  }

  #become(state: State): void {
    this.#state = state;
    this.#thread.turning = state === "running";
  }

  #parkedAt(): number {
    return (this.#thread.block + WORKER_PARKED) >>> 2;
  }

  /** Soon: in a microtask, or in a macrotask when the event loop had none for a while. */
  #schedule(): void {
    this.#leavePark();
    this.#become("scheduled");
    if (this.#thread.now() - this.#turnOfLoop > defaults.eventLoopMs) {
      this.#thread.platform.later(this.#inMacrotask);
    } else this.#soon();
  }

  /** In a microtask. Of a promise: for queueMicrotask Node makes an object that says who asked, and takes three times as long. */
  #soon(): void {
    void resolved.then(this.#inMicrotask);
  }

  readonly #inMacrotask = (): void => {
    this.#turnOfLoop = this.#thread.now();
    if (this.#state === "scheduled") this.#run();
  };

  readonly #inMicrotask = (): void => {
    try {
      if (this.#state === "scheduled") this.#run();
    } catch (error) {
      // Not a rejection, of which a page would hear nothing.
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  #run(): void {
    const thread = this.#thread;
    const { platform } = thread;
    this.#become("running");
    this.#runs++;
    if (this.#stirs) {
      this.#stirs = false;
      thread.stir();
    }
    thread.tracing = thread.views.u32[(HEADER + HEADER_TRACING) >>> 2] !== 0;
    let cell = this.#take(1);
    // The core has looked at the clock: that costs as much as many a turn.
    const began = thread.views.f64[(thread.block + WORKER_NOW) >>> 3] as number;
    let now = began;
    let sliceBegan = began;
    let turns = 0;
    for (;;) {
      if (cell > TAKE_SLICE) {
        this.#worked = true;
        cell = this.#dispatch.turns(cell, this.#stride);
      }
      if (cell === TAKE_IDLE) {
        this.#account(began, thread.now());
        this.#idle();
        return;
      }
      const before = now;
      now = thread.now();
      this.#stride = now - before > STRIDE_MS ? 1 : Math.min(STRIDE_MAX, this.#stride * 2);
      // A clock that stands still never says that it is time.
      if (now - this.#turnOfLoop > defaults.eventLoopMs || (platform.polls === false && ++turns === TURNS_STILL)) {
        this.#account(began, now);
        this.#become("scheduled");
        platform.later(this.#inMacrotask);
        return;
      }
      if (thread.settled) {
        thread.settled = false;
        this.#account(began, now);
        this.#become("scheduled");
        this.#soon();
        return;
      }
      const fresh = now - sliceBegan > thread.settings.slice || cell === TAKE_SLICE;
      if (fresh) sliceBegan = now;
      cell = this.#take(fresh ? 1 : 0);
    }
  }

  #take(fresh: number): number {
    const thread = this.#thread;
    try {
      return thread.core.take(fresh) >>> 0;
    } catch (error) {
      nativeFault(thread, error);
      return TAKE_SLICE;
    }
  }

  #account(from: number, to: number): void {
    const thread = this.#thread;
    thread.count(METER_BUSY, to - from);
    for (let left = thread.postponed.length; left > 0; left--) {
      const send = thread.postponed.shift();
      if (send && !send()) {
        thread.postponed.unshift(send);
        break;
      }
    }
  }

  #idle(): void {
    this.#become("idle");
    if (this.#thread.settled) {
      this.#thread.settled = false;
      this.#become("scheduled");
      this.#soon();
      return;
    }
    if (!this.#shared) {
      this.#poll();
      return;
    }
    const hopping = this.#hops > 0;
    this.#hops = HOPS;
    if (!hopping) this.#hop();
  }

  /** Whoever awaits an answer that has just come goes on in one of the next microtasks, and most likely sends something. */
  readonly #hop = (): void => {
    if (this.#state !== "idle") this.#hops = 0;
    else if (--this.#hops > 0) void resolved.then(this.#hop);
    else if (this.#sees()) this.#schedule();
    else this.#poll();
  };
  /** Left to go; above 0 one is under way. */
  #hops = 0;

  /** Is there anything to do, or will be in a moment? A look takes longer the more workers there are to look at. */
  #sees(): boolean {
    const { core, settings } = this.#thread;
    for (let i = this.#shared ? defaults.spins / settings.workers : 1; i > 0; i--) if (core.visible()) return true;
    return false;
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    const { platform } = this.#thread;
    let runs = -1;
    const look = (): void => {
      const now = this.#thread.now();
      this.#turnOfLoop = now;
      if (this.#runs !== runs) {
        // Something ran since: the time begins anew.
        runs = this.#runs;
        this.#pollUntil = platform.polls === false ? now : now + defaults.pollMs;
      }
      if (this.#state === "idle") {
        if (this.#sees() || this.#dueIn() <= 0) this.#run();
        else if (now >= this.#pollUntil) {
          this.#polling = false;
          this.#park();
          return;
        }
      } else if (this.#state !== "scheduled") {
        this.#polling = false;
        return;
      }
      platform.later(look);
    };
    platform.later(look);
  }

  #dueIn(): number {
    const due = this.#thread.core.nextDue();
    return due === Infinity ? Infinity : due - this.#thread.now();
  }

  #park(): void {
    const thread = this.#thread;
    thread.core.tidy();
    if (this.#worked) this.#sleep = thread.settings.parkTimeout;
    else this.#sleepLonger();
    this.#worked = false;
    if (!this.#shared) {
      this.#become("parked");
      if (this.#nextLook() < Infinity) this.#alarm(this.#nextLook());
      return;
    }
    if (!thread.core.park()) {
      this.#schedule();
      return;
    }
    this.#become("parked");
    thread.count(METER_PARKS, 1);
    if (!this.#waiting) {
      const wait = thread.platform.wait(thread.views.i32, this.#parkedAt(), PARKED);
      if (!wait) {
        this.#schedule();
        return;
      }
      this.#waiting = true;
      wait.then(() => {
        this.#waiting = false;
        if (this.#state === "parked") this.#wakeUp();
      });
    }
    this.#alarm(this.#nextLook());
  }

  /** ms until it looks again; soon, while control waits for memory. Alone, there is nothing to be found but timers. */
  #nextLook(): number {
    const { postponed, settings } = this.#thread;
    const longest = postponed.length > 0 ? settings.parkTimeout : this.#shared ? this.#sleep : Infinity;
    return Math.min(longest, this.#dueIn());
  }

  /** A parked system looks once in four seconds or so, however many threads it has: each look wakes a core. */
  #sleepLonger(): void {
    this.#sleep = Math.min(defaults.parkTimeoutMax * this.#thread.settings.workers, this.#sleep * 2);
  }

  #alarm(ms: number): void {
    this.#timer = this.#thread.platform.after(Math.max(0, ms), () => {
      this.#timer = undefined;
      if (this.#state !== "parked") return;
      if (this.#shared && this.#thread.core.visible()) {
        this.#promised = false;
        this.#notAnnounced(this.#thread.platform.clock());
      } else if (!this.#shared || this.#dueIn() <= 0 || this.#thread.postponed.length > 0) this.#wakeUp();
      else {
        // It has looked, and found nothing: it stays parked, for longer.
        this.#sleepLonger();
        this.#alarm(this.#nextLook());
      }
    });
  }

  /** Time is up and there is work: somebody is about to announce or to take it, or a wake-up was lost. */
  #notAnnounced(since: number): void {
    const thread = this.#thread;
    if (this.#state !== "parked") return;
    const { i32, u32 } = thread.views;
    if (i32[this.#parkedAt()] !== PARKED) {
      this.#wakeUp();
      return;
    }
    if (!thread.core.visible()) {
      this.#alarm(this.#nextLook());
      return;
    }
    // What only this thread can do waits for whoever announces it; what anybody may do, also for one that is awake, who
    // looks before it parks.
    const own = u32[(thread.block + WORKER_INBOX) >>> 2] !== 0;
    this.#promised ||= this.#inGoodHands(own);
    if (thread.platform.clock() - since < GRACE_MS) {
      thread.platform.later(() => this.#notAnnounced(since));
      return;
    }
    if (!this.#promised) thread.count(METER_MISSED, 1);
    this.#wakeUp();
  }

  /** Is there a thread that is about to announce this work, or to look for it? */
  #inGoodHands(own: boolean): boolean {
    const { u32, i32 } = this.#thread.views;
    const all = u32[(HEADER + HEADER_WORKERS) >>> 2] as number;
    const thieves = u32[(HEADER + HEADER_THIEVES) >>> 2] as number;
    for (let index = 0; index < all; index++) {
      const block = WORKER_FIRST + index * WORKER_BYTES;
      if (u32[(block + WORKER_ANNOUNCING) >>> 2] !== 0) return true;
      if (!own && index >= thieves && i32[(block + WORKER_PARKED) >>> 2] !== PARKED) return true;
    }
    return false;
  }

  #wakeUp(): void {
    this.#turnOfLoop = this.#thread.now();
    this.#leavePark();
    this.#run();
  }

  #leavePark(): void {
    if (this.#state !== "parked") return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#shared) this.#thread.core.unpark();
    this.#stirs = this.#shared;
    this.#become("idle");
  }
}
