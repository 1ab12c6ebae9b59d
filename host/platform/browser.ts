// A page or a web worker, by what every browser has.
import { download } from "./download.ts";
import type { Parent, Platform, WorkerEvent, WorkerLike } from "./platform.ts";
import { unheard } from "./rejection.ts";

interface Scope {
  postMessage(value: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

export function browser(): Platform {
  let channel: MessageChannel | undefined;
  const queue: (() => void)[] = [];
  return {
    name: "browser",
    clock: () => performance.timeOrigin + performance.now(),
    later(fn) {
      // Made at the first use: nothing happens on import.
      if (!channel) {
        channel = new MessageChannel();
        channel.port1.onmessage = () => queue.shift()?.();
      }
      queue.push(fn);
      channel.port2.postMessage(0);
    },
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    hold: () => ({ release() {} }),
    wait(words, index, value) {
      const { async, value: result } = Atomics.waitAsync(words, index, value);
      return async ? result : undefined;
    },
    cores: navigator.hardwareConcurrency,
    reserves: false,
    read: download,
    variable: () => undefined,
    // terminate() and close() give no signal; a lock is given back with the life of who held it.
    lives: globalThis.navigator?.locks && {
      hold: (name) =>
        new Promise((held) => {
          void navigator.locks.request(name, () => {
            held();
            return new Promise(() => {});
          });
        }),
      ended: (name) => navigator.locks.request(name, () => undefined),
    },
    unheard,
    worker: (url, options) => new Worker(url, { type: "module", ...options }) as unknown as WorkerLike,
    parent() {
      if (typeof document !== "undefined") return undefined;
      const scope = globalThis as unknown as Scope;
      return {
        post: (value) => scope.postMessage(value),
        onMessage: (listener) => scope.addEventListener("message", (event: WorkerEvent) => listener(event.data)),
        close: () => scope.close(),
      } satisfies Parent;
    },
  };
}
