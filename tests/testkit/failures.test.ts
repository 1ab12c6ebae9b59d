// A failure in every hook, under every strategy, policy and directive: whatever happens, everything comes to rest, the
// supervisor knows what is up, what is up answers, and siblings restart exactly as the strategy says.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, type ActorRef, type Directive, type RestartPolicy, type Strategy } from "zanni";
import { createTestSystem } from "zanni/testkit";

const places = [
  "constructor",
  "onStart",
  "onStart, later",
  "handler",
  "handler, later",
  "onStop",
  "onRestart",
  "onIdle",
  "onTerminated",
  "onLinkFailed",
  "onChildFailed",
  "timer",
  "errand",
] as const;
type Place = (typeof places)[number];

/** Where it fails, and how often it has; shared by the instances of one test, all on this thread. */
const plan: { place: Place | undefined; left: number } = { place: undefined, left: 0 };
function strike(place: Place): void {
  if (plan.place !== place || plan.left === 0) return;
  plan.left--;
  throw new Error(`struck in ${place}`);
}

class Grandchild extends Actor {
  fail() {
    throw new RangeError("a grandchild failed");
  }
}

class Victim extends Actor<{ struck: boolean }> {
  readonly #made = this.init.struck ? strike("constructor") : undefined;
  protected override onStart() {
    void this.#made;
    if (!this.init.struck) return;
    strike("onStart");
    return Promise.resolve().then(() => strike("onStart, later"));
  }
  protected override onStop() {
    if (this.init.struck) strike("onStop");
  }
  protected override onRestart() {
    if (this.init.struck) strike("onRestart");
  }
  protected override onIdle() {
    this.ctx.idleAfter(undefined);
    strike("onIdle");
  }
  protected override onTerminated() {
    strike("onTerminated");
  }
  protected override onLinkFailed() {
    strike("onLinkFailed");
  }
  protected override onChildFailed(): Directive {
    strike("onChildFailed");
    return "stop";
  }
  alive() {
    return true;
  }
  now() {
    strike("handler");
  }
  async later() {
    await null;
    strike("handler, later");
  }
  idle() {
    this.ctx.idleAfter(100);
  }
  watch(ref: ActorRef<Grandchild>) {
    this.ctx.watch(ref);
  }
  link(ref: ActorRef<Grandchild>) {
    this.ctx.link(ref);
  }
  timer() {
    this.ctx.after(50, () => strike("timer"));
  }
  errand() {
    this.ctx.after(50, "struck");
  }
  struck() {
    strike("errand");
  }
  child() {
    this.ctx.spawn(Grandchild).tell.fail();
  }
  crash() {
    throw new Error("crashed");
  }
  restarts() {
    return this.ctx.restarts;
  }
}

interface Case {
  readonly place: Place;
  readonly strategy: Strategy;
  readonly policy: RestartPolicy;
  readonly directive: Directive;
}
const cases: Case[] = places.flatMap((place) =>
  (["one-for-one", "one-for-all", "rest-for-one"] as const).flatMap((strategy) =>
    (["permanent", "transient", "temporary"] as const).flatMap((policy) =>
      (["restart", "stop", "resume", "escalate"] as const).map((directive) => ({ place, strategy, policy, directive })),
    ),
  ),
);

async function run({ place, strategy, policy, directive }: Case, seed: number): Promise<string> {
  plan.place = undefined;
  const system = await createTestSystem({ seed, logger: false });
  try {
    const top = system.supervise({ name: "top", maxRestarts: 10, decide: () => "restart" }, () => undefined);
    const group = { name: "group", strategy, maxRestarts: 5, within: "1h" } as const;
    const decide = () => directive;
    const other = system.spawn(Grandchild, undefined, { restart: "temporary" });
    plan.place = place;
    plan.left = 1;
    const sup = top.supervise({ ...group, decide }, (s) => ({
      elder: s.spawn(Victim, { struck: false }, { name: "elder" }),
      victim: s.spawn(Victim, { struck: true }, { name: "victim", restart: policy }),
      younger: s.spawn(Victim, { struck: false }, { name: "younger" }),
    }));
    const { elder, victim, younger } = sup.children;
    await system.settle();
    if (place === "handler") victim.tell.now();
    if (place === "handler, later") victim.tell.later();
    if (place === "onStop" || place === "onRestart") victim.tell.crash();
    if (place === "onIdle") victim.tell.idle();
    if (place === "timer") victim.tell.timer();
    if (place === "errand") victim.tell.errand();
    if (place === "onChildFailed") victim.tell.child();
    if (place === "onTerminated") {
      victim.tell.watch(other);
      await system.settle();
      await other.kill();
    }
    if (place === "onLinkFailed") {
      victim.tell.link(other);
      await system.settle();
      other.tell.fail();
    }
    await system.advance("1m");
    plan.place = undefined;

    const status = new Map((await sup.status()).map(({ path, state, restarts }) => [path, { state, restarts }]));
    const up: string[] = [];
    for (const [name, ref] of Object.entries({ elder, victim, younger })) {
      const known = status.get(`top/group/${name}`);
      if (known === undefined) {
        const gone = await system.lookup(`top/group/${name}`);
        assert.is(gone, undefined, `${name} is gone, and cannot be found`);
        continue;
      }
      assert.is(known.state, "running", `${name} is up`);
      const answer = ref.ask({ timeout: "1s" }).alive();
      await system.settle();
      assert.is(await answer, true, `${name} answers`);
      up.push(`${name}${await ref.ask.restarts()}`);
    }
    return up.join(" ");
  } finally {
    plan.place = undefined;
    await system.stop({ within: 0 });
  }
}

/** What must be up at the end, and how often each has been restarted. */
function expected({ place, strategy, policy, directive }: Case): string {
  // Hooks of the end are logged when they fail; the crash before them is what counts. One that restarts is struck again
  // in onRestart, unless it never does.
  const unstarted = place === "constructor" || place.startsWith("onStart");
  if (directive === "resume" && !unstarted) return "elder0 victim0 younger0";
  const restarts = directive !== "stop" && policy !== "temporary";
  const twice = place === "onRestart" && restarts ? 2 : 1;
  // An escalation is the group's failure, and brings back all of it.
  if (directive === "escalate")
    return policy === "temporary" ? "elder1 younger1" : `elder${twice} victim${twice} younger${twice}`;
  if (!restarts) return "elder0 younger0";
  const elder = strategy === "one-for-all" ? twice : 0;
  const younger = strategy === "one-for-one" ? 0 : twice;
  return `elder${elder} victim${twice} younger${younger}`;
}

const tests = suite("failures");
for (const place of places) {
  tests(`in ${place}: every strategy, policy and directive`, async () => {
    for (const [seed, each] of cases.entries()) {
      if (each.place === place) {
        const what = `${place}, ${each.strategy}, ${each.policy}, ${each.directive}, seed ${seed}`;
        const outcome = await run(each, seed).catch((error: unknown) => {
          throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
        });
        assert.is(outcome, expected(each), what);
      }
    }
  });
}
tests.run();
