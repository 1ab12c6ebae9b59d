// What is read of an actor that lives on another thread: it may end meanwhile, and its init frame be something else's memory.
import { CELL_HEAD, CELL_INIT, CELL_KEPT, FRAME_SENDER, FRAME_SENDER_GENERATION } from "../../assembly/layout.ts";
import { pathOf } from "./children.ts";
import { type Address, generationIn, isThere } from "./holder.ts";
import type { Thread } from "./thread.ts";

/** What `read` makes of its init frame; undefined when it is gone, or ends meanwhile, or has none. */
export function whileThere<T>(thread: Thread, who: Address, read: (init: number) => T): T | undefined {
  const { views } = thread;
  const init = isThere(views, who) ? views.load(who.cell + CELL_INIT) : 0;
  if (init === 0) return undefined;
  try {
    const found = read(init);
    return isThere(views, who) ? found : undefined;
  } catch (error) {
    // What was read was something else by then.
    if (!isThere(views, who)) return undefined;
    throw error;
  }
}

/** Its parent, unless it ends meanwhile. */
export function parentThere(thread: Thread, of: Address): Address | undefined {
  const { views } = thread;
  if (views.load(of.cell + CELL_INIT) !== 0) {
    return whileThere(thread, of, (init) => ({
      cell: views.u32[(init + FRAME_SENDER) >>> 2] as number,
      generation: views.u32[(init + FRAME_SENDER_GENERATION) >>> 2] as number,
    }));
  }
  // Of a supervisor.
  const cell = views.load(of.cell + CELL_KEPT);
  return cell === 0 ? undefined : { cell, generation: generationIn(views.load(cell + CELL_HEAD + 4)) };
}

/** The path of whoever lives there now. */
export function pathThere(thread: Thread, cell: number): string | undefined {
  const generation = generationIn(thread.views.load(cell + CELL_HEAD + 4));
  return whileThere(thread, { cell, generation }, (init) => pathOf(thread, init));
}
