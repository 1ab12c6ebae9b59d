// The face of zanni for isolates that may not compile WebAssembly from bytes and have no threads: everything as
// elsewhere, but for the core, which is given as a module. The `workerd` condition of the package leads here.

import { wrong } from "./options.ts";
import { type System, withPatterns } from "./pattern/system.ts";
import type { SystemOptions } from "./settings.ts";
import { openSystem } from "./system.ts";

export * from "./face.ts";

export interface EdgeOptions extends SystemOptions {
  /** The compiled core: `import core from "zanni/core.wasm"`. */
  readonly core: WebAssembly.Module;
}

/**
 * Opens a system in this isolate, on one thread. Throws ERR_OPTION when `core` is not the module of `zanni/core.wasm`.
 *
 * @example
 * import core from "zanni/core.wasm";
 * const system = await createSystem({ core });
 * const greeter = system.spawn(Greeter);
 * return new Response(await greeter.ask.hello("edge"));
 */
export async function createSystem({ core, ...options }: EdgeOptions): Promise<System> {
  if (!(core instanceof WebAssembly.Module)) {
    wrong("core", core, 'the compiled module: import core from "zanni/core.wasm"');
  }
  return withPatterns(await openSystem(options, { compile: async () => core }));
}
