// What belongs to this thread of actors that may move, and keeps them here: promises and closures of a life, and what is in a
// mailbox by reference.
import type { HostCell, Life } from "./cell.ts";
import type { Holder } from "./holder.ts";

/** How much, by owner. */
export class Ties<Owner extends Holder | HostCell> {
  readonly #counts = new WeakMap<Owner, number>();

  /** Something, until untie(). */
  tie(owner: Owner): void {
    if (isMovable(owner)) this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1);
  }

  untie(owner: Owner): void {
    const left = (this.#counts.get(owner) ?? 0) - 1;
    if (left > 0) this.#counts.set(owner, left);
    else this.#counts.delete(owner);
  }

  /** All of it is over. */
  cut(owner: Owner): void {
    this.#counts.delete(owner);
  }

  has(owner: Owner): boolean {
    return this.#counts.has(owner);
  }
}

/** Strangers and the runtime's own stay. */
function isMovable(owner: Holder | HostCell): boolean {
  const actor = "definition" in owner ? owner : (owner as Partial<Life>).actor;
  return actor?.definition.movable === true;
}
