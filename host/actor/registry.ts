// Definitions by name: what a thread can run. A class or setup function becomes a Definition once; its messages are
// found by the hash of their names.
import { ZanniError } from "../errors.ts";
import type { Crossing } from "../wire/crossing.ts";
import { Actor, type Hooks, hookNames, type Seat, seated, setupOf } from "./behavior.ts";
import { fnv, hashOf, nameOf } from "./hash.ts";
import { type Handler, Message } from "./message.ts";
import { receivedBy } from "./receive.ts";
import type { SupervisionOptions } from "./types.ts";

/** An instance, or what a setup function returned. */
export type Instance = Hooks & { readonly [name: string]: unknown };

/** Among the hooks of a stand-in: it has a handler for whatever comes. */
export const anyMessage = Symbol("any message");

export class Definition {
  readonly name: string;
  readonly hash: number;
  readonly reentrant: boolean;
  readonly supervision: SupervisionOptions | undefined;
  readonly hasHooks: boolean;
  /** It has snapshot() and restore(): it may move to another thread. */
  readonly movable: boolean;
  /** Of the methods of a class: is it written as a generator, and so answers with a stream? */
  readonly generators = new Map<string, boolean>();
  /** Messages with a declared type, by name; known after the first instance. */
  readonly declared = new Map<string, Crossing>();
  /** Other threads know of them. */
  announced = false;
  readonly #make: (seat: Seat) => object;
  /** Messages by the hash of their names; handlers in fields are added when the first instance shows them. */
  readonly #messages = new Map<number, Message>();
  /** The message asked for last: the same one comes again, mostly. */
  #lastHash = -1;
  #last: Message | undefined;
  /** It takes every message that somebody has a name for. */
  readonly #any: boolean = false;
  /** Do instances carry handlers in fields? Known after the first one. */
  #fields: boolean | undefined;

  constructor(name: string, def: unknown) {
    this.name = name;
    this.hash = hashOf(name);
    const made = setupOf(def);
    if (made) {
      this.#make = (seat) => handlers(name, made.setup(seat.init, seat.ctx));
      this.reentrant = made.hooks.reentrant ?? false;
      this.supervision = made.hooks.supervision;
      this.#any = (made.hooks as { [anyMessage]?: boolean })[anyMessage] === true;
      this.hasHooks = false;
      this.movable = false;
    } else if (typeof def === "function" && def.prototype instanceof Actor) {
      const Class = def as unknown as (new () => Actor) & { reentrant?: boolean; supervision?: SupervisionOptions };
      this.#make = (seat) => seated(seat, Class);
      this.reentrant = Class.reentrant ?? false;
      this.supervision = Class.supervision;
      this.hasHooks = true;
      const { snapshot, restore } = Class.prototype as { readonly [name: string]: unknown };
      this.movable = typeof snapshot === "function" && typeof restore === "function";
      for (let at: object = Class.prototype; at !== Actor.prototype; at = Object.getPrototypeOf(at) as object) {
        for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
          if (typeof value !== "function" || key === "constructor" || hookNames.includes(key)) continue;
          if (this.movable && (key === "snapshot" || key === "restore")) continue;
          this.#learn(key);
          // That of the class itself comes first.
          if (this.generators.has(key)) continue;
          this.generators.set(key, /GeneratorFunction$/.test(value.constructor.name));
        }
      }
    } else {
      throw new ZanniError("ERR_UNKNOWN_ACTOR", `"${name}" is neither a class that extends Actor nor made by actor()`);
    }
  }

  make(seat: Seat): Instance {
    const instance = this.#make(seat) as Instance;
    if (this.#fields !== false) {
      const names = Object.keys(instance).filter((key) => typeof instance[key] === "function");
      for (const key of names) {
        this.#learn(key);
        const crossing = receivedBy(instance[key] as Handler)?.crossing;
        if (crossing) this.declared.set(key, crossing);
      }
      this.#fields = names.length > 0;
    }
    return instance;
  }

  /** The message whose name has this hash, if there is one. */
  message(hash: number): Message | undefined {
    if (hash === this.#lastHash) return this.#last;
    const message = this.#messages.get(hash);
    if (message !== undefined) {
      this.#lastHash = hash;
      this.#last = message;
    } else if (this.#any) return new Message(nameOf(hash));
    return message;
  }

  #learn(name: string): void {
    const hash = hashOf(name);
    const other = this.#messages.get(hash);
    if (other === undefined) this.#messages.set(hash, new Message(name));
    else if (other.name !== name) {
      throw new TypeError(`"${name}" and "${other.name}" of ${this.name} have the same hash; rename one of them`);
    }
  }
}

function handlers(name: string, given: unknown): Instance {
  const isPromise = typeof (given as { then?: unknown } | null)?.then === "function";
  if (typeof given === "object" && given !== null && !isPromise) return given as Instance;
  throw new TypeError(
    `the setup of "${name}" gave ${isPromise ? "a promise" : String(given)}, not an object of handlers`,
  );
}

export class Registry {
  readonly #byHash = new Map<number, Definition>();
  readonly #byDef = new Map<unknown, Definition>();

  constructor(actors: { readonly [name: string]: unknown }) {
    for (const [key, def] of Object.entries(actors)) if (isDefinition(def)) this.add(def, key);
  }

  add(def: unknown, key: string): Definition {
    const wireName = setupOf(def)?.hooks.wireName ?? (def as { wireName?: string }).wireName;
    const definition = new Definition(wireName ?? key, def);
    const other = this.#byHash.get(definition.hash);
    if (other)
      throw new ZanniError(
        "ERR_OPTION",
        `two actors are named "${definition.name}" (or share its hash with "${other.name}"); give one of them another wireName`,
      );
    this.#byHash.set(definition.hash, definition);
    this.#byDef.set(def, definition);
    return definition;
  }

  /** One that only this thread has to find: it gets a name that is free. */
  addHere(def: unknown, name: string): Definition {
    let free = name;
    // Not from 2 on: a program that makes definitions as it goes would try all those before.
    for (let n = this.#byHash.size + 1; this.#byHash.has(fnv(free)); n++) free = `${name}${n}`;
    return this.add(def, free);
  }

  /** Is that message written as a generator? Undefined for handlers in fields, and of setup functions: they are not known beforehand. */
  streams(definition: string, message: string): boolean | undefined {
    return this.#byHash.get(hashOf(definition))?.generators.get(message);
  }

  all(): Iterable<Definition> {
    return this.#byHash.values();
  }

  of(def: unknown): Definition | undefined {
    return this.#byDef.get(def);
  }

  /** Throws ERR_UNKNOWN_ACTOR with the names there are. */
  byHash(hash: number): Definition {
    const found = this.#byHash.get(hash);
    if (!found) throw this.unknown(nameOf(hash));
    return found;
  }

  unknown(name: string): ZanniError {
    const names = [...this.#byHash.values()].map((each) => each.name);
    const list = names.length > 0 ? names.join(", ") : "none";
    return new ZanniError(
      "ERR_UNKNOWN_ACTOR",
      `"${name}" is not among the actors of this system (${list}); export it from the module given as createSystem({ actors }) and serve(actors)`,
      { details: { name, known: names } },
    );
  }
}

export function isDefinition(def: unknown): boolean {
  return setupOf(def) !== undefined || (typeof def === "function" && def.prototype instanceof Actor);
}
