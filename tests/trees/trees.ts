// Random trees of supervisors, in which actors fail again and again, also in their hooks and while others are brought back: at
// the end each that was not stopped is up, has one living instance, and answers; of each that ended its watcher has heard once;
// and when the tree has ended nothing of it is left.
import fc from "fast-check";
import { createSystem, type Directive, type RestartPolicy, type Strategy, type System, Worker } from "zanni";
import { createTestSystem, type TestSystem } from "zanni/testkit";
import {
  type Act,
  actors,
  type BranchPlan,
  type GroupPlan,
  type Hear,
  type LeafPlan,
  type Life,
  type Outcome,
  outcomeOf,
  outcomes,
  type Plan,
  Tree,
} from "./tree.ts";

type Step =
  | { readonly what: Act; readonly who: number; readonly waits: number }
  | { readonly what: "death"; readonly who: number }
  | { readonly what: "settle" }
  | { readonly what: "wait"; readonly ms: number };

const often = <T>(usual: T, others: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 5 }, { arbitrary: others, weight: 1 });
const life = fc.record({
  waits: fc.nat({ max: 4 }),
  fails: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
  stopFails: often(false, fc.constant(true)),
  atOnce: fc.boolean(),
  isUnwell: often(false, fc.constant(true)),
});
/** ms. */
const moment = fc.integer({ min: 1, max: 3 });
const terms = {
  restart: often<RestartPolicy>("permanent", fc.constantFrom("transient", "temporary")),
  pause: often(0, moment),
};
const single = {
  starts: fc.array(life, { minLength: 1, maxLength: 6 }),
  brutal: often(false, fc.constant(true)),
  checks: often(undefined, fc.record({ every: moment, threshold: fc.integer({ min: 1, max: 2 }) })),
  movable: often(false, fc.constant(true)),
  ...terms,
};
const strategy = fc.constantFrom<Strategy>("one-for-one", "one-for-all", "rest-for-one");
const { group } = fc.letrec<{ leaf: LeafPlan; branch: BranchPlan; group: GroupPlan; child: Plan }>((tie) => ({
  child: fc.oneof({ depthSize: "small", withCrossShrink: true }, tie("leaf"), tie("group"), tie("branch")),
  leaf: fc.record(single),
  branch: fc.record({ ...single, strategy, below: fc.array(tie("child"), { minLength: 1, maxLength: 3 }) }),
  group: fc.record({
    strategy,
    maxRestarts: fc.nat({ max: 2 }),
    crashed: often<Directive | undefined>(undefined, fc.constantFrom("resume", "escalate", "stop")),
    children: fc.array(tie("child"), { minLength: 1, maxLength: 4 }),
    ...terms,
  }),
}));
const told = (...what: Act[]) =>
  fc.record({ what: fc.constantFrom(...what), who: fc.nat({ max: 9999 }), waits: fc.nat({ max: 6 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: told("crash", "crash later"), weight: 24 },
  { arbitrary: told("stop", "kill", "spawn", "link"), weight: 8 },
  { arbitrary: told("stop group"), weight: 1 },
  { arbitrary: fc.record({ what: fc.constant("death" as const), who: fc.nat({ max: 99 }) }), weight: 1 },
  { arbitrary: fc.constant({ what: "settle" as const }), weight: 8 },
  { arbitrary: fc.record({ what: fc.constant("wait" as const), ms: moment }), weight: 4 },
);

/** How a system comes to rest. */
interface Rest {
  /** Nothing is under way any more; with threads, most of it. */
  settle(): Promise<void>;
  /** So many ms pass. */
  pass(ms: number): Promise<void>;
  /** A thread dies, if there are any. */
  death(who: number): void;
  /** What has come of these in the end. */
  readonly hear: Hear;
  /** Finds nothing wrong; with threads it may look again, for a while. */
  conclude(look: () => Promise<string | undefined>): Promise<void>;
}

let trees = 0;

/** Builds the tree, plays the steps, looks at what is left, and ends it. */
async function play(system: System, plan: GroupPlan, steps: readonly Step[], rest: Rest): Promise<void> {
  const before = system.stats().active;
  const watcher = system.spawnHere(actors.Watcher);
  // It never gives up.
  const options = { name: "top", strategy: plan.strategy, maxRestarts: Number.POSITIVE_INFINITY } as const;
  const top = system.supervise(options, (sup) => {
    const tree = new Tree(`tree ${trees++}`, sup, watcher);
    tree.build(plan.children);
    return tree;
  });
  const tree = top.children;
  await rest.settle();
  for (const each of steps) {
    if (each.what === "settle") await rest.settle();
    else if (each.what === "wait") await rest.pass(each.ms);
    else if (each.what === "death") rest.death(each.who);
    else tree.act(each.what, each.who, each.waits);
  }
  // What pauses comes back first.
  await rest.hear([]);
  await rest.conclude(() => tree.wrong("1h", rest.hear));
  const [ended] = await rest.hear([top.stop(), watcher.stop()]);
  if (!ended) throw new Error("the tree does not end");
  await rest.conclude(async () => {
    const { active } = system.stats();
    return active === before ? undefined : `${active - before} actors are left when the tree has ended`;
  });
}

const ok: Life = { waits: 0, fails: false };
const bad: Life = { waits: 0, fails: true };
const slow: Life = { waits: 1, fails: true };
const leafOf = (...starts: Life[]): LeafPlan => ({ starts });
const groupOf = (strategy: Strategy, maxRestarts: number, ...children: Plan[]): GroupPlan => ({
  strategy,
  maxRestarts,
  children,
});
const branchOf = (strategy: Strategy, starts: Life[], pause: number, ...below: Plan[]): BranchPlan => ({
  strategy,
  starts,
  pause,
  below,
});
const crash = (who: number): Step => ({ what: "crash", who, waits: 0 });
const crashLater = (who: number, waits: number): Step => ({ what: "crash later", who, waits });
const stop = (who: number): Step => ({ what: "stop", who, waits: 0 });

/** Trees in which something once did not come back, as small as they could be made, and a schedule on which it did not. */
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
    5,
  ],
  // An actor that had failed failed once more, by its children: it was restarted twice, and shown as down for ever.
  [
    groupOf(
      "one-for-all",
      0,
      groupOf("one-for-one", 2, branchOf("one-for-one", [bad], 1, leafOf(bad, bad, bad))),
      groupOf("one-for-one", 0, leafOf(bad)),
    ),
    [],
    0,
  ],
  // Restarted alone, and then held for an earlier group, which did not start it.
  [groupOf("rest-for-one", 0, leafOf(bad), leafOf(ok), leafOf(bad)), [crash(0), crashLater(1, 0), stop(2)], 1],
];

/** Where nothing waits for real time: what has not come when all is done does not come. */
function virtual(system: TestSystem): Rest {
  return {
    settle: () => system.settle(),
    pass: (ms) => system.advance(ms),
    death() {},
    async hear<R>(all: readonly Promise<R>[]) {
      const heard: Outcome<R>[] = all.map(() => undefined);
      for (const [i, each] of all.entries()) {
        outcomeOf(each).then((outcome) => {
          heard[i] = outcome;
        });
      }
      // Longer than all that pauses, or is not well, takes to come back.
      await system.advance("1s");
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
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    death,
    async hear<R>(all: readonly Promise<R>[]) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, PATIENCE, undefined);
      });
      const heard = await outcomes(all, late);
      clearTimeout(timer);
      return heard;
    },
    async conclude(look) {
      const end = performance.now() + PATIENCE;
      for (let wrong = await look(); wrong; wrong = await look()) if (performance.now() > end) throw new Error(wrong);
    },
  };
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
