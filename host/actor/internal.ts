// Actors of the runtime itself: the root, supervisors, the reception. They have no user code, start at once, and never
// move.
import { CELL_KEPT, CELL_RESTARTS, CELL_SLOT } from "../../assembly/layout.ts";
import { actor } from "./behavior.ts";
import type { HostCell, Life, Supervision } from "./cell.ts";
import type { Address } from "./holder.ts";
import { Ref } from "./ref.ts";
import { Definition } from "./registry.ts";
import type { Thread } from "./thread.ts";
import type { Context } from "./types.ts";

export const ROOT = "root";
export const SUPERVISOR = "supervisor";

/** `found`: of a thread that has died; its cell is there. */
export function internalCell(
  thread: Thread,
  path: string,
  parent: Address | undefined,
  child: number,
  supervision: Supervision,
  name: string,
  handlers: unknown = silent,
  found?: Address,
): HostCell {
  // Only those with messages can be sent more than they can take.
  const { capacity, bytes, budget } =
    handlers === silent ? { capacity: Infinity, bytes: Infinity, budget: 0 } : thread.usualLimits;
  const { cell, generation } = found ?? thread.newCell(thread.index, 0, capacity, bytes, budget);
  const slot = thread.newSlot();
  const actorCell: HostCell = {
    cell,
    generation,
    slot,
    definition: new Definition(name, handlers),
    path,
    parent: parent && { cell: parent.cell, generation: parent.generation },
    supervision,
    internal: true,
    child,
    life: undefined as unknown as Life,
    status: "running",
    restarts: 0,
    served: undefined,
    epoch: 0,
    next: undefined,
    failure: undefined,
    watchers: undefined,
    family: undefined,
    reason: undefined,
    rare: undefined,
    keepPath() {},
  };
  actorCell.life = {
    cell,
    generation,
    path,
    ended: false,
    deadline: undefined,
    serving: 0,
    trace: 0,
    asks: undefined,
    actor: actorCell,
    instance: undefined,
    self: undefined,
    blocked: false,
    extras: undefined,
  };
  Object.defineProperty(actorCell.life, "self", {
    get: () => new Ref(thread, cell, generation, name, path, actorCell.life),
  });
  if (handlers !== silent) {
    const ctx = undefined as unknown as Context;
    actorCell.life.instance = actorCell.definition.make({ init: undefined, self: undefined, ctx });
  }
  thread.cells[slot] = actorCell;
  const { u32 } = thread.views;
  u32[(cell + CELL_SLOT) >>> 2] = slot;
  if (found) return actorCell;
  // Should this thread die, its successor ends the supervisor with its parent.
  u32[(cell + CELL_KEPT) >>> 2] = parent?.cell ?? 0;
  u32[(cell + CELL_RESTARTS) >>> 2] = child;
  thread.core.start(cell);
  return actorCell;
}

const silent = actor(() => ({}));
