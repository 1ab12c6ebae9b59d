// The programs with a tenth of their parameters, for their values; `npm run savina` has all of them, and the times.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSystem, Worker } from "zanni";
import * as actors from "./actors.ts";
import { programs } from "./programs.ts";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

for (const mode of ["single", "shared"] as const) {
  const tests = suite(`savina, ${mode}`);
  for (const { name, run } of programs) {
    tests(name, async () => {
      const system = await createSystem({ actors, ...(mode === "shared" ? { worker } : {}) });
      const { value, expected } = await run(system, 0.1);
      assert.is(value, expected);
      await system.stop();
      assert.is(system.stats().restarts, 0);
    });
  }
  tests.run();
}
