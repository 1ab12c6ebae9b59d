// What few actors and instances have, made when it is first asked for.
import { wrong } from "../options.ts";
import type { Extras, HostCell, Life, Rare } from "./cell.ts";
import type { Errand } from "./holder.ts";
import type { Instance } from "./registry.ts";

export function extrasOf(life: Life): Extras {
  life.extras ??= {
    watched: new Map(),
    linked: new Map(),
    controller: undefined,
    idle: undefined,
    own: undefined,
    handlers: undefined,
    outboxes: undefined,
    pumps: new Map(),
    topics: new Map(),
    groups: new Map(),
    leaving: undefined,
    unheard: [],
  };
  return life.extras;
}

export function rareOf(actor: HostCell): Rare {
  actor.rare ??= {
    shelf: 0,
    stashed: [],
    unstashed: [],
    stashing: false,
    traced: undefined,
    holders: [],
    held: false,
    holding: undefined,
    heldAfter: 0,
  };
  return actor.rare;
}

/** What called stash() was no handler, or has thrown. */
export function stashesNothing({ rare }: HostCell): void {
  if (rare) rare.stashing = false;
}

/** Makes sure of a turn: what was put aside is taken up before each message. */
export function unstashing(life: Life): Errand {
  return { life, name: "unstash", run: () => undefined };
}

/** Other handlers for the next messages, over the instance's own; undefined: its own again. */
export function become(life: Life, handlers: object | undefined): void {
  if (handlers !== undefined && (typeof handlers !== "object" || !handlers)) {
    wrong("handlers", handlers, "an object of handlers");
  }
  const extras = extrasOf(life);
  extras.own ??= life.instance;
  extras.handlers = handlers;
  // In its constructor there is no instance yet: seat() sees to it.
  if (extras.own) life.instance = handlers ? mixed(extras.own, handlers) : extras.own;
}

/** The instance is made. */
export function seat(life: Life, instance: Instance): void {
  life.instance = instance;
  const handlers = life.extras?.handlers;
  if (handlers) become(life, handlers);
}

function mixed(own: Instance, given: object): Instance {
  return new Proxy(given, {
    get(over, name: string) {
      const from = typeof (over as Instance)[name] === "function" ? (over as Instance) : own;
      const handler = from[name];
      return typeof handler === "function" ? handler.bind(from) : handler;
    },
  }) as Instance;
}
