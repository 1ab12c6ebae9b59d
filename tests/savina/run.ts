// npm run savina [-- PROGRAM ...]: the programs with the suite's own parameters, in both modes: the value that each must
// come to, and its time.
import { createSystem, Worker } from "zanni";
import * as actors from "./actors.ts";
import { programs } from "./programs.ts";

const wanted = process.argv.slice(2).map((arg) => arg.toLowerCase());
const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
let wrong = 0;

console.log("| program | mode | value | ms | messages/s |\n|---|---|---|---|---|");
for (const { name, run } of programs) {
  if (wanted.length > 0 && !wanted.some((each) => name.toLowerCase().includes(each))) continue;
  for (const mode of ["single", "shared"] as const) {
    const system = await createSystem({ actors, ...(mode === "shared" ? { worker } : {}) });
    const before = performance.now();
    const { value, expected, messages } = await run(system, 1);
    const ms = performance.now() - before;
    const good = value === expected;
    if (!good) wrong++;
    const rate = Math.round((messages / ms) * 1000).toLocaleString("en");
    console.log(
      `| ${name} | ${mode} | ${value}${good ? "" : ` (expected ${expected})`} | ${ms.toFixed(0)} | ${rate} |`,
    );
    await system.stop();
  }
}
console.log(wrong === 0 ? "all values are right" : `${wrong} values are wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
