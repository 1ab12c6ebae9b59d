// Random trees of supervisors, in which actors fail again and again, also in their starts and while others are brought back: at
// the end each that was not stopped is up, has one living instance, and answers.
import fc from "fast-check";
import { type ActorRef, createSystem, type Spawner, type Strategy, type Supervised, type System, Worker } from "zanni";
import { createTestSystem } from "zanni/testkit";
import * as actors from "./actors.ts";
import { Leaf, type Start } from "./actors.ts";

interface LeafPlan {
  readonly starts: readonly Start[];
}
interface GroupPlan {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly children: readonly (LeafPlan | GroupPlan)[];
}
type Step =
  | { readonly what: "crash" | "crash later" | "stop" | "kill" | "spawn"; readonly who: number; readonly waits: number }
  | { readonly what: "settle" };

const start = fc.record({ waits: fc.nat({ max: 4 }), fails: fc.integer({ min: 0, max: 2 }).map((n) => n === 0) });
const leaf = fc.record({ starts: fc.array(start, { minLength: 1, maxLength: 6 }) });
const { group } = fc.letrec<{ group: GroupPlan; child: LeafPlan | GroupPlan }>((tie) => ({
  child: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("group")),
  group: fc.record({
    strategy: fc.constantFrom<Strategy>("one-for-one", "one-for-all", "rest-for-one"),
    maxRestarts: fc.nat({ max: 2 }),
    children: fc.array(tie("child"), { minLength: 1, maxLength: 4 }),
  }),
}));
const told = <W extends string>(...what: W[]) =>
  fc.record({ what: fc.constantFrom(...what), who: fc.nat({ max: 99 }), waits: fc.nat({ max: 6 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: told("crash", "crash later"), weight: 12 },
  { arbitrary: told("stop", "kill", "spawn"), weight: 3 },
  { arbitrary: fc.constant({ what: "settle" as const }), weight: 4 },
);

/** A leaf of the tree; it is over when somebody has stopped it. */
interface Grown {
  readonly ref: ActorRef<Leaf>;
  over: "stop" | "kill" | undefined;
}
interface Tree {
  readonly groups: Supervised<unknown>[];
  readonly leaves: Grown[];
}
/** How a system comes to rest. */
interface Rest {
  /** Nothing is under way any more; with threads, most of it. */
  settle(): Promise<void>;
  /** What has come of these by then; with threads it is waited for, for a while. */
  hear<R>(all: readonly Promise<R>[]): Promise<(R | undefined)[]>;
  /** Finds nothing wrong; with threads it may look again, for a while. */
  conclude(look: () => Promise<string | undefined>): Promise<void>;
}

let ids = 0;

function grow(tree: Tree, sup: Spawner, { starts }: LeafPlan): void {
  tree.leaves.push({ ref: sup.spawn(Leaf, { id: ids++, plan: starts }), over: undefined });
}

function build(tree: Tree, sup: Spawner, children: GroupPlan["children"]): void {
  for (const child of children) {
    if ("starts" in child) grow(tree, sup, child);
    else {
      const { strategy, maxRestarts } = child;
      const below = (sup: Spawner) => build(tree, sup, child.children);
      tree.groups.push(sup.supervise({ strategy, maxRestarts, within: "1h" }, below) as Supervised<unknown>);
    }
  }
}

/** Builds the tree, plays the steps, looks at what is left, and ends it. */
async function play(system: System, plan: GroupPlan, steps: readonly Step[], rest: Rest): Promise<void> {
  const tree: Tree = { groups: [], leaves: [] };
  const { strategy, children } = plan;
  // It never gives up.
  const options = { name: "top", strategy, maxRestarts: Number.POSITIVE_INFINITY } as const;
  const top = system.supervise(options, (sup) => build(tree, sup, children));
  tree.groups.unshift(top as Supervised<unknown>);
  await rest.settle();
  for (const each of steps) {
    if (each.what === "settle") await rest.settle();
    else act(tree, each.what, each.who, each.waits);
  }
  await rest.settle();
  await rest.conclude(() => wrongIn(tree, rest));
  const [ended] = await rest.hear([top.stop().then(() => true)]);
  if (!ended) throw new Error("the tree does not end");
}

/** What is not as it must be, if anything is. */
async function wrongIn({ leaves, groups }: Tree, { hear }: Rest): Promise<string | undefined> {
  const alive = leaves.filter(({ over }) => !over);
  const answers = await hear(alive.map(({ ref }) => ref.ask({ timeout: "1h" }).lives()));
  for (const [i, { ref }] of alive.entries()) {
    const lives = answers[i];
    if (!lives) return `${ref.path} does not answer`;
    const { begun, ended } = lives;
    if (begun !== ended + 1) return `${ref.path}: ${begun} instances began, ${ended} ended`;
  }
  const dead = leaves.filter(({ over }) => over);
  const reasons = await hear(dead.map(({ ref }) => ref.stopped));
  for (const [i, { ref }] of dead.entries()) if (!reasons[i]) return `${ref.path} has not ended`;
  const states = await hear(groups.map((each) => each.status()));
  for (const [i, { path }] of groups.entries()) {
    const children = states[i];
    if (!children) return `${path} does not answer`;
    const down = children.find(({ state }) => state !== "running");
    if (down) return `${down.path} is ${down.state}`;
  }
  return undefined;
}

function act(tree: Tree, what: Exclude<Step["what"], "settle">, who: number, waits: number): void {
  if (what === "spawn") {
    // A child that joins, at a supervisor that may be down; what it may be by then is over.
    grow(tree, tree.groups[who % tree.groups.length] as Supervised<unknown>, { starts: [{ waits, fails: false }] });
    return;
  }
  const grown = tree.leaves[who % tree.leaves.length] as Grown;
  if (what === "crash") grown.ref.tell.crash();
  else if (what === "crash later") grown.ref.tell.crashLater(waits);
  else {
    grown.over ??= what;
    void grown.ref[what]();
  }
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

interface Runs {
  readonly runs: number;
  readonly seed?: number | undefined;
}

/** On schedules drawn from a seed, where nothing waits for time: what has not come when all is done does not come. */
export async function playOnOne({ runs, seed }: Runs): Promise<void> {
  const property = fc.asyncProperty(
    group,
    fc.array(step, { maxLength: 30 }),
    fc.nat(),
    async (plan, steps, schedule) => {
      const system = await createTestSystem({ seed: schedule, logger: false });
      const rest: Rest = {
        settle: () => system.settle(),
        hear: async <R>(all: readonly Promise<R>[]) => {
          const heard: (R | undefined)[] = all.map(ignore);
          for (const [i, each] of all.entries()) {
            each.then((answer) => {
              heard[i] = answer;
            }, ignore);
          }
          await system.settle();
          return heard;
        },
        async conclude(look) {
          const wrong = await look();
          if (wrong) throw new Error(wrong);
        },
      };
      try {
        await play(system, plan, steps, rest);
      } finally {
        // Not waited for: what hangs would keep it.
        void system.stop({ within: 0 });
      }
    },
  );
  await fc.assert(property, {
    numRuns: runs,
    examples,
    includeErrorInReport: true,
    ...(seed === undefined ? {} : { seed }),
  });
}

/** ms for what should come at once. */
const PATIENCE = 20_000;

/** On threads, as it happens. A failure is not made smaller: it does not come again for certain. */
export async function playOnThreads({ runs, seed, workers }: Runs & { readonly workers: number }): Promise<void> {
  const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const system = await createSystem({ actors, worker, workers, logger: false });
  const rest: Rest = {
    // Somebody on each thread has had a turn since.
    settle: async () => void (await system.tree()),
    hear: async <R>(all: readonly Promise<R>[]) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, PATIENCE, undefined);
      });
      const heard = await Promise.all(
        all.map((each): Promise<R | undefined> => Promise.race([each.catch(ignore), late])),
      );
      clearTimeout(timer);
      return heard;
    },
    async conclude(look) {
      const end = performance.now() + PATIENCE;
      for (let wrong = await look(); wrong; wrong = await look()) if (performance.now() > end) throw new Error(wrong);
    },
  };
  const property = fc.asyncProperty(group, fc.array(step, { maxLength: 30 }), (plan, steps) =>
    play(system, plan, steps, rest),
  );
  try {
    await fc.assert(property, {
      numRuns: runs,
      endOnFailure: true,
      includeErrorInReport: true,
      ...(seed === undefined ? {} : { seed }),
    });
  } finally {
    await system.stop({ within: "5s" }).catch(ignore);
  }
}

function ignore(): undefined {
  return undefined;
}
