// A system for tests: one thread, a clock that is moved by hand, and a schedule that is drawn from a seed, so that a
// failure can be had again.

import { HEADER, HEADER_LISTENING, HEADER_TRACING, KIND_FAIL } from "../../assembly/layout.ts";
import { rename } from "../actor/hash.ts";
import type { Loop } from "../actor/loop.ts";
import type { Ref } from "../actor/ref.ts";
import type { Thread } from "../actor/thread.ts";
import type { ActorRef } from "../actor/types.ts";
import { compile } from "../core/packed.ts";
import { seeded } from "../core/random.ts";
import { type Duration, milliseconds, whole, wrong } from "../options.ts";
import { type System, withPatterns } from "../pattern/system.ts";
import { platform } from "../platform/choose.ts";
import type { SystemOptions } from "../settings.ts";
import { openSystem } from "../system.ts";
import { VirtualTime } from "./clock.ts";
import { type Probe, probe, type Stage } from "./probe.ts";

/** A system whose time and schedule the test decides. */
export interface TestSystem extends System {
  /** Give it to createTestSystem({ seed }) to have the same schedule again. */
  readonly seed: number;
  /** What was handled, in order: path and message. The same program with the same seed gives the same. */
  readonly trace: readonly string[];
  /** The virtual clock, ms since the system began. */
  readonly now: number;
  /** Runs until no message is in flight. What an actor awaits from outside, such as a file, is not waited for. */
  settle(): Promise<void>;
  /** Moves the virtual clock, timer by timer; what they set off is handled before the next. */
  advance(by: Duration): Promise<void>;
  /**
   * A stand-in actor that records what it is sent.
   *
   * @example
   * const stock = system.probe<Stock>();
   * const shop = system.spawn(Shop, { stock: stock.ref });
   * shop.tell.sell("tea", 2);
   * assert.deepEqual(await stock.next(), { type: "take", args: ["tea", 2] });
   */
  probe<H>(name?: string): Probe<H>;
  /** Fails the actor as if its handler had thrown; its supervisor has decided when the promise resolves. */
  crash(ref: ActorRef<unknown>, error?: Error): Promise<void>;
}

/** For `createTestSystem`. */
export interface TestOptions extends Omit<SystemOptions, "worker" | "workers"> {
  /** A whole number below 2^32. Default: another each time. */
  readonly seed?: number;
}

/** Messages without an end in sight. */
const ENDLESS = 300_000;

/**
 * One thread, virtual time, seeded scheduling. Throws ERR_OPTION.
 *
 * @example
 * const system = await createTestSystem({ seed: 7 });
 * const reminder = system.spawn(Reminder);
 * await system.advance("1h");
 */
export async function createTestSystem({ seed, ...options }: TestOptions = {}): Promise<TestSystem> {
  for (const name of ["worker", "workers"] as const) {
    if (name in options) wrong(name, "given", "nothing: a test system runs on one thread");
  }
  const chosen = seed ?? Math.floor(Math.random() * 2 ** 31);
  whole("seed", chosen, 0, 2 ** 32 - 1);
  const time = new VirtualTime();
  const real = platform();
  let parts: { thread: Thread; loop: Loop } | undefined;
  const opened = (thread: Thread, loop: Loop) => {
    thread.dice = seeded(chosen);
    parts = { thread, loop };
  };
  const plain = await openSystem(options, { compile, platform: time.platform(real), opened });
  const system = withPatterns(plain);
  const { thread, loop } = parts as NonNullable<typeof parts>;
  const trace = record(thread);
  const stage = new Turns(time, loop, trace, (fn) => real.later(fn));
  return Object.defineProperties(
    Object.assign(system, {
      seed: chosen,
      trace,
      settle: () => stage.settle(),
      advance: async (by: Duration) => {
        await stage.advanceUntil(() => false, milliseconds("advance", by));
      },
      probe: <H>(name?: string) => probe<H>(system, stage, name),
      crash: async (ref: ActorRef<unknown>, error = new Error("crashed by the test")) => {
        thread.sendControl(ref as unknown as Ref, KIND_FAIL, [error, "crash()"]);
        await stage.settle();
      },
    }),
    { now: { get: () => time.now } },
  ) as unknown as TestSystem;
}

/** Every message is traced from the beginning. */
function record(thread: Thread): readonly string[] {
  const trace: string[] = [];
  const { u32 } = thread.views;
  for (const header of [HEADER_LISTENING, HEADER_TRACING]) u32[(HEADER + header) >>> 2] = 1;
  thread.tracing = true;
  const { reporter } = thread;
  if (!reporter) return trace;
  thread.reporter = {
    log: reporter.log,
    event(event) {
      if (event.type === "delivered") trace.push(`${event.actor} ${rename(event.message)}`);
      reporter.event(event);
    },
  };
  return trace;
}

class Turns implements Stage {
  readonly #time: VirtualTime;
  readonly #loop: Loop;
  readonly #trace: readonly string[];
  readonly #later: (fn: () => void) => void;

  constructor(time: VirtualTime, loop: Loop, trace: readonly string[], later: (fn: () => void) => void) {
    this.#time = time;
    this.#loop = loop;
    this.#trace = trace;
    this.#later = later;
  }

  async settle(): Promise<void> {
    let before: number | undefined;
    const end = this.#trace.length + ENDLESS;
    while (this.#trace.length < end) {
      await new Promise<void>((resolve) => this.#later(resolve));
      // Parked twice, without a run in between: promises have had their turn too.
      const parked = this.#loop.parked;
      if (parked !== undefined && parked === before) return;
      before = parked;
    }
    throw new Error(
      `messages are still under way after ${ENDLESS} were handled: do actors send to each other for ever?`,
    );
  }

  async advanceUntil(holds: () => boolean, ms: number): Promise<boolean> {
    const end = this.#time.now + ms;
    await this.settle();
    while (!holds()) {
      const { next } = this.#time;
      if (next > end) {
        this.#time.move(end);
        await this.settle();
        return holds();
      }
      this.#time.move(next);
      await this.settle();
    }
    return true;
  }
}

/**
 * Runs a test with several seeds, or with that of the variable ZANNI_SEED; the error of one that fails begins with its seed.
 *
 * @example
 * await withSeeds(100, async (system) => check(system));
 */
export async function withSeeds(
  seeds: number | readonly number[],
  test: (system: TestSystem) => Promise<void>,
  options: Omit<TestOptions, "seed"> = {},
): Promise<void> {
  const given = platform().variable("ZANNI_SEED");
  const all = given ? [Number(given)] : typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : seeds;
  for (const seed of all) {
    const system = await createTestSystem({ ...options, seed });
    try {
      await test(system);
    } catch (error) {
      const message = `seed ${seed} (again with ZANNI_SEED=${seed}): ${error instanceof Error ? error.message : String(error)}`;
      throw new Error(message, { cause: error });
    } finally {
      await system.stop({ within: 0 });
    }
  }
}
