// The reference, made from the docstrings: every public name is said to be something, every link leads somewhere, every
// example is TypeScript.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const out = join(root, "build/reference");
const test = suite("reference");

test("every public name has a docstring", () => {
  const typedoc = join(root, "node_modules/typedoc/bin/typedoc");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [typedoc, "--options", "docs/typedoc.json", "--out", out],
    { cwd: root, encoding: "utf8" },
  );
  assert.is(status, 0, stdout + stderr);
});

const pages = () =>
  readdirSync(out, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(out, name));

test("links between its pages lead somewhere", () => {
  let links = 0;
  for (const page of pages()) {
    for (const [, to] of readFileSync(page, "utf8").matchAll(/\]\(([^)#:]+\.md)[^)]*\)/g)) {
      links++;
      assert.ok(existsSync(join(dirname(page), to as string)), `${page}: ${to}`);
    }
  }
  assert.ok(links > 100, `${links} links`);
});

test("every example in it is TypeScript", () => {
  let examples = 0;
  for (const page of pages()) {
    for (const [, code] of readFileSync(page, "utf8").matchAll(/```ts\n([\s\S]*?)```/g)) {
      examples++;
      const { diagnostics = [] } = ts.transpileModule(code as string, {
        reportDiagnostics: true,
        compilerOptions: { target: ts.ScriptTarget.ESNext },
      });
      const wrong = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
      assert.equal(wrong, [], `${page}\n${code}`);
    }
  }
  assert.ok(examples > 20, `${examples} examples`);
});

test("docs/errors.md has every code, and no other", () => {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const codes = [...read("host/errors.ts").matchAll(/^ {2}\| "(ERR_\w+)"/gm)].map(([, code]) => code);
  const rows = [...read("docs/errors.md").matchAll(/^\| `(ERR_\w+)`/gm)].map(([, code]) => code);
  assert.ok(codes.length > 20);
  assert.equal(rows.sort(), codes.sort());
});

test.run();
