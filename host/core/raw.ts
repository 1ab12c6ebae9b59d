// The raw core with typed faces: cells, mailboxes, deques and workers, for those who test or build schedulers. It is the
// debug build: a misuse that it can see traps. Nothing here knows actors; docs/core.md explains words and memory.
import * as layout from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import { wasmFile } from "../platform/file.ts";
import type { Core } from "./abi.ts";

export { layout };

/** For `new RawCore`. */
export interface RawOptions {
  /** Default 1, at most 128. */
  readonly workers?: number;
  /** Index of the first worker that steals. Default 0. */
  readonly thieves?: number;
  /** Memory, in pages of 64 KiB. Default 64 and 16 for each worker. */
  readonly pages?: number;
  /** Messages per turn. Default 1,000. */
  readonly budget?: number;
  /** Length of a slice, µs. Default 1,000. */
  readonly sliceUs?: number;
  /** The clock, ms. Default: it stands at `time`, which you set. */
  readonly now?: () => number;
  /** Another build of the parts; default the package's debug build. */
  readonly module?: WebAssembly.Module;
}

/** Where a message goes; the generation tells tenants of a cell apart. */
export interface RawAddress {
  readonly cell: number;
  readonly generation: number;
}

/** Three numbers, as they lie in a frame. */
export interface RawMessage {
  /** A whole number below 2^32. */
  readonly name: number;
  readonly a: number;
  readonly b: number;
}

/** What a head word says; docs/core.md draws how one follows the other. */
export type CellState = "idle" | "runnable" | "running" | "blocked" | "stopped";
/** How a turn ends: all is handled; the rest waits for the next; it awaits something; it still does; it does no more. */
export type Outcome = "dry" | "yield" | "block" | "wait" | "unblock";

interface Parts extends Core {
  dequePush(block: number, hint: bigint): number;
  dequePop(block: number): bigint;
  dequeSteal(block: number): bigint;
  dequeLength(block: number): number;
}

/**
 * A core on a memory of its own, all its workers in this thread: you are the scheduler.
 *
 * @example
 * const core = new RawCore({ workers: 2 });
 * const [a, b] = core.workers;
 * const cell = a.spawn({ home: "any" });
 * a.post(cell, { name: 1, a: 42, b: 0 });
 * const turn = b.take(); // stolen
 * console.log(turn.messages); // [{ name: 1, a: 42, b: 0 }]
 * turn.release("dry", 1);
 */
export class RawCore {
  readonly memory: WebAssembly.Memory;
  readonly workers: readonly RawWorker[];
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  /** What the clock says, ms, unless you gave another. */
  time = 0;

  constructor(options: RawOptions = {}) {
    const { workers = 1, thieves = 0, budget = 1000, sliceUs = 1000 } = options;
    const pages = options.pages ?? 64 + 16 * workers;
    const module = options.module ?? new WebAssembly.Module(wasmFile("core.debug.wasm"));
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.u32 = new Uint32Array(this.memory.buffer);
    this.f64 = new Float64Array(this.memory.buffer);
    const now = options.now ?? (() => this.time);
    const cores = Array.from({ length: workers }, () => {
      const table = new WebAssembly.Table({ initial: 64, element: "anyfunc" });
      const imports = { env: { memory: this.memory, table }, clock: { now }, pool: { grown() {} }, check: { fail } };
      return new WebAssembly.Instance(module, imports).exports as unknown as Parts;
    });
    if (!cores[0]?.boot(workers, thieves, pages, pages, 0, 0, budget, sliceUs)) {
      throw new ZanniError("ERR_OPTION", `${pages} pages are too few for ${workers} workers`, {
        details: { option: "pages", given: pages },
      });
    }
    this.workers = cores.map((core, index) => {
      core.attach(index);
      return new RawWorker(this, core, index);
    });
  }

  /** What the head word of a cell says. */
  state({ cell, generation }: RawAddress): CellState {
    const at = (cell + layout.CELL_HEAD) >>> 2;
    const tags = this.u32[at] as number;
    if (((this.u32[at + 1] as number) & layout.GENERATION_MASK) !== generation || tags & layout.STOPPED)
      return "stopped";
    if (tags & layout.BLOCKED) return "blocked";
    if (tags & layout.RUNNING) return "running";
    return tags & layout.OWNED ? "runnable" : "idle";
  }
}

/** One worker: an instance of the core. Its methods are what its thread would do. */
export class RawWorker {
  readonly core: RawCore;
  /** The raw exports, as assembly/parts.ts has them. */
  readonly exports: Core;
  readonly index: number;
  /** Address of its block of memory. */
  readonly block: number;
  readonly deque: RawDeque;

  constructor(core: RawCore, exports: Core, index: number) {
    this.core = core;
    this.exports = exports;
    this.index = index;
    this.block = layout.WORKER_FIRST + index * layout.WORKER_BYTES;
    this.deque = new RawDeque(exports as Parts, this.block);
  }

  /** A cell, idle. `home`: a worker's index, this one by default; "any" may be stolen. Throws ERR_OUT_OF_MEMORY. */
  spawn(options: { readonly home?: number | "any"; readonly capacity?: number } = {}): RawAddress {
    const { home = this.index, capacity = layout.UNLIMITED } = options;
    const where = home === "any" ? layout.HOME_ANY : home;
    const cell = this.exports.spawn(where, 0, 0, capacity, layout.UNLIMITED, 0) >>> 0;
    if (cell === 0) throw new ZanniError("ERR_OUT_OF_MEMORY", "no memory for a cell");
    this.exports.start(cell);
    return { cell, generation: this.exports.generation(cell) >>> 0 };
  }

  /** Sends a message of two numbers. */
  post({ cell, generation }: RawAddress, { name, a, b }: RawMessage): "sent" | "gone" | "full" | "no memory" {
    const outcome = this.exports.post(cell, generation, name, 0, a, b, 0, 0, 0, 0);
    return (["sent", "gone", "full", "no memory"] as const)[outcome] ?? "gone";
  }

  /** The next turn: own work first, then the injector, then another worker's. Undefined when there is nothing. */
  take(): RawTurn | undefined {
    const cell = this.exports.take(1) >>> 0;
    return cell > layout.TAKE_SLICE ? new RawTurn(this, cell) : undefined;
  }

  /** True: a thread would sleep now, on its parked word. False: there is work. */
  park(): boolean {
    return Boolean(this.exports.park());
  }

  /** It is awake again. */
  unpark(): void {
    this.exports.unpark();
  }
}

/** A claimed cell with a batch of its messages. */
export class RawTurn {
  readonly worker: RawWorker;
  readonly address: RawAddress;
  readonly messages: readonly RawMessage[];
  /** Bits of control, SYSTEM_* of the layout. */
  readonly control: number;
  /** A turn for control only: the cell is BLOCKED. */
  readonly blocked: boolean;

  constructor(worker: RawWorker, cell: number) {
    const { u32, f64 } = worker.core;
    const out = (offset: number) => u32[(worker.block + offset) >>> 2] as number;
    this.worker = worker;
    this.address = { cell, generation: out(layout.WORKER_OUT_GENERATION) };
    this.control = out(layout.WORKER_OUT_BITS);
    this.blocked = out(layout.WORKER_OUT_BLOCKED) === 1;
    this.messages = Array.from({ length: out(layout.WORKER_OUT_COUNT) }, (_, i) => {
      const frame = out(layout.WORKER_BATCH + i * 4);
      const extended = ((u32[(frame + layout.FRAME_KIND) >>> 2] as number) >>> 24) & layout.FLAG_EXTENDED;
      const at = (frame + layout.FRAME_PAYLOAD + (extended ? layout.EXTENSION_BYTES : 0)) >>> 3;
      return { name: u32[(frame + layout.FRAME_NAME) >>> 2] as number, a: f64[at] as number, b: f64[at + 1] as number };
    });
  }

  /**
   * Ends it: the first `done` messages are handled. "dry": on to what came in meanwhile, or idle; "yield": queued again;
   * "block": the message after those is in hand, the cell waits; "wait", "unblock": after a turn for control. Answers the
   * turn that goes on, if the cell has more to do.
   */
  release(outcome: Outcome, done: number): RawTurn | undefined {
    const codes = {
      dry: layout.TURN_DRY,
      yield: layout.TURN_YIELD,
      block: layout.TURN_BLOCK,
      wait: layout.TURN_WAIT,
      unblock: layout.TURN_UNBLOCK,
    };
    const { cell } = this.address;
    return this.worker.exports.release(cell, codes[outcome], done) ? new RawTurn(this.worker, cell) : undefined;
  }
}

/** A worker's deque of hints: any 64-bit numbers above 1. The owner pushes and pops, everybody steals. */
export class RawDeque {
  readonly #parts: Parts;
  readonly #block: number;

  constructor(parts: Parts, block: number) {
    this.#parts = parts;
    this.#block = block;
  }

  /** Cells in it, as its owner sees it. */
  get length(): number {
    return this.#parts.dequeLength(this.#block);
  }

  /** False when it is full: a million entries, or no memory for more of them. */
  push(hint: bigint): boolean {
    return Boolean(this.#parts.dequePush(this.#block, hint));
  }

  /** The newest. */
  pop(): bigint | undefined {
    return this.#parts.dequePop(this.#block) || undefined;
  }

  /** The oldest; "retry" when somebody else took it meanwhile. */
  steal(): bigint | "retry" | undefined {
    const hint = this.#parts.dequeSteal(this.#block);
    return hint === 1n ? "retry" : hint || undefined;
  }
}

function fail(code: number): never {
  const names: Record<number, string> = {
    [layout.TRAP_DOUBLE_FREE]: "a block was freed twice",
    [layout.TRAP_LIST]: "a list of chunks is broken",
    [layout.TRAP_TIMER]: "a timer is armed twice",
    [layout.TRAP_TICKET]: "a ticket was dropped while it was pending",
    [layout.TRAP_RANGE]: "not the address of a block",
  };
  throw new Error(names[code] ?? `check ${code} failed`);
}
