// The fields of structs and unions, one after the other. What most fields are (short texts, numbers, flags) is written and read
// right here, with the place in memory in local variables: a sixth faster than by a call of their codecs, which do all the rest,
// and say what is wrong with what is wrong.
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
import { located } from "./misfit.ts";
import type { Setter } from "./setters.ts";
import type { Field, Shape } from "./shape.ts";

export type Write = (writer: Writer, value: unknown, depth: number) => void;
export type Read = (reader: Reader, depth: number) => unknown;

export interface Codec {
  readonly shape: Shape;
  readonly write: Write;
  readonly read: Read;
  readonly usual?: Usual;
  /** Of a WHOLE the largest; the smallest is 0 or below. */
  readonly most?: number;
  /** Of a struct. */
  readonly parts?: readonly Part[];
}

/** What most fields are, and RARE for the others. */
export type Usual = typeof RARE | typeof TEXT | typeof FLAG | typeof WHOLE | typeof FLOAT;
export const RARE = 0;
export const TEXT = 1;
export const FLAG = 2;
export const WHOLE = 3;
export const FLOAT = 4;

/** Texts up to this long have their length in their first byte, and are written fast unit by unit. */
const SHORT = Math.min(LOOPED, 31);
/** The key of a union's value that names its variant. */
const VARIANT = "type";
/** No value begins so. */
const NONE = 0xc1;

export interface Part extends Codec {
  readonly name: string;
  /** Every object has something of that name. */
  readonly inherited: boolean;
  readonly usual: Usual;
  readonly most: number;
  readonly set: Setter;
}

/** What a value has under that name, if it is its own where every object has something. */
export function fieldOf(value: object, name: string, inherited: boolean): unknown {
  if (inherited && !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [field: string]: unknown })[name];
}

export function writeFields(parts: readonly Part[], writer: Writer, value: object, depth: number): void {
  let i = 0;
  try {
    let { memory, at, limit } = writer;
    // As long as they come in the order that was declared: where the engine lists them, it knows where they are.
    for (const key in value) {
      const part = parts[i];
      // Of a union's value that is written already.
      if (key === VARIANT && part?.name !== key) continue;
      if (part === undefined || part.name !== key || part.inherited) break;
      const field = (value as { readonly [field: string]: unknown })[key];
      // Below 0: it is for its codec.
      let end = -1;
      switch (part.usual) {
        case TEXT:
          if (typeof field === "string" && field.length <= SHORT && at + field.length < limit) {
            const { length } = field;
            if (writeAscii(memory, at + 1, field)) {
              memory[at] = 0xa0 | length;
              end = at + 1 + length;
            }
          } else if (typeof field === "string") {
            writer.at = at;
            if (writer.string(field)) ({ memory, at: end, limit } = writer);
          }
          break;
        case FLAG:
          if (typeof field === "boolean" && at < limit) {
            memory[at] = field ? 0xc3 : 0xc2;
            end = at + 1;
          }
          break;
        case WHOLE:
          if (typeof field === "number" && field >>> 0 === field && field <= part.most && at + NATURAL_MOST <= limit) {
            // There are two zeros.
            if (field > 0 || Object.is(field, 0)) end = writeNatural(memory, at, field);
          }
          break;
        case FLOAT:
          if (typeof field === "number" && at + 9 <= limit) {
            memory[at] = 0xcb;
            writer.view.setFloat64(at + 1, field);
            end = at + 9;
          }
          break;
      }
      if (end >= 0) at = end;
      else {
        writer.at = at;
        part.write(writer, field, depth);
        ({ memory, at, limit } = writer);
      }
      i++;
    }
    writer.at = at;
    for (; i < parts.length; i++) {
      const part = parts[i] as Part;
      part.write(writer, fieldOf(value, part.name, part.inherited), depth);
    }
  } catch (error) {
    const part = parts[i];
    throw part ? located(error, part.name) : error;
  }
}

/** As many as there are: what an older peer left out has its fallback, what a newer one appended is passed over. */
export function readFields(
  parts: readonly Part[],
  reader: Reader,
  count: number,
  into: Record<string, unknown>,
  depth: number,
): void {
  const { memory, view, limit } = reader;
  let { at } = reader;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Part;
    const { name, shape } = part;
    if (i >= count) {
      if (shape.kind === "added") {
        if (shape.fallback !== undefined) into[name] = shape.fallback;
      } else if (shape.kind !== "removed") throw reader.wrong(`the field "${name}"`, at);
      continue;
    }
    let value: unknown;
    const code = at < limit ? (memory[at] as number) : NONE;
    switch (part.usual) {
      case TEXT:
        if (code >= 0xa0 && code <= 0xa0 + SPELLED && at + code - 0xa0 < limit) {
          value = spelled(memory, at + 1, code - 0xa0);
          if (value !== undefined) at += code - 0x9f;
        } else {
          reader.at = at;
          value = reader.string();
          ({ at } = reader);
        }
        break;
      case FLAG:
        if (code === 0xc3 || code === 0xc2) {
          value = code === 0xc3;
          at++;
        }
        break;
      case WHOLE: {
        const size = naturalSize(code);
        if (size > 0 && at + size <= limit) {
          const whole = naturalAt(memory, at, size);
          if (whole <= part.most) {
            value = whole;
            at += size;
          }
        }
        break;
      }
      case FLOAT:
        if (code === 0xcb && at + 9 <= limit) {
          value = view ? view.getFloat64(at + 1) : float64At(memory, at + 1);
          at += 9;
        }
        break;
    }
    if (value === undefined) {
      reader.at = at;
      value = part.read(reader, depth);
      ({ at } = reader);
    }
    if (value !== undefined) part.set(into, name, value);
  }
  reader.at = at;
  for (let i = parts.length; i < count; i++) reader.skip(depth);
}

/** More fields than an engine adds one by one without making a table of them. */
const WIDE = 20;

/**
 * What values of one type begin as: plain objects, made by a constructor of their own, by which the engine learns how large they
 * become. Wide ones, where all fields are always there, have them from the start.
 */
export function blankOf(parts: readonly Part[], before: readonly string[]): () => Record<string, unknown> {
  const always = parts.every(({ shape }) => !["optional", "removed", "added", "lazy"].includes(shape.kind));
  if (always && parts.length > WIDE) {
    const names = [...before, ...parts.map(({ name }) => name)];
    const blank = Object.fromEntries(names.map((name) => [name, undefined]));
    return () => ({ ...blank });
  }
  function Blank() {}
  Blank.prototype = Object.prototype;
  const Plain = Blank as unknown as new () => Record<string, unknown>;
  return () => new Plain();
}

/** As data. */
export const shapesOf = (parts: readonly Part[]): readonly Field[] => parts.map(({ name, shape }) => ({ name, shape }));
