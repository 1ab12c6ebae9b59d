// The core as the bundle carries it: compressed (gzip), as text (base64). Hosts that may not compile are given a module
// instead, and never import this file.
import { shared, single } from "#core";

export async function compile(kind: "shared" | "single"): Promise<WebAssembly.Module> {
  const text = atob(kind === "shared" ? shared : single);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < packed.length; i++) packed[i] = text.charCodeAt(i);
  const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(bytes).arrayBuffer());
}
