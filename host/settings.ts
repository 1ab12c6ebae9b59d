// What a system is made with: the options, checked, as every thread is told of them.
import { WORKERS_MAX } from "../assembly/layout.ts";
import { checkMailbox, supervisionOf } from "./actor/children.ts";
import type { Patience } from "./actor/slow.ts";
import type { Settings } from "./actor/thread.ts";
import type { Logger, MailboxOptions, Mode, SupervisionOptions } from "./actor/types.ts";
import type { NativeSource } from "./core/native.ts";
import { abortable, type Duration, defaults, known, milliseconds, whole, wrong } from "./options.ts";
import { canShare } from "./platform/choose.ts";
import type { Platform, WorkerLike } from "./platform/platform.ts";

/** For `createSystem`. All are optional; an unknown one is refused with ERR_OPTION. */
export interface SystemOptions {
  /** For logs. Default "zanni". */
  readonly name?: string;
  /** Every definition a worker may be asked to run, by name: `import * as actors from "./actors.js"`. */
  readonly actors?: { readonly [name: string]: unknown };
  /** `() => new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`. Left out: all on this thread. */
  readonly worker?: (() => WorkerLike) | URL;
  /** Default: `ZANNI_WORKERS`, else the number of cores. */
  readonly workers?: number | "cpus";
  /** Messages per turn. Default 1,000. */
  readonly budget?: number;
  /** Longest time of a turn. Default 1ms. */
  readonly slice?: Duration;
  /** First sleep of an idle worker; doubles up to 4 s for each worker there is. Default 10ms. */
  readonly parkTimeout?: Duration;
  /** Limits of every mailbox that says nothing else. Default 65,536 messages, 64 MiB. */
  readonly mailbox?: MailboxOptions;
  /** How the root supervises, and every parent that says nothing else. Default 3 restarts in 5s. */
  readonly supervision?: Omit<SupervisionOptions, "decide">;
  /** Default 5s. */
  readonly askTimeout?: Duration;
  /** A handler on a worker thread that runs for longer is an event, while it still runs. Default 1s; Infinity: none is. */
  readonly slowHandler?: Duration;
  /**
   * A handler on a worker thread that runs for longer costs its thread the life: the only way to end it. Its actors are
   * restarted by their supervisors on another thread, as after any death. Default Infinity: none is ended.
   */
  readonly killStuckAfter?: Duration | typeof Infinity;
  /** Bytes of memory the system may use. Default 4 GiB with threads, 1 GiB without; untouched memory costs nothing. */
  readonly memory?: number;
  /** Default the console; false: nothing is logged. */
  readonly logger?: Logger | false;
  /** Compiled AssemblyScript modules whose exports are behaviors; see docs/native.md. */
  readonly native?: { readonly [name: string]: NativeSource };
  /** Stops the system when it aborts. */
  readonly signal?: AbortSignal;
}

const optionNames: readonly (keyof SystemOptions)[] = [
  "name",
  "actors",
  "worker",
  "workers",
  "budget",
  "slice",
  "parkTimeout",
  "mailbox",
  "supervision",
  "askTimeout",
  "slowHandler",
  "killStuckAfter",
  "memory",
  "logger",
  "native",
  "signal",
];

/** All that options say; `settings` goes to every thread. */
export interface Resolved {
  readonly settings: Settings;
  readonly logger: Logger | false;
  /** Bytes. */
  readonly memory: number;
  readonly patience: Patience;
}

export function resolve(options: SystemOptions, outside: Platform): Resolved {
  known("createSystem", options, optionNames);
  const { worker, name = "zanni", logger = console, actors, signal } = options;
  if (typeof name !== "string" || name === "" || name.includes("/")) wrong("name", name, 'a text without "/"');
  if (worker !== undefined && typeof worker !== "function" && !(worker instanceof URL)) {
    wrong("worker", worker, "a function that makes a Worker, or a URL");
  }
  if (actors !== undefined && (typeof actors !== "object" || actors === null)) {
    wrong("actors", actors, 'a module: import * as actors from "./actors.js"');
  }
  abortable(signal);
  if (logger !== false && typeof (logger as Partial<Logger> | null)?.error !== "function") {
    wrong("logger", logger, "false, or an object with debug, info, warn, error");
  }
  let mode: Mode = "single";
  if (worker !== undefined) {
    if (canShare()) mode = "shared";
    else if (logger) {
      logger.warn(
        "[zanni] memory cannot be shared here, so all actors run on this thread; serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
      );
    }
  }
  const mailbox = options.mailbox ?? {};
  checkMailbox(mailbox);
  const supervision = options.supervision ?? {};
  const bases = { ...defaults.supervision, withinMs: defaults.supervision.within } as unknown as Settings;
  const { strategy, maxRestarts, withinMs, backoff } = supervisionOf(supervision, bases, [
    "strategy",
    "maxRestarts",
    "within",
    "backoff",
  ]);
  // One thread has no use for a number of them, and still none for a wrong one.
  const workers = mode === "shared" || options.workers !== undefined ? workerCount(options.workers, outside) : 1;
  const memory = options.memory ?? (mode === "shared" ? defaults.memory : defaults.memorySingle);
  const most = 4 * 1024 ** 3;
  if (typeof memory !== "number" || !(memory >= 4 * 1024 ** 2 && memory <= most)) {
    wrong("memory", memory, `a number of bytes from ${4 * 1024 ** 2} to ${most}`);
  }
  return {
    logger,
    memory,
    patience: {
      tell: milliseconds("slowHandler", options.slowHandler ?? defaults.slowHandler),
      end: longer("killStuckAfter", options.killStuckAfter ?? Number.POSITIVE_INFINITY),
    },
    settings: {
      name,
      mode,
      workers: mode === "shared" ? workers : 1,
      askTimeout: milliseconds("askTimeout", options.askTimeout ?? defaults.askTimeout),
      mailbox: { ...defaults.mailbox, ...mailbox },
      strategy,
      maxRestarts,
      withinMs,
      backoff,
      budget: whole("budget", options.budget ?? defaults.budget, 1, 1_000_000),
      slice: Math.max(0.01, milliseconds("slice", options.slice ?? defaults.slice)),
      parkTimeout: Math.max(1, milliseconds("parkTimeout", options.parkTimeout ?? defaults.parkTimeout)),
      epoch: outside.clock(),
      logs: logger !== false,
    },
  };
}

/** Of no time at all every handler would be too long. */
function longer(option: string, given: unknown): number {
  const ms = milliseconds(option, given);
  return ms > 0 ? ms : wrong(option, given, "longer than 0");
}

function workerCount(given: number | "cpus" | undefined, outside: Platform): number {
  const variable = outside.variable("ZANNI_WORKERS");
  if (given === undefined && variable !== undefined && variable !== "") {
    return whole("ZANNI_WORKERS", Number(variable), 1, WORKERS_MAX - 1);
  }
  if (given === undefined || given === "cpus") return Math.min(outside.cores, WORKERS_MAX - 1);
  return whole("workers", given, 1, WORKERS_MAX - 1);
}
