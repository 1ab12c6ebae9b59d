// Whose failure it is, when an ask has failed and nobody looks at that: the actor's that asked. Left to the platform it would be its
// thread's, and with it that of every actor there.
import type { Platform } from "../platform/platform.ts";

export interface Asker {
  ended: boolean;
  /** Nobody looks at what its ask has failed with. Undefined: a stranger, whose failures are those of the thread. */
  unheard?(error: Error): void;
}

const askers = new WeakMap<object, Asker>();

/** It is what something that `asker` has asked or sent failed with. */
export function blame<E extends Error>(error: E, asker: Asker): E {
  if (asker.unheard) askers.set(error, asker);
  return error;
}

/** Nobody looks at it. False: it is no actor's. One that has ended by now has nothing left to fail. */
function unheard(reason: unknown): boolean {
  const asker = askers.get(reason as object);
  if (asker && !asker.ended) asker.unheard?.(reason as Error);
  return asker !== undefined;
}

let users = 0;
let release: (() => void) | undefined;

/** From now on, until that is called. One listener serves all systems of a thread. */
export function attribute(platform: Platform): () => void {
  if (users++ === 0) release = platform.unheard?.(unheard);
  return () => {
    if (--users === 0) release?.();
  };
}
