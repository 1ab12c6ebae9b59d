// Memory that is not shared moves when it grows, and a view kept over a call into the core that makes it grow reads nothing from
// then on. That happens a few times in the life of a page, in whatever call has the bad luck; here it happens in every call in
// which it may, and in some of them once there have been a thousand: a move takes as long as ten messages.

/** The core's exports in which memory may grow; tests/tidy finds them in the compiled core. */
export const growing: readonly string[] = [
  "adopt",
  "attach",
  "begin",
  "compose",
  "control",
  "failClaimed",
  "next",
  "openTicket",
  "post",
  "prepare",
  "release",
  "reply",
  "request",
  "reserve",
  "reserveControl",
  "send",
  "spawn",
  "stop",
  "take",
  "tell",
];

const OFTEN = 1000;
/** A prime, so that it is not the same call each time. */
const SELDOM = 31;

interface Imports {
  readonly env: { readonly memory: WebAssembly.Memory };
  /** The core's; modules of users have none. */
  readonly pool?: { grown(): void };
}

type Call = (...args: unknown[]) => unknown;

function moved({ exports }: WebAssembly.Instance, { env, pool }: Imports): { readonly exports: object } {
  if (!pool || !(env.memory.buffer instanceof ArrayBuffer)) return { exports };
  let calls = 0;
  const moves = (call: Call): Call => {
    return (...args) => {
      try {
        return call(...args);
      } finally {
        if (++calls < OFTEN || calls % SELDOM === 0) {
          env.memory.grow(0);
          pool.grown();
        }
      }
    };
  };
  const all = Object.entries(exports).map(([name, value]) => {
    return [name, growing.includes(name) ? moves(value as Call) : value];
  });
  return { exports: Object.fromEntries(all) };
}

/** What is instantiated while `run` runs has such memory. */
export async function moving<T>(run: () => Promise<T>): Promise<T> {
  const web = WebAssembly as { Instance: typeof WebAssembly.Instance };
  const { Instance } = web;
  web.Instance = new Proxy(Instance, {
    construct: (_, [module, imports]: [WebAssembly.Module, WebAssembly.Imports & Imports]) => {
      return moved(new Instance(module, imports), imports);
    },
  });
  try {
    return await run();
  } finally {
    web.Instance = Instance;
  }
}
