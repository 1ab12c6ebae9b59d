// What a type looked like when it was locked, against what it looks like now: safe, when old bytes and new ones are read by
// new types and old ones; breaking otherwise, field by field.
import { described } from "./shape.ts";
import { shapeOf, type WireType } from "./type.ts";

/** The content of zanni.lock.json. */
export interface Lock {
  readonly version: 1;
  /** By exported name. */
  readonly types: { readonly [name: string]: { readonly hash: string; readonly shape: unknown } };
}

export interface Change {
  /** Such as `Reading.value`. */
  readonly at: string;
  readonly breaking: boolean;
  readonly what: string;
}

export function lockOf(types: { readonly [name: string]: WireType<unknown> }): Lock {
  const locked: Record<string, { hash: string; shape: unknown }> = {};
  for (const name of Object.keys(types).sort()) {
    const type = types[name] as WireType<unknown>;
    locked[name] = { hash: type.hash, shape: described(shapeOf(type)) };
  }
  return { version: 1, types: locked };
}

/** Everything that has changed; nothing when all is the same. */
export function compare(before: Lock, after: Lock): readonly Change[] {
  const changes: Change[] = [];
  for (const name of Object.keys(before.types)) {
    const now = after.types[name];
    if (now) changed(name, before.types[name]?.shape, now.shape, changes);
    else changes.push({ at: name, breaking: true, what: "is gone; what was written with it cannot be read" });
  }
  for (const name of Object.keys(after.types)) {
    if (!before.types[name]) changes.push({ at: name, breaking: false, what: "is new" });
  }
  return changes;
}

type Plain = { readonly [part: string]: unknown };
type NamedParts = readonly (readonly [string, unknown])[];

function changed(at: string, before: unknown, after: unknown, changes: Change[]): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const [old, now] = [partsOf(before), partsOf(after)];
  const kind = kindOf(old);
  if (kind === undefined || kind !== kindOf(now)) {
    changes.push({ at, breaking: true, what: `was ${nameOf(before)}, is ${nameOf(after)}` });
  } else if (kind === "added") changed(at, old["type"], now["type"], changes);
  else if (kind === "struct") fieldsChanged(at, old["fields"] as NamedParts, now["fields"] as NamedParts, changes);
  else if (kind === "union") variantsChanged(at, old["variants"] as NamedParts, now["variants"] as NamedParts, changes);
  else if (kind === "map") {
    const [oldParts, nowParts] = [old["map"] as unknown[], now["map"] as unknown[]];
    changed(`${at}.keys()`, oldParts[0], nowParts[0], changes);
    changed(`${at}.values()`, oldParts[1], nowParts[1], changes);
  } else changed(`${at}[]`, old[kind], now[kind], changes);
}

/** An atom has none. */
function partsOf(shape: unknown): Plain {
  return typeof shape === "object" && shape !== null ? (shape as Plain) : {};
}

function fieldsChanged(at: string, before: NamedParts, after: NamedParts, changes: Change[]): void {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [oldName, old] = before[i] ?? [];
    const [name, now] = after[i] ?? [];
    if (name === undefined) {
      changes.push({ at: `${at}.${oldName}`, breaking: true, what: "is gone; leave wire.removed in its place" });
    } else if (oldName === undefined) {
      changes.push({ at: `${at}.${name}`, ...appended(now) });
    } else if (now === "removed" && old !== "removed") {
      const what = skippable(old) ? "is removed" : "is removed, and older readers need it: make it optional first";
      changes.push({ at: `${at}.${oldName}`, breaking: !skippable(old), what });
    } else if (oldName !== name && now !== "removed") {
      changes.push({ at: `${at}.${oldName}`, breaking: true, what: `is called ${name} now, or fields changed places` });
    } else changed(`${at}.${name}`, old, now, changes);
  }
}

function appended(shape: unknown): { breaking: boolean; what: string } {
  if ("added" in partsOf(shape)) return { breaking: false, what: "is added, with a fallback" };
  if (shape === "removed") return { breaking: false, what: "has come and gone" };
  return { breaking: true, what: "is new without a fallback; declare it with wire.added()" };
}

/** Old readers get nothing where a removed field was: what is optional, or was added, takes that. */
function skippable(shape: unknown): boolean {
  const parts = partsOf(shape);
  return "optional" in parts || "added" in parts;
}

function variantsChanged(at: string, before: NamedParts, after: NamedParts, changes: Change[]): void {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [oldName, old] = before[i] ?? [];
    const [name, now] = after[i] ?? [];
    if (name === undefined) changes.push({ at: `${at}.${oldName}`, breaking: true, what: "is gone" });
    else if (oldName === undefined) changes.push({ at: `${at}.${name}`, breaking: false, what: "is appended" });
    else if (oldName !== name) {
      changes.push({ at: `${at}.${oldName}`, breaking: true, what: `has its discriminant (${i}) taken by ${name}` });
    } else fieldsChanged(`${at}.${name}`, old as NamedParts, now as NamedParts, changes);
  }
}

function kindOf(shape: Plain): string | undefined {
  return ["list", "optional", "map", "struct", "union", "added", "again"].find((kind) => kind in shape);
}

function nameOf(shape: unknown): string {
  if (typeof shape === "string") return shape;
  const plain = partsOf(shape);
  const kind = kindOf(plain);
  if (kind === "struct" || kind === "union") return `the ${kind} ${String(plain[kind])}`;
  return kind === "added" ? nameOf(plain["type"]) : `a ${kind}`;
}
