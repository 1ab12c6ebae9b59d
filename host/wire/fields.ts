// What structs and unions are made of. What most fields are (short texts, numbers, flags) is written and read right here; their
// codecs do all the rest, and say what is wrong with what is wrong.
import { blank } from "../engine.ts";
import {
  float64At,
  LOOPED,
  NATURAL_MOST,
  naturalAt,
  naturalSize,
  type Reader,
  SPELLED,
  spelled,
  type Writer,
  writeAscii,
  writeNatural,
} from "./bytes.ts";
import type { Field, Shape } from "./shape.ts";

export type Write = (writer: Writer, value: unknown, depth: number) => void;
export type Read = (reader: Reader, depth: number) => unknown;

export interface Codec {
  readonly shape: Shape;
  readonly write: Write;
  readonly read: Read;
  /** As a field, if that is faster than by the two above. */
  readonly asField?: AsField;
  /** Of a WHOLE the largest; the smallest is 0 or below. */
  readonly most?: number;
  /** Of a struct. */
  readonly parts?: readonly Part[];
}

/**
 * How fields of one kind are written and read, as long as there is nothing unusual about them; else it is for their codecs. Small
 * functions, each called in one place for one field (see rows.ts): an engine puts them in there.
 */
export interface AsField {
  /** False: nothing has been written. */
  readonly put: (writer: Writer, value: unknown, part: Part) => boolean;
  /** Undefined: nothing has been read. */
  readonly take: (reader: Reader, part: Part) => unknown;
}

export interface Part extends Codec, AsField {
  readonly name: string;
  /** Every object has something of that name. */
  readonly inherited: boolean;
  readonly most: number;
}

/** Texts up to this long have their length in their first byte, and are written fast unit by unit. */
const SHORT = Math.min(LOOPED, 31);
/** No value begins so. */
const NONE = 0xc1;

export const TEXT: AsField = {
  put(writer, value) {
    if (typeof value !== "string") return false;
    const { at } = writer;
    const { length } = value;
    if (length > SHORT || at + length >= writer.limit) return false;
    const { memory } = writer;
    if (!writeAscii(memory, at + 1, value)) return false;
    memory[at] = 0xa0 | length;
    writer.at = at + 1 + length;
    return true;
  },
  take(reader) {
    const { memory, at, limit } = reader;
    const length = at < limit ? (memory[at] as number) - 0xa0 : -1;
    if (length < 0 || length > SPELLED || at + length >= limit) return undefined;
    const text = spelled(memory, at + 1, length);
    if (text !== undefined) reader.at = at + 1 + length;
    return text;
  },
};

export const FLAG: AsField = {
  put(writer, value) {
    const { at } = writer;
    if (typeof value !== "boolean" || at >= writer.limit) return false;
    writer.memory[at] = value ? 0xc3 : 0xc2;
    writer.at = at + 1;
    return true;
  },
  take(reader) {
    const { at } = reader;
    const code = at < reader.limit ? reader.memory[at] : NONE;
    if (code !== 0xc3 && code !== 0xc2) return undefined;
    reader.at = at + 1;
    return code === 0xc3;
  },
};

export const WHOLE: AsField = {
  put(writer, value, { most }) {
    if (typeof value !== "number" || value >>> 0 !== value || value > most) return false;
    const { at } = writer;
    // There are two zeros.
    if ((value === 0 && !Object.is(value, 0)) || at + NATURAL_MOST > writer.limit) return false;
    writer.at = writeNatural(writer.memory, writer.view, at, value);
    return true;
  },
  take(reader, { most }) {
    const { memory, at, limit } = reader;
    const size = naturalSize(at < limit ? (memory[at] as number) : NONE);
    if (size === 0 || at + size > limit) return undefined;
    const value = naturalAt(memory, at, size);
    if (value > most) return undefined;
    reader.at = at + size;
    return value;
  },
};

export const FLOAT: AsField = {
  put(writer, value) {
    const { at } = writer;
    if (typeof value !== "number" || at + 9 > writer.limit) return false;
    writer.memory[at] = 0xcb;
    writer.view.setFloat64(at + 1, value);
    writer.at = at + 9;
    return true;
  },
  take(reader) {
    const { memory, view, at } = reader;
    if (at + 9 > reader.limit || memory[at] !== 0xcb) return undefined;
    reader.at = at + 9;
    return view ? view.getFloat64(at + 1) : float64At(memory, at + 1);
  },
};

export const OTHER: AsField = {
  put: () => false,
  take: () => undefined,
};

/** What a value has under that name, if it is its own where every object has something. */
export function fieldOf(value: object, name: string, inherited: boolean): unknown {
  if (inherited && !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [field: string]: unknown })[name];
}

/** More fields than an engine adds one by one without making a table of them. */
const WIDE = 20;

/** What values of one type begin as. Wide ones, where all fields are always there, have them from the start. */
export function blankOf(parts: readonly Part[], before: readonly string[]): () => Record<string, unknown> {
  const names = [...before, ...parts.map(({ name }) => name)];
  const always = parts.every(({ shape }) => !["optional", "removed", "added", "lazy"].includes(shape.kind));
  if (!always || parts.length <= WIDE) return blank(names);
  const wide = Object.fromEntries(names.map((name) => [name, undefined]));
  return () => ({ ...wide });
}

/** As data. */
export const shapesOf = (parts: readonly Part[]): readonly Field[] => parts.map(({ name, shape }) => ({ name, shape }));
