// The public face of zanni: actors on every core, supervised. Exports only.

export { createSystem } from "./create.ts";
export * from "./face.ts";
