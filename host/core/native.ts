// Native modules: a user's AssemblyScript, instantiated on each thread over the system's memory, with the core as what it
// may call. Behaviors get the same places in the table on every thread, in the order of modules and exports.
import { BEHAVIOR_TABLE } from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import type { Core } from "./abi.ts";

/** The name under which a module imports the core: the version of that interface. */
const ABI = "abi1";
/** Before these places the table belongs to tests and to the core. */
const FIRST = 64;

/** Between a behavior and one of its messages in the name of an export. */
const SEPARATOR = "$";

/** A behavior: one function for every message, or one for each. */
interface Behavior {
  readonly name: string;
  /** By message; "" for all. */
  readonly functions: ReadonlyMap<string, number>;
}

/** What crosses to the other threads. */
export interface Natives {
  readonly modules: readonly { readonly name: string; readonly module: WebAssembly.Module }[];
  /** By "module:behavior": a place in the table, or the address of several. */
  readonly handles: { readonly [behavior: string]: number };
}

export type NativeSource = URL | WebAssembly.Module;

/** Compiles and checks what the `native` option names. Throws ERR_NATIVE with the reason. */
export async function loadNative(
  given: { readonly [name: string]: NativeSource },
  fetchBytes: (url: URL) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Natives["modules"]> {
  return Promise.all(
    Object.entries(given).map(async ([name, source]) => {
      if (source instanceof WebAssembly.Module) return { name, module: checked(name, source) };
      if (!(source instanceof URL)) throw refused(name, "it is neither a URL nor a WebAssembly.Module");
      const bytes = await fetchBytes(source);
      const data = sections(bytes).find((id) => id === DATA || id === START);
      if (data !== undefined) {
        throw refused(
          name,
          data === DATA
            ? "it has a data section, which every thread would write again over the shared memory; use no strings, static arrays or objects"
            : "it has a start section, which would run once for every thread",
        );
      }
      return { name, module: checked(name, await WebAssembly.compile(bytes)) };
    }),
  );
}

const DATA = 11;
const START = 8;

/** Ids of the sections of a WebAssembly binary. */
function sections(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    ids.push(bytes[at++] as number);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return ids;
}

function checked(name: string, module: WebAssembly.Module): WebAssembly.Module {
  for (const { module: from } of WebAssembly.Module.imports(module)) {
    if (["env", ABI, "message", "behavior"].includes(from)) continue;
    throw refused(
      name,
      /^abi\d+$/.test(from)
        ? `it was built for ${from}, this is ${ABI}: build it again with this version's zanni/native`
        : `it imports from "${from}"; there are env, ${ABI}, message and behavior`,
    );
  }
  if (behaviorsOf(module).length === 0) throw refused(name, "it exports no behavior");
  return module;
}

function behaviorsOf(module: WebAssembly.Module): readonly (readonly [string, string[]])[] {
  const found = new Map<string, string[]>();
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    if (kind !== "function") continue;
    const [behavior = name, message = ""] = name.split(SEPARATOR);
    const messages = found.get(behavior) ?? [];
    messages.push(message);
    found.set(behavior, messages);
  }
  return [...found];
}

/** Where each behavior's functions are in the table. */
function places(modules: Natives["modules"]): Behavior[] {
  let next = FIRST;
  return modules.flatMap(({ name, module }) =>
    behaviorsOf(module).map(([behavior, messages]) => ({
      name: `${name}:${behavior}`,
      functions: new Map(messages.map((message) => [message, next++])),
    })),
  );
}

/** On the thread that makes the system: what several messages need is written into its memory, once. */
export function handlesOf(
  modules: Natives["modules"],
  core: Core,
  memory: WebAssembly.Memory,
  hashOf: (name: string) => number,
): Natives["handles"] {
  const handles: Record<string, number> = {};
  for (const { name, functions } of places(modules)) {
    const all = functions.get("");
    if (all !== undefined) {
      handles[name] = all;
      continue;
    }
    const address = core.reserve(8 + functions.size * 8) >>> 0;
    if (address < BEHAVIOR_TABLE) throw new ZanniError("ERR_OUT_OF_MEMORY", "no memory for native behaviors");
    const u32 = new Uint32Array(memory.buffer);
    u32[address >>> 2] = functions.size;
    [...functions].forEach(([message, index], i) => {
      u32[(address >>> 2) + 2 + i * 2] = hashOf(message);
      u32[(address >>> 2) + 3 + i * 2] = index;
    });
    handles[name] = address;
  }
  return handles;
}

/** Instantiates the modules on this thread. Throws ERR_NATIVE when one does not fit the memory. */
export function linkNative(
  { modules, handles }: Natives,
  core: Core,
  memory: WebAssembly.Memory,
  table: WebAssembly.Table,
  hashOf: (name: string) => number,
): void {
  const behaviors = places(modules);
  const needed = FIRST + behaviors.reduce((sum, { functions }) => sum + functions.size, 0);
  if (table.length < needed) table.grow(needed - table.length);
  // Every thread knows the names by their hashes.
  for (const { name, functions } of behaviors) {
    hashOf(name);
    for (const message of functions.keys()) hashOf(message);
  }
  for (const { name, module } of modules) {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {
      env: {
        memory,
        table,
        abort: () => {
          throw new WebAssembly.RuntimeError("abort");
        },
      },
      [ABI]: core as unknown as Record<string, WebAssembly.ImportValue>,
      message: {},
      behavior: {},
    };
    for (const { module: from, name: what } of WebAssembly.Module.imports(module)) {
      if (from === "message") (imports["message"] as Record<string, number>)[what] = hashOf(what) | 0;
      if (from !== "behavior") continue;
      const handle = handles[what.includes(":") ? what : `${name}:${what}`];
      if (handle === undefined) throw refused(name, `there is no behavior "${what}"`);
      (imports["behavior"] as Record<string, number>)[what] = handle | 0;
    }
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(module, imports);
    } catch (cause) {
      const { message } = cause as Error;
      throw refused(
        name,
        /mismatch in shared state|shared/.test(message)
          ? "it was built for the other kind of memory: with --sharedMemory for worker threads, without for one thread"
          : message,
        cause,
      );
    }
    for (const behavior of behaviors) {
      const [owner, base] = behavior.name.split(":");
      if (owner !== name) continue;
      for (const [message, index] of behavior.functions) {
        table.set(index, instance.exports[message === "" ? (base as string) : `${base}${SEPARATOR}${message}`]);
      }
    }
  }
}

function refused(name: string, why: string, cause?: unknown): ZanniError {
  return new ZanniError("ERR_NATIVE", `native module "${name}": ${why}`, { details: { module: name }, cause });
}
