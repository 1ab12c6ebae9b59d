// What a timer or a subscription has its actor do: a closure, or one of the actor's own messages by name. A name can travel.
import { ZanniError } from "../errors.ts";
import { wrong } from "../options.ts";
import type { Life } from "./cell.ts";
import { hashOf } from "./hash.ts";

export type Task = string | ((...args: never) => unknown);

export interface Job {
  /** By which its failure is named. */
  readonly name: string;
  /** Undefined: a closure. */
  readonly message: string | undefined;
  readonly run: (...args: readonly unknown[]) => unknown;
}

export function jobOf(life: Life, what: "timer" | "subscription", task: Task): Job {
  if (typeof task === "function") return { name: `(${what})`, message: undefined, run: task as Job["run"] };
  const { definition } = life.actor;
  if (typeof task !== "string" || (definition.hasHooks && definition.message(hashOf(task)) === undefined)) {
    const option = what === "timer" ? "task" : "handler";
    wrong(option, task, `a function, or the name of a message of ${definition.name}`);
  }
  return { name: task, message: task, run: (...args) => call(life, task, args) };
}

function call(life: Life, name: string, args: readonly unknown[]): unknown {
  const handlers = life.instance as { readonly [name: string]: unknown };
  const handler = handlers[name];
  if (typeof handler !== "function") {
    throw new ZanniError(
      "ERR_UNKNOWN_MESSAGE",
      `${life.actor.definition.name} ("${life.path}") has no message "${name}"`,
    );
  }
  return Reflect.apply(handler, handlers, args);
}
