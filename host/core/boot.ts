// From bytes to a running core: module, memory, instance. The thread that makes a system compiles once and posts
// module and memory to the others.
import { instantiateSync as load } from "@assemblyscript/loader";
import { layoutHash } from "#layout";
import { HEADER, HEADER_LAYOUT, META_BYTES, WORKER_BYTES, WORKER_FIRST } from "../../assembly/layout.ts";
import { ZanniError } from "../errors.ts";
import type { Core, CoreImports } from "./abi.ts";
import type { Views } from "./memory.ts";

const PAGE = 65_536;
const PAGES_MAX = 65_536;
/** What an arena needs at least, besides the header, the worker blocks and the tables. */
const PAGES_MIN = 64;

export interface Room {
  readonly memory: WebAssembly.Memory;
  /** Pages it has now, and may grow to. */
  readonly pages: number;
  readonly maximum: number;
}

/** Memory for `bytes`: reserved whole where untouched pages are free, halved until it can be had. */
export function createMemory(bytes: number, workers: number, isShared: boolean, whole: boolean): Room {
  let maximum = Math.max(PAGES_MIN, Math.min(PAGES_MAX, Math.ceil(bytes / PAGE)));
  for (;;) {
    const tables = Math.ceil((WORKER_FIRST + workers * WORKER_BYTES + maximum * (META_BYTES + 4)) / PAGE) + 1;
    const pages = whole ? maximum : Math.min(maximum, PAGES_MIN + tables);
    try {
      return { memory: new WebAssembly.Memory({ initial: pages, maximum, shared: isShared }), pages, maximum };
    } catch (cause) {
      if (maximum <= PAGES_MIN) throw new ZanniError("ERR_OUT_OF_MEMORY", "no memory for a system", { cause });
      maximum = Math.max(PAGES_MIN, maximum >>> 1);
    }
  }
}

/** Where native modules put their behaviors. */
export function createTable(): WebAssembly.Table {
  return new WebAssembly.Table({ initial: 64, element: "anyfunc" });
}

/**
 * On the memory that these views are of: they are renewed whenever it grows. At once: the loader's other way names `Response`, for
 * which Node loads all of fetch(), on every thread.
 */
export function instantiate(
  module: WebAssembly.Module,
  views: Views,
  table: WebAssembly.Table,
  now: () => number,
): Core {
  const imports: CoreImports = {
    env: { memory: views.memory, table },
    clock: { now },
    pool: { grown: () => views.renew() },
  };
  const { instance } = load(module, imports as never);
  const core = instance.exports as unknown as Core;
  if (core.layout() !== layoutHash) throw versions();
  return core;
}

/** Makes this instance the worker of that index, on memory that somebody booted. `heir`: in the place of one that died. */
export function attach(core: Core, memory: WebAssembly.Memory, index: number, heir = false): void {
  const found = new Uint32Array(memory.buffer)[(HEADER + HEADER_LAYOUT) >>> 2];
  if (found !== layoutHash) throw versions();
  if (!(heir ? core.adopt(index) : core.attach(index)))
    throw new ZanniError("ERR_OUT_OF_MEMORY", "no memory for a worker's reserve");
}

function versions(): ZanniError {
  return new ZanniError("ERR_VERSION", "two versions of zanni meet over one memory; the worker file must use the same");
}
