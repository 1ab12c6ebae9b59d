// A Chromium to test with: the system's own, else the one inside a package.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const installed = [
  process.env["CHROMIUM"],
  "/usr/lib/chromium/chromium",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

// The package's own flags would switch off what is tested here: isolation.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The package's build dies of an access out of bounds in any WebAssembly, caught or not, if it leaves the check to the
  // processor.
  "--disable-features=WebAssemblyTrapHandler",
];

export async function launch(): Promise<Browser> {
  let executablePath = installed.find((path) => path !== undefined && existsSync(path));
  if (!executablePath) {
    const { default: packaged } = await import("@sparticuz/chromium");
    executablePath = await packaged.executablePath();
  }
  return chromium.launch({ executablePath, headless: true, args });
}
