// How Node loads the host with pauses in it; everything else as it is.
import { readFile } from "node:fs/promises";
import { withPauses } from "./places.ts";

interface Loaded {
  readonly format: string;
  readonly shortCircuit?: boolean;
  readonly source: string | ArrayBuffer | Uint8Array;
}

export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  if (!url.endsWith("/build/runtime.js")) return next(url, context);
  const text = await readFile(new URL(url), "utf8");
  return { format: "module", shortCircuit: true, source: withPauses(text, Number(process.env["PAUSES"])) };
}
