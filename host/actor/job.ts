// What a timer or a subscription has its actor do: a closure, or one of the actor's own messages by name. A name can travel.
import { ZanniError } from "../errors.ts";
import { wrong } from "../options.ts";
import type { Life } from "./cell.ts";
import { hashOf } from "./hash.ts";
import type { Task } from "./holder.ts";

/** By what its failure is named. With a life: throws when that has no such message. */
export function jobNameOf(what: "timer" | "subscription", task: Task, life?: Life): string {
  if (typeof task === "function") return `(${what})`;
  if (life) {
    const { definition } = life.actor;
    if (typeof task !== "string" || (definition.hasHooks && definition.message(hashOf(task)) === undefined)) {
      const option = what === "timer" ? "task" : "handler";
      wrong(option, task, `a function, or the name of a message of ${definition.name}`);
    }
  }
  return task;
}

export function runJob(life: Life, task: Task, args: readonly unknown[]): unknown {
  if (typeof task === "function") return Reflect.apply(task, undefined, args as never);
  const handlers = life.instance as { readonly [name: string]: unknown };
  const handler = handlers[task];
  if (typeof handler !== "function") {
    throw new ZanniError(
      "ERR_UNKNOWN_MESSAGE",
      `${life.actor.definition.name} ("${life.path}") has no message "${task}"`,
    );
  }
  return Reflect.apply(handler, handlers, args);
}
