// Records by their shape: the names of their fields, in order. A program has few of them, and each thread learns both what it
// sends and what it is sent, so that a record crosses as its shape's number and one word for each field.
//
// The names cross too, as "name\0name": a reader compares them with those it knows by that number, byte by byte.
import { fnv } from "./hash.ts";

const FIELDS_MAX = 16;
const NAMES_MAX = 512;
/** Kept of either kind; then it begins anew: a program that uses records as dictionaries makes them without end. */
const KEPT = 1024;

export interface Shape {
  readonly hash: number;
  readonly names: readonly string[];
  /** Its names as they cross, in ASCII. */
  readonly text: string;
}

/** A name after other names. */
class Step {
  readonly next = new Map<string, Step>();
  /** Undefined: not looked at yet; null: these names cannot cross so. */
  shape: Shape | null | undefined;
}

export class Shapes {
  #first = new Step();
  #steps = 0;
  /** The same comes again, mostly. */
  #last: Shape | undefined;
  readonly #known = new Map<number, { readonly bytes: Uint8Array; readonly names: readonly string[] }>();

  /** Undefined: it must cross otherwise. */
  of(record: object): Shape | undefined {
    if (this.#last && has(record, this.#last.names)) return this.#last;
    const shape = this.#find(Object.keys(record));
    if (shape) this.#last = shape;
    return shape;
  }

  #find(names: readonly string[]): Shape | undefined {
    if (names.length > FIELDS_MAX) return undefined;
    let at = this.#first;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      at = at.next.get(name) ?? this.#step(at, name);
    }
    if (at.shape === undefined) at.shape = shapeOf(names);
    return at.shape ?? undefined;
  }

  #step(after: Step, name: string): Step {
    if (++this.#steps > KEPT) {
      this.#first = new Step();
      this.#steps = 0;
    }
    const step = new Step();
    after.next.set(name, step);
    return step;
  }

  /** The names whose shape has that number, written at `at`. */
  read(bytes: Uint8Array, hash: number, at: number, length: number): readonly string[] {
    const known = this.#known.get(hash);
    if (known && same(known.bytes, bytes, at, length)) return known.names;
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[at + i] as number);
    const names = text.split("\0");
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(hash, { bytes: bytes.slice(at, at + length), names });
    return names;
  }
}

/** Not for a name that every object inherits: where that is frozen, or has a setter, it cannot be stored. */
function shapeOf(names: readonly string[]): Shape | null {
  const text = names.join("\0");
  if (text.length > NAMES_MAX) return null;
  if (names.some((name) => name in Object.prototype || !/^[ -~]+$/.test(name))) return null;
  return { hash: fnv(text), names, text };
}

/** Are these its names, all of them and in this order? By a loop over them, which makes no list. */
function has(record: object, names: readonly string[]): boolean {
  let i = 0;
  for (const name in record) if (name !== names[i++]) return false;
  return i === names.length;
}

function same(known: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[at + i]) return false;
  return true;
}
