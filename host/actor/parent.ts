// What a parent does about its children: it hears how they fail, start and end, decides, and brings them back, after a
// pause and with their siblings as its strategy says. It stays responsive meanwhile: nothing here is waited for in a turn.
//
//   failed ──decide──▶ restart ──▶ hold siblings, youngest first ──▶ pause ──▶ RESTART, eldest first ──▶ started
//              ├─────▶ resume, stop
//              └─────▶ escalate: the parent fails in turn
import {
  KIND_CHILD_FAILED,
  KIND_CHILDREN_LOST,
  KIND_HOLD,
  KIND_STOP_WANTED,
  SYSTEM_KILL,
  SYSTEM_RESTART,
  SYSTEM_RESUME,
  TURN_UNBLOCK,
} from "../../assembly/layout.ts";
import { asError, ZanniError } from "../errors.ts";
import { oneOf } from "../options.ts";
import { base } from "./behavior.ts";
import type { Child, HostCell, LostChild, Trouble } from "./cell.ts";
import { childrenOf, endChild, familyOf, removeChild, troubleOf } from "./children.ts";
import { extrasOf, rareOf, stashesNothing } from "./extras.ts";
import { unwatchHealth } from "./health.ts";
import type { Address } from "./holder.ts";
import { SUPERVISOR } from "./internal.ts";
import { afterChildren, answerHolders, answerServed, fail, sayStarted, tellWatchers, wait } from "./lifecycle.ts";
import { Ref } from "./ref.ts";
import { affected, decide, delayOf, inARow } from "./supervise.ts";
import type { Thread } from "./thread.ts";
import type { Directive, ExitReason } from "./types.ts";

/** A child is gone: its name is free, then its watchers are told. */
export function childStopped(
  thread: Thread,
  parent: HostCell,
  id: number,
  cell: number,
  reason: ExitReason,
  watchers: readonly number[],
): void {
  // Said twice, when a thread died as it said so: another may have its number by now.
  const child = parent.family?.get(id)?.cell === cell ? removeChild(parent, id) : undefined;
  tellWatchers(thread, watchers, reason);
  if (!child) return;
  child.trouble?.timer?.cancel();
  unwatchHealth(child.terms.health);
  if (child.gone) for (const gone of child.gone) gone();
}

/**
 * A child runs again, and had been sent `heldAfter` RESTARTs when it was held last. One that had just come up when its group
 * was held says so when that is over: it is not up by that.
 */
export function childStarted(thread: Thread, parent: HostCell, id: number, heldAfter: number): void {
  const trouble = parent.family?.get(id)?.trouble;
  if (!trouble || trouble.held || heldAfter < trouble.heldAfter) return;
  trouble.restarting = false;
  trouble.upSince = thread.now();
}

/** A child is to stop that is down: if it pauses, or ends with its parent, it does not come up for that. */
export function childStopWanted(thread: Thread, parent: HostCell, id: number): void {
  const child = parent.family?.get(id);
  if (!child?.trouble?.timer && !child?.gone) return;
  child.trouble?.timer?.cancel();
  thread.control(child, SYSTEM_KILL);
}

/** What a child says of its failure: who, in what message, why; and that a stop is queued, after a restart that failed. */
type Failure = [number, number, number, string | undefined, Error, boolean | undefined];

/** A child failed: what becomes of it. TURN_DRY (0): the parent goes on; else how its turn ends. */
export function childFailed(thread: Thread, parent: HostCell, parts: readonly unknown[]): number {
  const [cell, generation, id, message, error, over] = parts as Failure;
  const address: Address = { cell, generation };
  const child = parent.family?.get(id);
  if (!child || child.gone || parent.status === "stopping" || over) {
    thread.control(address, SYSTEM_KILL);
    return 0;
  }
  const trouble = isDown(child);
  if (isHeld(parent) || isPutOff(parent, KIND_CHILD_FAILED, parts)) return 0;
  let wanted: Directive | undefined;
  try {
    wanted = wantedFor(thread, parent, child, error);
  } catch (thrown) {
    thread.control(address, SYSTEM_KILL);
    return failAsParent(thread, parent, asError(thrown), "onChildFailed");
  }
  const family = familyOf(parent);
  const decision = decide(
    wanted,
    child.terms.policy,
    parent.supervision,
    family.history,
    thread.now(),
    // A supervisor that failed has no children left that could go on.
    message !== "onStart" && child.definition !== SUPERVISOR,
  );
  report(thread, child, message, error, decision.action);
  switch (decision.action) {
    case "restart":
      family.history = decision.history;
      bringBack(thread, parent, child, error);
      return 0;
    case "resume":
      // Its siblings' failure takes it along: it starts with them.
      if (trouble.group || trouble.held) return 0;
      trouble.restarting = false;
      thread.control(address, SYSTEM_RESUME);
      return 0;
    case "stop":
      thread.control(address, SYSTEM_KILL);
      return 0;
    case "escalate": {
      thread.event({ type: "escalation", actor: child.path, to: parent.path, error });
      return failAsParent(thread, parent, decision.limit ? limitReached(parent, child, error) : error, undefined);
    }
  }
}

/** A thread has died, and children with it: one failure, however many they are. TURN_DRY (0), or how the parent's turn ends. */
export function childrenLost(thread: Thread, parent: HostCell, parts: readonly unknown[]): number {
  const [list, error] = parts as [readonly LostChild[], Error];
  const family = familyOf(parent);
  const before = family.history;
  const now = thread.now();
  const back: Child[] = [];
  // All of them are down: whatever is decided about one, the others hear a kill, but no stop.
  for (const [cell, , id] of list) {
    const child = family.get(id);
    if (child?.cell === cell) isDown(child);
  }
  const left = list.filter(([cell, generation, id, , over]) => {
    const child = family.get(id);
    if (child?.cell === cell && !child.gone && parent.status !== "stopping" && !over) return true;
    thread.control({ cell, generation }, SYSTEM_KILL);
    return false;
  });
  if (isHeld(parent) || isPutOff(parent, KIND_CHILDREN_LOST, [left, error])) return 0;
  for (const [cell, generation, id, message] of left) {
    const address: Address = { cell, generation };
    const child = family.get(id) as Child;
    let wanted: Directive | undefined;
    try {
      wanted = wantedFor(thread, parent, child, error);
    } catch (thrown) {
      return failAsParent(thread, parent, asError(thrown), "onChildFailed");
    }
    // Counted once: each is decided by what was before. There is no instance left to resume.
    const decision = decide(wanted, child.terms.policy, parent.supervision, before, now, false);
    report(thread, child, message, error, decision.action);
    if (decision.action === "escalate") {
      thread.event({ type: "escalation", actor: child.path, to: parent.path, error });
      return failAsParent(thread, parent, decision.limit ? limitReached(parent, child, error) : error, undefined);
    }
    if (decision.action !== "restart") thread.control(address, SYSTEM_KILL);
    else {
      family.history = decision.history;
      back.push(child);
    }
  }
  if (parent.supervision.strategy === "one-for-one") for (const child of back) bringBack(thread, parent, child, error);
  else {
    // Those that the strategy takes along with the eldest are the others too; some may be about to start with a group already.
    const eldest = childrenOf(parent).find((child) => back.includes(child) && !child.trouble?.group);
    if (eldest) bringBack(thread, parent, eldest, error);
  }
  return 0;
}

/** What it says of a start from now on comes after its failure. */
function isDown(child: Child): Trouble {
  const trouble = troubleOf(child);
  trouble.restarting = true;
  trouble.heldAfter = 0;
  return trouble;
}

function wantedFor(thread: Thread, parent: HostCell, child: Child, error: Error): Directive | undefined {
  const ref = () => new Ref(thread, child.cell, child.generation, child.definition, child, parent.life) as never;
  const { instance } = parent.life;
  if (instance && parent.definition.hasHooks && instance.onChildFailed !== base.onChildFailed) {
    const answer = instance.onChildFailed?.(ref(), error);
    stashesNothing(parent);
    if (answer !== undefined) return oneOf("onChildFailed", answer, directives);
  }
  const answer = parent.supervision.decide?.(error, ref());
  return answer === undefined ? undefined : oneOf("decide", answer, directives);
}

const directives = ["restart", "resume", "stop", "escalate"] as const;

// ---- restarting -----------------------------------------------------------------------------------

/** The failed child starts again, after its pause, and with it whom the strategy names. */
function bringBack(thread: Thread, parent: HostCell, failed: Child, error: Error): void {
  // With a group that has not come to that yet.
  if (troubleOf(failed).group) return;
  const group = affected(parent.supervision.strategy, childrenOf(parent), failed);
  const delay = pauseOf(thread, parent, failed);
  if (group.length === 1) {
    pause(thread, failed, delay, () => restart(thread, failed, error));
    return;
  }
  for (const child of group) troubleOf(child).group = group;
  void restartGroup(thread, parent, group, delay, error);
}

/** ms until it may start again. */
function pauseOf(thread: Thread, parent: HostCell, child: Child): number {
  const backoff = child.terms.backoff ?? parent.supervision.backoff;
  if (!backoff) return 0;
  const trouble = troubleOf(child);
  const failures = inARow(backoff, trouble.failures, trouble.upSince, thread.now());
  trouble.failures = failures + 1;
  return delayOf(backoff, failures, thread.random());
}

function pause(thread: Thread, child: Child, ms: number, then: () => void): void {
  if (ms === 0) {
    then();
    return;
  }
  const trouble = troubleOf(child);
  trouble.timer = thread.after(ms, () => {
    trouble.timer = undefined;
    then();
  });
  // One that is to stop says so, now or when the stop comes.
  thread.sendControl(child, KIND_STOP_WANTED, []);
}

function restart(thread: Thread, child: Child, error: Error): void {
  const trouble = troubleOf(child);
  trouble.restarting = true;
  trouble.held = false;
  trouble.restarts++;
  // From here on it counts as up, until it says so itself or fails.
  trouble.upSince = thread.now();
  thread.event({ type: "restart", actor: child.path, restarts: trouble.restarts, error });
  thread.control(child, SYSTEM_RESTART);
}

/**
 * Their instances end in reverse order, one after the other; then they start again in order. Those that a later failure has
 * taken along are that group's.
 */
async function restartGroup(
  thread: Thread,
  parent: HostCell,
  group: readonly Child[],
  delay: number,
  error: Error,
): Promise<void> {
  const family = familyOf(parent);
  const isOurs = (child: Child) => family.has(child) && child.trouble?.group === group;
  await holdChildren(thread, parent, group, error, isOurs);
  // The pause is the group's: it does not end with whoever failed.
  const start = () => {
    if (parent.status === "stopping" || parent.status === "stopped") return;
    for (const child of group.filter(isOurs)) {
      troubleOf(child).group = undefined;
      if (!child.gone) restart(thread, child, error);
    }
  };
  if (delay === 0) start();
  else thread.after(delay, start);
}

/** In reverse order, while they are to be held: temporary ones end, the instances of the others do. */
async function holdChildren(
  thread: Thread,
  parent: HostCell,
  children: readonly Child[],
  error: Error,
  isToBe: (child: Child) => boolean,
): Promise<void> {
  for (const child of children) {
    if (child.terms.policy === "temporary") continue;
    const trouble = troubleOf(child);
    trouble.restarting = true;
    trouble.heldAfter = trouble.restarts;
    // One that pauses does not come up before its turn to be held.
    trouble.timer?.cancel();
    trouble.timer = undefined;
  }
  for (const child of children.toReversed()) {
    if (!isToBe(child)) continue;
    if (child.terms.policy === "temporary") await endChild(thread, child);
    else await holdChild(thread, parent, child, error);
  }
}

/** Resolves when the instance has ended, or the child is gone. */
function holdChild(thread: Thread, parent: HostCell, child: Child, error: Error): Promise<void> {
  const trouble = troubleOf(child);
  // Of two groups at once, one is told: a second hold would wait for a RESTART that the first has used up.
  trouble.holding ??= holdNow(thread, parent, child, trouble, error).finally(() => {
    trouble.holding = undefined;
  });
  return trouble.holding;
}

/** What takes too long is not waited for. */
async function holdNow(thread: Thread, parent: HostCell, child: Child, trouble: Trouble, error: Error): Promise<void> {
  const ask = (forced: boolean) =>
    thread.inquiry(child, KIND_HOLD, [thread.sendable(error), forced, trouble.restarts], parent.life, child.path);
  const { shutdownMs } = child.terms;
  const force = () => {
    const { answer, cancel } = ask(true);
    answer.catch(() => {});
    late = { cancel };
  };
  let late = shutdownMs < Infinity ? thread.after(shutdownMs, force) : undefined;
  // ERR_ACTOR_STOPPED: it is gone, or we are; there is nothing to wait for.
  await ask(false).answer.catch(() => {});
  // It has not taken the second perhaps, and is not to take it for younger than the RESTART that comes next.
  late?.cancel();
  // Also one that came up meanwhile, by a RESTART that its thread had left behind when it died.
  trouble.restarting = true;
  trouble.held = true;
}

/** A supervisor is held by holding its children: it has no instance, and they are brought back in place. */
export function holdSupervisor(
  thread: Thread,
  actor: HostCell,
  error: Error,
  restarts: number,
  ticket: number,
  ticketGeneration: number,
): void {
  const rare = rareOf(actor);
  rare.holders.push(ticket, ticketGeneration);
  const sent = restarts > rare.heldAfter;
  rare.heldAfter = restarts;
  // It ends, and its children with it; or it is held, and nothing has happened since.
  if (actor.status === "stopping" || (rare.held && !sent)) answerHolders(thread, actor);
  // Held, with a restart on its way: that meets this.
  if (actor.status === "stopping" || rare.held) return;
  actor.failure ??= error;
  void holdAll(thread, actor, error).then(() => {
    rare.held = true;
    answerHolders(thread, actor);
  });
}

/** The children of a supervisor that fails, or is held. Of two at once, one does it. */
function holdAll(thread: Thread, actor: HostCell, error: Error): Promise<void> {
  const rare = rareOf(actor);
  disband(actor);
  const isChild = (child: Child) => familyOf(actor).has(child);
  rare.holding ??= holdChildren(thread, actor, childrenOf(actor), error, isChild).finally(() => {
    rare.holding = undefined;
  });
  return rare.holding;
}

/** Groups that are being restarted are not started any more. */
function disband(parent: HostCell): void {
  for (const { trouble } of childrenOf(parent)) if (trouble) trouble.group = undefined;
}

/** And brought back by bringing them back; what it has failed at is forgotten. Answers how its turn ends. */
export function restartChildren(thread: Thread, actor: HostCell): number {
  const { rare } = actor;
  if (actor.status === "stopping") return 0;
  if (rare) {
    // Those above it begin anew once more, before this did.
    if (rare.holders.length > 0) {
      if (rare.held) answerHolders(thread, actor);
      return 0;
    }
    rare.held = false;
  }
  const error = actor.failure ?? new Error("restarted");
  actor.failure = undefined;
  familyOf(actor).history = [];
  for (const child of childrenOf(actor)) {
    // Those that joined while the others were down run already.
    if (!child.trouble?.restarting) continue;
    child.trouble.group = undefined;
    if (!child.gone) restart(thread, child, error);
  }
  if (actor.parent) sayStarted(thread, actor, actor.parent);
  if (actor.status !== "failed") return 0;
  actor.status = "running";
  return TURN_UNBLOCK;
}

/** An actor that has failed decides nothing: its children end with its instance, unless that goes on. */
function isPutOff({ internal, status, life }: HostCell, kind: number, parts: readonly unknown[]): boolean {
  if (internal || status !== "failed") return false;
  extrasOf(life).unheard.push([kind, parts]);
  return true;
}

/** A supervisor whose children are down: they come back when it does, or not at all. */
function isHeld({ internal, parent, failure }: HostCell): boolean {
  return internal && parent !== undefined && failure !== undefined;
}

// ---- failing in turn ------------------------------------------------------------------------------

/** The parent fails in turn: its children end first. Those of a supervisor keep their places, for its restart. */
function failAsParent(thread: Thread, parent: HostCell, error: Error, message: string | undefined): number {
  answerServed(thread, parent, error);
  parent.epoch++;
  parent.next = undefined;
  parent.status = "failed";
  parent.failure = error;
  if (isHeld(parent)) {
    const failed = () => fail(thread, parent, error, message);
    return wait(thread, parent, holdAll(thread, parent, error), failed, failed);
  }
  return afterChildren(thread, parent, () => fail(thread, parent, error, message));
}

function limitReached(parent: HostCell, child: Child, cause: Error): ZanniError {
  const { maxRestarts, withinMs } = parent.supervision;
  const whose = parent.path === "" ? "the system" : `"${parent.path}"`;
  return new ZanniError(
    "ERR_RESTART_LIMIT",
    `${whose} would have restarted children more than ${maxRestarts} times within ${withinMs} ms; the last to fail was "${child.path}": ${cause.message}`,
    { actor: child.path, details: { maxRestarts, withinMs }, cause },
  );
}

function report(thread: Thread, child: Child, message: string | undefined, error: Error, directive: Directive): void {
  thread.event({ type: "crash", actor: child.path, message, error, directive });
  if (thread.listening()) return;
  // With no listener, failures go to the log.
  thread.log("error", child.path, [`failed${message === undefined ? "" : ` in "${message}"`}, ${directive}:`, error]);
}
