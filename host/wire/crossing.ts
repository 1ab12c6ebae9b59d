// How declared types cross between threads, as the runtime sees it. It knows the types that a program has brought, by what
// they say of themselves, and none of the machinery that they are made of: a program without them has none of it.

/** How a declared type crosses between threads. */
export interface Crossing {
  /** 32 bits of the type's hash. */
  readonly mark: number;
  /** Its bytes, valid until the next call; undefined: the value does not fit. */
  write(value: unknown): Uint8Array | undefined;
  /** The same straight into these bytes: how many it takes; 0: there are not enough; -1: it does not fit the type. */
  writeInto(bytes: Uint8Array, view: DataView, at: number, end: number, value: unknown): number;
  /** Throws ERR_MALFORMED. */
  read(bytes: Uint8Array, at: number, end: number): unknown;
  /** The same; a struct reads its fields when they are asked for, from these bytes. */
  view(bytes: Uint8Array, at: number, end: number): unknown;
}

/** What a declared type answers of itself; undefined: it may hold refs, which have no bytes. */
export const crosses = Symbol("crossing");
/** What a struct that is read lazily is as a whole. */
export const whole = Symbol("whole");

interface Crossable {
  [crosses](): Crossing | undefined;
}

const known: WeakRef<Crossable>[] = [];

/** A type that others may know by its mark only. */
export function introduce(type: Crossable): void {
  known.push(new WeakRef(type));
}

/** Undefined: it is no declared type, or cannot cross. */
export function crossingOf(type: unknown): Crossing | undefined {
  return (type as Partial<Crossable> | undefined)?.[crosses]?.();
}

/** Of a type that this thread has defined. */
export function crossingMarked(mark: number): Crossing | undefined {
  for (const ref of known) {
    const crossing = crossingOf(ref.deref());
    if (crossing?.mark === mark) return crossing;
  }
  return undefined;
}
