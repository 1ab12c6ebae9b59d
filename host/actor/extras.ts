// What few actors and instances have, made when it is first asked for.
import type { Extras, HostCell, Life, Rare } from "./cell.ts";
import type { Errand } from "./holder.ts";

export function extrasOf(life: Life): Extras {
  life.extras ??= { watched: new Map(), linked: new Map(), idle: undefined, pumps: new Map() };
  return life.extras;
}

export function rareOf(actor: HostCell): Rare {
  actor.rare ??= { stashed: [], unstashed: [], stashing: false, holders: [] };
  return actor.rare;
}

/** Makes sure of a turn: what was put aside is taken up before each message. */
export function unstashing(life: Life): Errand {
  return { life, name: "unstash", run: () => undefined };
}

/** The given handlers, over the instance's own. */
export function mixed(life: Life, given: object): { readonly [name: string]: unknown } {
  return new Proxy(given as { readonly [name: string]: unknown }, {
    get(over, name: string) {
      const from = typeof over[name] === "function" ? over : life.instance;
      const handler = from?.[name];
      return typeof handler === "function" ? handler.bind(from) : handler;
    },
  });
}
