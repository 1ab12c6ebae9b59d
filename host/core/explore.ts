// The explorer: runs the real compiled core, one instance per virtual thread over one small memory, all in
// one JavaScript thread, and walks the interleavings of its atomic accesses.
//
// A scenario may name threads that die, at most one in an execution: before any access to memory, or between two calls. Its
// instance is dropped where it stands, and a successor plays on in its place.
//
//   depth first, at most `preemptions` switches away from a thread that could go on (Musuvathi and Qadeer,
//   "Iterative Context Bounding", PLDI 2007); or random; or the replay of a printed trace.
//
// The model build calls `step` before each atomic. There the explorer decides who goes on; if it is another
// thread, the current one unwinds by asyncify and rewinds when it is chosen again. A thread's program is a
// generator: it yields calls into the core, and waits. A thread that waits is blocked until somebody notifies
// the address; when nobody can go on, the scenario's check decides whether that is the end or a lost wake-up.
//
// Interleavings are sequentially consistent, which is what WebAssembly's atomics are. Plain accesses are not
// switched at; a vector-clock detector reports two plain ones, or a plain and an atomic one, of different
// threads without order between them.
import * as layout from "../../assembly/layout.ts";
import { wasmFile } from "../platform/file.ts";
import { seeded } from "./random.ts";

/** The exports of the compiled core, by name; assembly/parts.ts has them. */
export type Core = Record<string, (...args: number[]) => number> & {
  /** The one that takes more than 32 bits. */
  dequePush(block: number, hint: bigint): number;
};
type Call = () => unknown;
/** Sleeps while the word there has that value, until it is notified. */
export interface Wait {
  readonly address: number;
  readonly value: number;
}
/** What a thread does: it yields calls into the core, waits, and pauses, at which others may come in between. */
// biome-ignore lint/suspicious/noExplicitAny: a program gets back what its calls return
export type Program<T = unknown> = Generator<Call | Wait | "pause", T, any>;

/** A play: threads with a program each, on one small memory, and what must hold at its end. */
export interface Scenario {
  readonly name: string;
  readonly threads: number;
  /** Index of the first worker that steals. Default 1. */
  readonly thieves?: number;
  /** Before each execution; alone. */
  setup(world: World): void;
  /** One per thread, made anew for each execution. */
  programs(world: World): Program[];
  /** After the end: what is wrong, or nothing. */
  check(world: World): string | undefined;
  /** Threads that may die, anywhere, and what goes on in their place. */
  readonly deaths?: {
    readonly of: readonly number[];
    /** How many deaths there are at most, those of successors included. Default 1. */
    readonly most?: number;
    /** The program of the thread that takes the place of the dead one. */
    successor(world: World, thread: number): Program;
  };
}

/** How far to look. */
export interface Bounds {
  readonly preemptions: number;
  /** Executions after which depth-first search gives up, as incomplete. */
  readonly most?: number;
  /** Random instead of depth first: so many executions from this seed. */
  readonly random?: { readonly seed: number; readonly executions: number };
}

/** What was found; `trace` is replayed by `replay`. */
export interface Outcome {
  readonly executions: number;
  readonly complete: boolean;
  readonly seconds: number;
  readonly failure?: { readonly message: string; readonly trace: string; readonly execution: number };
}

/** In a trace: whoever runs dies here, where it is asked so often. */
const DIES = 1000;
const ARENA_PAGES = 8;
const STEPS_MAX = 5_000;

/** The memory and the instances that a scenario plays on. */
export class World {
  readonly memory: WebAssembly.Memory;
  readonly u32: Uint32Array;
  readonly cores: Core[] = [];
  /** What the scenario's programs keep; reset by setup. */
  // biome-ignore lint/suspicious/noExplicitAny: each scenario has its own notes
  notes: any = {};
  time = 0;
  /** What behavior 1 does; it must not call into the core. */
  onNative: (cell: number, frame: number) => void = () => {};
  readonly threads: number;
  readonly thieves: number;
  readonly pages: number;
  readonly stacks: number;
  /** They take the places of those whose threads have died. */
  readonly #spares: { readonly core: Core; thread: number }[] = [];
  readonly #died: { readonly thread: number; readonly core: Core }[] = [];

  constructor(threads: number, thieves: number, module: WebAssembly.Module, bug: number, hooks: Hooks, deaths = 0) {
    this.threads = threads;
    this.thieves = thieves;
    // Beyond a few threads, one more for each one's reserve.
    this.pages = 1 + threads + 1 + ARENA_PAGES + Math.max(0, threads - 4);
    this.stacks = this.pages * 65536;
    this.memory = new WebAssembly.Memory({ initial: this.pages + 1, maximum: 65536, shared: true });
    this.u32 = new Uint32Array(this.memory.buffer);
    const instantiate = (self: { thread: number }): Core => {
      const table = new WebAssembly.Table({ initial: 2, element: "anyfunc" });
      table.set(
        1,
        asWasm((cell, frame) => this.onNative(cell >>> 0, frame >>> 0)),
      );
      const same = (_: number, value: unknown) => value;
      const instance = new WebAssembly.Instance(module, {
        env: {
          memory: this.memory,
          table,
          memory_grow_pre: same,
          memory_grow_post: same,
          load_ptr: (_: number, bytes: number, offset: number, address: number) => {
            hooks.plain(self.thread, (address + offset) >>> 0, bytes, false);
            return address;
          },
          store_ptr: (_: number, bytes: number, offset: number, address: number) => {
            hooks.plain(self.thread, (address + offset) >>> 0, bytes, true);
            return address;
          },
        },
        sync: {
          step: (address: number, kind: number) => hooks.step(self.thread, address >>> 0, kind),
          racy: (address: number) => hooks.racy(self.thread, address >>> 0),
          awaken: (address: number, count: number) => hooks.awaken(address >>> 0, count),
        },
        check: {
          BUG: bug,
          fail: (code: number) => {
            throw new Error(`check ${code} failed`);
          },
        },
        clock: { now: () => this.time },
      });
      return instance.exports as unknown as Core;
    };
    for (let thread = 0; thread < threads; thread++) this.cores.push(instantiate({ thread }));
    for (let i = 0; i < deaths; i++) {
      const spare = { thread: 0 };
      this.#spares.push(Object.assign(spare, { core: instantiate(spare) }));
    }
  }

  /** That thread is no more; from here on its core is another. */
  bury(thread: number): void {
    const spare = this.#spares[this.#died.length];
    if (!spare) throw new RangeError("more deaths than were announced");
    this.#died.push({ thread, core: this.core(thread) });
    spare.thread = thread;
    this.cores[thread] = spare.core;
  }

  /** The exports that this thread calls. */
  core(thread: number): Core {
    const core = this.cores[thread];
    if (!core) throw new RangeError(`no thread ${thread}`);
    return core;
  }

  /** Where the block of that worker lies, in bytes. */
  block(worker: number): number {
    return layout.WORKER_FIRST + worker * layout.WORKER_BYTES;
  }

  /** The 32 bits there. */
  word(address: number): number {
    return this.u32[address >>> 2] as number;
  }

  /** A cell as the host makes it, but started already: idle. */
  cell(thread: number, home: number, capacity = layout.UNLIMITED): { cell: number; generation: number } {
    const core = this.core(thread);
    const cell = (core["spawn"] as Core[string])(home, 0, 0, capacity, layout.UNLIMITED, 0) >>> 0;
    if (cell === 0) throw new Error("out of memory");
    const generation = this.word(cell + 4);
    this.u32[(cell + layout.CELL_HEAD) >>> 2] = 0;
    return { cell, generation };
  }

  /** Memory as it is at the beginning. */
  start(): void {
    // The last first: one thread may have died twice.
    for (const { thread, core } of this.#died.splice(0).reverse()) this.cores[thread] = core;
    this.time = 0;
    const core = this.core(0) as Core;
    core["boot"]?.(this.threads, this.thieves, this.pages, this.pages, 0, 0, 1000, 1000);
    this.cores.forEach((each, i) => void each["attach"]?.(i));
  }
}

interface Hooks {
  step(thread: number, address: number, kind: number): void;
  racy(thread: number, address: number): void;
  plain(thread: number, address: number, bytes: number, write: boolean): void;
  awaken(address: number, count: number): void;
}

interface Thread {
  readonly id: number;
  program: Program;
  call: Call | undefined;
  state: "ready" | "waiting" | "done";
  unwound: boolean;
  waitsAt: number;
  /** It cannot go on before somebody else did something. */
  paused: boolean;
  readonly stack: number;
}

/** A JavaScript function as one that a table takes: imported by a module of nothing else, and exported again. */
export function asWasm(f: (cell: number, frame: number) => void): unknown {
  const bytes = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 2, 127, 127, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 7, 5, 1, 1, 102, 0, 0,
  ];
  return new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { m: { f } }).exports["f"];
}

class Failure extends Error {}
/** One for all: to make one takes longer than most plays. */
const death = new Error("it dies here");

/** The core for the explorer: `model`, or `seeded`, in which one of the bugs of tests/explore/bugs.ts is switched on. Node only. */
export function load(name: "model" | "seeded"): WebAssembly.Module {
  return new WebAssembly.Module(wasmFile(`core.${name}.wasm`));
}

/**
 * Plays a scenario in every interleaving, up to a number of preemptions. See docs/core.md.
 *
 * @example
 * const { failure, executions } = new Explorer(scenario, load("model")).explore({ preemptions: 3 });
 */
export class Explorer {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #races: Races;
  #threads: Thread[] = [];
  #next: Thread | undefined;
  #active = false;
  #steps = 0;
  // the search
  #bound = 0;
  #preemptions = 0;
  #depth = 0;
  #choices: number[] = [];
  #counts: number[] = [];
  #trace: number[] = [];
  #random: (() => number) | undefined;
  #replay: number[] | undefined;
  /** Deaths that may still come, and how often it was asked. */
  #left = 0;
  #asked = 0;

  constructor(scenario: Scenario, module: WebAssembly.Module, bug = 0) {
    this.#scenario = scenario;
    const { threads, thieves = 1, deaths } = scenario;
    const hooks: Hooks = {
      step: (thread, address, kind) => this.#step(thread, address, kind),
      racy: (_, address) => this.#races.excuse(address),
      plain: (thread, address, bytes, write) => this.#plain(thread, address, bytes, write),
      awaken: (address, count) => this.#awaken(address, count),
    };
    this.#world = new World(threads, thieves, module, bug, hooks, deaths ? (deaths.most ?? 1) : 0);
    this.#races = new Races(this.#world.memory.buffer.byteLength, scenario.threads);
  }

  /** Plays executions until one fails, all are done, or the bounds are reached. */
  explore(bounds: Bounds): Outcome {
    const began = performance.now();
    const outcome = (executions: number, complete: boolean, failure?: Outcome["failure"]): Outcome => ({
      executions,
      complete,
      seconds: (performance.now() - began) / 1000,
      ...(failure ? { failure } : {}),
    });
    this.#bound = bounds.preemptions;
    this.#choices = [];
    this.#counts = [];
    this.#random = bounds.random ? seeded(bounds.random.seed) : undefined;
    const most = bounds.random?.executions ?? bounds.most ?? 2_000_000;
    for (let n = 1; n <= most; n++) {
      const message = this.#execute();
      if (message !== undefined) {
        return outcome(n, false, { message, trace: this.#trace.join(","), execution: n });
      }
      if (this.#random) continue;
      // Depth first: the last decision that has another option.
      let last = this.#counts.length - 1;
      while (last >= 0 && (this.#choices[last] as number) + 1 >= (this.#counts[last] as number)) last--;
      if (last < 0) return outcome(n, true);
      this.#choices.length = last + 1;
      this.#counts.length = last + 1;
      (this.#choices[last] as number)++;
    }
    return outcome(most, this.#random !== undefined);
  }

  /** Runs one execution along a printed trace. Answers what went wrong, or nothing. */
  replay(trace: string): string | undefined {
    this.#replay = trace === "" ? [] : trace.split(",").map(Number);
    try {
      return this.#execute();
    } finally {
      this.#replay = undefined;
    }
  }

  #execute(): string | undefined {
    const world = this.#world;
    this.#races.reset(world.u32);
    this.#active = false;
    world.start();
    this.#scenario.setup(world);
    this.#races.begin();
    this.#depth = 0;
    this.#preemptions = 0;
    this.#steps = 0;
    this.#left = this.#scenario.deaths?.most ?? 1;
    this.#asked = 0;
    this.#trace = [];
    this.#threads = this.#scenario.programs(world).map((program, id) => ({
      id,
      program,
      call: undefined,
      state: "ready",
      unwound: false,
      waitsAt: 0,
      paused: false,
      stack: world.stacks + id * 16384,
    }));
    try {
      this.#active = true;
      let thread = this.#choose(undefined);
      while (thread) thread = this.#run(thread);
      this.#active = false;
      // What is freed comes home, so that a block freed twice is met twice.
      for (const core of world.cores) core["flushAll"]?.();
      for (const core of world.cores) core["collect"]?.();
      return this.#scenario.check(world);
    } catch (error) {
      if (error instanceof Failure) return error.message;
      return `${(error as Error).message}`;
    } finally {
      this.#active = false;
      // A call that was cut off leaves its instance unwinding.
      for (const core of world.cores) {
        if (core["asyncify_get_state"]?.() === 1) core["asyncify_stop_unwind"]?.();
        if (core["asyncify_get_state"]?.() === 2) core["asyncify_stop_rewind"]?.();
      }
    }
  }

  /** Runs one thread until another is chosen. Answers that one, or nothing when nobody can go on. */
  #run(thread: Thread): Thread | undefined {
    for (const other of this.#threads) if (other !== thread) other.paused = false;
    const core = this.#world.core(thread.id);
    let result: unknown;
    let fresh = true;
    for (;;) {
      if (thread.call) {
        if (thread.unwound) {
          core["asyncify_start_rewind"]?.(thread.stack);
          thread.unwound = false;
        } else if (this.#dies(thread.id)) {
          this.#succeed(thread);
          return this.#choose(undefined);
        }
        try {
          result = thread.call();
        } catch (error) {
          if (error !== death) throw error;
          this.#succeed(thread);
          return this.#choose(undefined);
        }
        if (core["asyncify_get_state"]?.() === 1) {
          core["asyncify_stop_unwind"]?.();
          thread.unwound = true;
          return this.#next;
        }
        thread.call = undefined;
        fresh = false;
      }
      const { value, done } = thread.program.next(fresh ? undefined : result);
      fresh = true;
      if (done) {
        thread.state = "done";
        return this.#choose(undefined);
      }
      if (typeof value === "function") {
        thread.call = value;
        continue;
      }
      if (value === "pause") {
        thread.paused = true;
        return this.#choose(undefined);
      }
      const wait = value as Wait;
      this.#races.acquire(thread.id, wait.address);
      if (this.#world.word(wait.address) === wait.value) {
        thread.state = "waiting";
        thread.waitsAt = wait.address;
        return this.#choose(undefined);
      }
    }
  }

  /** Before each atomic. */
  #step(id: number, address: number, kind: number): void {
    if (!this.#active) {
      this.#races.touch(address);
      return;
    }
    const thread = this.#threads[id] as Thread;
    const core = this.#world.core(id);
    if (core["asyncify_get_state"]?.() === 2) {
      core["asyncify_stop_rewind"]?.();
      this.#races.atomic(id, address, kind);
      return;
    }
    if (this.#dies(id)) throw death;
    if (++this.#steps > STEPS_MAX) throw endless();
    const next = this.#choose(thread);
    if (next === thread || next === undefined) {
      this.#races.atomic(id, address, kind);
      return;
    }
    this.#next = next;
    this.#world.u32[thread.stack >>> 2] = thread.stack + 8;
    this.#world.u32[(thread.stack >>> 2) + 1] = thread.stack + 16384;
    core["asyncify_start_unwind"]?.(thread.stack);
  }

  #plain(id: number, address: number, bytes: number, write: boolean): void {
    if (!this.#active) this.#races.touch(address);
    else {
      // Reads change nothing: a death before the next write is the same. No engine ends a thread between a push and its note.
      const noted = address === this.#world.block(id) + layout.WORKER_SENT;
      if (write && !noted && this.#dies(id)) throw death;
      const race = this.#races.plain(id, address, bytes, write);
      if (race) throw new Failure(race);
    }
  }

  /** Does this thread die here? */
  #dies(id: number): boolean {
    const { deaths } = this.#scenario;
    if (!this.#active || this.#left === 0 || !deaths?.of.includes(id)) return false;
    let pick: number;
    const mark = DIES + this.#asked++;
    if (this.#replay) pick = this.#replay[this.#trace.length] === mark ? 1 : 0;
    else if (this.#random) pick = this.#random() < 0.02 ? 1 : 0;
    else if (this.#depth < this.#choices.length) pick = this.#choices[this.#depth] as number;
    else {
      pick = 0;
      this.#choices.push(0);
      this.#counts.push(2);
    }
    this.#depth++;
    if (pick === 0) return false;
    this.#trace.push(mark);
    this.#left--;
    return true;
  }

  #succeed(thread: Thread): void {
    const world = this.#world;
    world.bury(thread.id);
    const successor = this.#scenario.deaths?.successor(world, thread.id);
    if (!successor) throw new Failure("nobody takes its place");
    thread.program = successor;
    thread.call = undefined;
    thread.unwound = false;
  }

  #awaken(address: number, count: number): void {
    for (const thread of this.#threads) {
      if (count > 0 && thread.state === "waiting" && thread.waitsAt === address) {
        thread.state = "ready";
        count--;
      }
    }
  }

  /** Who goes on: `running`, if it can and may; a free choice when it cannot. */
  #choose(running: Thread | undefined): Thread | undefined {
    let others = 0;
    for (const thread of this.#threads) if (isOther(thread, running)) others++;
    if (others === 0) return running ?? this.#threads.find((thread) => thread.paused && thread.state === "ready");
    const count = running ? others + 1 : others;
    if (count === 1) return this.#option(0, running);
    let pick = 0;
    if (this.#replay) {
      const id = this.#replay[this.#trace.length];
      while (pick < count && this.#option(pick, running).id !== id) pick++;
      if (pick === count) pick = 0;
    } else if (running && !this.#random && this.#preemptions >= this.#bound) {
      this.#trace.push(running.id);
      return running;
    } else if (this.#random) {
      pick = Math.floor(this.#random() * count);
    } else if (this.#depth < this.#choices.length) {
      pick = this.#choices[this.#depth] as number;
    } else {
      this.#choices.push(0);
      this.#counts.push(count);
    }
    this.#depth++;
    const chosen = this.#option(pick, running);
    this.#trace.push(chosen.id);
    if (running && chosen !== running) this.#preemptions++;
    return chosen;
  }

  /** `running` is the first, then those that are ready. */
  #option(pick: number, running: Thread | undefined): Thread {
    let left = pick;
    if (running && left-- === 0) return running;
    for (const thread of this.#threads) if (isOther(thread, running) && left-- === 0) return thread;
    throw new RangeError(`no option ${pick}`);
  }
}

function isOther(thread: Thread, running: Thread | undefined): boolean {
  return thread.state === "ready" && thread !== running && !thread.paused;
}

/** In the record of a word: who wrote it last, and 1 more, and when; then when each thread read it, and what the last atomic write left. */
const WRITER = 0;
const WRITTEN = 1;
const READS = 2;

/**
 * Happens-before over vector clocks, per word of 4 bytes. An atomic load takes over what its word's last
 * writer knew; an atomic store leaves what its thread knows; a change does both.
 */
class Races {
  readonly #threads: number;
  /** A record for each word, one after the other: all 0 is that nobody has been there. */
  readonly #records: Int32Array;
  readonly #size: number;
  #clocks: Int32Array[] = [];
  readonly #dirty: number[] = [];
  readonly #seen: Uint8Array;
  #excused = -1;
  #atomicAt = -1;

  constructor(bytes: number, threads: number) {
    this.#threads = threads;
    this.#size = READS + 2 * threads;
    this.#records = new Int32Array((bytes >>> 2) * this.#size);
    this.#seen = new Uint8Array(bytes >>> 6);
  }

  /** Memory and clocks as before the first execution. */
  reset(memory: Uint32Array): void {
    for (const line of this.#dirty) {
      const from = line << 4;
      memory.fill(0, from, from + 16);
      this.#records.fill(0, from * this.#size, (from + 16) * this.#size);
      this.#seen[line] = 0;
    }
    this.#dirty.length = 0;
    this.#excused = -1;
    this.#atomicAt = -1;
  }

  begin(): void {
    this.#clocks = Array.from({ length: this.#threads }, (_, id) => {
      const clock = new Int32Array(this.#threads);
      clock[id] = 1;
      return clock;
    });
    this.#atomicAt = -1;
    this.#excused = -1;
  }

  touch(address: number): void {
    const line = address >>> 6;
    if (this.#seen[line] === 0) {
      this.#seen[line] = 1;
      this.#dirty.push(line);
    }
  }

  excuse(address: number): void {
    this.#excused = address;
  }

  acquire(id: number, address: number): void {
    const left = this.#leftAt(address);
    const clock = this.#clocks[id] as Int32Array;
    for (let i = 0; i < this.#threads; i++) {
      const known = this.#records[left + i] as number;
      if (known > (clock[i] as number)) clock[i] = known;
    }
  }

  /** Where the record of that word says what the last atomic write left. */
  #leftAt(address: number): number {
    return (address >>> 2) * this.#size + READS + this.#threads;
  }

  atomic(id: number, address: number, kind: number): void {
    this.touch(address);
    if (kind === 4) {
      this.#excused = address;
      return;
    }
    const clock = this.#clocks[id] as Int32Array;
    if (kind !== 2) this.acquire(id, address);
    if (kind !== 1) {
      const left = this.#leftAt(address);
      for (let i = 0; i < this.#threads; i++) this.#records[left + i] = clock[i] as number;
      clock[id] = (clock[id] as number) + 1;
    }
    // asc instruments atomic loads and stores as if they were plain: the next access to this word is ours.
    this.#atomicAt = kind === 3 ? -1 : address;
  }

  plain(id: number, address: number, bytes: number, write: boolean): string | undefined {
    this.touch(address);
    if (address === this.#atomicAt) {
      this.#atomicAt = -1;
      return undefined;
    }
    if (address === this.#excused) {
      this.#excused = -1;
      return undefined;
    }
    const records = this.#records;
    const clock = this.#clocks[id] as Int32Array;
    const last = (address + bytes - 1) >>> 2;
    for (let word = address >>> 2; word <= last; word++) {
      const record = word * this.#size;
      const writer = (records[record + WRITER] as number) - 1;
      if (writer >= 0 && writer !== id && (records[record + WRITTEN] as number) > (clock[writer] as number)) {
        return race(write ? "write" : "read", id, word, "write", writer);
      }
      if (write) {
        for (let other = 0; other < this.#threads; other++) {
          if (other !== id && (records[record + READS + other] as number) > (clock[other] as number)) {
            return race("write", id, word, "read", other);
          }
        }
        records[record + WRITER] = id + 1;
        records[record + WRITTEN] = clock[id] as number;
      } else records[record + READS + id] = clock[id] as number;
    }
    return undefined;
  }
}

// What is said when something is wrong is put together in functions of its own: Node 20 can wait for ever at its exit for
// the compiler, which makes a text of a constant number in the background.

function endless(): Failure {
  return new Failure(`no end after ${STEPS_MAX} steps`);
}

function race(what: string, id: number, word: number, before: string, other: number): string {
  return `race: ${what} by ${id} at ${where(word << 2)}, unordered ${before} by ${other}`;
}

/** An address in words a reader of layout.ts knows. */
function where(address: number): string {
  const at = address >>> 0;
  if (at < layout.WORKER_FIRST) return `header + ${at - layout.HEADER}`;
  const worker = Math.floor((at - layout.WORKER_FIRST) / layout.WORKER_BYTES);
  return `worker ${worker} + ${(at - layout.WORKER_FIRST) % layout.WORKER_BYTES} (0x${at.toString(16)})`;
}
