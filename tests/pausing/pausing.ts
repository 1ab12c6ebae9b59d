// A program of the tests as a process whose threads pause.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const tests = new URL("../", import.meta.url);

export function pausing(
  what: string,
  options: readonly string[],
  chance: number,
  stdio: "inherit" | "pipe",
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL(`${what}/run.js`, tests));
    const child = spawn(
      process.execPath,
      ["--import", `${new URL("pausing/register.js", tests)}`, program, ...options],
      {
        stdio: ["ignore", stdio, stdio],
        env: { ...process.env, PAUSES: String(chance) },
      },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text: Buffer) => (output += text.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
