// What a type looks like, as data: for its hash, its lock and its JSON.

export type Shape =
  | { readonly kind: Atom }
  | { readonly kind: "list" | "optional"; readonly item: Shape }
  | { readonly kind: "map"; readonly key: Shape; readonly item: Shape }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly Field[] }
  | { readonly kind: "union"; readonly name: string; readonly variants: readonly Variant[] }
  | { readonly kind: "added"; readonly since: number; readonly item: Shape; readonly fallback: unknown }
  /** A recursive type: as it is known when somebody looks. */
  | { readonly kind: "lazy"; readonly item: () => Shape };
export type Atom =
  | "bool"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f32"
  | "f64"
  | "string"
  | "bytes"
  | "timestamp"
  | "ref"
  | "removed";
export interface Field {
  readonly name: string;
  readonly shape: Shape;
}
export interface Variant {
  readonly name: string;
  readonly fields: readonly Field[];
}

/** A ref is somewhere in it. */
export function holdsRefs(shape: Shape, seen: readonly Shape[] = []): boolean {
  if (seen.includes(shape)) return false;
  const within = [...seen, shape];
  switch (shape.kind) {
    case "ref":
      return true;
    case "list":
    case "optional":
    case "added":
      return holdsRefs(shape.item, within);
    case "map":
      return holdsRefs(shape.key, within) || holdsRefs(shape.item, within);
    case "lazy":
      return holdsRefs(shape.item(), within);
    case "struct":
      return shape.fields.some((field) => holdsRefs(field.shape, within));
    case "union":
      return shape.variants.some(({ fields }) => fields.some((field) => holdsRefs(field.shape, within)));
    default:
      return false;
  }
}

/** The shape as plain data, the same for types that are the same; a type within itself is named by its depth. */
export function described(shape: Shape, above: readonly Shape[] = []): unknown {
  const within = above.indexOf(shape);
  if (within >= 0) return { again: within };
  const path = [...above, shape];
  switch (shape.kind) {
    case "list":
    case "optional":
      return { [shape.kind]: described(shape.item, path) };
    case "map":
      return { map: [described(shape.key, path), described(shape.item, path)] };
    case "struct":
      return { struct: shape.name, fields: fields(shape.fields, path) };
    case "union":
      return { union: shape.name, variants: shape.variants.map((each) => [each.name, fields(each.fields, path)]) };
    case "added":
      return { added: shape.since, type: described(shape.item, path) };
    case "lazy":
      return described(shape.item(), above);
    default:
      return shape.kind;
  }
}

function fields(all: readonly Field[], path: readonly Shape[]): unknown {
  return all.map(({ name, shape }) => [name, described(shape, path)]);
}

/** FNV-1a, 64 bits, over UTF-16 units (Fowler, Noll, Vo). */
export function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
