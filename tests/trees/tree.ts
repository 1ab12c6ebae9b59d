// What the trees consist of: supervisors, actors that fail when they are told to, and in hooks of which their plan says so,
// and actors that do so and have such trees below them.
import {
  Actor,
  type ActorRef,
  type Directive,
  type ExitReason,
  type HereRef,
  type RestartPolicy,
  type Spawner,
  type Strategy,
  type Supervised,
} from "zanni";

/** What is done to one of a tree. */
export type Act = "crash" | "crash later" | "link" | "stop" | "kill" | "spawn" | "stop group";

/** An instance of an actor. */
export interface Life {
  /** How many promises its start and its stop await. */
  readonly waits: number;
  /** Its start fails. */
  readonly fails: boolean;
  /** So does its stop. */
  readonly stopFails?: boolean;
  /** Both are over at once, without any promise: that is another way through the runtime. */
  readonly atOnce?: boolean;
  /** It says so whenever it is asked. */
  readonly isUnwell?: boolean;
}
/** What all have: what becomes of one that fails, and ms until it starts again. */
interface Terms {
  readonly restart?: RestartPolicy;
  readonly pause?: number;
}
/** What the instances do, one after the other; those after the last do nothing. */
export interface LeafPlan extends Terms {
  readonly starts: readonly Life[];
  readonly brutal?: boolean;
  /** It is asked for its health, every so many ms, and may say so often in a row that it is not well. */
  readonly checks?: { readonly every: number; readonly threshold: number } | undefined;
  /** Any thread may take it. */
  readonly movable?: boolean;
}
export interface BranchPlan extends LeafPlan {
  readonly strategy: Strategy;
  readonly below: readonly Plan[];
}
export interface GroupPlan extends Terms {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  /** What becomes of who crashes at once. */
  readonly crashed?: Directive | undefined;
  readonly children: readonly Plan[];
}
export type Plan = LeafPlan | BranchPlan | GroupPlan;

/** Of a leaf or a group: somebody has stopped it, or it ends when it, or one above it, fails. */
interface Fate {
  over: boolean;
  readonly mayEnd: boolean;
}
interface GrownLeaf extends Fate {
  readonly ref: ActorRef<Leaf>;
}
interface GrownBranch extends Fate {
  readonly ref: ActorRef<Branch>;
  readonly isBranch: true;
}
interface GrownGroup extends Fate {
  readonly group: Supervised<unknown>;
  /** Those below it may end. */
  readonly endsBelow: boolean;
}
/** What a promise has come to; undefined: nothing. */
export type Outcome<R> = { readonly value: R } | { readonly error: Error } | undefined;
export type Hear = <R>(all: readonly Promise<R>[]) => Promise<Outcome<R>[]>;

/** Instances that began to live, and those that have ended. */
interface Lives {
  begun: number;
  ended: number;
}

/** Of those that live on this thread. */
const lives = new Map<string, Lives>();

/** `id`: no other has it at the same time. */
export class Leaf<P extends LeafPlan = LeafPlan> extends Actor<{ id: string; plan: P }> {
  #lives = lives.get(this.init.id) ?? { begun: 0, ended: 0 };
  #life = this.init.plan.starts[this.#lives.begun];

  protected override onStart() {
    lives.set(this.init.id, this.#lives);
    const number = this.#lives.begun++;
    return this.#waiting(() => {
      if (this.#life?.fails) throw new Error(`start ${number}`);
    });
  }

  protected override onStop() {
    return this.#waiting(() => {
      this.#lives.ended++;
      if (this.#life?.stopFails) throw new Error("stop");
    });
  }

  protected override health() {
    if (this.#life?.isUnwell) throw new Error("unwell");
  }

  #waiting(then: () => void): void | Promise<void> {
    const { waits = 0, atOnce = false } = this.#life ?? {};
    return atOnce ? then() : afterwards(waits, then);
  }

  crash() {
    throw new Error("crash");
  }

  async crashLater(waits: number) {
    await passing(waits);
    throw new Error("crash later");
  }

  link(other: ActorRef<Leaf>) {
    this.ctx.link(other);
  }

  /** What is wrong with it, or below it. */
  async wrong(): Promise<string | undefined> {
    const { begun, ended } = this.#lives;
    return begun === ended + 1 ? undefined : `${begun} instances began, ${ended} ended`;
  }

  /** It leaves this thread, */
  protected leave(): Lives {
    lives.delete(this.init.id);
    return this.#lives;
  }

  /** and arrives on another. */
  protected arrive(before: Lives): void {
    lives.set(this.init.id, before);
    this.#lives = before;
    this.#life = this.init.plan.starts[before.begun - 1];
  }
}

export class Mover extends Leaf {
  protected override snapshot() {
    return this.leave();
  }

  protected override restore(before: Lives) {
    this.arrive(before);
  }
}

/** An actor with a tree below it, which each of its instances builds anew; those in it go on in their plans. */
export abstract class Branch extends Leaf<BranchPlan> {
  #tree = new Tree(this.init.id, this.ctx);

  protected override onStart() {
    this.#tree.build(this.init.plan.below);
    return super.onStart();
  }

  act(what: Act, who: number, waits: number) {
    this.#tree.act(what, who, waits);
  }

  override async wrong(): Promise<string | undefined> {
    return (await super.wrong()) ?? (await this.#tree.wrong("10s", (all) => outcomes(all)));
  }
}

const supervision = (strategy: Strategy) => ({ strategy, maxRestarts: 2, within: "1h" }) as const;

export class OneForOne extends Branch {
  static override supervision = supervision("one-for-one");
}
export class OneForAll extends Branch {
  static override supervision = supervision("one-for-all");
}
export class RestForOne extends Branch {
  static override supervision = supervision("rest-for-one");
}
const branches = { "one-for-one": OneForOne, "one-for-all": OneForAll, "rest-for-one": RestForOne };

/** Hears of the end of others; on a thread that does not die. */
export class Watcher extends Actor {
  readonly #ends = new Map<string, number>();

  watch(refs: readonly ActorRef<Leaf>[]) {
    for (const ref of refs) this.ctx.watch(ref);
  }

  protected override onTerminated({ path }: ActorRef<unknown>, _reason: ExitReason) {
    this.#ends.set(path, (this.#ends.get(path) ?? 0) + 1);
  }

  /** How often it heard of the end of each of them. */
  ends(paths: readonly string[]): readonly number[] {
    return paths.map((path) => this.#ends.get(path) ?? 0);
  }
}

export const actors = { Leaf, Mover, OneForOne, OneForAll, RestForOne, Watcher };

/** Below one that starts others. */
export class Tree {
  readonly #id: string;
  readonly #root: Spawner;
  readonly #leaves: (GrownLeaf | GrownBranch)[] = [];
  readonly #groups: GrownGroup[] = [];
  readonly #watcher: HereRef<Watcher> | undefined;

  /** `id`: no other has it at the same time. `watcher`: watches the leaves, but not those below a branch. */
  constructor(id: string, root: Spawner, watcher?: HereRef<Watcher>) {
    this.#id = id;
    this.#root = root;
    this.#watcher = watcher;
  }

  build(plans: readonly Plan[], sup = this.#root, mayEnd = false): void {
    for (const plan of plans) {
      const ends = mayEnd || plan.restart === "temporary";
      if (!("children" in plan)) {
        this.#grow(sup, plan, ends);
        continue;
      }
      const { strategy, maxRestarts, crashed } = plan;
      const decide = crashed && {
        decide: (error: Error): Directive => (error.message === "crash" ? crashed : "restart"),
      };
      const options = { strategy, maxRestarts, within: "1h", ...termsOf(plan), ...decide } as const;
      const endsBelow = ends || crashed === "stop";
      const build = (below: Spawner) => this.build(plan.children, below, endsBelow);
      this.#groups.push({ group: sup.supervise<unknown>(options, build), over: false, mayEnd: ends, endsBelow });
    }
  }

  #grow(sup: Spawner, plan: LeafPlan | BranchPlan, mayEnd: boolean): void {
    const id = `${this.#id}/${this.#leaves.length}`;
    // Who ends only because its time is up would hang.
    const shutdown = plan.brutal ? "brutal" : "infinity";
    const health = plan.checks && { health: { ...plan.checks, timeout: "10s" } as const };
    const options = { ...termsOf(plan), ...health, shutdown } as const;
    const fate = { over: false, mayEnd };
    const grown =
      "below" in plan
        ? { ref: sup.spawn(branches[plan.strategy], { id, plan }, options), ...fate, isBranch: true as const }
        : { ref: sup.spawn(plan.movable ? Mover : Leaf, { id, plan }, options), ...fate };
    this.#leaves.push(grown);
    this.#watcher?.tell.watch([grown.ref]);
  }

  act(what: Act, who: number, waits: number): void {
    const above = who % (this.#groups.length + 1);
    const grown = this.#leaves[who % this.#leaves.length];
    const others = Math.floor(who / this.#leaves.length);
    if (grown && "isBranch" in grown && others % 2 === 1) {
      grown.ref.tell.act(what, others >>> 1, waits);
      return;
    }
    switch (what) {
      case "spawn":
        this.#join(this.#groups[above], { starts: [{ waits, fails: false }] });
        return;
      case "stop group":
        this.#stopGroup(this.#groups[above]);
        return;
      case "crash":
        grown?.ref.tell.crash();
        return;
      case "crash later":
        grown?.ref.tell.crashLater(waits);
        return;
      case "link": {
        const other = this.#leaves[others % this.#leaves.length];
        if (other && other !== grown) grown?.ref.tell.link(other.ref);
        return;
      }
      default:
        if (!grown) return;
        grown.over = true;
        void grown.ref[what]();
    }
  }

  /** At a supervisor that may be down, or gone. */
  #join(above: GrownGroup | undefined, plan: LeafPlan): void {
    try {
      this.#grow(above?.group ?? this.#root, plan, above !== undefined && (above.endsBelow || above.over));
    } catch (error) {
      if (!above?.over && !above?.mayEnd) throw error;
    }
  }

  #stopGroup(stopped: GrownGroup | undefined): void {
    if (!stopped) return;
    const { group } = stopped;
    const isIn = (path: string) => path === group.path || path.startsWith(`${group.path}/`);
    for (const each of this.#groups) each.over ||= isIn(each.group.path);
    for (const each of this.#leaves) each.over ||= isIn(each.ref.path);
    void group.stop();
  }

  /** What is not as it must be, if anything is. */
  async wrong(timeout: "10s" | "1h", hear: Hear): Promise<string | undefined> {
    return (await this.#wrongLeaf(timeout, hear)) ?? (await this.#wrongGroup(hear));
  }

  async #wrongLeaf(timeout: "10s" | "1h", hear: Hear): Promise<string | undefined> {
    const leaves = this.#leaves;
    const answers = await hear(leaves.map(({ ref }) => ref.ask({ timeout }).wrong()));
    for (const [i, { ref, over, mayEnd }] of leaves.entries()) {
      const answer = answers[i];
      if (!answer) return `${ref.path} does not answer`;
      if ("error" in answer) {
        if (!over && !mayEnd) return `${ref.path}: ${answer.error.message}`;
      } else if (over) return `${ref.path} was stopped, and answers`;
      else if (answer.value) return `${ref.path}: ${answer.value}`;
    }
    const reasons = await hear(leaves.filter(({ over }) => over).map(({ ref }) => ref.stopped));
    if (reasons.some((reason) => !reason)) return "one that was stopped has not ended";
    const watcher = this.#watcher;
    if (!watcher) return undefined;
    const [ends] = await hear([watcher.ask.ends(leaves.map(({ ref }) => ref.path))]);
    if (!ends || "error" in ends) return "the watcher does not answer";
    for (const [i, { ref }] of leaves.entries()) {
      const isGone = "error" in (answers[i] as object);
      if (ends.value[i] !== (isGone ? 1 : 0)) return `of ${ref.path} its watcher heard ${ends.value[i]} times`;
    }
    return undefined;
  }

  async #wrongGroup(hear: Hear): Promise<string | undefined> {
    const groups = this.#groups;
    const states = await hear(groups.map(({ group }) => group.status()));
    for (const [i, { group, over, mayEnd }] of groups.entries()) {
      const answer = states[i];
      if (!answer) return `${group.path} does not answer`;
      if ("error" in answer) {
        if (!over && !mayEnd) return `${group.path}: ${answer.error.message}`;
        continue;
      }
      if (over) return `${group.path} was stopped, and answers`;
      const down = answer.value.find(({ state }) => state !== "running");
      if (down) return `${down.path} is ${down.state}`;
    }
    return undefined;
  }
}

function termsOf({ restart = "permanent", pause = 0 }: Terms) {
  return { restart, ...(pause > 0 ? { backoff: { min: pause, max: pause } } : {}) };
}

/** Those that come before `late` does, if that is given. */
export function outcomes<R>(all: readonly Promise<R>[], late?: Promise<undefined>): Promise<Outcome<R>[]> {
  return Promise.all(all.map((each) => (late ? Promise.race([outcomeOf(each), late]) : outcomeOf(each))));
}

export function outcomeOf<R>(promise: Promise<R>): Promise<Outcome<R>> {
  return promise.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  );
}

async function afterwards(promises: number, then: () => void): Promise<void> {
  await passing(promises);
  then();
}

async function passing(promises: number): Promise<void> {
  for (let i = 0; i < promises; i++) await undefined;
}
