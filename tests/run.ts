// The test command: every *.test.js below build/js/tests, one process each, so that a crash or a hang is that file's
// and nobody else's. They run one after the other, for some have to do with time; what only computes runs beside them, with
// the least priority, on what they leave of the machine. The last line says how many passed and failed; a file that ends
// without a summary has failed.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const LIMIT_MS = 540_000;
const only = process.argv.slice(2);
/** The order says what to look at first: what the others stand on. */
const order = ["tidy", "types", "core", "explore", "wire", "host", "examples", "platform"];
/** What only computes. */
const beside = ["tidy", "types", "core", "explore", "wire", "property/words"];

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.js") && only.every((part) => file.includes(part)))
  .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));

function rank(file: string): number {
  const at = order.findIndex((folder) => file.startsWith(folder));
  return at < 0 ? order.length : at;
}

let passed = 0;
let failed = 0;
/** What the files that failed have printed: at the end, where it is looked for. */
const broken: string[] = [];
const computes = (file: string) => beside.some((folder) => file.startsWith(folder));
await Promise.all([
  runAll(files.filter((file) => !computes(file))),
  runAll(files.filter(computes), constants.priority.PRIORITY_LOW),
]);
if (files.length === 0) failed++;
for (const text of broken) console.log(text);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runAll(files: readonly string[], priority = constants.priority.PRIORITY_NORMAL): Promise<void> {
  for (const file of files) {
    const began = performance.now();
    report(file, began, await run(file, priority));
  }
}

function report(file: string, began: number, { output, code, late }: Ended): void {
  const summary = /Total:\s+(\d+)\s+Passed:\s+(\d+)(?![\s\S]*Total:)/.exec(output);
  const total = Number(summary?.[1] ?? 0);
  const good = Number(summary?.[2] ?? 0);
  const bad = summary && total > 0 ? total - good : 1;
  const isBroken = bad > 0 || code !== 0;
  passed += good;
  failed += isBroken ? Math.max(1, bad) : 0;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const verdict = `${isBroken ? "FAIL" : "ok  "} ${file} ${good}/${total} ${seconds}s${late ? " (cut off)" : ""}`;
  console.log(verdict);
  if (isBroken) broken.push(`\n${verdict}\n${output.replace(/^/gm, "     ")}`);
  else
    for (const line of output.split("\n")) if (/skipped:/i.test(line) && !/Skipped:\s+0/.test(line)) console.log(line);
}

interface Ended {
  readonly output: string;
  readonly code: number | null;
  readonly late: boolean;
}

function run(file: string, priority: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`${root}${file}`], {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      env: { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" },
    });
    if (priority !== constants.priority.PRIORITY_NORMAL && child.pid !== undefined) setPriority(child.pid, priority);
    let output = "";
    let late = false;
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output += text.toString()));
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ output, code, late });
    });
  });
}
