// The page of `npm run web`: it greets, counts, survives a crash, and looks as it should.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { launch } from "./chromium.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

const web = suite<{ browser: Browser; server: ChildProcess; url: string }>("web");

web.before(async (context) => {
  const server = spawn(process.execPath, ["examples/web/serve.js", "0"], { cwd: root });
  context.server = server;
  context.url = await new Promise((resolve, reject) => {
    server.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  context.browser = await launch();
});
web.after(async ({ browser, server }) => {
  await browser.close();
  server.kill();
});

web("a click crashes the counter, its supervisor brings it back", async ({ browser, url }) => {
  const page = await browser.newPage({ viewport: { width: 800, height: 640 }, colorScheme: "light" });
  const errors: string[] = [];
  page.on("pageerror", (error) => void errors.push(error.message));
  await page.goto(url);
  await page.waitForSelector("body.ready");
  const text = (id: string) => page.locator(`#${id}`).textContent();
  assert.is(await text("mode"), "shared");
  assert.match((await text("hello")) ?? "", /^Hello, page! I am greeter/);
  for (let i = 1; i <= 3; i++) {
    await page.click("#add");
    await page.waitForFunction(`document.getElementById("value").textContent === "${i}"`);
  }
  await page.click("#crash");
  await page.waitForFunction('document.getElementById("restarts").textContent === "1"');
  assert.is(await text("value"), "0", "a fresh instance");
  assert.match((await text("events")) ?? "", /crash shop\/counter: you asked for it/);
  await page.click("#add");
  await page.waitForFunction('document.getElementById("value").textContent === "1"');
  mkdirSync(`${root}build/browser`, { recursive: true });
  const image = await page.screenshot({ path: `${root}build/browser/web.png` });
  assert.is(image.subarray(1, 4).toString(), "PNG");
  // What is on it: the card's border and the red of the second button, not an empty page.
  const box = await page.locator("#crash").boundingBox();
  assert.ok(box && box.y > 0 && box.y + box.height < 640, "the button is in sight");
  assert.is(await page.locator("#crash").evaluate((button) => getComputedStyle(button).color), "rgb(204, 0, 34)");
  assert.ok(image.length > 10_000, `a picture of ${image.length} bytes`);
  assert.equal(errors, []);
  await page.close();
});

web.run();
