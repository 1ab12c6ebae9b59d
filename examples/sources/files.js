// node examples/sources/files.js
// Files are processed one by one; a file that cannot be read crashes its processor, which is restarted up to three times a
// minute, and no other file is harmed.
// prints:
//   a.txt: 2 lines
//   missing.txt: ENOENT, restarted 1 of 3
//   b.txt: 3 lines
//   gone.txt: ENOENT, restarted 2 of 3
//   read: let it crash
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Actor, createSystem } from "zanni";

class FileProcessor extends Actor {
  async process(path) {
    const text = await readFile(path, "utf8");
    console.log(`${basename(path)}: ${text.trim().split("\n").length} lines`);
  }
}

/** Reads for others, who get the bytes or the reason. */
class ReadFile extends Actor {
  read(path) {
    return readFile(path, "utf8");
  }
}

const folder = await mkdtemp(join(tmpdir(), "zanni-"));
await writeFile(join(folder, "a.txt"), "let it\ncrash\n");
await writeFile(join(folder, "b.txt"), "one\ntwo\nthree\n");

const system = await createSystem({ logger: false });
const events = system.events();
const supervisor = system.supervise({ strategy: "one-for-one", maxRestarts: 3, within: "60s" }, (sup) => ({
  processor: sup.spawn(FileProcessor),
  reader: sup.spawn(ReadFile),
}));
const { processor, reader } = supervisor.children;
let restarted = 0;
const told = (async () => {
  for await (const { type, error } of events) {
    if (type !== "crash") continue;
    const [name] = /[^/\\]+(?='$)/.exec(error.message);
    console.log(`${name}: ${error.code}, restarted ${++restarted} of 3`);
  }
})();
for (const name of ["a.txt", "missing.txt", "b.txt", "gone.txt"]) {
  await processor.ask.process(join(folder, name)).catch(() => {});
  // The event of a crash comes after the answer.
  await supervisor.status();
}
const text = await reader.ask.read(join(folder, "a.txt"));
await system.stop();
await told;
console.log(`read: ${text.trim().replace("\n", " ")}`);
await rm(folder, { recursive: true });
