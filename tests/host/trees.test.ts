// Trees of supervisors: how they end, what they bring back, and how many children they bear.
import * as assert from "uvu/assert";
import { type ActorRef, createSystem, type RestartPolicy, type Strategy, type Supervised } from "zanni";
import { Brief, Counter, Departing, Echo, Fragile, Gate, Hooked, Journal } from "./actors.ts";
import { both, names, rejects, three, throws, until } from "./helper.ts";

both("the end of a tree", (test) => {
  test("infinity: a child is waited for, however long its stop takes; another is killed after its time", async (open) => {
    const system = await open();
    const [gate, shut] = [system.spawn(Gate), system.spawn(Gate)];
    const group = system.supervise({ name: "group" }, (sup) => ({
      patient: sup.spawn(Departing, { gate }, { shutdown: "infinity" }),
      short: sup.spawn(Departing, { gate: shut }, { shutdown: 20 }),
    }));
    const reasons = Promise.all([group.children.patient.stopped, group.children.short.stopped]);
    await Promise.all(Object.values(group.children).map((each) => each.ask.ready()));
    let over = false;
    const stopped = group.stop().then(() => {
      over = true;
    });
    // The short one goes first; on a busy machine its time is over before it has come to its gate.
    await until(async () => (await gate.ask.waiting()) === 1, "the patient one is at its gate");
    assert.is(over, false);
    gate.tell.open();
    await stopped;
    assert.equal(await reasons, ["shutdown", "killed"]);
  });

  test("children that end by themselves meanwhile hold it up no longer, whatever their policy and reason", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const policies: RestartPolicy[] = ["permanent", "transient", "temporary"];
    const group = system.supervise({ name: "group", maxRestarts: 0 }, (sup) => ({
      first: sup.spawn(Departing, { gate }, { shutdown: "brutal" }),
      leaving: policies.map((restart) => sup.spawn(Departing, { gate }, { restart, shutdown: "infinity" })),
      failing: policies.map((restart) => sup.spawn(Departing, { gate }, { restart, shutdown: "infinity" })),
      last: sup.spawn(Departing, { gate }, { shutdown: "infinity" }),
    }));
    const { first, leaving, failing, last } = group.children;
    for (const each of [first, ...leaving, ...failing, last]) await each.ask.ready();
    const ends = Promise.all([...leaving, ...failing].map((each) => each.stopped));
    const stopped = group.stop();
    await until(async () => (await gate.ask.waiting()) === 1, "the last to start is the first to stop");
    for (const each of leaving) each.tell.leave();
    for (const each of failing) each.tell.crash();
    const reasons = await ends;
    assert.equal(
      reasons.map((reason) => (typeof reason === "object" ? reason.error.message : reason)),
      ["normal", "normal", "normal", "on the way out", "on the way out", "on the way out"],
    );
    gate.tell.open();
    await stopped;
    assert.is(system.stats().restarts, 0);
  });
});

both("a start that fails", (test) => {
  test("a start function that throws leaves nothing behind", async (open) => {
    const system = await open();
    const started: ActorRef<Counter>[] = [];
    const begin = () =>
      system.supervise({ name: "group" }, (sup) => {
        started.push(sup.spawn(Counter, undefined, { name: "one" }));
        sup.supervise({ name: "below" }, (below) => started.push(below.spawn(Counter, undefined)));
        sup.spawn(Counter, undefined, { name: "one" });
      });
    throws(begin, "ERR_NAME_TAKEN");
    assert.equal(await Promise.all(started.map((each) => each.stopped)), ["shutdown", "shutdown"]);
    await until(
      async () => (await system.tree()).children.length === 0,
      "the supervisor is gone too, and its name free",
    );
    throws(begin, "ERR_NAME_TAKEN");
  });

  test("one that stops in its start leaves nothing behind", async (open) => {
    const system = await open();
    const group = system.supervise({ name: "group", strategy: "one-for-all" }, (sup) => ({
      brief: sup.spawn(Brief, undefined, { name: "brief" }),
      other: sup.spawn(Counter, undefined, { name: "other" }),
    }));
    assert.is(await group.children.brief.stopped, "normal");
    await until(async () => (await group.status()).length === 1, "it is no child any more");
    assert.is(await group.children.other.ask.restarts(), 0);
    const again = group.spawn(Brief, undefined, { name: "brief" });
    assert.is(await again.stopped, "normal");
  });
});

both("a supervisor that fails", (test) => {
  const up = async (group: Supervised<unknown>, restarts: readonly number[]) =>
    until(async () => {
      const status = await group.status();
      return `${status.map((each) => (each.state === "running" ? each.restarts : each.state))}` === `${restarts}`;
    }, `up after ${restarts} restarts`);

  test("comes back with its children, on their refs, with what was queued; its siblings do not notice", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const top = system.supervise({ name: "top" }, (sup) => ({
      left: sup.supervise({ name: "left", maxRestarts: 0 }, (left) => ({
        one: left.spawn(Hooked, { journal, name: "one" }),
        two: left.spawn(Hooked, { journal, name: "two" }),
        short: left.spawn(Hooked, { journal, name: "short" }, { restart: "temporary" }),
      })),
      right: sup.supervise({ name: "right" }, (right) => right.spawn(Hooked, { journal, name: "right" })),
    }));
    await journal.ask.atLeast(4);
    const { left } = top.children;
    const added = left.spawn(Hooked, { journal, name: "added" });
    await journal.ask.atLeast(5);
    left.children.one.tell.crash();
    left.children.one.tell.say("was queued");
    const lines = (await journal.ask.atLeast(16)).slice(5);
    assert.equal(lines.slice(0, 4), [
      "added: stop shutdown",
      "short: stop shutdown",
      "two: stop shutdown",
      "one: stop boom",
    ]);
    const limit = 'restart after "top/left" would have restarted children more than 0 times within 5000 ms';
    const of = (name: string) => lines.filter((line) => line.startsWith(`${name}: `)).slice(1);
    assert.equal(of("one"), ["one: start", "one: restart after boom", "one: was queued"]);
    for (const name of ["two", "added"]) {
      assert.is(of(name)[0], `${name}: start`);
      assert.match(of(name)[1] as string, limit);
    }
    assert.equal([of("short"), of("right")], [[], []]);
    await up(top, [1, 0]);
    await up(left, [1, 1, 1]);
    for (const each of [left.children.two, added]) each.tell.say("on the same ref");
    await journal.ask.atLeast(18);
  });

  test("fails by its own limit as often as the one above allows, each time from the beginning", async (open) => {
    const system = await open();
    const top = system.supervise({ name: "top", maxRestarts: 2, within: "1m", restart: "temporary" }, (sup) =>
      sup.supervise({ name: "below", maxRestarts: 3, within: "1m" }, (below) => below.spawn(Counter, undefined)),
    );
    const counter = top.children.children;
    const gone = counter.stopped;
    // Three restarts, and the fourth failure is the supervisor's: twice; then it is the one's above.
    for (let failure = 1; failure <= 11; failure++) {
      counter.tell.crash(`${failure}`);
      assert.is(await counter.ask({ timeout: "10s" }).restarts(), failure);
    }
    counter.tell.crash("the last");
    const reason = await gone;
    assert.match(typeof reason === "object" ? reason.error.message : reason, /the last|shutdown/);
    await until(async () => (await system.tree()).children.length === 0, "a temporary one ends, and nothing else");
  });

  test("is decided about like any child", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    for (const directive of ["stop", "resume", "escalate"] as const) {
      const asked: string[] = [];
      const decide = (error: Error, child: ActorRef<unknown>) => {
        asked.push(`${child.path} ${(error as { code?: string }).code}`);
        return directive;
      };
      const top = system.supervise({ name: directive, restart: "temporary", decide }, (sup) => ({
        below: sup.supervise({ name: "below", strategy: "one-for-all", maxRestarts: 0 }, (below) =>
          three(below, journal),
        ),
      }));
      const { below } = top.children;
      below.children.b.tell.crash();
      if (directive === "resume") await up(below, [1, 1, 1]);
      else await until(async () => (await system.lookup(`${directive}/below`)) === undefined, "it is gone");
      assert.equal(asked, [`${directive}/below ERR_RESTART_LIMIT`]);
      // It ends a moment after its child.
      if (directive === "escalate") await until(async () => (await system.lookup(directive)) === undefined, "it ends");
      else assert.ok(await system.lookup(directive));
    }
  });

  test("in a group takes its siblings along, over three levels", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const all = { strategy: "one-for-all", maxRestarts: 0 } as const;
    const top = system.supervise({ name: "top", strategy: "one-for-all" }, (sup) => ({
      sibling: sup.spawn(Hooked, { journal, name: "sibling" }),
      middle: sup.supervise({ name: "middle", ...all }, (middle) => ({
        cousin: middle.spawn(Hooked, { journal, name: "cousin" }),
        low: middle.supervise({ name: "low", ...all }, (low) => three(low, journal)),
      })),
    }));
    await journal.ask.atLeast(5);
    const { middle } = top.children;
    middle.children.low.children.b.tell.crash();
    const lines = (await journal.ask.atLeast(20)).slice(5);
    assert.equal(lines.slice(0, 5), [
      "c: stop shutdown",
      "b: stop boom",
      "a: stop shutdown",
      "cousin: stop shutdown",
      "sibling: stop shutdown",
    ]);
    await up(top, [1, 1]);
    await up(middle, [1, 1]);
    await up(middle.children.low, [1, 1, 1]);
  });

  test("what had come up as its supervisor failed comes back with it", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    for (let round = 0; round < 12; round++) {
      const top = system.supervise({}, (sup) => ({
        below: sup.supervise({ strategy: "one-for-all", maxRestarts: 1 }, (below) => ({
          fragile: below.spawn(Fragile, { journal, fails: 2 }),
          other: below.spawn(Counter, undefined),
        })),
      }));
      const { below } = top.children;
      const { fragile, other } = below.children;
      fragile.tell.crash();
      // That it has started is said when it is about to be held: it is not up by that.
      await up(below, [2, 2]);
      for (const each of [fragile, other]) assert.is(await each.ask({ timeout: "5s" }).restarts(), 2);
      await top.stop();
    }
  });

  test("pauses as any child does, and is stopped or killed meanwhile", async (open) => {
    const system = await open();
    const top = system.supervise({ name: "top", backoff: { min: "1h", max: "1h" } }, (sup) => ({
      stopped: sup.supervise({ name: "stopped", maxRestarts: 0 }, (below) => below.spawn(Counter, undefined)),
      ended: sup.supervise({ name: "ended", maxRestarts: 0 }, (below) => below.spawn(Counter, undefined)),
    }));
    const { stopped, ended } = top.children;
    const late = ended.children.stopped;
    for (const each of [stopped, ended]) each.children.tell.crash("boom");
    await until(async () => (await top.status()).every(({ state }) => state === "restarting"), "both are down");
    await stopped.stop();
    assert.equal(
      (await top.status()).map(({ path }) => path),
      ["top/ended"],
    );
    await top.stop();
    await late;
    assert.is((await system.tree()).children.length, 0);
  });

  test("options are checked", async (open) => {
    const system = await open();
    throws(() => system.supervise({ restart: "always" as "permanent" }, () => 0), "ERR_OPTION");
    const own = { restart: "temporary" } as object;
    await rejects(createSystem({ supervision: own }), "ERR_OPTION");
  });
});

both("a restart within a restart", (test) => {
  for (const strategy of ["one-for-all", "rest-for-one"] satisfies Strategy[]) {
    test(`${strategy}: when one fails to start again, those that have are ended, and all begin anew`, async (open) => {
      const system = await open();
      // How far the others have come when the failure is known is another each time.
      for (let round = 0; round < 12; round++) {
        const journal = system.spawn(Journal);
        const group = system.supervise({ strategy, maxRestarts: 2, within: "1m" }, (sup) => ({
          before: sup.spawn(Hooked, { journal, name: "before" }),
          // Its second start, the first of the group's restart, fails.
          fragile: sup.spawn(Fragile, { journal, fails: 2 }),
          after: sup.spawn(Hooked, { journal, name: "after" }),
        }));
        await journal.ask.atLeast(3);
        group.children.fragile.tell.crash();
        await until(async () => {
          const status = await group.status();
          return status.every(({ state }) => state === "running") && status[1]?.restarts === 2;
        }, "all are up");
        const lines = await journal.ask.lines();
        const starts = (name: string) => lines.filter((line) => line === `${name}: start`).length;
        const stops = (name: string) => lines.filter((line) => line.startsWith(`${name}: stop`)).length;
        // However far the others came before the failure was known: who started was stopped, but for the last instance.
        for (const name of ["before", "after"]) assert.is(starts(name), stops(name) + 1, `${name}: ${lines}`);
        assert.is(starts("before") > 1, strategy === "one-for-all");
        assert.ok(starts("after") > 1);
        assert.is(lines.filter((line) => line === "start 2").length, 1);
      }
    });

    test(`${strategy}: a loop of restarts without end leaves the supervisor free, and ends with its child`, async (open) => {
      const system = await open();
      const journal = system.spawn(Journal);
      const options = { name: "group", strategy, maxRestarts: Number.POSITIVE_INFINITY } as const;
      const group = system.supervise(options, (sup) => ({
        before: sup.spawn(Counter, undefined),
        looping: sup.spawn(Fragile, { journal, fails: 1e9 }, { backoff: { min: 1, max: 1 } }),
        after: sup.spawn(Counter, undefined),
      }));
      const { before, looping, after } = group.children;
      looping.tell.crash();
      await journal.ask.atLeast(5);
      assert.is((await group.status()).length, 3, "it answers");
      await looping.stop();
      assert.equal(
        (await group.status()).map(({ path }) => path),
        [before.path, after.path],
      );
      for (const each of [before, after]) assert.is(await each.ask({ timeout: "5s" }).value(), 0);
      await group.stop();
    });
  }

  test("limits: none at all, none within any time, and what is not one", async (open) => {
    const system = await open();
    const forever = system.supervise({ name: "forever", maxRestarts: 2, within: Number.POSITIVE_INFINITY }, (sup) =>
      sup.spawn(Counter, undefined),
    );
    for (let i = 1; i <= 2; i++) {
      forever.children.tell.crash(`${i}`);
      assert.is(await forever.children.ask.restarts(), i);
    }
    const free = system.supervise({ name: "free", maxRestarts: Number.POSITIVE_INFINITY, within: 1e9 }, (sup) =>
      sup.spawn(Counter, undefined),
    );
    for (let i = 0; i < 100; i++) free.children.tell.crash(`${i}`);
    assert.is(await free.children.ask.restarts(), 100);
    throws(() => system.supervise({ maxRestarts: -1 }, () => 0), "ERR_OPTION");
    throws(() => system.supervise({ maxRestarts: 1.5 }, () => 0), "ERR_OPTION");
    throws(() => system.supervise({ within: -1 }, () => 0), "ERR_OPTION");
    throws(() => system.supervise({ within: "forever" as "1s" }, () => 0), "ERR_OPTION");
  });
});

both("many children", (test) => {
  test("two thousand are counted, and those among them that pause", async (open) => {
    const system = await open();
    const options = { name: "group", maxRestarts: Number.POSITIVE_INFINITY } as const;
    const group = system.supervise(options, (sup) =>
      Array.from({ length: 2000 }, (_, i) =>
        sup.spawn(Counter, undefined, i % 200 === 0 ? { backoff: { min: "1h", max: "1h" } } : {}),
      ),
    );
    assert.is((await group.status()).length, 2000);
    for (const [i, each] of group.children.entries()) if (i % 100 === 0) each.tell.crash("boom");
    await until(async () => {
      const states = (await group.status()).map(({ state, restarts }) => `${state}${restarts}`);
      const count = (state: string) => states.filter((each) => each === state).length;
      return count("restarting0") + count("restarting1") === 10 && count("running1") === 10 && states.length === 2000;
    }, "ten pause, ten are back");
    await group.stop();
    assert.is((await system.tree()).children.length, 0);
  });

  test("temporary ones leave nothing behind, however many there were", async (open) => {
    const system = await open();
    const group = system.supervise({ name: "group" }, () => undefined);
    for (let round = 0; round < 10; round++) {
      const children = Array.from({ length: 1000 }, (_, i) =>
        group.spawn(Echo, undefined, { name: `child-${i}`, restart: "temporary" }),
      );
      assert.is((await group.status()).length, 1000);
      await Promise.all(children.map((each) => each.kill()));
      await until(async () => (await group.status()).length === 0, "all are gone, and their names are free");
    }
  });

  test("all start in order, and end in reverse", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const group = system.supervise({ name: "group" }, (sup) =>
      // On one thread; others would start at the same time.
      names.map((name) => sup.spawn(Hooked, { journal, name }, { placement: 0 })),
    );
    await journal.ask.atLeast(3);
    await group.stop();
    assert.equal(await journal.ask.lines(), [
      ...names.map((name) => `${name}: start`),
      ...[...names].reverse().map((name) => `${name}: stop shutdown`),
    ]);
  });
});
