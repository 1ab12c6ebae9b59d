// The builds of the core that are files of the package, read where there is a file system.
import { ZanniError } from "../errors.ts";

export function wasmFile(name: string): Uint8Array<ArrayBuffer> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs") as typeof import("node:fs") | undefined;
  if (!fs) throw new ZanniError("ERR_OPTION", `${name} is read from a file: give a compiled module instead`);
  return new Uint8Array(fs.readFileSync(new URL(`./${name}`, import.meta.url)));
}
