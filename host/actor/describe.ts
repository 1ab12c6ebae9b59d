// What an actor says of itself when the tree is read.
import type { HostCell } from "./cell.ts";
import { childrenOf } from "./children.ts";
import { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";

export interface DescribedChild {
  readonly path: string;
  readonly state: "running" | "restarting";
  readonly restarts: number;
  readonly ref: Ref;
}

export interface Described {
  readonly path: string;
  readonly definition: string;
  readonly worker: number;
  readonly restarts: number;
  readonly children: readonly DescribedChild[];
}

export function describe(thread: Thread, actor: HostCell): Described {
  return {
    path: actor.path,
    definition: actor.definition.name,
    worker: thread.index,
    restarts: actor.restarts,
    children: childrenOf(actor).map((child) => ({
      path: child.path,
      state: child.trouble?.restarting ? "restarting" : "running",
      restarts: child.trouble?.restarts ?? 0,
      ref: new Ref(thread, child.cell, child.generation, child.definition, child, thread.stranger),
    })),
  };
}
