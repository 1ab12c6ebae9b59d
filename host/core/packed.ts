// The cores as the bundle carries them: in pieces that take turns, compressed (gzip), as text (base64). Hosts that may not compile
// are given a module instead, and never import this file.
import { pieces, text } from "#core";
import { platform } from "../platform/choose.ts";
import { inflate as byStreams } from "../platform/inflate.ts";

export async function compile(kind: "shared" | "single"): Promise<WebAssembly.Module> {
  const { inflate = byStreams } = platform();
  return WebAssembly.compile(own(await inflate(text), kind === "shared" ? 0 : 1));
}

/** Every other piece, from that one on. */
function own(all: Uint8Array, first: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, size, i) => (i % 2 === first ? sum + size : sum), 0));
  let from = 0;
  let to = 0;
  for (const [i, size] of pieces.entries()) {
    if (i % 2 === first) {
      bytes.set(all.subarray(from, from + size), to);
      to += size;
    }
    from += size;
  }
  return bytes;
}
