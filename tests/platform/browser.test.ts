// The host suite in Chromium: on an isolated page with two worker threads, and on one that is not, where the probe must
// choose the single mode and say which headers are missing. The bundle is build/zanni.js, unchanged.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { launch } from "./chromium.ts";
import { serve } from "./serve.ts";
import { bundleSuite, failures, summary } from "./suite.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const folder = `${root}build/browser/`;
const folders = { "/build/": `${root}build/`, "/": folder };
const MINUTES = 2;

const browser = suite<{ browser: Browser }>("browser");

browser.before(async (context) => {
  mkdirSync(folder, { recursive: true });
  const packages = { zanni: "/build/zanni.js", "zanni/worker": "/build/worker.js", "zanni/wire": "/build/wire.js" };
  await bundleSuite(folder, packages, PARTS);
  writeFileSync(
    `${folder}index.html`,
    `<!doctype html><meta charset="utf-8"><title>zanni</title><link rel="icon" href="data:,"><script>
    globalThis.zanniTests = {
      modes: crossOriginIsolated ? ["single", "shared"] : ["single"],
      offersThreads: !crossOriginIsolated,
      native: (name) => new URL(\`/build/\${name}.wasm\`, location.href),
    };
    import(\`/suite\${location.search.slice(1)}.js\`);
    </script>`,
  );
  writeFileSync(
    `${folder}alone.html`,
    `<!doctype html><link rel="icon" href="data:,"><script type="module">
    import { createSystem, Worker } from "/build/zanni.js";
    const worker = () => new Worker(new URL("/worker.js", location.href));
    const system = await createSystem({ worker, workers: 2 });
    await system.stop();
    document.title = system.mode;
    </script>`,
  );
  context.browser = await launch();
});
browser.after(async ({ browser }) => {
  await browser.close();
});

const crashed = "the page crashed";

async function open(browser: Browser): Promise<{ page: Page; lines: string[] }> {
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on("console", (message) => void lines.push(message.text()));
  page.on("crash", () => void lines.push(crashed));
  page.on("pageerror", (error) => void lines.push(`page error: ${error.message}`));
  return { page, lines };
}

/** A page reserves addresses for each memory of each system, and gives them back when it pleases: one page is not enough. */
const PARTS = 4;

async function runSuite(browser: Browser, isolated: boolean): Promise<number> {
  let total = 0;
  for (let part = 0; part < PARTS; part++) total += (await runPart(browser, isolated, part)).total;
  console.log(`  Chromium ${browser.version()}, ${isolated ? "isolated" : "not isolated"}: ${total} tests`);
  return total;
}

async function runPart(browser: Browser, isolated: boolean, part: number): Promise<ReturnType<typeof summary>> {
  const site = await serve(folders, { isolated });
  const { page, lines } = await open(browser);
  try {
    await page.goto(`${site.url}/index.html?${part}`);
    assert.is(await page.evaluate("crossOriginIsolated"), isolated);
    const end = Date.now() + MINUTES * 60_000;
    while (!lines.some((line) => line.includes("Duration:"))) {
      assert.not.ok(lines.includes(crashed), failures(lines.join("\n")));
      await page.waitForTimeout(100).catch(() => {});
      assert.ok(Date.now() < end, `not at its end:\n${failures(lines.join("\n"))}`);
    }
    const result = summary(lines.join("\n"));
    assert.is(result.passed, result.total, failures(lines.join("\n")));
    for (const line of lines.filter((each) => each.startsWith("skipped:"))) console.log(`  ${line}`);
    return result;
  } finally {
    await page.close();
    site.close();
  }
}

browser("the host suite on an isolated page: one thread, and two workers over shared memory", async ({ browser }) => {
  const total = await runSuite(browser, true);
  assert.ok(total > 100, `${total} tests`);
});

browser("the host suite on a page that is not isolated, in single mode", async ({ browser }) => {
  const total = await runSuite(browser, false);
  assert.ok(total > 50, `${total} tests`);
});

browser("where memory cannot be shared, one line says why and what to do", async ({ browser }) => {
  const site = await serve(folders, { isolated: false });
  const { page, lines } = await open(browser);
  try {
    await page.goto(`${site.url}/alone.html`);
    await page.waitForFunction("document.title !== ''");
    const mode = await page.title();
    assert.is(mode, "single");
    assert.is(lines.length, 1, lines.join("\n"));
    assert.match(
      lines[0] as string,
      /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
    );
  } finally {
    await page.close();
    site.close();
  }
});

browser.run();
