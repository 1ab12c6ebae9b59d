// Native behaviors on the bare core: this thread, and as many others as a row asks for, each running take().
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import * as L from "../../assembly/layout.ts";
import type { Core } from "../../host/core/abi.ts";

export const behaviors = ["idle", "count", "trap", "sender", "receiver", "hop", "sky", "result", "spawner"] as const;
export type Behavior = (typeof behaviors)[number];

export function indexOf(behavior: Behavior): number {
  return behaviors.indexOf(behavior) + 1;
}

/** One for all threads, as in a system: what one of them has compiled anew the others have too. */
export interface Modules {
  readonly core: WebAssembly.Module;
  readonly native: WebAssembly.Module;
}

function module(name: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../../../${name}.wasm`, import.meta.url)));
}

/** Makes this thread a worker of the bare core. */
export function attachNative(modules: Modules, memory: WebAssembly.Memory, index: number): Core {
  const table = new WebAssembly.Table({ initial: 64, element: "anyfunc" });
  const origin = performance.timeOrigin;
  const core = new WebAssembly.Instance(modules.core, {
    env: { memory, table },
    clock: { now: () => origin + performance.now() },
    pool: { grown: () => {} },
  }).exports as unknown as Core;
  const user = new WebAssembly.Instance(modules.native, {
    env: { memory, table },
    core: core as unknown as WebAssembly.ModuleImports,
  });
  for (const name of behaviors) table.set(indexOf(name), user.exports[name]);
  if (index >= 0) core.attach(index);
  return core;
}

const WARM_MS = 500;

export class Native {
  readonly memory: WebAssembly.Memory;
  readonly core: Core;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u64: BigUint64Array;
  readonly #others: Worker[] = [];

  constructor(workers: number, kind: "shared" | "single" = "shared") {
    const pages = kind === "shared" ? 65_536 : 16_384;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: kind === "shared" });
    const modules: Modules = { core: module(`core.${kind}`), native: module(`native.${kind}`) };
    this.core = attachNative(modules, this.memory, -1);
    this.core.boot(workers, 0, pages, pages, 0, 0, 1000, 1000);
    this.core.attach(0);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.u64 = new BigUint64Array(this.memory.buffer);
    for (let i = 1; i < workers; i++) {
      const workerData = { modules, memory: this.memory, index: i };
      this.#others.push(new Worker(new URL("./native-worker.js", import.meta.url), { workerData }));
    }
  }

  async ready(): Promise<this> {
    await Promise.all(this.#others.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
    return this;
  }

  spawn(behavior: Behavior, home: number = L.HOME_ANY): { cell: number; generation: number } {
    const cell = this.core.spawn(home, indexOf(behavior), 0, -1, -1, 0) >>> 0;
    return { cell, generation: this.core.generation(cell) >>> 0 };
  }

  state(cell: number, offset: number): number {
    return this.u32[(cell + L.CELL_STATE + offset) >>> 2] as number;
  }

  set(cell: number, ...words: number[]): void {
    words.forEach((word, i) => {
      this.u32[(cell + L.CELL_STATE + i * 4) >>> 2] = word;
    });
  }

  /**
   * The last answer, after so long of the same: an engine compiles a module twice, and better the second time, a while after it
   * has begun to run.
   */
  warm<T>(round: () => T): T {
    for (const end = performance.now() + WARM_MS; performance.now() < end; ) round();
    return round();
  }

  /** Runs this thread as worker 0 until `done`. */
  run(done: () => boolean): void {
    let idle = 0;
    while (!done()) {
      if (this.core.take(1) === L.TAKE_IDLE) {
        if (++idle > 1e9) throw new Error("stuck");
      } else idle = 0;
    }
  }

  /** This thread stays out of it: waits until the others are done. */
  async watch(done: () => boolean): Promise<void> {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  }

  async end(): Promise<void> {
    this.u32[(L.HEADER + L.HEADER_BYTES - 4) >>> 2] = 1;
    await Promise.all(this.#others.map((worker) => worker.terminate()));
  }
}
