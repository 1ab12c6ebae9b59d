// Node (and what speaks its modules): found by process.getBuiltinModule, so that no bundler meets an import.
import { download } from "./download.ts";
import type { Parent, Platform, WorkerEvent, WorkerLike } from "./platform.ts";

type Threads = typeof import("node:worker_threads");
type Os = typeof import("node:os");
type Diagnostics = typeof import("node:diagnostics_channel");

export function node(): Platform {
  const builtin = process.getBuiltinModule;
  const threads = builtin("node:worker_threads") as Threads;
  const os = builtin("node:os") as Os;
  const { performance } = globalThis;
  const origin = performance.timeOrigin;
  return {
    name: "node",
    clock: () => origin + performance.now(),
    later: (fn) => void setImmediate(fn),
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    hold() {
      const timer = setInterval(() => {}, 2 ** 30);
      return { release: () => clearInterval(timer) };
    },
    wait(words, index, value) {
      const { async, value: result } = Atomics.waitAsync(words, index, value);
      return async ? result : undefined;
    },
    cores: os.availableParallelism(),
    reserves: true,
    // The web's streams take ten times as long, most of it to be loaded.
    inflate(text) {
      const zlib = builtin("node:zlib") as typeof import("node:zlib");
      return new Uint8Array(zlib.gunzipSync(Buffer.from(text, "base64")));
    },
    async read(url) {
      if (url.protocol !== "file:") return download(url);
      const fs = builtin("node:fs/promises") as typeof import("node:fs/promises");
      return new Uint8Array(await fs.readFile(url));
    },
    channel: (name) => (builtin("node:diagnostics_channel") as Diagnostics).channel(name),
    variable: (name) => process.env[name],
    worker: (url, options) => new NodeWorker(threads, url, options),
    unheard(isDealtWith) {
      const listener = (reason: unknown) => {
        // Where nobody else listens it ends the thread, unless Node was told otherwise.
        if (!isDealtWith(reason) && process.listenerCount(unhandled) === 1 && !isLenient()) throw reason;
      };
      process.on(unhandled, listener);
      return () => void process.off(unhandled, listener);
    },
    parent() {
      const port = threads.parentPort;
      if (!port) return undefined;
      return {
        post: (value) => port.postMessage(value),
        onMessage: (listener) => void port.on("message", listener),
        close: () => port.close(),
      } satisfies Parent;
    },
  };
}

const unhandled = "unhandledRejection";

function isLenient(): boolean {
  return /--unhandled-rejections=(none|warn)/.test(`${process.execArgv} ${process.env.NODE_OPTIONS}`);
}

/** node:worker_threads with the Web API's face. */
class NodeWorker implements WorkerLike {
  readonly #worker: InstanceType<Threads["Worker"]>;

  constructor(threads: Threads, url: URL, options: { readonly name?: string }) {
    this.#worker = new threads.Worker(url, options.name === undefined ? {} : { name: options.name });
  }

  postMessage(value: unknown, transfer?: readonly import("node:worker_threads").TransferListItem[]): void {
    this.#worker.postMessage(value, transfer);
  }

  terminate(): Promise<number> {
    return this.#worker.terminate();
  }

  addEventListener(type: "message" | "error" | "messageerror" | "exit", listener: (event: WorkerEvent) => void): void {
    if (type === "message") this.#worker.on("message", (data) => listener({ data }));
    else if (type === "messageerror") this.#worker.on("messageerror", (error) => listener({ error }));
    else if (type === "error") this.#worker.on("error", (error) => listener({ error, message: String(error) }));
    else this.#worker.on("exit", (code) => listener({ message: `the thread ended with exit code ${code}` }));
  }
}
