// Every example runs and prints what it says at its top; every JavaScript block of the README runs.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

function node(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.is(status, 0, `${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The lines after "// prints:" at the top of a file; "…" stands for a number that is another each time. */
function promised(file: string): RegExp {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const from = lines.indexOf("// prints:") + 1;
  assert.ok(from > 0, `${file} says what it prints`);
  const to = lines.findIndex((line, i) => i >= from && !line.startsWith("//   "));
  const text = lines.slice(from, to).map((line) => `${line.slice(5)}\n`);
  const quoted = text.join("").replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`^${quoted.replaceAll("…", "\\d+(\\.\\d+)?")}$`);
}

const examples = suite("examples");
const programs = [
  ...[".", "sources", "core"].flatMap((folder) =>
    readdirSync(join(root, "examples", folder))
      .filter((name) => name.endsWith(".js"))
      .map((name) => join("examples", folder, name)),
  ),
  "examples/threads/main.js",
  "examples/native/main.js",
];

for (const file of programs) {
  examples(`${file} prints what it says`, () => {
    assert.match(node(file), promised(file));
  });
}

examples("every JavaScript block of the README and of docs/ runs", () => {
  const pages = [
    "README.md",
    ...readdirSync(join(root, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];
  let blocks = 0;
  mkdirSync(join(root, "build/readme"), { recursive: true });
  for (const page of pages) {
    for (const [, code] of readFileSync(join(root, page), "utf8").matchAll(/```js\n([\s\S]*?)```/g)) {
      const file = `build/readme/block-${++blocks}.mjs`;
      writeFileSync(join(root, file), code as string);
      node(file);
    }
  }
  assert.ok(blocks > 0);
});

examples("the README's first program is examples/hello.js", () => {
  const [, block] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const hello = readFileSync(join(root, "examples/hello.js"), "utf8");
  assert.ok(hello.endsWith(block as string), "the README shows the tested file");
});
examples.run();

const index = suite("the file index");
index("finds what a plain sequential script finds, on a folder with a file of each kind", () => {
  const folder = mkdtempSync(join(tmpdir(), "zanni-index-"));
  try {
    cpSync(join(root, "tests/fixtures/index"), folder, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(folder, "large.txt"), "large ".repeat(200_000));
    writeFileSync(join(folder, "nearly.txt"), "word\n".repeat(209_715));
    for (let i = 0; i < 50; i++) writeFileSync(join(folder, `many-${i}.txt`), `file ${i}\n`.repeat(i));
    const ours = JSON.parse(node("examples/index-files/main.js", folder, "--json")) as { crashed: string[] };
    const plain = JSON.parse(node("tests/fixtures/sequential.mjs", folder)) as { crashed: string[] };
    assert.equal(ours, plain);
    assert.equal(
      ours.crashed.map((path) => path.slice(folder.length + 1)),
      ["binary.bin", "dangling", "folder-link", "large.txt"],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

index("says so when there is no such folder", () => {
  const { stderr, status } = spawnSync(process.execPath, ["examples/index-files/main.js", "no/such/folder"], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.is(status, 2);
  assert.match(stderr, /^a folder cannot be read: .*folder \(ENOENT\); usage: npm start -- FOLDER\n$/);
});

index("prints progress, hierarchy, words, crashes and statistics", () => {
  const printed = node("examples/index-files/main.js", "tests/fixtures/index");
  for (const part of [
    /^100% 6\/6 files/m,
    /\/index\/reader-0 {2}worker \d/,
    /Most frequent words:\n +\d+ {2}the/,
    /Crashed readers: 3/,
    /Actors created: \d/,
    /Messages sent: /,
    /System uptime: /,
  ]) {
    assert.match(printed, part);
  }
});
index.run();
