// The whole build, in order: the core's WebAssembly (asconfig.json), the host's and the tests' JavaScript
// (tsconfig.json), and the two files that users get, build/zanni.js and build/worker.js.
//
//   assembly/*.ts ──asc──▶ build/core.*.wasm ──▶ build/core.js (base64, for import "#core")
//   host/*.ts, tests/*.ts ──tsc──▶ build/js/ ──rollup──▶ build/zanni.js, build/worker.js
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import resolve from "@rollup/plugin-node-resolve";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

const root = fileURLToPath(new URL(".", import.meta.url));
const targets = [
  ["shared", "assembly/index.ts"],
  ["single", "assembly/index.ts"],
  ["debug", "assembly/parts.ts"],
  ["model", "assembly/parts.ts"],
  ["seeded", "assembly/parts.ts"],
];
/** What users get. */
const released = ["shared", "single"];
/** What the explorer plays. */
const explored = ["model", "seeded"];
const natives = [
  ["shared", "tests/native/behaviors.ts", "native.shared"],
  ["single", "tests/native/behaviors.ts", "native.single"],
  ["shared", "tests/native/user.ts", "user.shared"],
  ["single", "tests/native/user.ts", "user.single"],
  ["shared", "tests/native/data.ts", "user.data"],
  ["shared", "tests/native/stale.ts", "user.stale"],
];

/** Modules of one entry: what imports another entry must not get them. */
const alone =
  /host\/(index|worker|edge|create|wire|json|testkit(\/\w+)?|cli\/\w+|wire\/(json|lock)|core\/(packed|raw|explore)|platform\/file)\.js|build\/core\.js/;

export default async () => {
  mkdirSync(`${root}build`, { recursive: true });
  await compileCore();
  compileTypeScript();
  return {
    input: {
      zanni: "build/js/host/index.js",
      worker: "build/js/host/worker.js",
      edge: "build/js/host/edge.js",
      testkit: "build/js/host/testkit.js",
      wire: "build/js/host/wire.js",
      json: "build/js/host/json.js",
      cli: "build/js/host/cli/main.js",
      raw: "build/js/host/core/raw.js",
      explore: "build/js/host/core/explore.js",
    },
    output: {
      dir: "build",
      format: "es",
      entryFileNames: "[name].js",
      chunkFileNames: "[name].js",
      // What the entries share, but for the bytes of the core, which only zanni.js carries.
      manualChunks: (id) => {
        if (/host\/wire\/(type|shape|fields|rows|misfit|bytes|slab)\.js/.test(id)) return "declared";
        return alone.test(id) ? null : "runtime";
      },
      banner: "/*! zanni, MIT. Contains msgpackr, MIT, (c) Kris Zyp, and @assemblyscript/loader, Apache-2.0. */",
    },
    // Also within try: msgpackr does all there.
    treeshake: { tryCatchDeoptimization: false },
    external: /^node:/,
    plugins: [numbers(), multiplied(), msgpackr(), resolve({ browser: true, preferBuiltins: false })],
    onwarn(warning) {
      // A helper of the TypeScript compiler, for import() of a name that is known at run time only.
      if (warning.code === "THIS_IS_UNDEFINED" && warning.id?.endsWith("cli/main.js")) return;
      throw new Error(warning.message);
    },
  };
};

/**
 * The names that the host takes from assembly/layout.ts become the numbers that they stand for, as the compiler does it with a
 * `const enum`: what bundlers make of the host is 1.5 KiB smaller, gzipped.
 */
function numbers() {
  const layout = readFileSync(`${root}build/js/assembly/layout.js`, "utf8");
  const values = new Map(
    [...layout.matchAll(/^export const (\w+) = (\w+);/gm)].map(([, name, value]) => [name, value]),
  );
  return {
    name: "numbers",
    transform(code, id) {
      if (!id.includes("/build/js/host/")) return null;
      const tree = this.parse(code);
      const known = new Set();
      const places = [];
      for (const node of tree.body) {
        if (node.type !== "ImportDeclaration" || !node.source.value.endsWith("assembly/layout.js")) continue;
        if (node.specifiers.some(({ type }) => type !== "ImportSpecifier")) return null;
        for (const { local } of node.specifiers) known.add(local.name);
        places.push({ start: node.start, end: node.end, text: "" });
      }
      const walk = (node) => {
        if (node.type === "ImportDeclaration") return;
        if (node.type === "Identifier" && known.has(node.name)) {
          places.push({ start: node.start, end: node.end, text: `${values.get(node.name)} /* ${node.name} */` });
        }
        for (const part of Object.values(node).flat()) if (typeof part?.type === "string") walk(part);
      };
      walk(tree);
      places.sort((a, b) => b.start - a.start);
      const text = places.reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code);
      return { code: text, map: null };
    },
  };
}

/** `many(3, one)` becomes `[one, one, one]`: see host/engine.ts. */
function multiplied() {
  return {
    name: "multiplied",
    transform(code, id) {
      if (!id.includes("/build/js/host/") || !/^import {.*\bmany\b.*}/m.test(code)) return null;
      const variables = this.parse(code).body.flatMap(({ declarations }) => declarations ?? []);
      const calls = variables.map(({ init }) => init).filter((init) => init?.callee?.name === "many");
      let text = code;
      for (const {
        start,
        end,
        arguments: [count, one],
      } of calls.reverse()) {
        const all = Array(count.value).fill(code.slice(one.start, one.end));
        text = `${text.slice(0, start)}[${all.join(", ")}]${text.slice(end)}`;
      }
      return { code: text, map: null };
    },
  };
}

/**
 * msgpackr without what host/wire/value.ts never asks of it, most of all records, and the code that it makes for them at run time:
 * what depends on its options is decided here, and dropped. 5 KiB of a bundle.
 */
const settled = [
  ["false", /typeof this\.useRecords == 'function'/g],
  ["false", /\(useFloat32 = this\.useFloat32\) > 0/g],
  [
    "false",
    /\b(?:this|packr|options|currentUnpackr)\.(?:structures|saveStructures|getStructures|bundleStrings|structuredClone|_writeStruct|_readStruct|useRecords|useFloat32|largeBigIntToFloat|largeBigIntToString|coercibleKeyAsNumber|skipValues|progressiveRecords|mapAsEmptyObject|setAsEmptyObject|onInvalidDate|useTimestamp32|freezeData|sequential|encodeUndefinedAsNil|_onSaveState|allowArraysInMapKeys|trusted)\b(?! = )/g,
  ],
  [
    "true",
    /\b(?:this|currentUnpackr)\.(?:moreTypes|useBigIntExtension|mapsAsObjects|copyBuffers|variableMapSize)\b(?! = )/g,
  ],
  [
    "if (false",
    /\bif \((?:structures|structure|bundledStrings|referenceMap|hasSharedUpdate|sequentialMode|value == 0x72)\b(?! =|\.)/g,
  ],
  ["&& false", /&& (?:structures|pendingNestedStructures)\b/g],
  ["{}", /new (?:Un)?[Pp]ackr\(\{ useRecords: false \}\)/g],
  ["false", /\bpackr\.useToJSON !== false|\bcurrentUnpackr\.int64AsType === '\w+'|\bsrcStringEnd >= position\b/g],
  ["false", /\bcurrentStructures && currentStructures\.restoreStructures\b/g],
  ["true", /!sequentialMode\b|\bsrcStringEnd == 0\b/g],
  ["", /\bclassifyIncomplete\(error\);/g],
];
/** Methods that nobody calls; extensions that nobody writes: bundles of texts, its own errors, shared values; a table for 32 bit floats. */
const unused =
  /^(?:unpackMultiple|_mergeStructures|clearSharedData|[gs]et position)\b|^currentExtensions\[0x(?:62|65|69|70)\]|^for \(let i = 0; i < 256;/;

function msgpackr() {
  const idle = new Set([...settled.map(([, what]) => what), unused]);
  return {
    name: "msgpackr",
    transform(code, id) {
      if (!/\/msgpackr\/(un)?pack\.js$/.test(id)) return null;
      let text = code;
      for (const statement of this.parse(code).body.reverse()) {
        const { declaration } = statement;
        const parts = declaration?.type === "ClassDeclaration" ? declaration.body.body.reverse() : [statement];
        for (const { start, end } of parts.filter((part) => unused.test(code.slice(part.start, part.end)))) {
          idle.delete(unused);
          text = text.slice(0, start) + text.slice(end);
        }
      }
      for (const [by, what] of settled) {
        if (text.search(what) >= 0) idle.delete(what);
        text = text.replace(what, by);
      }
      return { code: text, map: null };
    },
    buildEnd(error) {
      if (!error && idle.size > 0) throw new Error(`msgpackr has no ${[...idle].join(", no ")}`);
    },
  };
}

/** Two versions over one memory must not meet: 31 bits of the layout's text. */
function layoutHash() {
  const text = readFileSync(`${root}assembly/layout.ts`, "utf8").replace(/\/\/.*$/gm, "");
  return createHash("sha256").update(text).digest().readUInt32LE() >>> 1;
}

async function compileCore() {
  const hash = layoutHash();
  for (const [target, entry] of targets) {
    const names = released.includes(target) ? ["--debug"] : [];
    await compile([entry, "--target", target, "--use", `LAYOUT=${hash}`, ...names]);
  }
  for (const [target, entry, name] of natives) {
    await compile([entry, "--target", target, "--use", `LAYOUT=${hash}`, "--outFile", `build/${name}.wasm`]);
  }
  const modules = released.map((target) => inline(`core.${target}`));
  align(modules);
  for (const [i, target] of released.entries()) {
    writeFileSync(`${root}build/core.${target}.wasm`, modules[i].emitBinary());
    modules[i].dispose();
  }
  for (const target of explored) instrument(`core.${target}`);
  writeFileSync(`${root}build/core.js`, packed(released));
  writeFileSync(
    `${root}build/core.d.ts`,
    "export declare const text: string;\nexport declare const pieces: readonly number[];\n",
  );
  writeFileSync(`${root}build/layout.js`, `export const layoutHash = ${hash};\n`);
  writeFileSync(`${root}build/layout.d.ts`, "export declare const layoutHash: number;\n");
}

/**
 * Both cores, compressed before they become text, in pieces that take turns: what they have in common is then near enough for
 * gzip to find. 18 KiB of a gzipped bundle; one after the other they take 24, and as text alone 40.
 */
function packed(targets) {
  const files = targets.map((target) => readFileSync(`${root}build/core.${target}.wasm`));
  const count = 4;
  const cut = ({ length }, i) => Math.floor((length * i) / count);
  const all = Array.from({ length: count }, (_, i) =>
    files.map((file) => file.subarray(cut(file, i), cut(file, i + 1))),
  ).flat();
  const text = gzipSync(Buffer.concat(all), { level: 9 }).toString("base64");
  const pieces = all.map(({ length }) => length);
  return `export const text = ${JSON.stringify(text)};\nexport const pieces = ${JSON.stringify(pieces)};\n`;
}

/**
 * What no message passes, or few: inlined as well, it would double a core, and what every message passes is slower for it (native
 * throughput 29 to 26.5 ns).
 */
const rare = [
  "idle/endSearch",
  "idle/wakeAny",
  "mailbox/drainAll",
  "mailbox/giveBack",
  "mailbox/pushSystem",
  "mailbox/takeControl",
  "pool/claim",
  "pool/nextBlock",
  "pool/search",
  "rank/spread",
  "ready/gatherReady",
  "stack/push",
  "takeover/dropFirst",
  "ticket/claimedBefore",
  "worker/bury",
  "worker/control",
  "worker/deliverTo",
  "worker/vacate",
];

/** What is to be inlined where, as every message of native code passes it. */
const hot = [
  ["take", "run"],
  ["tell", "convey"],
];

/**
 * The release cores again, with larger functions inlined than the compiler would: engines do not inline across WebAssembly calls,
 * a message passes a dozen, and each writes ten words to the stack. Measured: native throughput 39 to 27 ns, ring 46 to 33 ns a
 * hop, for 2.5 KiB of a bundle; limits half as high again take 7 KiB more, and nothing off that.
 */
function inline(name) {
  const file = `${root}build/${name}.wasm`;
  const module = opened(file);
  for (const each of rare) {
    // Some of them are in the shared core alone.
    if (module.getFunction(`assembly/${each}`) === 0) {
      if (name === "core.shared") throw new Error(`the core has no function ${each}`);
      continue;
    }
    binaryen.setPassArgument("no-inline", `assembly/${each}`);
    module.runPasses(["no-inline"]);
  }
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(200);
  binaryen.setFlexibleInlineMaxSize(200);
  binaryen.setOneCallerInlineMaxSize(800);
  module.optimize();
  module.optimize();
  module.runPasses(["reorder-functions"]);
  for (const [caller, callee] of hot) {
    const { body } = binaryen.getFunctionInfo(module.getFunction(`assembly/worker/${caller}`));
    if (binaryen.emitText(body).includes(`(call $assembly/worker/${callee}`))
      throw new Error(`${caller} calls ${callee}`);
  }
  return module;
}

/**
 * What both cores have comes first, in the same order: a call of it is the same bytes in both then, which is 400 bytes less of a
 * bundle.
 */
function align([first, second]) {
  const all = [first, second].map((module) =>
    Array.from({ length: module.getNumFunctions() }, (_, i) => binaryen.getFunctionInfo(module.getFunctionByIndex(i)))
      .filter((each) => each.module === "")
      .map((each) => each.name),
  );
  const [names, others] = all.map((each) => new Set(each));
  const common = [...names].filter((name) => others.has(name));
  for (const [i, module] of [first, second].entries()) {
    for (const name of [...common, ...all[i].filter((each) => !common.includes(each))]) {
      const { params, results, vars, body } = binaryen.getFunctionInfo(module.getFunction(name));
      module.removeFunction(name);
      module.addFunction(name, params, results, vars, body);
    }
  }
}

function opened(file) {
  const module = binaryen.readBinary(readFileSync(file));
  const has = binaryen.Features;
  module.setFeatures(
    has.Atomics | has.BulkMemory | has.BulkMemoryOpt | has.MutableGlobals | has.NontrappingFPToInt | has.SignExt,
  );
  return module;
}

/**
 * The explorer is told of every access to memory, and may put a thread aside before an atomic: in `sync.step`, and nowhere else.
 * Of the values that are read and written it makes nothing.
 */
function instrument(name) {
  const file = `${root}build/${name}.wasm`;
  const module = opened(file);
  module.runPasses(["instrument-memory"]);
  for (const kind of ["i32", "i64", "f32", "f64"]) {
    for (const hook of [`load_val_${kind}`, `store_val_${kind}`]) {
      const type = binaryen[kind];
      module.removeFunction(hook);
      module.addFunction(hook, binaryen.createType([binaryen.i32, type]), type, [], module.local.get(1, type));
    }
  }
  binaryen.setAlwaysInlineMaxSize(1);
  binaryen.setFlexibleInlineMaxSize(1);
  binaryen.setOneCallerInlineMaxSize(1);
  module.runPasses(["inlining"]);
  binaryen.setPassArgument("asyncify-imports", "sync.step");
  module.runPasses(["asyncify"]);
  writeFileSync(file, module.emitBinary());
  module.dispose();
}

async function compile(args) {
  let printed = "";
  const stderr = { write: (text) => (printed += text) };
  const { error } = await asc.main([...args, "--baseDir", root], { stderr, stdout: stderr });
  if (error) throw new Error(`asc ${args.join(" ")}\n${printed}`);
}

function compileTypeScript() {
  const tsc = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));
  const done = spawnSync(process.execPath, [tsc, "-p", root], { cwd: root, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`tsc\n${done.stdout}${done.stderr}`);
}
