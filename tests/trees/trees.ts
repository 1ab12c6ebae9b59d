// Random trees of supervisors, in which actors fail again and again, also in their starts and while others are brought back: at
// the end each that was not stopped is up, has one living instance, and answers.
import fc from "fast-check";
import {
  type ActorRef,
  createSystem,
  type RestartPolicy,
  type Spawner,
  type Strategy,
  type Supervised,
  type System,
  Worker,
} from "zanni";
import { createTestSystem, type TestSystem } from "zanni/testkit";
import * as actors from "./actors.ts";
import { Leaf, type Start } from "./actors.ts";

/** What both have: what becomes of one that fails, and ms until it starts again. */
interface Terms {
  readonly restart?: RestartPolicy;
  readonly pause?: number;
}
interface LeafPlan extends Terms {
  readonly starts: readonly Start[];
}
interface GroupPlan extends Terms {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  /** Who crashes at once goes on. */
  readonly resumes?: boolean;
  readonly children: readonly (LeafPlan | GroupPlan)[];
}
type Act = "crash" | "crash later" | "stop" | "kill" | "spawn" | "stop group" | "death";
type Step = { readonly what: Act; readonly who: number; readonly waits: number } | { readonly what: "settle" };

const start = fc.record({ waits: fc.nat({ max: 4 }), fails: fc.integer({ min: 0, max: 2 }).map((n) => n === 0) });
const often = <T>(usual: T, others: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 5 }, { arbitrary: others, weight: 1 });
const terms = {
  restart: often<RestartPolicy>("permanent", fc.constantFrom("transient", "temporary")),
  pause: often(0, fc.integer({ min: 1, max: 3 })),
};
const leaf = fc.record({ starts: fc.array(start, { minLength: 1, maxLength: 6 }), ...terms });
const { group } = fc.letrec<{ group: GroupPlan; child: LeafPlan | GroupPlan }>((tie) => ({
  child: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("group")),
  group: fc.record({
    strategy: fc.constantFrom<Strategy>("one-for-one", "one-for-all", "rest-for-one"),
    maxRestarts: fc.nat({ max: 2 }),
    resumes: often(false, fc.constant(true)),
    children: fc.array(tie("child"), { minLength: 1, maxLength: 4 }),
    ...terms,
  }),
}));
const told = (...what: Act[]) =>
  fc.record({ what: fc.constantFrom(...what), who: fc.nat({ max: 99 }), waits: fc.nat({ max: 6 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: told("crash", "crash later"), weight: 24 },
  { arbitrary: told("stop", "kill", "spawn"), weight: 6 },
  { arbitrary: told("stop group", "death"), weight: 2 },
  { arbitrary: fc.constant({ what: "settle" as const }), weight: 8 },
);

/** Of a leaf or a group: somebody has stopped it, or it ends when it, or one above it, fails. */
interface Fate {
  over: boolean;
  readonly mayEnd: boolean;
}
interface GrownLeaf extends Fate {
  readonly ref: ActorRef<Leaf>;
}
interface GrownGroup extends Fate {
  readonly group: Supervised<unknown>;
}
interface Tree {
  readonly groups: GrownGroup[];
  readonly leaves: GrownLeaf[];
}
/** What a promise has come to. */
type Outcome<R> = { readonly value: R } | { readonly error: Error };

/** How a system comes to rest. */
interface Rest {
  /** Nothing is under way any more; with threads, most of it. */
  settle(): Promise<void>;
  /** A thread dies, if there are any. */
  death(who: number): void;
  /** What has come of these in the end; undefined: nothing. */
  hear<R>(all: readonly Promise<R>[]): Promise<(Outcome<R> | undefined)[]>;
  /** Finds nothing wrong; with threads it may look again, for a while. */
  conclude(look: () => Promise<string | undefined>): Promise<void>;
}

let ids = 0;

function termsOf({ restart = "permanent", pause = 0 }: Terms) {
  return { restart, ...(pause > 0 ? { backoff: { min: pause, max: pause } } : {}) };
}

function grow({ leaves }: Tree, sup: Spawner, plan: LeafPlan, mayEnd: boolean): void {
  const ref = sup.spawn(Leaf, { id: ids++, plan: plan.starts }, termsOf(plan));
  leaves.push({ ref, over: false, mayEnd: mayEnd || plan.restart === "temporary" });
}

function build(tree: Tree, sup: Spawner, children: GroupPlan["children"], mayEnd: boolean): void {
  for (const child of children) {
    if ("starts" in child) grow(tree, sup, child, mayEnd);
    else {
      const { strategy, maxRestarts, resumes = false } = child;
      const ends = mayEnd || child.restart === "temporary";
      const decide =
        resumes && ({ decide: (error: Error) => (error.message === "crash" ? "resume" : "restart") } as const);
      const options = { strategy, maxRestarts, within: "1h" as const, ...termsOf(child), ...decide };
      const group = sup.supervise(options, (below) => build(tree, below, child.children, ends));
      tree.groups.push({ group: group as Supervised<unknown>, over: false, mayEnd: ends });
    }
  }
}

/** Builds the tree, plays the steps, looks at what is left, and ends it. */
async function play(system: System, plan: GroupPlan, steps: readonly Step[], rest: Rest): Promise<void> {
  const tree: Tree = { groups: [], leaves: [] };
  const { strategy, children } = plan;
  // It never gives up.
  const options = { name: "top", strategy, maxRestarts: Number.POSITIVE_INFINITY } as const;
  const top = system.supervise(options, (sup) => build(tree, sup, children, false));
  tree.groups.unshift({ group: top as Supervised<unknown>, over: false, mayEnd: false });
  await rest.settle();
  for (const each of steps) {
    if (each.what === "settle") await rest.settle();
    else if (each.what === "death") rest.death(each.who);
    else act(tree, each.what, each.who, each.waits);
  }
  // What pauses comes back first.
  await rest.hear([]);
  await rest.conclude(() => wrongIn(tree, rest));
  const [ended] = await rest.hear([top.stop()]);
  if (!ended) throw new Error("the tree does not end");
}

function act(tree: Tree, what: Exclude<Act, "death">, who: number, waits: number): void {
  const { groups, leaves } = tree;
  const grown = leaves[who % leaves.length] as GrownLeaf;
  const above = groups[who % groups.length] as GrownGroup;
  switch (what) {
    case "spawn":
      // At a supervisor that may be down.
      try {
        grow(tree, above.group, { starts: [{ waits, fails: false }] }, above.mayEnd || above.over);
      } catch (error) {
        if (!above.over && !above.mayEnd) throw error;
      }
      return;
    case "stop group":
      if (above === groups[0]) return;
      for (const each of groups) each.over ||= isIn(above, each.group.path);
      for (const each of leaves) each.over ||= isIn(above, each.ref.path);
      void above.group.stop();
      return;
    case "crash":
      grown.ref.tell.crash();
      return;
    case "crash later":
      grown.ref.tell.crashLater(waits);
      return;
    default:
      grown.over = true;
      void grown.ref[what]();
  }
}

function isIn({ group }: GrownGroup, path: string): boolean {
  return path === group.path || path.startsWith(`${group.path}/`);
}

/** What is not as it must be, if anything is. */
async function wrongIn({ leaves, groups }: Tree, { hear }: Rest): Promise<string | undefined> {
  const answers = await hear(leaves.map(({ ref }) => ref.ask({ timeout: "1h" }).lives()));
  for (const [i, { ref, over, mayEnd }] of leaves.entries()) {
    const answer = answers[i];
    if (!answer) return `${ref.path} does not answer`;
    if ("error" in answer) {
      if (!over && !mayEnd) return `${ref.path}: ${answer.error.message}`;
      continue;
    }
    const { begun, ended } = answer.value;
    if (over) return `${ref.path} was stopped, and answers`;
    if (begun !== ended + 1) return `${ref.path}: ${begun} instances began, ${ended} ended`;
  }
  const reasons = await hear(leaves.filter(({ over }) => over).map(({ ref }) => ref.stopped));
  if (reasons.some((reason) => !reason)) return "one that was stopped has not ended";
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

const ok: Start = { waits: 0, fails: false };
const bad: Start = { waits: 0, fails: true };
const slow: Start = { waits: 1, fails: true };
const leafOf = (...starts: Start[]): LeafPlan => ({ starts });
const groupOf = (strategy: Strategy, maxRestarts: number, ...children: GroupPlan["children"]): GroupPlan => ({
  strategy,
  maxRestarts,
  children,
});
const crash = (who: number): Step => ({ what: "crash", who, waits: 0 });
const crashLater = (who: number, waits: number): Step => ({ what: "crash later", who, waits });
const stop = (who: number): Step => ({ what: "stop", who, waits: 0 });

/** Trees in which something once did not come back, as small as they could be made. */
const examples: [GroupPlan, Step[], number][] = [
  // Restarted alone, while it was held for an earlier group: nobody heard that it had ended.
  [groupOf("rest-for-one", 0, leafOf(ok), leafOf(bad)), [crash(1), crash(0)], 0],
  // Held while its onStop went on for a restart: onStop was called again.
  [
    groupOf(
      "one-for-all",
      0,
      leafOf({ waits: 2, fails: true }, ok),
      groupOf("one-for-one", 0, groupOf("one-for-one", 1, leafOf(slow, bad))),
    ),
    [],
    0,
  ],
  // A group went on with its restart when its supervisor had failed.
  [
    groupOf(
      "one-for-one",
      0,
      groupOf("one-for-all", 1, groupOf("one-for-all", 1, leafOf(slow, ok), leafOf(bad)), leafOf(bad)),
      leafOf(ok),
    ),
    [crash(2)],
    0,
  ],
  // Killed while it was held: whoever waited for that was not told.
  [
    groupOf("rest-for-one", 0, leafOf(ok), leafOf(ok, { waits: 2, fails: true }, ok)),
    [stop(1), crash(0), crashLater(0, 1)],
    531495347,
  ],
  // Restarted alone, and then held for an earlier group, which did not start it.
  [groupOf("rest-for-one", 0, leafOf(bad), leafOf(ok), leafOf(bad)), [crash(0), crashLater(1, 0), stop(2)], 0],
];

/** Where nothing waits for real time: what has not come when all is done does not come. */
function virtual(system: TestSystem): Rest {
  return {
    settle: () => system.settle(),
    death() {},
    async hear<R>(all: readonly Promise<R>[]) {
      const heard: (Outcome<R> | undefined)[] = all.map(() => undefined);
      for (const [i, each] of all.entries()) {
        outcomeOf(each).then((outcome) => {
          heard[i] = outcome;
        });
      }
      // Longer than any pause.
      await system.advance("1m");
      return heard;
    },
    async conclude(look) {
      const wrong = await look();
      if (wrong) throw new Error(wrong);
    },
  };
}

/** ms for what should come at once. */
const PATIENCE = 20_000;

function patient(system: System, death: Rest["death"]): Rest {
  return {
    // Somebody on each thread has had a turn since.
    async settle() {
      await system.tree();
    },
    death,
    async hear<R>(all: readonly Promise<R>[]) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, PATIENCE, undefined);
      });
      const heard = await Promise.all(all.map((each) => Promise.race([outcomeOf(each), late])));
      clearTimeout(timer);
      return heard;
    },
    async conclude(look) {
      const end = performance.now() + PATIENCE;
      for (let wrong = await look(); wrong; wrong = await look()) if (performance.now() > end) throw new Error(wrong);
    },
  };
}

function outcomeOf<R>(promise: Promise<R>): Promise<Outcome<R>> {
  return promise.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  );
}

interface Runs {
  readonly runs: number;
  readonly seed?: number | undefined;
}

const given = ({ runs, seed }: Runs) => ({
  numRuns: runs,
  includeErrorInReport: true,
  ...(seed === undefined ? {} : { seed }),
});

/** On schedules drawn from a seed. */
export async function playOnOne(runs: Runs): Promise<void> {
  const history = fc.array(step, { maxLength: 30 });
  const property = fc.asyncProperty(group, history, fc.nat(), async (plan, steps, seed) => {
    const system = await createTestSystem({ seed, logger: false });
    try {
      await play(system, plan, steps, virtual(system));
    } finally {
      // Not waited for: what hangs would keep it.
      void system.stop({ within: 0 });
    }
  });
  await fc.assert(property, { ...given(runs), examples });
}

/** On threads, as it happens. A failure is not made smaller: it does not come again for certain. */
export async function playOnThreads({ workers, ...runs }: Runs & { readonly workers: number }): Promise<void> {
  const threads: Worker[] = [];
  const worker = () => {
    const thread = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    threads.push(thread);
    return thread;
  };
  const system = await createSystem({ actors, worker, workers, logger: false });
  // One of the last so many: the others are dead already.
  const death = (who: number) => void threads.at(-1 - (who % workers))?.terminate();
  const history = fc.array(step, { maxLength: 30 });
  const property = fc.asyncProperty(group, history, (plan, steps) => play(system, plan, steps, patient(system, death)));
  try {
    await fc.assert(property, { ...given(runs), endOnFailure: true });
  } finally {
    await system.stop({ within: "5s" }).catch(() => {});
  }
}
