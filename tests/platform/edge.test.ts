// The host suite inside workerd, in single mode: the core is a module that the isolate was given, the bundle is
// build/edge.js, unchanged. And the example worker, asked over HTTP.
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundleSuite, plain, summary } from "./suite.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const compatibilityDate = "2026-04-01";
const wasm = (path: string, file: string) =>
  ({ type: "CompiledWasm", path, contents: readFileSync(`${root}build/${file}`) }) as const;
const core = wasm("core.wasm", "core.single.wasm");

function script(path: string, contents: string) {
  return { type: "ESModule", path, contents } as const;
}

const read = (file: string) => readFileSync(`${root}build/${file}`, "utf8");

const edge = suite("edge");

edge("the host suite inside workerd", async () => {
  const folder = `${root}build/edge/`;
  mkdirSync(folder, { recursive: true });
  await bundleSuite(folder, { zanni: "./zanni.js", "zanni/worker": "./zanni.js", "zanni/wire": "./wire.js" });
  const isolate = new Miniflare({
    compatibilityDate,
    cf: false,
    modules: [
      script(
        "main.js",
        `import "./before.js";
        import "./suite0.js";
        export default {
          async fetch() {
            await globalThis.runUvu();
            return new Response(globalThis.lines.join("\\n"));
          },
        };`,
      ),
      // At global scope there are no timers: uvu is told to wait, and run by the request.
      script(
        "before.js",
        `import user from "./user.wasm";
        globalThis.zanniTests = { modes: ["single"], offersThreads: false, native: () => user };
        globalThis.UVU_DEFER = 1;
        globalThis.UVU_QUEUE = [[null]];
        globalThis.lines = [];
        console.log = (...args) => globalThis.lines.push(args.join(" "));`,
      ),
      script(
        "zanni.js",
        `import core from "./core.wasm";
        import * as edge from "./edge.js";
        export * from "./edge.js";
        export const createSystem = (options) => edge.createSystem({ ...options, core });`,
      ),
      script("suite0.js", readFileSync(`${folder}suite0.js`, "utf8")),
      script("edge.js", read("edge.js")),
      script("runtime.js", read("runtime.js")),
      script("wire.js", read("wire.js")),
      script("declared.js", read("declared.js")),
      wasm("user.wasm", "user.single.wasm"),
      core,
    ],
  });
  try {
    const response = await isolate.dispatchFetch("http://edge/");
    const output = plain(await response.text());
    const { total, passed } = summary(output);
    assert.ok(total > 50, output);
    assert.is(passed, total, output);
    for (const line of output.split("\n")) if (line.startsWith("skipped:")) console.log(`  ${line}`);
    console.log(`  workerd: ${passed} of ${total}`);
  } finally {
    await isolate.dispose();
  }
});

edge(
  "examples/edge/worker.js answers over HTTP, one request after another, many at once, and after a crash",
  async () => {
    const bundle = await build({
      entryPoints: [`${root}examples/edge/worker.js`],
      bundle: true,
      write: false,
      format: "esm",
      logLevel: "error",
      external: ["*.wasm"],
      conditions: ["workerd"],
    });
    const isolate = new Miniflare({
      compatibilityDate,
      cf: false,
      modules: [script("main.js", (bundle.outputFiles[0]?.text ?? "").replace("zanni/core.wasm", "./core.wasm")), core],
    });
    const get = async (path: string) => {
      const response = await isolate.dispatchFetch(`http://edge${path}`);
      return { status: response.status, ...((await response.json()) as { hits?: number; error?: string }) };
    };
    try {
      for (let i = 1; i <= 5; i++) assert.is((await get("/a")).hits, i);
      const many = await Promise.all(Array.from({ length: 50 }, () => get("/b")));
      assert.equal(
        many.map(({ hits }) => hits ?? 0).sort((a, b) => a - b),
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      const crashed = await get("/crash");
      assert.is(crashed.status, 500);
      assert.is(crashed.error, "ERR_ACTOR_FAILED");
      assert.is((await get("/a")).hits, 1, "a fresh instance behind the same ref");
    } finally {
      await isolate.dispose();
    }
  },
);

edge.run();
