// Who listens to a topic, and who is in a group: one internal actor on the system's thread knows. Its address is in the
// header, so every thread sends to it at once.
//
//   ctx.publish ──▶ reception ──▶ each subscriber's mailbox, as a message; full ones miss it: a dead letter
//
// Subscriptions and memberships end with the instance that made them, and for good when their actor is gone.
import { HEADER, HEADER_RECEPTION, HEADER_RECEPTION_GENERATION, PRIORITY_NORMAL } from "../../assembly/layout.ts";
import { isZanniError } from "../errors.ts";
import { wrong } from "../options.ts";
import { actor } from "./behavior.ts";
import type { Life, Subscription, Supervision } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import { hashOf, nameOf } from "./hash.ts";
import { type Address, type Holder, keyOf, type Target, type Task } from "./holder.ts";
import { internalCell } from "./internal.ts";
import { jobNameOf } from "./job.ts";
import type { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";
import type { Topic } from "./types.ts";

const NAME = "zanni.reception";
/** What a subscriber is sent: [topic, value]. No method has this name. */
export const PUBLISHED = hashOf("zanni.published");
const [SUBSCRIBE, UNSUBSCRIBE, PUBLISH, JOIN, LEAVE, MEMBERS, FORGET] = [
  "subscribe",
  "unsubscribe",
  "publish",
  "join",
  "leave",
  "members",
  "forget",
].map(hashOf) as [number, number, number, number, number, number, number];

/**
 * A topic that carries values of one type, known by its name on every thread.
 *
 * @example
 * const prices = topic<{ symbol: string; price: number }>("prices");
 * system.publish(prices, { symbol: "ACME", price: 12 });
 */
export function topic<T>(name: string): Topic<T> {
  if (typeof name !== "string" || name === "") wrong("topic", name, "a name");
  return Object.freeze({ name }) as Topic<T>;
}

// ---- the actor, on the system's thread -------------------------------------------------------------

type Listener = (value: unknown) => void;

export class Reception {
  readonly #thread: Thread;
  readonly #subscribers = new Table();
  readonly #members = new Table();
  /** On this thread, outside of any actor. */
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #watched = new Set<string>();
  readonly #life: Holder;

  constructor(thread: Thread, supervision: Supervision) {
    this.#thread = thread;
    const definition = actor(() => ({
      subscribe: (topic: string, ref: Ref) => this.#add(this.#subscribers, topic, ref),
      unsubscribe: (topic: string, ref: Ref) => this.#subscribers.remove(topic, ref),
      publish: (topic: string, value: unknown) => this.#publish(topic, value),
      join: (group: string, ref: Ref) => this.#add(this.#members, group, ref),
      leave: (group: string, ref: Ref) => this.#members.remove(group, ref),
      members: (group: string) => this.#members.of(group),
      forget: (cell: number, generation: number) => this.#forget({ cell, generation }),
    }));
    const cell = internalCell(thread, NAME, undefined, 0, supervision, NAME, definition);
    this.#life = cell.life;
    const { u32 } = thread.views;
    u32[(HEADER + HEADER_RECEPTION) >>> 2] = cell.cell;
    u32[(HEADER + HEADER_RECEPTION_GENERATION) >>> 2] = cell.generation;
  }

  /** Until the answer is called. */
  listen(topic: string, listener: Listener): () => void {
    let all = this.#listeners.get(topic);
    if (!all) {
      all = new Set();
      this.#listeners.set(topic, all);
    }
    const own = all;
    own.add(listener);
    return () => {
      own.delete(listener);
      if (own.size === 0) this.#listeners.delete(topic);
    };
  }

  #publish(topic: string, value: unknown): void {
    const args = [topic, value];
    for (const ref of this.#subscribers.of(topic)) this.#forward(ref, args);
    const listeners = this.#listeners.get(topic);
    if (!listeners) return;
    // Each gets a value of its own.
    for (const listener of listeners) listener(this.#thread.reread(args, this.#thread.stranger)[1]);
  }

  /** Whoever cannot be told for want of memory misses it. */
  #forward(ref: Ref, args: readonly unknown[]): void {
    try {
      this.#thread.tell(ref, PUBLISHED, args);
    } catch (error) {
      if (!isZanniError(error, "ERR_OUT_OF_MEMORY")) throw error;
      this.#thread.unsent(ref.path, nameOf(PUBLISHED), "overflow", { hash: PUBLISHED, args });
    }
  }

  #add(table: Table, key: string, ref: Ref): void {
    // Whoever is slow misses what comes: nobody waits for it.
    const held = ref.sent({ priority: PRIORITY_NORMAL, ttl: Infinity, drops: true }).boundTo(this.#life);
    table.add(key, held);
    const address = keyOf(ref);
    if (this.#watched.has(address)) return;
    this.#watched.add(address);
    const forget = () => {
      this.#watched.delete(address);
      this.#forget(ref);
    };
    // Later, when there is memory for it.
    this.#thread.persist(() => {
      try {
        this.#thread.watching(held).gone.then(forget, forget);
        return true;
      } catch (error) {
        if (isZanniError(error, "ERR_OUT_OF_MEMORY")) return false;
        throw error;
      }
    });
  }

  #forget(who: Address): void {
    this.#subscribers.forget(who);
    this.#members.forget(who);
  }
}

/** Refs by key, each once, in the order they came. */
class Table {
  readonly #byKey = new Map<string, Map<string, Ref>>();

  add(key: string, ref: Ref): void {
    let refs = this.#byKey.get(key);
    if (!refs) {
      refs = new Map();
      this.#byKey.set(key, refs);
    }
    refs.set(keyOf(ref), ref);
  }

  remove(key: string, ref: Address): void {
    const refs = this.#byKey.get(key);
    if (refs?.delete(keyOf(ref)) && refs.size === 0) this.#byKey.delete(key);
  }

  forget(ref: Address): void {
    for (const key of [...this.#byKey.keys()]) this.remove(key, ref);
  }

  of(key: string): readonly Ref[] {
    return [...(this.#byKey.get(key)?.values() ?? [])];
  }
}

// ---- from every thread -----------------------------------------------------------------------------

export function publish(thread: Thread, topic: Topic<unknown>, value: unknown): void {
  thread.tell(receptionFor(thread, thread.stranger), PUBLISH, [topicName(topic), value]);
}

/** `handler` runs in the actor's turn for each value, until the answer is disposed or the instance ends. */
export function subscribe(thread: Thread, life: Life, topic: Topic<unknown>, handler: Task): Disposable {
  jobNameOf("subscription", handler, life);
  const name = topicName(topic);
  const { topics } = extrasOf(life);
  if (!topics.has(name)) tellOfSelf(thread, life, SUBSCRIBE, name);
  // One function may be given twice.
  const entry: Subscription = { task: handler };
  note(life, name, entry);
  return { [Symbol.dispose]: () => unsubscribe(thread, life, name, entry) };
}

function note({ extras }: Life, topic: string, entry: Subscription): void {
  const entries = extras?.topics.get(topic);
  if (entries) entries.add(entry);
  else extras?.topics.set(topic, new Set([entry]));
}

function unsubscribe(thread: Thread, life: Life, topic: string, entry: Subscription): void {
  const entries = life.extras?.topics.get(topic);
  if (!entries?.delete(entry) || entries.size > 0) return;
  life.extras?.topics.delete(topic);
  tellOfSelf(thread, life, UNSUBSCRIBE, topic);
}

/** Ends all that name this message. */
export function cancelSubscriptions(thread: Thread, life: Life, message: string): void {
  for (const [topic, entries] of [...(life.extras?.topics ?? [])]) {
    for (const entry of [...entries]) if (entry.task === message) unsubscribe(thread, life, topic, entry);
  }
}

/** Topics, each with the messages that its values are for. */
export type Subscriptions = readonly (readonly [topic: string, messages: readonly string[]])[];

/** Undefined: there is a closure among them. */
export function subscriptionsOf({ extras }: Life): Subscriptions | undefined {
  const all: [string, string[]][] = [];
  for (const [topic, entries] of extras?.topics ?? []) {
    const messages = [...entries].map(({ task }) => task);
    if (!messages.every((task) => typeof task === "string")) return undefined;
    all.push([topic, messages]);
  }
  return all;
}

/** It has moved here; the reception knows it already. */
export function resubscribe(life: Life, subscriptions: Subscriptions): void {
  extrasOf(life);
  for (const [topic, messages] of subscriptions) {
    for (const task of messages) note(life, topic, { task });
  }
}

export function join(thread: Thread, life: Life, group: string): Disposable {
  checkGroup(group);
  const { groups } = extrasOf(life);
  groups.set(group, (groups.get(group) ?? 0) + 1);
  tellOfSelf(thread, life, JOIN, group);
  let left = false;
  return {
    [Symbol.dispose]: () => {
      const times = groups.get(group);
      if (left || times === undefined) return;
      left = true;
      groups.set(group, times - 1);
      if (times > 1) return;
      groups.delete(group);
      tellOfSelf(thread, life, LEAVE, group);
    },
  };
}

export async function members(thread: Thread, holder: Holder, group: string): Promise<readonly Ref[]> {
  checkGroup(group);
  return (await thread.ask(receptionFor(thread, holder), MEMBERS, [group], { waits: false })) as readonly Ref[];
}

/** The instance is over, and so is what it was subscribed to and belonged to. */
export function endSubscriptions(thread: Thread, life: Life): void {
  const { extras } = life;
  if (!extras || extras.topics.size + extras.groups.size === 0) return;
  for (const name of extras.topics.keys()) tellOfSelf(thread, life, UNSUBSCRIBE, name);
  for (const group of extras.groups.keys()) tellOfSelf(thread, life, LEAVE, group);
  extras.topics.clear();
  extras.groups.clear();
}

/** An instance was lost with its thread: what it was subscribed to and belonged to is not known any more. */
export function forgetSubscriber(thread: Thread, { cell, generation }: Address): void {
  thread.tell(receptionFor(thread, thread.stranger), FORGET, [cell, generation]);
}

function tellOfSelf(thread: Thread, life: Life, message: number, key: string): void {
  if (thread.over) return;
  thread.tell(receptionFor(thread, thread.stranger), message, [key, life.self]);
}

function receptionFor(thread: Thread, holder: Holder): Target {
  const { u32 } = thread.views;
  const cell = u32[(HEADER + HEADER_RECEPTION) >>> 2] as number;
  const generation = u32[(HEADER + HEADER_RECEPTION_GENERATION) >>> 2] as number;
  return { cell, generation, definition: NAME, holder, path: NAME, here: false, native: false, sending: undefined };
}

export function topicName(topic: Topic<unknown>): string {
  const name = (topic as { name?: unknown } | undefined)?.name;
  if (typeof name !== "string" || name === "") wrong("topic", topic, 'what topic("name") made');
  return name;
}

function checkGroup(group: unknown): void {
  if (typeof group !== "string" || group === "") wrong("group", group, "a name");
}
