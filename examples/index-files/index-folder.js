// Indexes a folder: a supervisor, two readers per core, one tally.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createSystem, isZanniError, Worker } from "zanni";
import * as actors from "./actors.js";

/** Asks under way per reader: enough to keep it busy, few enough to go at its pace. */
const WINDOW = 4;

/** Every file below a folder; links are files, and crash the reader when they lead nowhere. */
export function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Answers totals, digests, what crashed and why, the tree and the statistics. `onProgress(done, all)` on the way. */
export async function indexFolder(folder, onProgress = () => {}) {
  const system = await createSystem({
    actors,
    logger: false,
    worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
  });
  try {
    const cores = system.stats().workers.length;
    const index = system.supervise({ name: "index", maxRestarts: Number.POSITIVE_INFINITY }, (sup) => {
      const tally = sup.spawn(actors.Tally, undefined, { name: "tally" });
      const readers = Array.from({ length: cores * 2 }, (_, i) =>
        sup.spawn(actors.Reader, { tally }, { name: `reader-${i}` }),
      );
      return { tally, readers };
    });
    const { tally, readers } = index.children;
    const files = [...filesBelow(folder)];
    const crashed = [];
    let next = 0;
    let done = 0;
    const feed = async (reader) => {
      while (next < files.length) {
        const path = files[next++];
        try {
          await reader.ask({ timeout: "1m" }).read(path);
        } catch (error) {
          if (!isZanniError(error, "ERR_ACTOR_FAILED")) throw error;
          crashed.push({ path, why: error.cause.message, reader: error.actor });
        }
        onProgress(++done, files.length);
      }
    };
    await Promise.all(readers.flatMap((reader) => Array.from({ length: WINDOW }, () => feed(reader))));
    const totals = await tally.ask({ timeout: "1m" }).totals(10);
    const digests = await tally.ask({ timeout: "1m" }).digests();
    crashed.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { totals, digests, crashed, tree: await system.tree(), stats: system.stats() };
  } finally {
    await system.stop();
  }
}
