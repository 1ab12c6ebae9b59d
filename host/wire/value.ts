// The default codec: any value a message may hold, as MessagePack by msgpackr, with extensions for what
// MessagePack lacks. Values are checked before a byte is written: what cannot be sent is refused with the path
// of the culprit, and nothing half-written leaves.
//
//   extension 1   Map          array of keys and values in turn
//   extension 2   Error        [name, message, stack, code, actor, details, cause], and the errors of an AggregateError
//   extension 3   ActorRef     what the bridge makes of it
//   extension 4   -0
//   extension 5   Float16Array, its bytes
//   the others    msgpackr's own: Date, Set, RegExp, typed arrays, ArrayBuffer, DataView, bigint
//
// This ring knows no actors: refs come in through a bridge, which the actor ring supplies.
import { addExtension, Packr, RESET_BUFFER_MODE } from "msgpackr";
import { asError, type ErrorCode, isZanniError, ZanniError } from "../errors.ts";
import { defaults } from "../options.ts";
import { isSpare } from "./copy.ts";
import { whole } from "./crossing.ts";
import { isWellFormed, wellFormed } from "./text.ts";

/** How refs cross: supplied by the ring that knows them. */
export interface RefBridge {
  /** The portable form of a ref; undefined for anything else; a string says why this one may not travel. */
  portable(value: object): readonly unknown[] | string | undefined;
  /** A ref from its portable form, bound to whoever reads. */
  revive(portable: readonly unknown[]): object;
}

export class ValueCodec {
  readonly #packr = new Packr({
    useRecords: false,
    moreTypes: true,
    copyBuffers: true,
    useBigIntExtension: true,
    int64AsType: "bigint",
    encodeUndefinedAsNil: false,
    // Else a record of more than 65,535 fields is an error.
    variableMapSize: true,
    useToJSON: false,
    // It has been looked for, but a getter may give one after that.
    writeFunction: () => {
      throw refused;
    },
  } as ConstructorParameters<typeof Packr>[0]);
  readonly #bridge: RefBridge;
  #scratch = bytes(USUAL);

  constructor(bridge: RefBridge) {
    this.#bridge = bridge;
  }

  /**
   * Bytes of the values, valid until the next call. Throws ERR_NOT_SENDABLE with the path of the culprit, named from `root`: of
   * the list, or of each value.
   */
  encode(values: readonly unknown[], root: string | readonly string[]): Uint8Array {
    let prepared: unknown = refused;
    let thrown: unknown;
    try {
      prepared = this.#prepare(values, 0);
    } catch (error) {
      // A getter's: its value cannot be sent.
      thrown = error;
    }
    if (prepared === refused) throw this.#explain(values, root, thrown);
    // A getter may send something itself in between.
    depth++;
    try {
      const packed = this.#packr.pack(prepared, RESET_BUFFER_MODE);
      if (depth === 1 && isSpare(packed.buffer.byteLength, packed.length)) this.#packr.useBuffer(bytes(USUAL));
      return packed;
    } catch (error) {
      // A getter that throws when it is read again; more than there is memory for.
      throw this.#explain(values, root, error);
    } finally {
      depth--;
    }
  }

  /** The values of `size` bytes at `from`. They are copied out first: shared memory may change under a decoder. */
  decode(from: Uint8Array, at: number, size: number): unknown {
    if (this.#scratch.length < size) this.#scratch = bytes(size * 2);
    else if (isSpare(this.#scratch.length, size)) this.#scratch = bytes(USUAL);
    this.#scratch.set(from.subarray(at, at + size));
    const before = reading;
    reading = this.#bridge;
    try {
      return this.#packr.unpack(this.#scratch, { start: 0, end: size } as never);
    } catch (cause) {
      throw new ZanniError("ERR_MALFORMED", "bytes that are not a value", { cause });
    } finally {
      reading = before;
    }
  }

  /** The value as msgpackr takes it: itself, or a copy where something inside needs a box. */
  #prepare(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        if (isWellFormed(value)) return value;
        return this.#mends ? wellFormed(value) : refused;
      case "boolean":
      case "undefined":
      case "bigint":
        return value;
      case "number":
        return value === 0 && 1 / value < 0 ? negativeZero : value;
      case "object":
        return value === null ? null : this.#prepareObject(value, depth + 1);
      default:
        return refused;
    }
  }

  #prepareObject(value: object, depth: number): unknown {
    if (depth > defaults.depthMax) return refused;
    if (Array.isArray(value)) {
      let copy: unknown[] | undefined;
      for (let i = 0; i < value.length; i++) {
        const item: unknown = value[i];
        const prepared = item === undefined && !(i in value) ? refused : this.#prepare(item, depth);
        if (prepared === refused) return refused;
        if (copy) copy.push(prepared);
        else if (prepared !== item) copy = [...value.slice(0, i), prepared];
      }
      return copy ?? value;
    }
    if (whole in value) return this.#preparePlain((value as { [whole](): object })[whole](), depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#preparePlain(value, depth);
    const portable = this.#bridge.portable(value);
    if (portable !== undefined) return typeof portable === "string" ? refused : new RefBox(portable);
    if (value instanceof Map) return this.#prepareMap(value, depth);
    if (value instanceof Set) return this.#prepareSet(value, depth);
    if (value instanceof Error) return this.#prepareErrorMended(value, depth);
    if (value instanceof Date || value instanceof RegExp) return value;
    return isMemory(value) && hasBytes(value) ? asBuiltIn(value) : refused;
  }

  #preparePlain(value: object, depth: number): unknown {
    const from = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined;
    for (const key of Object.keys(from)) {
      const item = from[key];
      const prepared = isName(key) ? this.#prepare(item, depth) : refused;
      if (prepared === refused) return refused;
      if (prepared !== item && !copy) copy = { ...from };
      if (copy) copy[key] = prepared;
    }
    return copy ?? value;
  }

  #prepareMap(value: Map<unknown, unknown>, depth: number): unknown {
    const flat: unknown[] = [];
    for (const [key, item] of value) {
      const k = this.#prepare(key, depth);
      const v = this.#prepare(item, depth);
      if (k === refused || v === refused) return refused;
      flat.push(k, v);
    }
    return new MapBox(flat);
  }

  #prepareSet(value: Set<unknown>, depth: number): unknown {
    const copy = new Set<unknown>();
    for (const item of value) {
      const prepared = this.#prepare(item, depth);
      if (prepared === refused) return refused;
      copy.add(prepared);
    }
    return copy;
  }

  /** What has failed is told, whatever the texts in it. */
  #prepareErrorMended(error: Error, depth: number): unknown {
    const before = this.#mends;
    this.#mends = true;
    try {
      return this.#prepareError(error, depth);
    } finally {
      this.#mends = before;
    }
  }
  #mends = false;

  #prepareError(error: Error, depth: number): unknown {
    const { code, actor, details } = error as { code?: unknown; actor?: unknown; details?: unknown };
    const part = (value: unknown): unknown => {
      const prepared = this.#prepare(value, depth);
      return prepared === refused ? String(value) : prepared;
    };
    const brand = isZanniError(error);
    return new ErrorBox([
      part(error.name),
      part(error.message),
      part(error.stack),
      part(code),
      brand ? part(actor) : undefined,
      brand ? part(details) : undefined,
      part(error.cause),
      ...(error instanceof AggregateError && Array.isArray(error.errors) ? [error.errors.map(part)] : []),
    ]);
  }

  /** Slowly, once it is known that something is wrong: what, and where. `thrown`: by a getter, which may not do it again. */
  #explain(values: readonly unknown[], root: string | readonly string[], thrown: unknown): ZanniError {
    const path: object[] = [];
    const walk = (value: unknown, at: string): ZanniError | undefined => {
      if (typeof value === "function") {
        return refuse(at, "a function", "pass an ActorRef and tell it instead");
      }
      if (typeof value === "string" && !isWellFormed(value)) {
        return refuse(at, "a text with half of a surrogate pair", "text.toWellFormed() mends it");
      }
      if (typeof value === "symbol") return refuse(at, "a symbol", "send its description");
      if (typeof value !== "object" || value === null) return undefined;
      if (path.includes(value)) return refuse(at, "a cycle", "send the parts by name or index");
      if (path.length >= defaults.depthMax) return refuse(at, `nested deeper than ${defaults.depthMax}`, "flatten it");
      path.push(value);
      try {
        if (Array.isArray(value)) {
          return first(value.keys(), (i) => {
            if (!(i in value)) return refuse(`${at}[${i}]`, "a hole in an array", "fill it");
            return read(value, i, `${at}[${i}]`);
          });
        }
        const portable = this.#bridge.portable(value);
        if (typeof portable === "string") return refuse(at, "a pinned ref", portable);
        if (portable) return undefined;
        if (value instanceof Map) {
          return first(value, ([key, item]) => walk(key, `${at}.keys()`) ?? walk(item, `${at}.get(${String(key)})`));
        }
        if (value instanceof Set) return first(value, (item) => walk(item, `${at}.values()`));
        const prototype: unknown = Object.getPrototypeOf(value);
        if (prototype === Object.prototype || prototype === null) {
          return first(Object.keys(value), (key) => {
            if (key === "__proto__") return refuse(`${at}.__proto__`, "a field of that name", "use a Map");
            if (!isWellFormed(key)) {
              const name = "a field whose name has half of a surrogate pair";
              return refuse(`${at}.${wellFormed(key)}`, name, "name.toWellFormed() mends it");
            }
            return read(value, key, `${at}.${key}`);
          });
        }
        if (this.#prepareObject(value, 0) !== refused) return undefined;
        if (isMemory(value)) return refuse(at, "in memory that is shared, or has been transferred", "send a copy");
        if (typeof (value as { then?: unknown }).then === "function") return refuse(at, "a promise", "await it first");
        // Generators, and classes without a name, say at least what they are.
        const { name } = (value.constructor ?? {}) as { name?: string };
        const kind = name || Object.prototype.toString.call(value).slice(8, -1);
        return refuse(at, `an instance of ${kind}`, "send plain data");
      } catch (cause) {
        // Getters, iterators, the traps of a proxy.
        return throws(at, cause);
      } finally {
        path.pop();
      }
    };
    const read = (value: object, key: PropertyKey, at: string): ZanniError | undefined => {
      let item: unknown;
      try {
        item = (value as { readonly [key: PropertyKey]: unknown })[key];
      } catch (cause) {
        return throws(at, cause);
      }
      return walk(item, at);
    };
    const nameOf = (i: number) => (typeof root === "string" ? `${root}[${i}]` : (root[i] ?? ""));
    const culprit = first(values.entries(), ([i, value]) => walk(value, nameOf(i)));
    if (culprit) return culprit;
    if (thrown !== undefined) return throws(String(root), thrown);
    return refuse(String(root), "a value that changes while it is read", "send plain data");
  }
}

/** Decoders rename `__proto__`, which would be the prototype; half of a surrogate pair has no UTF-8. */
function isName(key: string): boolean {
  return key !== "__proto__" && isWellFormed(key);
}

function isMemory(value: object): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** Its own: others may write to shared memory meanwhile, and what has been transferred is somebody else's. */
function hasBytes(value: ArrayBuffer | ArrayBufferView): boolean {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (!(memory instanceof ArrayBuffer)) return false;
  try {
    // A view of what has been transferred throws when it is made, or when it is asked for its size.
    return value.byteLength > 0 || new Uint8Array(memory) !== undefined;
  } catch {
    return false;
  }
}

/** msgpackr goes by the name of the class. */
function asBuiltIn(value: object): unknown {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const { Buffer, [kind]: Kind } = globalThis as unknown as Kinds;
  if (!Kind || !("length" in value) || value.constructor === Kind || value.constructor === Buffer) return value;
  const { buffer, byteOffset, length } = value as Uint8Array;
  return new Kind(buffer, byteOffset, length);
}

interface Kinds {
  readonly [name: string]: Uint8ArrayConstructor | undefined;
}

/** Stands for "cannot be sent" inside prepare(). */
const refused = Symbol("refused");

let reading: RefBridge | undefined;

/** All codecs write to one buffer; so many are at it. */
let depth = 0;

class MapBox {
  readonly flat: readonly unknown[];
  constructor(flat: readonly unknown[]) {
    this.flat = flat;
  }
}
class ErrorBox {
  readonly parts: readonly unknown[];
  constructor(parts: readonly unknown[]) {
    this.parts = parts;
  }
}
class RefBox {
  readonly portable: readonly unknown[];
  constructor(portable: readonly unknown[]) {
    this.portable = portable;
  }
}
class NegativeZero {}
const negativeZero = new NegativeZero();

addExtension({
  Class: MapBox,
  type: 1,
  write: (box: MapBox) => box.flat,
  read(flat: unknown[]) {
    const map = new Map<unknown, unknown>();
    for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
    return map;
  },
});
addExtension({ Class: ErrorBox, type: 2, write: (box: ErrorBox) => box.parts, read: reviveError });
addExtension({
  Class: RefBox,
  type: 3,
  write: (box: RefBox) => box.portable,
  read(portable: unknown[]) {
    if (!reading) throw new TypeError("a ref outside of a message");
    return reading.revive(portable);
  },
});
addExtension({ Class: NegativeZero, type: 4, write: () => 0, read: () => -0 });
// Newer than msgpackr's list.
const { Float16Array } = globalThis as unknown as Kinds;
if (Float16Array) {
  addExtension({
    Class: Float16Array,
    type: 5,
    write: ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength),
    read: (bytes: Uint8Array) => new Float16Array(bytes.slice().buffer),
  });
}

function reviveError(parts: unknown[]): Error {
  const [name, message, stack, code, actor, details, cause, errors] = parts as [
    string,
    string,
    string,
    unknown,
    unknown,
    unknown,
    unknown,
    (readonly unknown[])?,
  ];
  if (name === "ZanniError") {
    const error = new ZanniError(code as ErrorCode, message, {
      actor: actor as string | undefined,
      details: (details ?? {}) as Record<string, unknown>,
      cause,
    });
    if (stack) error.stack = stack;
    return error;
  }
  const Kind = errorKinds[name] ?? Error;
  const options = cause === undefined ? undefined : { cause };
  const error = errors ? new AggregateError(errors, message, options) : new Kind(message, options);
  if (error.name !== name) error.name = name;
  if (stack) error.stack = stack;
  if (code !== undefined) Object.assign(error, { code });
  return error;
}

const errorKinds: { readonly [name: string]: ErrorConstructor | undefined } = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** What buffers begin with. */
const USUAL = 8192;

/** msgpackr reads strings fastest from a Buffer, where there is one. */
function bytes(size: number): Uint8Array {
  const { Buffer } = globalThis as { Buffer?: { alloc(size: number): Uint8Array } };
  return Buffer ? Buffer.alloc(size) : new Uint8Array(size);
}

function refuse(at: string, what: string, hint: string): ZanniError {
  return new ZanniError("ERR_NOT_SENDABLE", `${at} is ${what}, which cannot be sent; ${hint}`, { details: { at } });
}

function throws(at: string, cause: unknown): ZanniError {
  const thrown = asError(cause);
  const what = `${at} throws when it is read: ${String(thrown)}`;
  return new ZanniError("ERR_NOT_SENDABLE", what, { details: { at }, cause: thrown });
}

function first<T, R>(items: Iterable<T>, look: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
