// The host suite as one file for a page or an isolate, beside build/zanni.js, which stays as users get it.
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL("../", import.meta.url));

/** Writes suite.js and worker.js to `folder`; `packages` says where zanni and zanni/worker are. */
export async function bundleSuite(folder: string, packages: Record<string, string>): Promise<void> {
  const tests = readdirSync(`${here}host`).filter((name) => name.endsWith(".test.js"));
  const entry = `${here}platform/entry.js`;
  const imports = tests.map((name) => `import "../host/${name}";\n`).join("");
  // For hosts where the suite does not start of itself.
  writeFileSync(entry, `import { exec } from "uvu";\n${imports}globalThis.runUvu = exec;\n`);
  await build({
    entryPoints: { suite: entry, worker: `${here}host/worker.js` },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    // The package says that its files have no side effects; tests are nothing else.
    ignoreAnnotations: true,
    logLevel: "error",
    plugins: [
      {
        name: "the package as it is",
        setup(plugin) {
          plugin.onResolve({ filter: /^zanni(\/|$)/ }, ({ path }) => ({
            path: packages[path] as string,
            external: true,
          }));
        },
      },
    ],
  });
}

/** What uvu printed at its end. */
export function summary(output: string): { total: number; passed: number; skipped: number } {
  const [, total, passed, skipped] =
    /Total:\s+(\d+)[\s\S]*Passed:\s+(\d+)[\s\S]*Skipped:\s+(\d+)/.exec(plain(output)) ?? [];
  return { total: Number(total ?? 0), passed: Number(passed ?? -1), skipped: Number(skipped ?? 0) };
}

/** Without colours: uvu cannot know that nobody looks. */
export function plain(output: string): string {
  return output.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "");
}
