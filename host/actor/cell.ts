// The host half of a cell: what JavaScript knows of an actor and of its children. Plain data, made small, as there may
// be a million of them; lifecycle.ts, children.ts and dispatch.ts change it.
import type { Address, Holder, Task, Waiting } from "./holder.ts";
import type { Ref } from "./ref.ts";
import type { Definition, Instance } from "./registry.ts";
import type { BackoffTerms, Limits } from "./supervise.ts";
import type { Directive, ExitReason, RestartPolicy, Strategy } from "./types.ts";

/** One life of an actor, from a start to a crash, restart or stop; the holder of the refs it obtains. */
export interface Life extends Holder {
  readonly actor: HostCell;
  instance: Instance | undefined;
  readonly self: Ref | undefined;
  extras: Extras | undefined;
}

/** Whom an instance watches and is linked with, and when it is idle. Ends with it. */
export interface Extras {
  /** By address. */
  readonly watched: Map<string, Watched>;
  readonly linked: Map<string, Ref>;
  /** For ctx.signal; made when asked for, renewed with each message. */
  controller: AbortController | undefined;
  idle: Idle | undefined;
  /** The instance itself, while ctx.become() has others handle its messages. */
  own: Instance | undefined;
  /** What ctx.become() gave before there was an instance. */
  handlers: object | undefined;
  /** What waits for room in full mailboxes; the next life takes it over. */
  outboxes: Waiting | undefined;
  /** Streams that it feeds, by ask: one that is given up may be there still when its ticket is another's. */
  readonly pumps: Map<string, Feeding>;
  /** What it is subscribed to, and what handles it. */
  readonly topics: Map<string, Set<Subscription>>;
  /** How many times it has joined each. */
  readonly groups: Map<string, number>;
  /** What its onStop has returned. */
  leaving: PromiseLike<unknown> | undefined;
  /** What it is told of its children while it has failed: it hears of that if it goes on. */
  readonly unheard: (readonly [kind: number, parts: readonly unknown[]])[];
}

/** A generator that answers an ask. The generation is the ticket's. */
export interface Feeding {
  readonly ticket: number;
  readonly generation: number;
  /** Ends it when nobody waits for its items any more. */
  look(): void;
  credit(items: number): void;
  cancel(): void;
  fail(error: Error): void;
}

/** The watch has a number on the thread that put it. */
export interface Watched {
  readonly ref: Ref;
  readonly at: number;
  readonly number: number;
}

/** What a topic's values are for. */
export interface Subscription {
  readonly task: Task;
}

export interface Idle {
  readonly ms: number;
  /** When the last message was handled, ms. */
  last: number;
  end(): void;
}

/** A message that was put aside. */
export interface Stashed {
  readonly hash: number;
  readonly args: readonly unknown[];
  /** Who holds the refs in them. */
  readonly reader: Holder;
  readonly ticket: number;
  readonly ticketGeneration: number;
  readonly here: boolean;
  /** Its copy, hanging on the cell; 0: there is none. */
  readonly frame: number;
}

export interface Traced {
  readonly message: string;
  readonly from: string | undefined;
  readonly trace: number;
  /** When its handler began, ms. */
  readonly begun: number;
}

/** What few actors have, and keep over a restart. */
export interface Rare {
  /** Where copies of what was put aside hang on the cell; 0: nowhere. */
  shelf: number;
  readonly stashed: Stashed[];
  /** Taken up again: handled before anything that is queued. */
  readonly unstashed: Stashed[];
  /** The message in hand was put aside. */
  stashing: boolean;
  /** What is traced and in hand, while its handler awaits. */
  traced: Traced | undefined;
  /** Tickets of the parent, which waits for the end of the instance. */
  readonly holders: number[];
  /** A supervisor whose children are held, */
  held: boolean;
  /** or are about to be. */
  holding: Promise<void> | undefined;
  /** How many RESTARTs it had been sent when it was held last. */
  heldAfter: number;
}

/** The message in hand, while its handler has not settled. */
export interface Served {
  readonly hash: number;
  readonly ticket: number;
  readonly ticketGeneration: number;
}

/** What its parent was told about a child when it was spawned. */
export interface Terms {
  readonly policy: RestartPolicy;
  /** ms, Infinity, or 0 for brutal. */
  readonly shutdownMs: number;
  readonly backoff: BackoffTerms | undefined;
  readonly health: HealthTerms | undefined;
}

/** How one child is asked for its health: ms, and how many failures in a row. */
export interface HealthTerms {
  readonly every: number;
  readonly timeout: number;
  readonly threshold: number;
  /** The next time; undefined: never again. */
  next: { cancel(): void } | undefined;
}

/** What a parent knows of a child that has failed, or may have. */
export interface Trouble {
  /** Its parent was lost: what became of it before is not known. */
  isUnclear: boolean;
  /** From its failure until it has started again. */
  restarting: boolean;
  /** It is being held: whoever else wants that waits with them. */
  holding: Promise<void> | undefined;
  /** It has been, and was sent no RESTART since: what it says of a start is old. */
  held: boolean;
  restarts: number;
  /** What `restarts` was when it was held last: what it says of a start before that is old. 0: not since it failed. */
  heldAfter: number;
  /** Failures in a row, for the backoff. */
  failures: number;
  /** When it had started again, ms. */
  upSince: number;
  /** The restart that is to come. */
  timer: { cancel(): void } | undefined;
  /** Those that it is to start with; undefined: it starts alone, or has been told. */
  group: readonly Child[] | undefined;
}

/** What a parent is told of a child that was lost: who, its number for it, what it was doing, and whether it was to stop anyway. */
export type LostChild = readonly [
  cell: number,
  generation: number,
  id: number,
  message: string | undefined,
  over: boolean,
];

/** A parent's record of a child. */
export class Child implements Address {
  /** Its number among its parent's children; another gets it when it is gone. */
  readonly id: number;
  readonly cell: number;
  readonly generation: number;
  readonly parent: HostCell;
  readonly definition: string;
  /** Its name, or how many of its definition it is. */
  readonly label: string | number;
  readonly terms: Terms;
  trouble: Trouble | undefined;
  /** It is being ended, and these are called when it is gone; more than one when a kill overtakes a restart. */
  gone: (() => void)[] | undefined;
  /** Its elder and younger sibling. */
  before: Child | undefined;
  after: Child | undefined;

  constructor(
    id: number,
    address: Address,
    parent: HostCell,
    definition: string,
    label: string | number,
    terms: Terms,
  ) {
    this.id = id;
    this.cell = address.cell;
    this.generation = address.generation;
    this.parent = parent;
    this.definition = definition;
    this.label = label;
    this.terms = terms;
  }

  get name(): string {
    return nameOfChild(this.definition, this.label);
  }

  get path(): string {
    return below(this.parent.path, this.name);
  }
}

export function nameOfChild(definition: string, label: string | number): string {
  return typeof label === "string" ? label : `${definition}-${label}`;
}

export function below(parent: string, name: string): string {
  return parent === "" ? name : `${parent}/${name}`;
}

/** How many of each definition there have been; when children were restarted, ms. */
export type Past = readonly [ordinals: readonly (readonly [string, number])[], history: readonly number[]];

/** The children of an actor: by number, by name, and in the order of their start. */
export class Family {
  readonly #byId: (Child | undefined)[] = [];
  readonly #free: number[] = [];
  /** Those that were given a name. */
  #named: Map<string, Child> | undefined;
  /** For the others: how many of a definition there have been. */
  readonly #ordinals = new Map<string, number>();
  #youngest: Child | undefined;
  size = 0;
  /** When children were restarted, ms: those that still count. */
  history: readonly number[] = [];

  /** What remains of children that are gone. */
  get past(): Past {
    return [[...this.#ordinals], this.history];
  }

  /** The same, of a parent that has moved here. */
  remember([ordinals, history]: Past): void {
    for (const [definition, ordinal] of ordinals) this.#ordinals.set(definition, ordinal);
    this.history = history;
  }

  /** From it the others hang by `before`. */
  get youngest(): Child | undefined {
    return this.#youngest;
  }

  /** The number that the next child gets. */
  get next(): number {
    return this.#free.at(-1) ?? this.#byId.length;
  }

  add(child: Child): void {
    if (child.id === this.#byId.length) this.#byId.push(child);
    else this.#byId[this.#free.pop() as number] = child;
    child.before = this.#youngest;
    if (this.#youngest) this.#youngest.after = child;
    this.#youngest = child;
    this.size++;
    if (typeof child.label !== "string") return;
    this.#named ??= new Map();
    this.#named.set(child.label, child);
  }

  /** One that was there before the thread of its parent died; its number is free. */
  restore(child: Child): void {
    for (let id = this.#byId.length; id < child.id; id++) {
      this.#byId.push(undefined);
      this.#free.push(id);
    }
    const free = this.#free.indexOf(child.id);
    if (free >= 0) this.#free.push(...this.#free.splice(free, 1));
    this.add(child);
  }

  get(id: number): Child | undefined {
    return this.#byId[id];
  }

  has(child: Child): boolean {
    return this.#byId[child.id] === child;
  }

  remove(child: Child): void {
    this.#byId[child.id] = undefined;
    this.#free.push(child.id);
    const { before, after } = child;
    if (before) before.after = after;
    if (after) after.before = before;
    else this.#youngest = before;
    this.size--;
    if (typeof child.label === "string") this.#named?.delete(child.label);
  }

  /** The youngest first. */
  reversed(): Child[] {
    const all: Child[] = [];
    for (let child = this.#youngest; child; child = child.before) all.push(child);
    return all;
  }

  /** One without a name of its own is looked for among all: names are not kept for them. */
  named(name: string): Child | undefined {
    const named = this.#named?.get(name);
    if (named) return named;
    const [, definition, ordinal] = /^(.*)-([1-9]\d*)$/s.exec(name) ?? [];
    if (definition === undefined) return undefined;
    for (let child = this.#youngest; child; child = child.before) {
      if (child.label === Number(ordinal) && child.definition === definition) return child;
    }
    return undefined;
  }

  /** The ordinal of a child without a name. */
  ordinal(definition: string): number {
    let ordinal = this.#ordinals.get(definition) ?? 0;
    do ordinal++;
    while (this.#named?.has(nameOfChild(definition, ordinal)));
    this.#ordinals.set(definition, ordinal);
    return ordinal;
  }
}

export interface Supervision extends Limits {
  readonly strategy: Strategy;
  readonly backoff: BackoffTerms | undefined;
  readonly decide: ((error: Error, child: never) => Directive) | undefined;
}

/**
 *   starting ──▶ running ⇄ awaiting
 *                   │ failed ──restart──▶ starting     (failed ──resume──▶ running)
 *                   └──▶ stopping ──▶ stopped
 */
export type Status = "starting" | "running" | "awaiting" | "failed" | "stopping" | "stopped";

/** Has it an instance that has not failed? */
export function isUp({ status }: HostCell): boolean {
  return status === "running" || status === "awaiting" || status === "starting";
}

export interface HostCell extends Address {
  readonly slot: number;
  readonly definition: Definition;
  readonly path: string;
  readonly parent: Address | undefined;
  readonly supervision: Supervision;
  /** The root, and supervisors: no user code of their own. */
  readonly internal: boolean;
  /** Its parent's number for it; 0 for the root. */
  readonly child: number;
  life: Life;
  status: Status;
  restarts: number;
  served: Served | undefined;
  /** Counts what is awaited: a promise that settles with an earlier number belongs to an earlier life. */
  epoch: number;
  /** What to do, in the actor's own turn, once what it awaits has settled. */
  next: (() => number) | undefined;
  /** Why it failed, until the supervisor has decided. */
  failure: Error | undefined;
  /** Tickets of those who wait for its end. */
  watchers: number[] | undefined;
  family: Family | undefined;
  reason: ExitReason | undefined;
  rare: Rare | undefined;
  /** Before the cell is given back: what its path is made of is not there afterwards. */
  keepPath(): void;
}
