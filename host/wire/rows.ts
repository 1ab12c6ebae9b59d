// The fields of structs and unions, eight at a time: a row. Of one that has functions for itself an engine makes what a compiler
// would make of the type: names, kinds and limits are constants, and what writes and reads a field is in its place. Where a
// program has several types, a small struct is encoded and decoded in three quarters of the time so, one of flags or of what is
// optional in half.
//
//   wire.struct(12 fields) ──▶ Row { 8 parts, write, read } ──▶ Row { 4 parts, write, read }
import { many, type Plain } from "../engine.ts";
import type { Reader, Writer } from "./bytes.ts";
import { fieldOf, type Part } from "./fields.ts";
import { located } from "./misfit.ts";

type Parts = readonly [Part, ...Part[]];

interface Row {
  readonly parts: Parts;
  readonly write: (writer: Writer, value: Plain, depth: number) => void;
  /** The first `count` fields, of which there is one at least. */
  readonly read: (reader: Reader, count: number, into: Plain, depth: number) => void;
}

const SIZE = 8;

/** Enough for the types of most programs: each takes 23 bytes of a bundle, gzipped. */
const usual = many(32, (parts: Parts): Row => {
  const [a, b, c, d, e, f, g, h] = parts;
  return {
    parts,
    write(writer, value, depth) {
      let part = a;
      let field: unknown;
      try {
        part = a;
        field = value[a.name];
        if (!a.put(writer, field, a)) a.write(writer, field, depth);
        if (!b) return;
        part = b;
        field = value[b.name];
        if (!b.put(writer, field, b)) b.write(writer, field, depth);
        if (!c) return;
        part = c;
        field = value[c.name];
        if (!c.put(writer, field, c)) c.write(writer, field, depth);
        if (!d) return;
        part = d;
        field = value[d.name];
        if (!d.put(writer, field, d)) d.write(writer, field, depth);
        if (!e) return;
        part = e;
        field = value[e.name];
        if (!e.put(writer, field, e)) e.write(writer, field, depth);
        if (!f) return;
        part = f;
        field = value[f.name];
        if (!f.put(writer, field, f)) f.write(writer, field, depth);
        if (!g) return;
        part = g;
        field = value[g.name];
        if (!g.put(writer, field, g)) g.write(writer, field, depth);
        if (!h) return;
        part = h;
        field = value[h.name];
        if (!h.put(writer, field, h)) h.write(writer, field, depth);
      } catch (error) {
        throw located(error, part.name);
      }
    },
    read(reader, count, into, depth) {
      let field: unknown;
      field = a.take(reader, a) ?? a.read(reader, depth);
      if (field !== undefined) into[a.name] = field;
      if (count === 1 || !b) return;
      field = b.take(reader, b) ?? b.read(reader, depth);
      if (field !== undefined) into[b.name] = field;
      if (count === 2 || !c) return;
      field = c.take(reader, c) ?? c.read(reader, depth);
      if (field !== undefined) into[c.name] = field;
      if (count === 3 || !d) return;
      field = d.take(reader, d) ?? d.read(reader, depth);
      if (field !== undefined) into[d.name] = field;
      if (count === 4 || !e) return;
      field = e.take(reader, e) ?? e.read(reader, depth);
      if (field !== undefined) into[e.name] = field;
      if (count === 5 || !f) return;
      field = f.take(reader, f) ?? f.read(reader, depth);
      if (field !== undefined) into[f.name] = field;
      if (count === 6 || !g) return;
      field = g.take(reader, g) ?? g.read(reader, depth);
      if (field !== undefined) into[g.name] = field;
      if (count === 7 || !h) return;
      field = h.take(reader, h) ?? h.read(reader, depth);
      if (field !== undefined) into[h.name] = field;
    },
  };
});

/** Where every object has something of one of the names. */
const odd = (parts: Parts): Row => ({
  parts,
  write(writer, value, depth) {
    for (const { name, inherited, write } of parts) {
      try {
        write(writer, fieldOf(value, name, inherited), depth);
      } catch (error) {
        throw located(error, name);
      }
    }
  },
  read(reader, count, into, depth) {
    for (const { name, read } of parts.slice(0, count)) define(into, name, read(reader, depth));
  },
});

/** Also where what every object has is frozen, and so cannot be stored. */
function define(into: Plain, name: string, value: unknown): void {
  if (value === undefined) return;
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}

let next = 0;

/** Whatever comes after the last of them has that one too: the others stay fast. */
export function rowsOf(parts: readonly Part[]): readonly Row[] {
  const rows: Row[] = [];
  for (let first = 0; first < parts.length; first += SIZE) {
    const row = parts.slice(first, first + SIZE) as unknown as Parts;
    const isOdd = row.some(({ inherited }) => inherited);
    const make = isOdd ? odd : (usual[Math.min(next++, usual.length - 1)] as typeof odd);
    rows.push(make(row));
  }
  return rows;
}

export function writeFields(rows: readonly Row[], writer: Writer, value: object, depth: number): void {
  for (let i = 0; i < rows.length; i++) (rows[i] as Row).write(writer, value as Plain, depth);
}

/** As many as there are: what an older peer left out has its fallback, what a newer one appended is passed over. */
export function readFields(rows: readonly Row[], reader: Reader, count: number, into: Plain, depth: number): void {
  let left = count;
  for (let i = 0; i < rows.length; i++) {
    const { parts, read } = rows[i] as Row;
    if (left >= parts.length) read(reader, parts.length, into, depth);
    else {
      if (left > 0) read(reader, left, into, depth);
      fallBack(parts, Math.max(left, 0), reader, into);
    }
    left -= parts.length;
  }
  for (; left > 0; left--) reader.skip(depth);
}

function fallBack(parts: readonly Part[], from: number, reader: Reader, into: Plain): void {
  for (const { name, shape } of parts.slice(from)) {
    if (shape.kind === "added") define(into, name, shape.fallback);
    else if (shape.kind !== "removed") throw reader.wrong(`the field "${name}"`, reader.at);
  }
}
