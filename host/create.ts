// createSystem() where WebAssembly may be compiled: everywhere but at the edge.
import { compile } from "./core/packed.ts";
import { type System, withPatterns } from "./pattern/system.ts";
import type { SystemOptions } from "./settings.ts";
import { openSystem } from "./system.ts";

/**
 * Starts a system. With `worker`, one thread per core over one shared memory; without, everything on this thread.
 * Throws ERR_OPTION, ERR_OUT_OF_MEMORY, or what the worker file threw when it was loaded.
 *
 * @example
 * const system = await createSystem();
 * const counter = system.spawn(Counter, { start: 10 });
 * console.log(await counter.ask.add(5)); // 15
 * await system.stop();
 */
export async function createSystem(options: SystemOptions = {}): Promise<System> {
  return withPatterns(await openSystem(options, { compile }));
}
