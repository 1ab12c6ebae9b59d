// The one place that asks where it runs.
import { browser } from "./browser.ts";
import { edge } from "./edge.ts";
import { node } from "./node.ts";
import type { Platform, WorkerEvent, WorkerLike } from "./platform.ts";

let chosen: Platform | undefined;

export function platform(): Platform {
  chosen ??= choose();
  return chosen;
}

function choose(): Platform {
  // Before Node: with its compatibility flag, workerd has much of Node too.
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") return edge();
  return typeof globalThis.process?.getBuiltinModule === "function" ? node() : browser();
}

/** Can memory be sent to another thread? Found by sending one: neither its existence nor headers tell. */
export function canShare(): boolean {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const channel = new MessageChannel();
    try {
      channel.port1.postMessage(memory);
      return true;
    } finally {
      channel.port1.close();
      channel.port2.close();
    }
  } catch {
    return false;
  }
}

/**
 * A Worker constructor with the Web API on every runtime; on Node it wraps node:worker_threads. Write it out in
 * your own code, where every bundler sees it.
 *
 * @example
 * createSystem({ worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }) });
 */
export class Worker implements WorkerLike {
  readonly #worker: WorkerLike;

  constructor(url: URL, options: { readonly type?: "module"; readonly name?: string } = {}) {
    const { name } = options;
    this.#worker = platform().worker(url, name === undefined ? {} : { name });
  }

  /** As of a Web Worker; the system uses it. */
  postMessage(value: unknown, transfer?: unknown): void {
    this.#worker.postMessage(value, transfer);
  }

  /** Ends the thread at once; its actors are restarted elsewhere. */
  terminate(): unknown {
    return this.#worker.terminate();
  }

  /** As of a Web Worker. */
  addEventListener(type: "message" | "error" | "messageerror" | "exit", listener: (event: WorkerEvent) => void): void {
    this.#worker.addEventListener(type, listener);
  }
}
