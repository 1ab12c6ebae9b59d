// The worker threads of a system, seen from the thread that makes them. They load while it compiles the core, are booted when
// that is done, and whoever dies is made again.
//
//   made ──boot──▶ "ready" ──stop──▶ "ended"
//              └─▶ "failed"  └─────▶ died: another in its place
import type { Settings } from "./actor/thread.ts";
import type { Natives } from "./core/native.ts";
import { asError, isZanniError, ZanniError } from "./errors.ts";
import { defaults, wrong } from "./options.ts";
import { Worker } from "./platform/choose.ts";
import type { Platform, WorkerEvent, WorkerLike } from "./platform/platform.ts";

/** What all threads of a system stand on. */
export interface Ground {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly settings: Settings;
  readonly natives: Natives;
}

/** The first message to a thread. */
export interface Boot extends Ground {
  readonly zanni: "boot";
  readonly index: number;
  /** What this thread holds for its life, where its end is no event. */
  readonly life: string;
  /** It takes the place of one that died of this. As plain data: an error that came from a thread does not travel to the next. */
  readonly heirOf?: { readonly message: string; readonly stack: string | undefined } | undefined;
}

/** What a thread says of itself. */
interface Word {
  readonly zanni?: "ready" | "failed" | "ended";
  readonly error?: unknown;
}

/** They have the numbers from 1 on; the thread that makes them is 0. */
export class Workers {
  readonly #make: (() => WorkerLike) | URL;
  readonly #outside: Platform;
  readonly #all: WorkerThread[] = [];
  #ground: Ground | undefined;
  #died: (index: number, cause: Error) => void = () => {};
  #booted = 0;
  #isOver = false;

  /** So many begin to load. Throws ERR_OPTION when `make` makes something else. */
  constructor(make: (() => WorkerLike) | URL, count: number, outside: Platform) {
    this.#make = make;
    this.#outside = outside;
    try {
      for (let index = 1; index <= count; index++) this.#all.push(this.#made(index));
    } catch (error) {
      void this.cutOff();
      throw error;
    }
  }

  /** Resolves when all take turns. `died`: that one is dead after it did; what it owned is nobody's now. */
  async boot(ground: Ground, died: (index: number, cause: Error) => void): Promise<void> {
    this.#ground = ground;
    this.#died = died;
    await Promise.all(this.#all.map((thread) => this.#boot(thread, undefined)));
  }

  /**
   * Another takes the place of one that died of that. It may be killed in turn before it is up; a file that does not load is not
   * tried again.
   */
  async succeed(index: number, cause: Error): Promise<void> {
    for (let left: number = defaults.successors; ; left--) {
      try {
        const heir = this.#made(index);
        this.#all[index - 1] = heir;
        await this.#boot(heir, cause);
        return;
      } catch (error) {
        if (this.#isOver) return;
        if (left === 1 || !isZanniError(error, "ERR_WORKER_LOST")) throw error;
      }
    }
  }

  isUp(index: number): boolean {
    return this.#all[index - 1]?.isUp === true;
  }

  /** It dies, of that. */
  end(index: number, cause: Error): void {
    this.#all[index - 1]?.end(cause);
  }

  /** Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#isOver = true;
    for (const thread of this.#all) thread.stop();
    await Promise.all(this.#all.map(({ ended }) => ended));
  }

  /** What still runs ends now. Resolves when those that were about to start do so no more. */
  async cutOff(): Promise<void> {
    this.#isOver = true;
    for (const thread of this.#all) thread.end();
    await Promise.allSettled(this.#all.map(({ ready }) => ready));
  }

  #made(index: number): WorkerThread {
    const make = this.#make;
    const worker = typeof make === "function" ? make() : new Worker(make, { type: "module" });
    if (typeof (worker as Partial<WorkerLike> | undefined)?.addEventListener !== "function")
      wrong("worker", worker, "a function that makes a Worker: the one that zanni exports, or the Web's");
    return new WorkerThread(worker, index, this.#outside.lives);
  }

  #boot(thread: WorkerThread, died: Error | undefined): Promise<void> {
    const ground = this.#ground as Ground;
    const { index } = thread;
    const life = `zanni ${ground.settings.epoch} ${index} ${++this.#booted}`;
    const heirOf = died && { message: died.message, stack: died.stack };
    return thread.boot({ zanni: "boot", ...ground, index, life, heirOf }, (cause) => this.#died(index, cause));
  }
}

class WorkerThread {
  readonly index: number;
  /** It takes turns; rejects when it never will. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly #worker: WorkerLike;
  readonly #lives: Platform["lives"];
  #life = "";
  #isReady = false;
  #isOver = false;
  /** Why it ends, if that is known before it does. */
  #cause: Error | undefined;
  #died: (cause: Error) => void = () => {};
  #resolve = () => {};
  #reject: (error: unknown) => void = () => {};
  #end = () => {};

  constructor(worker: WorkerLike, index: number, lives: Platform["lives"]) {
    this.#worker = worker;
    this.index = index;
    this.#lives = lives;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may fail before anybody waits for it.
    this.ready.catch(() => {});
    worker.addEventListener("message", ({ data }) => this.#said((data ?? {}) as Word));
    worker.addEventListener("error", (event) => this.#failed(event));
    worker.addEventListener("exit", ({ message }) => this.#gone(message ?? "the thread ended"));
  }

  get isUp(): boolean {
    return this.#isReady && !this.#isOver;
  }

  boot(boot: Boot, died: (cause: Error) => void): Promise<void> {
    this.#life = boot.life;
    this.#died = died;
    this.#worker.postMessage(boot);
    return this.ready;
  }

  stop(): void {
    this.#worker.postMessage({ zanni: "stop" });
  }

  end(cause?: Error): void {
    this.#cause ??= cause;
    this.#worker.terminate();
    // Not everywhere would anybody say so.
    if (!this.#isReady) this.#gone("it was cut off");
  }

  #said({ zanni, error }: Word): void {
    if (zanni === "ready") {
      this.#isReady = true;
      this.#resolve();
      void this.#lives?.ended(this.#life).then(() => this.#gone("the thread ended"));
    } else if (zanni === "failed") this.#reject(error);
    else if (zanni === "ended") this.#over();
  }

  #failed(event: WorkerEvent): void {
    event.preventDefault?.();
    this.#cause = asError(event.error ?? new Error(event.message ?? "the worker file could not be loaded"));
    // Where it ends by itself, the end says whether it was up: this may come before the word that it is.
    if (!this.#lives) return;
    // Elsewhere it goes on after an error that nobody caught; what it has in hand is lost all the same.
    if (this.#isReady) this.#worker.terminate();
    else {
      this.#over();
      this.#reject(event.error ?? new Error(`a worker ended before it called serve(): ${event.message}`));
    }
  }

  /** Only here is it known to be dead: nobody may touch what it owned before. */
  #gone(message: string): void {
    if (this.#isOver) return;
    this.#over();
    if (this.#isReady) {
      this.#died(this.#cause ?? new Error(message));
      return;
    }
    const early = `a worker ended before it was up: ${message}; it must call serve(actors)`;
    const worker = this.index - 1;
    this.#reject(this.#cause ?? new ZanniError("ERR_WORKER_LOST", early, { details: { worker } }));
  }

  #over(): void {
    this.#isOver = true;
    this.#end();
  }
}
