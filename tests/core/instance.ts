// The debug core for tests, on a memory and a clock of their own. A trap or a failed check names the AssemblyScript
// file and line: positions of the wasm are looked up in the source map that the compiler wrote.
import { readFileSync } from "node:fs";
import * as L from "../../assembly/layout.ts";
import type { Core } from "../../host/core/abi.ts";

/** The ABI and the parts behind it, as assembly/parts.ts exports them. */
export interface DebugCore extends Core {
  dequePush(block: number, hint: bigint): number;
  dequePop(block: number): bigint;
  dequeSteal(block: number): bigint;
  dequeLength(block: number): number;
  allocate(bytes: number): number;
  allocateControl(bytes: number): number;
  free(block: number): void;
  collect(): void;
  flushAll(): void;
  classOf(bytes: number): number;
  sizeOf(cls: number): number;
  arm(block: number, timer: number, due: number): void;
  cancel(block: number, timer: number): number;
  due(block: number, now: number): number;
  nextTimer(block: number): number;
  unblock(cell: number): void;
  deliver(block: number, cell: number): void;
  append(block: number, cell: number): void;
  sort(block: number): number;
  first(block: number): number;
}

const file = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url));
const module = new WebAssembly.Module(file("core.debug.wasm"));

export interface Options {
  readonly workers?: number;
  readonly thieves?: number;
  readonly pages?: number;
  /** First chunk of the arena, for addresses above 2 GiB. */
  readonly first?: number;
  readonly budget?: number;
  readonly sliceUs?: number;
}

export class World {
  readonly memory: WebAssembly.Memory;
  readonly cores: DebugCore[];
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
  readonly f64: Float64Array;
  readonly tables: WebAssembly.Table[] = [];
  time = 0;

  constructor(options: Options = {}) {
    const { workers = 1, thieves = 0, first = 0, budget = 1000, sliceUs = 1000 } = options;
    const pages = options.pages ?? Math.max(64, first + 64);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
    this.u32 = new Uint32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
    this.f64 = new Float64Array(this.memory.buffer);
    this.cores = Array.from({ length: workers }, () => this.#instance());
    const begun = this.core.boot(workers, thieves, pages, pages, first, 0, budget, sliceUs);
    if (!begun) throw new Error("the memory is too small");
    this.cores.forEach((core, i) => void core.attach(i));
  }

  /** Another instance in the place of one whose thread has died. */
  succeed(worker: number): DebugCore {
    const heir = this.#instance();
    heir.adopt(worker);
    return heir;
  }

  get core(): DebugCore {
    return this.cores[0] as DebugCore;
  }

  block(worker = 0): number {
    return L.WORKER_FIRST + worker * L.WORKER_BYTES;
  }

  word(address: number): number {
    return this.u32[address >>> 2] as number;
  }

  meter(which: number, worker = 0): number {
    this.cores[worker]?.report();
    return this.f64[(this.block(worker) + L.WORKER_METER + which) >>> 3] as number;
  }

  /** A started host cell. */
  cell(home = 0, worker = 0, capacity = -1, limit = -1): { cell: number; generation: number } {
    const core = this.cores[worker] as DebugCore;
    const cell = core.spawn(home, 0, 0, capacity, limit, 0) >>> 0;
    core.start(cell);
    return { cell, generation: core.generation(cell) >>> 0 };
  }

  post(to: { cell: number; generation: number }, name: number, worker = 0): number {
    return (this.cores[worker] as DebugCore).post(to.cell, to.generation, name, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Names of the messages in the batch that take() or release() has handed out. */
  batch(worker = 0): number[] {
    const block = this.block(worker);
    const count = this.word(block + L.WORKER_OUT_COUNT);
    return Array.from({ length: count }, (_, i) => this.word(this.word(block + L.WORKER_BATCH + i * 4) + L.FRAME_NAME));
  }

  out(what: number, worker = 0): number {
    return this.word(this.block(worker) + what);
  }

  #instance(): DebugCore {
    const table = new WebAssembly.Table({ initial: 64, element: "anyfunc" });
    this.tables.push(table);
    const fail = (code: number) => {
      throw new Error(`check ${code} failed`);
    };
    const imports = {
      env: { memory: this.memory, table },
      clock: { now: () => this.time },
      pool: { grown: () => {} },
      check: { fail },
    };
    const { exports } = new WebAssembly.Instance(module, imports);
    const guarded = Object.entries(exports).map(([name, value]) => {
      const fn = value as (...args: unknown[]) => unknown;
      const call = (...args: unknown[]) => {
        try {
          return fn(...args);
        } catch (error) {
          if (error instanceof Error) error.stack = located(error.stack ?? "");
          throw error;
        }
      };
      return [name, call];
    });
    return Object.fromEntries(guarded) as unknown as DebugCore;
  }
}

// ---- source positions -----------------------------------------------------------------------------

interface Position {
  readonly at: number;
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

let positions: Position[] | undefined;

/** A stack with `file.ts:line:column` in place of offsets into the wasm. */
export function located(stack: string): string {
  return stack.replace(/wasm:\/\/[^)\s]*:(0x[0-9a-f]+)/g, (whole, hex: string) => {
    positions ??= read();
    const offset = Number(hex);
    let found: Position | undefined;
    for (const position of positions) {
      if (position.at > offset) break;
      found = position;
    }
    return found ? `${found.source}:${found.line}:${found.column}` : whole;
  });
}

/** The map of a wasm has one line, whose columns are byte offsets. Source maps, revision 3. */
function read(): Position[] {
  const map = JSON.parse(file("core.debug.wasm.map").toString()) as { sources: string[]; mappings: string };
  const found: Position[] = [];
  let [at, source, line, column] = [0, 0, 0, 0];
  for (const segment of map.mappings.split(",")) {
    const [a = 0, b = 0, c = 0, d = 0] = vlq(segment);
    at += a;
    source += b;
    line += c;
    column += d;
    found.push({ at, source: map.sources[source] ?? "?", line: line + 1, column: column + 1 });
  }
  return found;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function vlq(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = digits.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
