// The house rules as a test: layers, circles, the ABI, the wasm's sections, package exports, bundle size, format.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { coreExports, coreImports } from "../../host/core/abi.ts";
import { growing } from "../host/moving.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const filesBelow = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));

/** Files of the repository that a file imports, types included. */
function imports(file: string): string[] {
  return [...read(file).matchAll(/^(?:import|export)[^;]*?from "(\.[^"]+)"/gms)].map(([, from]) => {
    const to = join(dirname(file), from as string);
    return existsSync(join(root, to)) ? to : `${to}.ts`;
  });
}

function circle(files: readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports(file)) {
      const found = walk(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const found = walk(file, []);
    if (found) return found;
  }
  return undefined;
}

const layers = suite("layers");

/** assembly/: a file imports only from smaller numbers. */
const core: Record<string, number> = {
  layout: 0,
  scale: 1,
  sync: 1,
  check: 1,
  place: 1,
  clock: 1,
  trail: 2,
  pool: 3,
  cell: 2,
  meter: 2,
  stack: 2,
  frame: 4,
  deque: 4,
  inbox: 4,
  stream: 4,
  wheel: 4,
  injector: 5,
  rank: 5,
  ticket: 5,
  mailbox: 6,
  idle: 6,
  handover: 7,
  ready: 8,
  worker: 9,
  takeover: 10,
  index: 11,
  parts: 12,
  abi1: 1,
  native: 2,
};

layers("the core imports down only, and every file has its number", () => {
  for (const file of filesBelow("assembly")) {
    const name = relative("assembly", file).replace(".ts", "");
    const own = core[name];
    assert.ok(own !== undefined, `${file} has a layer`);
    for (const to of imports(file)) {
      const other = core[relative("assembly", to).replace(".ts", "")] as number;
      assert.ok(other < (own as number), `${file} (${own}) imports ${to} (${other})`);
    }
  }
});

/** host/: rings; a ring imports itself and smaller numbers. */
function ring(file: string): number {
  if (file.startsWith("assembly/")) return 0;
  const [, folder, name] = /^host\/(?:(\w+)\/)?(\w+)\.ts$/.exec(file) ?? [];
  if (folder)
    return (
      ({ platform: 0, wire: 0, core: 1, actor: 2, pattern: 3, testkit: 5, cli: 6 } as Record<string, number>)[folder] ??
      9
    );
  return (
    (
      {
        errors: 0,
        engine: 0,
        options: 0,
        stream: 0,
        stats: 1,
        settings: 2,
        system: 2,
        worker: 2,
        workers: 2,
        create: 4,
        face: 4,
        index: 4,
        wire: 4,
        json: 4,
        testkit: 5,
        edge: 4,
      } as Record<string, number>
    )[name as string] ?? 9
  );
}

layers("the host imports down only", () => {
  for (const file of filesBelow("host")) {
    assert.ok(ring(file) < 9, `${file} has a ring`);
    for (const to of imports(file))
      assert.ok(ring(to) <= ring(file), `${file} (${ring(file)}) imports ${to} (${ring(to)})`);
  }
});

layers("no circles, types included", () => {
  for (const folder of ["assembly", "host", "tests"]) assert.is(circle(filesBelow(folder)), undefined);
});

layers("only sync.ts says atomic, only platform/ asks where it runs", () => {
  for (const file of filesBelow("assembly")) {
    if (file !== "assembly/sync.ts") assert.not.match(read(file).replace(/\/\/.*$/gm, ""), /\batomic\./, file);
    assert.not.match(read(file), /^\s*@\w+/m, `${file}: no decorators`);
  }
  for (const file of filesBelow("host")) {
    // The command line is Node's.
    if (file.startsWith("host/platform/") || file.startsWith("host/cli/")) continue;
    assert.not.match(
      read(file).replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, ""),
      /globalThis\.process|\bnavigator\b|\bprocess\.|\bdocument\b/,
      file,
    );
  }
});
layers.run();

const ported = suite("ported cases");
ported("every test that tests/PORTED.md names exists", () => {
  /** Titles of a file; what a template fills in is anything. */
  const titles = (file: string) =>
    [...read(file).matchAll(/^\s*\w+\(\s*(["`])(.+?)\1,/gm)].map(
      ([, , title]) =>
        new RegExp(`^${(title as string).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\\\$\\\{.+?\\\}/g, ".+")}$`),
    );
  let named = 0;
  for (const row of read("tests/PORTED.md").split("\n")) {
    let file: string | undefined;
    for (const [, where, title] of row.matchAll(/`((?:core|host|property|testkit)\/[\w-]+)`|"([^"]+)"/g)) {
      if (where) file = `tests/${where}.test.ts`;
      else if (file) {
        named++;
        assert.ok(
          titles(file).some((each) => each.test(title as string)),
          `${file} has a test "${title}"`,
        );
      }
    }
  }
  assert.ok(named > 100, `${named} are named`);
});
ported.run();

const wasm = suite("wasm");
const parts = (name: string) => {
  const bytes = readFileSync(join(root, `build/${name}.wasm`));
  const module = new WebAssembly.Module(bytes);
  const ids: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    ids.push(bytes[at++] as number);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return { module, ids };
};

wasm("releases have no data, start or element section: they would write over shared memory", () => {
  for (const name of ["core.shared", "core.single"]) {
    const { ids } = parts(name);
    for (const forbidden of [8, 9, 11, 12]) assert.not.ok(ids.includes(forbidden), `${name}, section ${forbidden}`);
  }
});

wasm("exports and imports are those of host/core/abi.ts", () => {
  for (const name of ["core.shared", "core.single"]) {
    const { module } = parts(name);
    assert.equal(
      WebAssembly.Module.exports(module)
        .map((each) => each.name)
        .sort(),
      [...coreExports].sort(),
    );
    assert.equal(
      WebAssembly.Module.imports(module)
        .map((each) => `${each.module}.${each.name}`)
        .sort(),
      [...coreImports].sort(),
    );
  }
});

wasm("the doors to atomics, and what every message passes, are inlined", () => {
  const wat = spawnSync(
    process.execPath,
    [
      fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js")),
      "assembly/index.ts",
      "--target",
      "shared",
      "--use",
      "LAYOUT=1",
      "--debug",
      "--textFile",
      "build/core.shared.wat",
      "--outFile",
      "build/core.check.wasm",
    ],
    { cwd: root, encoding: "utf8" },
  );
  assert.is(wat.status, 0, wat.stderr);
  const functions = [...read("build/core.shared.wat").matchAll(/^ \(func \$assembly\/(\S+)/gm)].map(
    ([, name]) => name as string,
  );
  assert.ok(functions.length > 20);
  const inlined = [
    "sync/",
    "check/",
    "meter/",
    "cell/idle",
    "cell/raise",
    "cell/lower",
    "mailbox/present",
    "pool/carve",
    "pool/classOf",
    "pool/metaOf",
    "frame/blank",
  ];
  for (const name of functions) for (const each of inlined) assert.not.ok(name.startsWith(each), `${name} is a call`);
});

wasm("memory may grow in the exports in which tests have it grow", () => {
  const calls = new Map<string, Set<string>>();
  const grows = new Set<string>();
  let within = "";
  for (const line of read("build/core.shared.wat").split("\n")) {
    within = /^ \(func \$(\S+)/.exec(line)?.[1] ?? within;
    for (const [, callee] of line.matchAll(/\bcall \$([^\s)]+)/g)) {
      calls.set(callee as string, (calls.get(callee as string) ?? new Set()).add(within));
    }
    if (line.includes("memory.grow")) grows.add(within);
  }
  // A set that is added to while it is walked.
  for (const name of grows) for (const caller of calls.get(name) ?? []) grows.add(caller);
  const exported = [...read("build/core.shared.wat").matchAll(/\(export "(\S+)" \(func \$([^\s)]+)/g)];
  const found = exported.filter(([, , name]) => grows.has(name as string)).map(([, name]) => name as string);
  assert.equal(found.sort(), growing);
});
wasm.run();

const packaged = suite("package");
const manifest = JSON.parse(read("package.json")) as {
  exports: Record<string, string | { types: string; default: string }>;
  devDependencies: Record<string, string>;
};

packaged("every export exists, with its types", () => {
  for (const target of Object.values(manifest.exports)) {
    for (const file of typeof target === "string" ? [target] : Object.values(target))
      assert.ok(existsSync(join(root, file)), file);
  }
});

packaged("nothing stands at the top level but what has its place there", () => {
  const { status, stdout } = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" });
  if (status !== 0) return console.log("  skipped: not a git checkout");
  const top = new Set(
    stdout
      .trim()
      .split("\n")
      .map((file) => file.split("/")[0]),
  );
  const known =
    ".ci .gitignore CHANGELOG.md CONTRIBUTING.md LICENSE README.md asconfig.json assembly biome.json docs examples host native.ts package-lock.json package.json rollup.config.mjs tests tsconfig.json";
  for (const name of top) assert.ok(known.split(" ").includes(name as string), `${name} has no place`);
});

packaged("versions are pinned, and no address of a registry is recorded", () => {
  for (const [name, version] of Object.entries(manifest.devDependencies))
    assert.match(version, /^(npm:\w+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  assert.not.match(read("package-lock.json"), /"resolved":/);
});

packaged("the bundle imports nothing of Node and evaluates where there is no process", () => {
  for (const file of ["build/zanni.js", "build/worker.js", "build/runtime.js"]) {
    assert.not.match(read(file), /^\s*import .*["']node:/m);
  }
  const code = `
    for (const name of ["process", "Buffer", "setImmediate", "require"]) Reflect.deleteProperty(globalThis, name);
    const { createSystem } = await import(${JSON.stringify(join(root, "build/zanni.js"))});
    await import(${JSON.stringify(join(root, "build/worker.js"))});
    if (typeof createSystem !== "function") throw new Error("no createSystem");`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  assert.is(status, 0, stderr);
});

packaged("no thread loads what no system needs: fetch takes Node longer than all of zanni", () => {
  const code = `
    import { isMainThread } from "node:worker_threads";
    import { Actor, createSystem, Worker } from "zanni";
    import { serve } from "zanni/worker";
    const loaded = () => process.moduleLoadList.filter((name) => /undici|webstreams[/]readable|crypto\\//.test(name));
    class Loaded extends Actor {
      list() { return loaded(); }
    }
    if (isMainThread) {
      const worker = () => new Worker(new URL(import.meta.url), { type: "module" });
      const system = await createSystem({ actors: { Loaded }, worker, workers: 1 });
      console.log(JSON.stringify([loaded(), await system.spawn(Loaded).ask.list()]));
      await system.stop();
    } else serve({ Loaded });`;
  const file = join(root, "build/tidy/loaded.mjs");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
  assert.equal(JSON.parse(stdout || "null"), [[], []], stderr);
});

packaged("hello, bundled and minified, stays small", () => {
  const [file] = buildSync({
    stdin: { contents: read("examples/hello.js"), resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    logLevel: "error",
  }).outputFiles;
  const size = gzipSync(file?.contents as Uint8Array, { level: 9 }).length;
  console.log(`  hello: ${size} bytes gzipped, wasm included`);
  assert.ok(size < 85_500, `${size} bytes`);
});

packaged("format and lint", () => {
  const biome = fileURLToPath(new URL("../../../../node_modules/@biomejs/biome/bin/biome", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, "check", "."], {
    cwd: root,
    encoding: "utf8",
  });
  assert.is(status, 0, stdout + stderr);
});
packaged.run();
