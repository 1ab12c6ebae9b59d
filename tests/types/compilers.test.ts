// What users' compilers and editors make of zanni's types: the declarations that the package ships, under the oldest
// compiler that is promised, ours, and the newest.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const compilers = { "typescript-5": "5.8.3", typescript: "6.0.3", "typescript-7": "7.0.2" };
/** Type instantiations that examples/typed may cost, the library's own declarations and the compiler's libraries included. */
const BUDGET = 60_000;
/** Characters of a hover, however it is indented. */
const HOVER = 120;

const test = suite("compilers");

function run(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, file), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  assert.is(status, 0, stdout + stderr);
  return stdout;
}

for (const [name, version] of Object.entries(compilers)) {
  const tsc = `node_modules/${name}/bin/tsc`;

  test(`TypeScript ${version} accepts what is promised, and refuses what is not`, () => {
    assert.match(run(tsc, "--version"), version);
    run(tsc, "-p", "tests/types");
  });

  test(`TypeScript ${version} compiles a typed program within its budget, and it runs`, () => {
    const printed = run(tsc, "-p", "examples/typed", "--extendedDiagnostics");
    const instantiations = Number(/Instantiations:\s+(\d+)/.exec(printed)?.[1]);
    console.log(`  ${version}: ${instantiations} type instantiations`);
    assert.ok(instantiations > 0 && instantiations <= BUDGET, `${instantiations} type instantiations`);
    const source = readFileSync(join(root, "examples/typed/main.ts"), "utf8");
    const promised = [...source.matchAll(/^\/\/ {3}(.*)$/gm)].map(([, line]) => `${line}\n`).join("");
    assert.is(run("build/typed/main.js"), promised);
  });
}

test("an editor shows wire types as what they are, in a few words", () => {
  const files = ["typed/actors.ts", "wire.js", "wire-actors.js", "wire-http.js"].map((file) =>
    join(root, "examples", file),
  );
  let shown = 0;
  for (const { name, text } of hovers(files)) {
    if (!/WireType</.test(text) && !/^type /.test(text)) continue;
    shown++;
    assert.ok(text.length <= HOVER, `${name}: ${text.length} characters: ${text}`);
    assert.not.match(text, /StructOf|FieldsOf|UnionOf|Shown/, name);
  }
  assert.ok(shown >= 8, `${shown} hovers`);
  const text = (name: string) => hovers(files).find((each) => each.name === name)?.text;
  assert.is(text("Reading"), "const Reading: WireType<{ sensor: string; celsius: number; at: Date; }>");
  assert.is(text("Command"), 'const Command: WireType<{ type: "Reset"; } | { type: "Limit"; celsius: number; }>');
});

/** What the language service says of each variable and type that these files declare; runs of white space are one blank. */
function hovers(files: string[]): { name: string; text: string }[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    allowJs: true,
    strict: true,
    noEmit: true,
    types: [],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
  };
  const { readFile, fileExists, readDirectory, directoryExists, getDirectories } = ts.sys;
  const service = ts.createLanguageService({
    getScriptFileNames: () => files,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const text = readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    readFile,
    fileExists,
    readDirectory,
    directoryExists,
    getDirectories,
  });
  const found: { name: string; text: string }[] = [];
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if ((ts.isVariableDeclaration(node) || ts.isTypeAliasDeclaration(node)) && ts.isIdentifier(node.name)) {
        const info = service.getQuickInfoAtPosition(file, node.name.getStart());
        const text = ts.displayPartsToString(info?.displayParts).replace(/\s+/g, " ");
        found.push({ name: node.name.text, text });
      }
      ts.forEachChild(node, visit);
    };
    const source = service.getProgram()?.getSourceFile(file);
    if (source) visit(source);
  }
  return found;
}

test.run();
