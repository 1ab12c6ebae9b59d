// What is read of an actor that lives on another thread: it may end meanwhile, and its init frame be something else's memory.
import { CELL_HEAD, CELL_INIT, STOPPED } from "../../assembly/layout.ts";
import { pathOf } from "./children.ts";
import type { Address } from "./holder.ts";
import { generationIn, type Thread } from "./thread.ts";

/** What `read` makes of its init frame; undefined when it is gone, or ends meanwhile, or has none. */
export function whileThere<T>(thread: Thread, { cell, generation }: Address, read: (init: number) => T): T | undefined {
  const { views } = thread;
  // By atomics: a cell that ends says so before its init frame is given back.
  const isThere = () =>
    generationIn(views.load(cell + CELL_HEAD + 4)) === generation && (views.load(cell + CELL_HEAD) & STOPPED) === 0;
  const init = isThere() ? views.load(cell + CELL_INIT) : 0;
  if (init === 0) return undefined;
  views.refresh();
  try {
    const found = read(init);
    return isThere() ? found : undefined;
  } catch (error) {
    // What was read was something else by then.
    if (!isThere()) return undefined;
    throw error;
  }
}

/** The path of whoever lives there now. */
export function pathThere(thread: Thread, cell: number): string | undefined {
  const generation = generationIn(thread.views.load(cell + CELL_HEAD + 4));
  return whileThere(thread, { cell, generation }, (init) => pathOf(thread, init));
}
