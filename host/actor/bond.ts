// Watches and links of an instance. Notices go through the user lane, so that none overtakes what was sent before it;
// they are exempt from the mailbox's limits, and end with the instance.
//
//   watch   exactly one onTerminated when the other is gone for good, at once if it already is
//   link    both ways: when one fails or is killed the other fails too, unless it overrides onLinkFailed
import { KIND_LINK, KIND_LINK_FAILED, KIND_UNLINK } from "../../assembly/layout.ts";
import { stopped, ZanniError } from "../errors.ts";
import { base } from "./behavior.ts";
import { type HostCell, isUp, type Life, type Watched } from "./cell.ts";
import { extrasOf } from "./extras.ts";
import { type Address, keyOf } from "./holder.ts";
import { Ref } from "./ref.ts";
import type { Thread } from "./thread.ts";
import type { ExitReason } from "./types.ts";

export function watch(thread: Thread, life: Life, ref: Ref): void {
  const { watched } = extrasOf(life);
  if (!watched.has(keyOf(ref))) watched.set(keyOf(ref), watchedFrom(thread, life, ref.boundTo(life)));
}

function watchedFrom(thread: Thread, life: Life, ref: Ref): Watched {
  return { ref, at: thread.index, number: thread.watchFor(life, ref) };
}

export function unwatch(thread: Thread, life: Life, ref: Ref): void {
  const watch = life.extras?.watched.get(keyOf(ref));
  if (!watch) return;
  thread.unwatch(watch.at, watch.number);
  life.extras?.watched.delete(keyOf(ref));
}

/** Whom it watches is gone. Answers what to run; undefined: it is of no interest any more. */
export function terminated({ life }: HostCell, said: readonly unknown[]): (() => unknown) | undefined {
  const [key, at, number, reason] = said as [string, number, number, ExitReason];
  const watch = life.extras?.watched.get(key);
  if (watch?.at !== at || watch.number !== number) return undefined;
  life.extras?.watched.delete(key);
  return () => life.instance?.onTerminated?.(watch.ref, reason);
}

/** The thread that an actor had put its watches on, before it moved here, has died: they are put again. */
export function watchAgain(thread: Thread, life: Life, index: number): void {
  for (const [key, { at, ref }] of life.extras?.watched ?? []) {
    if (at === index) life.extras?.watched.set(key, watchedFrom(thread, life, ref));
  }
}

export function link(thread: Thread, life: Life, ref: Ref): void {
  if (ref.native) throw new ZanniError("ERR_NATIVE", `"${ref.path}" is native and cannot be linked; watch it`);
  const { linked } = extrasOf(life);
  const key = keyOf(ref);
  if (linked.has(key) || key === keyOf(life)) return;
  linked.set(key, ref);
  if (!thread.sendControl(ref, KIND_LINK, [life.self]))
    thread.sendNotice(life, KIND_LINK_FAILED, [ref, stopped(ref.path)]);
}

export function unlink(thread: Thread, life: Life, ref: Ref): void {
  if (life.extras?.linked.delete(keyOf(ref))) thread.sendControl(ref, KIND_UNLINK, [life.cell, life.generation]);
}

/** The other side asked for a link. One that is down already has failed before it. */
export function linked(thread: Thread, actor: HostCell, other: Ref): void {
  const { life } = actor;
  if (isUp(actor)) extrasOf(life).linked.set(keyOf(other), other);
  else {
    const self = new Ref(thread, actor.cell, actor.generation, actor.definition.name, actor, thread.stranger);
    thread.sendNotice(other, KIND_LINK_FAILED, [self, actor.failure ?? stopped(actor.path)]);
  }
}

/** The other side is linked no longer, without having failed. */
export function unlinked({ life }: HostCell, other: Address): void {
  life.extras?.linked.delete(keyOf(other));
}

/** A linked actor has failed. Answers what to run in its place, or the error to fail with; undefined: it is linked no longer. */
export function linkFailed(actor: HostCell, other: Ref, error: Error): (() => unknown) | undefined {
  const { life } = actor;
  if (!life.extras?.linked.delete(keyOf(other))) return undefined;
  const { instance } = life;
  if (instance && actor.definition.hasHooks && instance.onLinkFailed !== base.onLinkFailed) {
    return () => instance.onLinkFailed?.(other, error);
  }
  return () => {
    throw new ZanniError(
      "ERR_ACTOR_FAILED",
      `"${other.path}", which "${actor.path}" is linked with, failed: ${error.message}`,
      {
        actor: other.path,
        cause: error,
      },
    );
  };
}
