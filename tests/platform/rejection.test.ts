// A program's own rejections end it as they do without zanni, while a system is open and after that.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const rejections = suite("rejections that nobody looks at");

/** Opens a system, and has a promise fail; says "alive" if it goes on. */
function run(flags: readonly string[], before: string) {
  const code = `
    import { createSystem } from "zanni";
    const system = await createSystem({ logger: false });
    const other = await createSystem({ logger: false });
    await other.stop();
    ${before}
    void Promise.reject(new Error("its own"));
    await new Promise((resolve) => setTimeout(resolve));
    console.log("alive");
    await system.stop();
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", code], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, alive: stdout.includes("alive"), says: stderr.includes("its own") };
}

const ends = { status: 1, alive: false, says: true };

rejections("end the program", () => assert.equal(run([], ""), ends));

rejections("are for whoever listens", () => {
  const listens = 'process.on("unhandledRejection", () => {});';
  assert.equal(run([], listens), { status: 0, alive: true, says: false });
});

rejections("do what Node was told", () => {
  assert.equal(run(["--unhandled-rejections=warn"], ""), { status: 0, alive: true, says: true });
  assert.equal(run(["--unhandled-rejections=none"], ""), { status: 0, alive: true, says: false });
});

rejections("end the program after the system has stopped, too", () => {
  const left = 'if (process.listenerCount("unhandledRejection") > 0) process.exit(7);';
  const stopped = `await system.stop(); await new Promise(setImmediate); ${left}`;
  assert.equal(run([], stopped), ends);
});

rejections.run();
