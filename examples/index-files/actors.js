// The actors of the file index: readers on every core, and one that tallies.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { Actor } from "zanni";

const LARGEST = 1024 * 1024;
const HEAD = 8 * 1024;

/** Reads one file at a time. What it cannot stomach crashes it; its supervisor brings it back. */
export class Reader extends Actor {
  /** Words, lines, bytes and a SHA-256 go to the tally; the answer says only that it is done. */
  read(path) {
    const { size } = statSync(path);
    if (size > LARGEST) throw new Error(`too large: ${size} bytes`);
    const bytes = readFileSync(path);
    if (bytes.subarray(0, HEAD).includes(0)) throw new Error("binary: a NUL byte");
    const counts = new Map();
    let words = 0;
    for (const [word] of bytes.toString("utf8").matchAll(/[a-z]+/gi)) {
      const key = word.toLowerCase();
      counts.set(key, (counts.get(key) ?? 0) + 1);
      words++;
    }
    let lines = 0;
    for (const byte of bytes) if (byte === 10) lines++;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.init.tally.tell.add({ path, words, lines, bytes: size, sha256 }, counts);
  }
}

/** Sums up what the readers found. */
export class Tally extends Actor {
  #files = [];
  #words = new Map();

  add(file, counts) {
    this.#files.push(file);
    for (const [word, count] of counts) this.#words.set(word, (this.#words.get(word) ?? 0) + count);
  }

  /** Totals, and the `top` most frequent words; ties in alphabetical order. */
  totals(top) {
    const sum = (key) => this.#files.reduce((total, file) => total + file[key], 0);
    const byFrequency = [...this.#words].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return {
      files: this.#files.length,
      words: sum("words"),
      lines: sum("lines"),
      bytes: sum("bytes"),
      frequent: byFrequency.slice(0, top),
    };
  }

  /** Path and SHA-256 of every file, in order of path. */
  digests() {
    return this.#files.map(({ path, sha256 }) => [path, sha256]).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
