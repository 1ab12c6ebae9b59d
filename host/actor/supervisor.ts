// Supervisors made by supervise(): actors without code of their own, that live on the thread that made them, so that
// `decide` may be a closure. What they do about a failed child is parent.ts's, as for every parent.
import { KIND_DESCRIBE, SYSTEM_KILL } from "../../assembly/layout.ts";
import { callable, known, oneOf } from "../options.ts";
import { below, Family, type HostCell, nameOfChild } from "./cell.ts";
import { addChild, labelChild, spawn, supervisionOf, usualTerms } from "./children.ts";
import type { Described } from "./describe.ts";
import type { Holder } from "./holder.ts";
import { internalCell, SUPERVISOR as NAME } from "./internal.ts";
import { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";
import type { ChildStatus, Spawner, SpawnOptions, Supervised, SupervisorOptions } from "./types.ts";

const supervisorOptions = ["name", "restart", "strategy", "maxRestarts", "within", "backoff", "decide"];

export function superviseUnder<C>(
  thread: Thread,
  parent: HostCell,
  options: SupervisorOptions,
  start: (sup: Spawner) => C,
  holder: Holder,
): Supervised<C> {
  known("supervise", options, supervisorOptions);
  callable("start", start);
  const supervision = supervisionOf(options, thread.settings, supervisorOptions);
  const { restart: policy = "permanent" } = options;
  oneOf("restart", policy, ["permanent", "transient", "temporary"]);
  parent.family ??= new Family();
  const label = labelChild(parent, parent.family, NAME, options.name);
  const path = below(parent.path, nameOfChild(NAME, label));
  const actor = internalCell(thread, path, parent, parent.family.next, supervision, NAME);
  addChild(parent, actor, NAME, label, { ...usualTerms, policy, shutdownMs: Infinity });
  const ref = new Ref(thread, actor.cell, actor.generation, NAME, path, holder);
  const spawnUnder = (def: unknown, init?: unknown, spawnOptions?: SpawnOptions) =>
    spawn(thread, actor, def, init, spawnOptions, holder);
  const sup: Spawner = {
    spawn: spawnUnder as unknown as Spawner["spawn"],
    supervise: (options, start) => superviseUnder(thread, actor, options, start, holder),
  };
  const children = begun(thread, actor, () => start(sup));
  return {
    ...sup,
    children,
    path,
    async status(): Promise<readonly ChildStatus[]> {
      const described = (await thread.question(ref, KIND_DESCRIBE, undefined, holder, path)) as Described;
      return described.children.map(({ path, state, restarts }) => ({ path, state, restarts }));
    },
    stop: () => ref.stop(),
    [Symbol.asyncDispose]: () => ref.stop(),
  };
}

/** If not all can be started, nothing is left of those that were. */
function begun<C>(thread: Thread, actor: HostCell, start: () => C): C {
  try {
    return start();
  } catch (error) {
    thread.control(actor, SYSTEM_KILL);
    throw error;
  }
}
