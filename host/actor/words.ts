// Arguments that need no encoding: up to seven numbers, booleans, nothings and refs. Four bits in the frame say what each
// is; a word of 8 bytes holds it; the paths of refs follow, in ASCII.
//
//   word 0 … word n-1 │ definition, length, path … of each ref
//
// A ref is what programs send most beside numbers: `tell.ping(this.self)` costs a fifth of what MessagePack takes for it.
import { TAG_NUMBER, TAG_REF } from "../../assembly/layout.ts";
import type { Views } from "../core/memory.ts";
import type { Carrier } from "./carrier.ts";
import { hashOf, nameOf } from "./hash.ts";
import type { Holder } from "./holder.ts";
import { Ref, tagOf, valueWith } from "./ref.ts";

const ARGS_MAX = 7;
const PATH_MAX = 256;
/** Paths read lately, by cell; the same actors are heard from again and again. */
const KEPT = 4096;

/** Bytes that it takes, and what each argument is; 0: it must be encoded otherwise. */
export class Words {
  tags = 0;
  /** Addresses that have been read: no text is made of the same bytes twice. */
  readonly #known = new Map<number, { generation: number; definition: string; path: string }>();
  /** Definitions by name, as they are written. */
  readonly #hashes = new Map<string, number>();

  measure(args: readonly unknown[]): number {
    const count = args.length;
    if (count > ARGS_MAX) return 0;
    let tags = count << 28;
    let bytes = count << 3;
    for (let i = 0; i < count; i++) {
      const arg = args[i];
      let tag = tagOf(arg);
      if (tag < 0) {
        if (!(arg instanceof Ref) || arg.here || arg.native) return 0;
        const { path } = arg;
        if (path.length > PATH_MAX || !ascii(path)) return 0;
        tag = TAG_REF;
        bytes += 8 + ((path.length + 3) & ~3);
      }
      tags |= tag << (i << 2);
    }
    this.tags = tags >>> 0;
    return bytes;
  }

  /** `at` is a multiple of 8, and there is room for what measure() answered. */
  write({ u8, u32, f64 }: Views, at: number, args: readonly unknown[]): void {
    let text = at + (args.length << 3);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      const word = at + (i << 3);
      if (typeof arg === "number") f64[word >>> 3] = arg;
      else if (arg instanceof Ref) {
        const { path } = arg;
        u32[word >>> 2] = arg.cell;
        u32[(word >>> 2) + 1] = arg.generation;
        u32[text >>> 2] = this.#hash(arg.definition);
        u32[(text >>> 2) + 1] = path.length;
        text += 8;
        for (let k = 0; k < path.length; k++) u8[text + k] = path.charCodeAt(k);
        text += (path.length + 3) & ~3;
      }
    }
  }

  read({ u8, u32, f64 }: Views, at: number, tags: number, carrier: Carrier, reader: Holder): readonly unknown[] {
    const count = tags >>> 28;
    const args: unknown[] = [];
    let text = at + (count << 3);
    for (let i = 0; i < count; i++) {
      const word = at + (i << 3);
      const tag = (tags >>> (i << 2)) & 15;
      if (tag !== TAG_REF) {
        args.push(valueWith(tag, tag === TAG_NUMBER ? (f64[word >>> 3] as number) : 0));
        continue;
      }
      const cell = u32[word >>> 2] as number;
      const generation = u32[(word >>> 2) + 1] as number;
      const length = u32[(text >>> 2) + 1] as number;
      let known = this.#known.get(cell);
      if (known?.generation !== generation) {
        let path = "";
        for (let k = 0; k < length; k++) path += String.fromCharCode(u8[text + 8 + k] as number);
        known = { generation, definition: nameOf(u32[text >>> 2] as number), path };
        if (this.#known.size >= KEPT) this.#known.clear();
        this.#known.set(cell, known);
      }
      args.push(new Ref(carrier, cell, generation, known.definition, known.path, reader));
      text += 8 + ((length + 3) & ~3);
    }
    return args;
  }

  /** A definition that this thread knows by its digits only is passed on by them. */
  #hash(definition: string): number {
    let hash = this.#hashes.get(definition);
    if (hash === undefined) {
      hash = definition.startsWith("#") ? Number.parseInt(definition.slice(1), 16) : hashOf(definition);
      this.#hashes.set(definition, hash);
    }
    return hash;
  }
}

function ascii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
