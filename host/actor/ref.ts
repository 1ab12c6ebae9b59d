// Refs: an address, bound to whoever holds it. `ref.tell` and `ref.ask` are faces of the actor's definition, one
// prototype each, whose methods are made at their first use:
//
//   face ──▶ prototype of the definition ──▶ a proxy that makes the missing method and puts it below
//
// so a known message is an ordinary method call, and an unknown one still goes out, to be answered by the other side.
import {
  PRIORITY_HIGH,
  PRIORITY_LOW,
  PRIORITY_NORMAL,
  TAG_FALSE,
  TAG_NULL,
  TAG_NUMBER,
  TAG_TRUE,
  TAG_UNDEFINED,
} from "../../assembly/layout.ts";
import { known, milliseconds, oneOf, wrong } from "../options.ts";
import type { Carrier } from "./carrier.ts";
import { hashOf } from "./hash.ts";
import type { Holder, Sending, Target } from "./holder.ts";
import type { AskOptions, ExitReason, SendOptions } from "./types.ts";

export class Ref implements Target {
  readonly carrier: Carrier;
  readonly cell: number;
  readonly generation: number;
  readonly definition: string;
  readonly holder: Holder;
  readonly here: boolean;
  readonly sending: Sending | undefined;
  /** Its path, or who knows it. */
  #where: string | { readonly path: string };
  #tell: object | undefined;
  #ask: object | undefined;

  constructor(
    carrier: Carrier,
    cell: number,
    generation: number,
    definition: string,
    where: string | { readonly path: string },
    holder: Holder,
    here = false,
    sending: Sending | undefined = undefined,
  ) {
    this.carrier = carrier;
    this.cell = cell;
    this.generation = generation;
    this.definition = definition;
    this.#where = where;
    this.holder = holder;
    this.here = here;
    this.sending = sending;
  }

  get path(): string {
    if (typeof this.#where !== "string") this.#where = this.#where.path;
    return this.#where;
  }

  /** Names of definitions have no colon but those of native modules. */
  get native(): boolean {
    return this.definition.includes(":");
  }

  get tell(): object {
    this.#tell ??= new (facesOf(this.definition).Tell)(this);
    return this.#tell;
  }

  get ask(): object {
    this.#ask ??= askFace(this);
    return this.#ask;
  }

  /** The same actor, for another sender. */
  boundTo(holder: Holder): Ref {
    if (holder === this.holder) return this;
    return Ref.#copy(this, holder, this.sending);
  }

  with(options: SendOptions): Ref {
    known("with", options, ["priority", "ttl"]);
    if (this.native) wrong("with", this.path, "actors written in TypeScript: native ones take messages as they come");
    const { priority, ttl, drops } = this.sending ?? usual;
    return this.sent({
      priority: options.priority === undefined ? priority : priorityOf(options.priority),
      ttl: options.ttl === undefined ? ttl : milliseconds("ttl", options.ttl),
      drops,
    });
  }

  sent(sending: Sending): Ref {
    return Ref.#copy(this, this.holder, sending);
  }

  /** Static: for private methods each object has a word. */
  static #copy(of: Ref, holder: Holder, sending: Sending | undefined): Ref {
    return new Ref(of.carrier, of.cell, of.generation, of.definition, of.#where, holder, of.here, sending);
  }

  equals(other: unknown): boolean {
    return other instanceof Ref && other.cell === this.cell && other.generation === this.generation;
  }

  get stopped(): Promise<ExitReason> {
    return this.carrier.watch(this);
  }

  ready(): Promise<void> {
    return this.carrier.ready(this);
  }

  /** Messages in its mailbox, the one in hand included, as seen from here a moment ago. */
  get queued(): number {
    return this.carrier.queued(this);
  }

  stop(): Promise<void> {
    return this.carrier.stop(this);
  }

  kill(): Promise<void> {
    return this.carrier.kill(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  toString(): string {
    return `ActorRef(${this.path})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What is given for a ref is one. */
export function asRef(given: unknown): Ref {
  return given instanceof Ref ? given : wrong("ref", given, "the ref of an actor");
}

const usual: Sending = { priority: PRIORITY_NORMAL, ttl: Infinity, drops: false };

function priorityOf(given: unknown): number {
  const priority = oneOf("priority", given, ["high", "normal", "low"]);
  return priority === "high" ? PRIORITY_HIGH : priority === "low" ? PRIORITY_LOW : PRIORITY_NORMAL;
}

/** Four bits that say what an inline argument is; -1: it must be encoded. */
export function tagOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return TAG_NUMBER;
    case "undefined":
      return TAG_UNDEFINED;
    case "boolean":
      return value ? TAG_TRUE : TAG_FALSE;
    default:
      return value === null ? TAG_NULL : -1;
  }
}

/** What those bits stand for; `number` is the value of a number. */
export function valueWith(tag: number, number: number): unknown {
  switch (tag) {
    case TAG_NUMBER:
      return number;
    case TAG_TRUE:
      return true;
    case TAG_FALSE:
      return false;
    case TAG_NULL:
      return null;
    default:
      return undefined;
  }
}

// ---- faces ----------------------------------------------------------------------------------------

// What a face knows has names that no method has: all others are messages. (Symbols would be found more slowly.)

class TellFace {
  readonly "zanni.ref": Ref;
  constructor(ref: Ref) {
    this["zanni.ref"] = ref;
  }
}

class AskFace {
  readonly "zanni.ref": Ref;
  readonly "zanni.options": AskOptions | undefined;
  constructor(ref: Ref, options: AskOptions | undefined) {
    this["zanni.ref"] = ref;
    this["zanni.options"] = options;
  }
}

interface Faces {
  readonly Tell: new (ref: Ref) => TellFace;
  readonly Ask: new (ref: Ref, options: AskOptions | undefined) => AskFace;
}

type Method = (this: never, ...args: readonly unknown[]) => unknown;

const made = new Map<string, Faces>();

function facesOf(definition: string): Faces {
  let faces = made.get(definition);
  if (!faces) {
    const Tell = class extends TellFace {};
    const Ask = class extends AskFace {};
    Object.setPrototypeOf(Tell.prototype, maker(Tell.prototype, tellMethod));
    Object.setPrototypeOf(Ask.prototype, maker(Ask.prototype, askMethod));
    // "constructor" is a message name like any other.
    delete (Tell.prototype as { constructor?: unknown }).constructor;
    delete (Ask.prototype as { constructor?: unknown }).constructor;
    faces = { Tell, Ask };
    made.set(definition, faces);
  }
  return faces;
}

/** The end of a prototype chain: makes what is missing. `then` stays missing, or `await` would call it. */
function maker(home: object, make: (name: string) => Method): object {
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      const method = make(name);
      Object.defineProperty(home, name, { value: method, enumerable: true, configurable: true, writable: true });
      return method;
    },
  });
}

/** ref.ask is its own face without options, and a function that makes one with. */
function askFace(ref: Ref): object {
  const { Ask } = facesOf(ref.definition);
  const face = (options: AskOptions) => new Ask(ref, options);
  Object.setPrototypeOf(face, Ask.prototype);
  for (const own of ["name", "length"]) delete (face as unknown as Record<string, unknown>)[own];
  return Object.defineProperties(face, { "zanni.ref": { value: ref }, "zanni.options": { value: undefined } });
}

function tellMethod(name: string): Method {
  const hash = hashOf(name);
  // `arguments` and not a rest parameter: the fast ways need no array.
  return function (this: TellFace, a?: unknown, b?: unknown): boolean {
    const ref = this["zanni.ref"];
    const { carrier } = ref;
    // biome-ignore lint/complexity/noArguments: see above
    const sent = arguments;
    if (ref.here || ref.sending !== undefined) return carrier.tell(ref, hash, Array.from(sent));
    switch (sent.length) {
      case 0:
        return carrier.post(ref, hash, 0, 0, 0);
      case 1: {
        if (typeof a === "number") return carrier.post(ref, hash, ONE_NUMBER, a, 0);
        const tag = tagOf(a);
        return tag >= 0 ? carrier.post(ref, hash, ONE | tag, 0, 0) : carrier.tell(ref, hash, [a]);
      }
      case 2: {
        const first = tagOf(a);
        const second = tagOf(b);
        if (first < 0 || second < 0) return carrier.tell(ref, hash, [a, b]);
        return carrier.post(ref, hash, TWO | first | (second << 4), numberOr0(a), numberOr0(b));
      }
      default:
        return carrier.tell(ref, hash, Array.from(sent));
    }
  } as Method;
}

function numberOr0(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

const ONE = 1 << 28;
const TWO = 2 << 28;
const ONE_NUMBER = ONE | TAG_NUMBER;

function askMethod(name: string): Method {
  const hash = hashOf(name);
  // Of the carrier that was asked last: there is one, mostly.
  let asked: Carrier | undefined;
  let streams: boolean | undefined;
  return function (this: AskFace, ...args: readonly unknown[]): unknown {
    const ref = this["zanni.ref"];
    const { carrier } = ref;
    if (carrier !== asked) {
      asked = carrier;
      streams = carrier.streams(ref.definition, name);
    }
    const answer = carrier.ask(ref, hash, args, this["zanni.options"]);
    return streams === false ? answer : streamed(carrier, answer, streams);
  } as Method;
}

/** What whoever asked gets, of the ask made last, when it is or may be a stream. */
export function streamed(carrier: Carrier, answer: Promise<unknown>, streams: boolean | undefined): object {
  const items = carrier.streaming(answer);
  if (streams) return items();
  // Whoever takes its items says so by `for await`.
  (answer as Promise<unknown> & AsyncIterable<unknown>)[Symbol.asyncIterator] = items;
  return answer;
}
