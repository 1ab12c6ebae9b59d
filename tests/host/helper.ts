// The host suite runs in every mode: each test is given a way to open systems, which are stopped after it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ActorRef,
  createSystem,
  type DeadLetter,
  type ErrorCode,
  isZanniError,
  type Spawner,
  type System,
  type SystemEvent,
  type SystemOptions,
  Worker,
} from "zanni";
import * as actors from "./actors.ts";
import { moving } from "./moving.ts";

export type Mode = "single" | "shared";
export type Open = (options?: SystemOptions) => Promise<System>;

/** What the page or isolate that runs the suite says of itself; Node says nothing and gets both modes. */
interface Host {
  readonly modes: readonly Mode[];
  /** Worker threads are offered although the host cannot share memory: the probe must choose the single mode. */
  readonly offersThreads: boolean;
  /** Native modules of the tests, by the names of their files. */
  readonly native: (name: string) => URL | WebAssembly.Module;
}
const host = (globalThis as { zanniTests?: Host }).zanniTests ?? {
  modes: ["single", "shared"],
  offersThreads: false,
  native: (name) => new URL(`../../../${name}.wasm`, import.meta.url),
};

export const nativeModule = host.native;

export const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

/** Threads of the shared mode; more than the machine has cores is fine. */
export const workers = Number(globalThis.process?.env?.["ZANNI_TEST_WORKERS"] ?? 2);

export const onNode = globalThis.process?.versions?.node !== undefined && !("zanniTests" in globalThis);

type Test = (name: string, run: () => Promise<void>) => void;

/** Tests that need threads; where there are none they are skipped, and the reason is printed. */
export function threaded(title: string, define: (test: Test, nodeOnly: (reason: string) => Test) => void): void {
  const tests = suite(title);
  const skip =
    (reason: string): Test =>
    (name) => {
      console.log(`skipped: ${title}, ${name}: ${reason}`);
      tests.skip();
    };
  const test: Test = host.modes.includes("shared") ? tests : skip("memory cannot be shared here");
  define(test, (reason) => (onNode ? test : skip(reason)));
  tests.run();
}

/** Runs with a system of two worker threads, and its events so far; it must stop in time, and have missed no wake-up. */
export async function observed(
  run: (system: System, events: SystemEvent[]) => Promise<void>,
  options?: SystemOptions,
): Promise<void> {
  const supervision = { maxRestarts: 100 };
  const system = await createSystem({ actors, worker, workers: 2, logger: false, supervision, ...options });
  const events: SystemEvent[] = [];
  const done = (async () => {
    for await (const event of system.events()) events.push(event);
  })();
  try {
    await run(system, events);
    await system.stop({ within: "20s" });
    await done;
    for (const { missedWakes } of system.stats().workers) assert.is(missedWakes, 0, "no wake-up was missed");
  } catch (error) {
    throw isZanniError(error) ? new Error(`${error.code}: ${error.stack}`) : error;
  } finally {
    await system.stop({ within: "1s" }).catch(() => {});
  }
}

export const names = ["a", "b", "c"] as const;

/** Three children by these names, who say in the journal what happens to them. */
export function three(sup: Spawner, journal: ActorRef<actors.Journal>) {
  const children = names.map((name) => [name, sup.spawn(actors.Hooked, { journal, name }, { name })]);
  return Object.fromEntries(children) as Record<(typeof names)[number], ActorRef<actors.Hooked>>;
}

export function both(
  title: string,
  define: (test: (name: string, run: (open: Open, mode: Mode) => Promise<void>) => void, mode: Mode) => void,
): void {
  for (const mode of host.modes) {
    // Pages and isolates without threads have memory that moves, Node has not: here it moves wherever it may.
    const moves = onNode && mode === "single";
    const tests = suite(`${title}, ${mode}`);
    define((name, run) => {
      tests(name, async () => {
        const systems: System[] = [];
        const open: Open = async (options = {}) => {
          const threads = mode === "shared" || host.offersThreads ? { worker, workers } : {};
          const create = () => createSystem({ actors, logger: false, ...threads, ...options });
          const system = await (moves ? moving(create) : create());
          assert.is(system.mode, mode);
          systems.push(system);
          return system;
        };
        try {
          await run(open, mode);
        } catch (error) {
          // uvu takes `details` of an error for its own; ours are not text.
          throw isZanniError(error) ? new Error(`${error.code}: ${error.stack}`) : error;
        } finally {
          for (const system of systems) await system.stop({ within: "5s" }).catch(() => {});
          for (const system of systems) {
            for (const { missedWakes } of system.stats().workers) assert.is(missedWakes, 0, "no wake-up was missed");
          }
        }
      });
    }, mode);
    tests.run();
  }
}

/** The promise rejects with this code; the error is given back. */
export async function rejects<C extends ErrorCode>(promise: Promise<unknown>, code: C) {
  try {
    await promise;
  } catch (error) {
    if (isZanniError(error, code)) return error;
    throw error;
  }
  throw new Error(`expected a rejection with ${code}`);
}

export function throws<C extends ErrorCode>(run: () => unknown, code: C) {
  try {
    run();
  } catch (error) {
    if (isZanniError(error, code)) return error;
    throw error;
  }
  throw new Error(`expected ${code}`);
}

export function pick(letter: DeadLetter | undefined) {
  return [letter?.actor, letter?.message, letter?.reason];
}

/** Waits, by turns of the event loop, until it holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await turnOfLoop();
  }
}

/** A turn of the event loop. In a page timers are clamped to 4 ms; in workerd messages starve them. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else if (typeof document === "undefined") setTimeout(resolve, 0);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    }
  });
}
