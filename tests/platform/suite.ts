// The host suite as one file for a page or an isolate, beside build/zanni.js, which stays as users get it.
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const here = fileURLToPath(new URL("../", import.meta.url));

/**
 * Writes suite0.js and so on, each with a part of the tests, and worker.js to `folder`; `packages` says where zanni and
 * zanni/worker are. The worker is one file, minified, as bundlers make it of a program: it starts in two thirds of the time.
 */
export async function bundleSuite(folder: string, packages: Record<string, string>, parts = 1): Promise<void> {
  const tests = readdirSync(`${here}host`).filter((name) => name.endsWith(".test.js"));
  const entryPoints: Record<string, string> = {};
  for (let part = 0; part < parts; part++) {
    const entry = `${here}platform/entry${part}.js`;
    const own = tests.filter((_, i) => i % parts === part);
    const imports = own.map((name) => `import "../host/${name}";\n`).join("");
    // For hosts where the suite does not start of itself.
    writeFileSync(entry, `import { exec } from "uvu";\n${imports}globalThis.runUvu = exec;\n`);
    entryPoints[`suite${part}`] = entry;
  }
  const options: BuildOptions = {
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    // The package says that its files have no side effects; tests are nothing else.
    ignoreAnnotations: true,
    logLevel: "error",
  };
  await build({ ...options, entryPoints: { worker: `${here}host/worker.js` }, minify: true });
  await build({
    ...options,
    entryPoints,
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

/** What failed, and how: without what was skipped, and a mark for each that passed. */
export function failures(output: string): string {
  const lines = plain(output).split("\n");
  return lines.filter((line) => /[^\s•]/.test(line) && !line.startsWith("skipped:")).join("\n");
}
