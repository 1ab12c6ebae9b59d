// The entry of a worker thread: attaches to the system's memory and takes turns until the system stops.
import { attribute } from "./actor/blame.ts";
import { Dispatch } from "./actor/dispatch.ts";
import { hashOf } from "./actor/hash.ts";
import { Loop } from "./actor/loop.ts";
import { Registry } from "./actor/registry.ts";
import { takeOver } from "./actor/takeover.ts";
import { Thread } from "./actor/thread.ts";
import { attach, createTable, instantiate } from "./core/boot.ts";
import { Views } from "./core/memory.ts";
import { linkNative } from "./core/native.ts";
import { asError } from "./errors.ts";
import { platform } from "./platform/choose.ts";
import type { Boot } from "./workers.ts";

/**
 * Runs actors in this worker thread. Call it once, at the end of a worker file of your own.
 *
 * @example
 * import { serve } from "zanni/worker";
 * import * as actors from "./actors.js";
 * serve(actors);
 */
export function serve(actors: { readonly [name: string]: unknown }): void {
  const outside = platform();
  const parent = outside.parent();
  if (!parent) throw new TypeError("serve() belongs in a worker file; the program itself calls createSystem()");
  let end = () => parent.close();
  parent.onMessage((value) => {
    const message = value as Boot | { readonly zanni: "stop" } | undefined;
    if (message?.zanni === "boot") {
      run(actors, message).then(
        (loop) => {
          parent.post({ zanni: "ready" });
          end = () => {
            loop.end();
            parent.post({ zanni: "ended" });
            parent.close();
          };
        },
        (error: unknown) => {
          parent.post({ zanni: "failed", error: asError(error) });
          parent.close();
        },
      );
    } else if (message?.zanni === "stop") end();
  });
}

async function run(actors: { readonly [name: string]: unknown }, boot: Boot): Promise<Loop> {
  const outside = platform();
  const { module, memory, index, settings, natives, heirOf } = boot;
  await outside.lives?.hold(boot.life);
  const table = createTable();
  const views = new Views(memory);
  const core = instantiate(module, views, table, () => outside.clock() - settings.epoch);
  attach(core, memory, index, heirOf !== undefined);
  linkNative(natives, core, memory, table, hashOf);
  const thread = new Thread(core, views, index, new Registry(actors), outside, settings, heirOf !== undefined);
  const loop = new Loop(thread, new Dispatch(thread));
  if (heirOf) takeOver(thread, Object.assign(new Error(heirOf.message), { stack: heirOf.stack }));
  attribute(outside);
  loop.start();
  return loop;
}
