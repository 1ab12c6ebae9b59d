// Thirty of the thousand that `npm run deaths` plays.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { play } from "./deaths.ts";

const test = suite("deaths at random instants");
test("under load: each message handled once, or a dead letter, or named; in order; every ask settles", async () => {
  const seed = Date.now() >>> 0;
  try {
    const toll = await play({ deaths: 30, workers: 3, seed });
    console.log(`  ${toll.deaths} deaths, ${toll.sent} messages, ${toll.missing} lost in hand, seed ${seed}`);
    assert.ok(toll.deaths >= 30 && toll.handled > 1000);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).stack}`);
  }
});

/** An engine that has nearly no memory left may tidy up for minutes. */
const PATIENCE_MS = 60_000;
const small = (...args: string[]) =>
  spawnSync(process.execPath, ["--max-old-space-size=100", ...args], { encoding: "utf8", timeout: PATIENCE_MS });

/** Does a process outlive a thread that has no memory left, and soon? One of Node 24 does not. */
function outlives(): boolean {
  const hog = "const all = []; for (;;) all.push(new Array(1000).fill(all.length))";
  const program = `new (require("node:worker_threads").Worker)(${JSON.stringify(hog)}, { eval: true }).on("error", () => {})`;
  return small("-e", program).status === 0;
}

test("by running out of memory: whoever asked is told, and the actor restarted", () => {
  if (!outlives()) {
    console.log(
      `  skipped: a thread without memory ends the whole process, or does not end, in Node ${process.versions.node}`,
    );
    return;
  }
  const { stdout, status, stderr } = small(fileURLToPath(new URL("./memory.js", import.meta.url)));
  assert.is(status, 0, stderr);
  const [message = "", restarts] = stdout.split("\n");
  assert.match(message, /^"Hog-1" failed in "eat": worker 0 died: .*memory/);
  assert.is(restarts, "1");
});
test.run();
