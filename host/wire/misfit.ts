// What does not fit its type: what is wrong with it, and where it is.
import { isZanniError, ZanniError } from "../errors.ts";
import { noRoom } from "./bytes.ts";

export class Misfit {
  readonly what: string;
  readonly path: PropertyKey[] = [];
  constructor(what: string) {
    this.what = what;
  }
}

export function fits(holds: boolean, value: unknown, expected: string): void {
  if (!holds) throw misfit(value, expected);
}

export function misfit(value: unknown, expected: string): Misfit {
  return new Misfit(`is ${shown(value)}, not ${expected}`);
}

export function shown(value: unknown): string {
  if (typeof value === "string") return value.length < 40 ? JSON.stringify(value) : "a text";
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** What was thrown while a value was written, as far as that is the value's. */
export function misfitOf(error: unknown): Misfit {
  if (error instanceof Misfit) return error;
  if (isZanniError(error) || error === noRoom) throw error;
  return new Misfit(`throws when it is read: ${String(error)}`);
}

/** Runs `write` for one part; a misfit learns where it was. */
export function within(key: PropertyKey, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw located(error, key);
  }
}

export function located(error: unknown, key: PropertyKey): unknown {
  if (isZanniError(error) || error === noRoom) return error;
  const misfit = misfitOf(error);
  misfit.path.push(key);
  return misfit;
}

export function refusal({ what, path }: Misfit, root: string): ZanniError {
  const at = [...path].reverse().reduce<string>((text, key) => {
    return typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`;
  }, root);
  return new ZanniError("ERR_NOT_SENDABLE", `${at} ${what}`, { details: { at } });
}
