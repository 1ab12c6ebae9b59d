// Who restarts with whom, in which order, and after what pause.
import * as assert from "uvu/assert";
import type { SystemEvent } from "zanni";
import { Counter, Fragile, Gate, Hooked, Journal, Parent, Patient } from "./actors.ts";
import { both, names, rejects, three, throws, until } from "./helper.ts";

both("strategies", (test) => {
  test("one-for-all: all end in reverse order, then all start in order; mailboxes and refs are kept", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const group = system.supervise({ name: "group", strategy: "one-for-all" }, (sup) => three(sup, journal));
    await journal.ask.atLeast(3);
    group.children.b.tell.crash();
    const lines = (await journal.ask.atLeast(12)).slice(3);
    assert.equal(lines.slice(0, 3), ["c: stop shutdown", "b: stop boom", "a: stop shutdown"]);
    for (const name of names) {
      assert.equal(lines.filter((line) => line.startsWith(name)).slice(1), [
        `${name}: start`,
        `${name}: restart after boom`,
      ]);
    }
    group.children.c.tell.say("again");
    assert.is((await journal.ask.atLeast(13)).at(-1), "c: again");
    await until(async () => (await group.status()).every(({ state }) => state === "running"), "all are up");
    assert.equal(
      (await group.status()).map(({ restarts }) => restarts),
      [1, 1, 1],
    );
  });

  test("rest-for-one: those started after the failed one restart with it, those before go on", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const group = system.supervise({ name: "group", strategy: "rest-for-one" }, (sup) => three(sup, journal));
    await journal.ask.atLeast(3);
    group.children.b.tell.crash();
    const lines = (await journal.ask.atLeast(9)).slice(3);
    assert.equal(lines.slice(0, 2), ["c: stop shutdown", "b: stop boom"]);
    assert.not.ok(lines.some((line) => line.startsWith("a:")));
  });

  test("a group that restarts together counts once", async (open) => {
    const system = await open({ supervision: { maxRestarts: 0 } });
    const journal = system.spawn(Journal);
    const group = system.supervise({ strategy: "one-for-all", maxRestarts: 2, within: "1m" }, (sup) =>
      three(sup, journal),
    );
    for (const name of ["a", "b"] as const) {
      group.children[name].tell.crash();
      const nth = names.indexOf(name) + 1;
      const again = async () =>
        (await group.status()).every((each) => each.state === "running" && each.restarts === nth);
      await until(again, "all are up again");
    }
    group.children.c.tell.crash();
    await rejects(system.stopped, "ERR_RESTART_LIMIT");
  });

  test("intensity is the supervisor's: failures of different children add up", async (open) => {
    const system = await open({ supervision: { maxRestarts: 0 } });
    const group = system.supervise({ name: "group", maxRestarts: 2, within: "1m" }, (sup) =>
      [1, 2, 3].map(() => sup.spawn(Counter, undefined)),
    );
    const failed = rejects(system.stopped, "ERR_RESTART_LIMIT");
    for (const each of group.children) each.tell.crash("boom");
    const error = await failed;
    assert.match(error.message, /"group" would have restarted children more than 2 times within 60000 ms/);
  });

  test("in a group, a temporary child ends and is not brought back; its parent's own children end with it", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const group = system.supervise({ name: "group", strategy: "one-for-all" }, (sup) => ({
      crashing: sup.spawn(Counter, undefined),
      parent: sup.spawn(Parent, { journal }, { name: "parent" }),
      short: sup.spawn(Hooked, { journal, name: "short" }, { name: "short", restart: "temporary" }),
    }));
    const before = await group.children.parent.ask.child();
    group.children.crashing.tell.crash("boom");
    await group.children.short.stopped;
    await until(async () => (await group.status()).every(({ state }) => state === "running"), "up again");
    assert.equal(
      (await group.status()).map(({ path }) => path),
      ["group/Counter-1", "group/parent"],
    );
    const after = await group.children.parent.ask.child();
    assert.not.ok(after.equals(before));
    assert.is(await after.ask.value(), 100);
  });

  test("a supervisor in a group brings its children back in place", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    let inner: ReturnType<typeof three> | undefined;
    const crashing = system.supervise({ name: "outer", strategy: "one-for-all" }, (sup) => ({
      crashing: sup.spawn(Counter, undefined),
      nested: sup.supervise({ name: "inner" }, (nested) => {
        inner = three(nested, journal);
        return inner;
      }),
    }));
    await journal.ask.atLeast(3);
    crashing.children.crashing.tell.crash("boom");
    const lines = (await journal.ask.atLeast(12)).slice(3);
    assert.equal(lines.slice(0, 3), ["c: stop shutdown", "b: stop shutdown", "a: stop shutdown"]);
    inner?.a.tell.say("still the same ref");
    await until(async () => (await journal.ask.lines()).at(-1) === "a: still the same ref", "it lives");
  });

  test("a group that pauses starts again although whoever failed was killed meanwhile, or another joined", async (open) => {
    const system = await open();
    const backoff = { min: 100, max: 100, jitter: 0 };
    const group = system.supervise({ strategy: "one-for-all", backoff }, (sup) => ({
      crashing: sup.spawn(Counter, undefined),
      other: sup.spawn(Counter, undefined),
    }));
    group.children.crashing.tell.crash("boom");
    await until(async () => (await group.status()).every(({ state }) => state === "restarting"), "both are down");
    await group.children.crashing.kill();
    assert.is(await group.children.other.ask.restarts(), 1);
    const rest = system.supervise({ strategy: "rest-for-one", backoff }, (sup) => ({
      crashing: sup.spawn(Counter, undefined),
      other: sup.spawn(Counter, undefined),
    }));
    rest.children.crashing.tell.crash("boom");
    await until(async () => (await rest.status()).every(({ state }) => state === "restarting"), "both are down");
    const late = rest.spawn(Counter, undefined);
    late.tell.crash("boom");
    for (const each of [rest.children.crashing, rest.children.other, late]) assert.is(await each.ask.restarts(), 1);
  });

  test("an actor that awaits is taken along; who asked it learns the cause", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const group = system.supervise({ strategy: "one-for-all" }, (sup) => ({
      awaiting: sup.spawn(Patient, gate),
      crashing: sup.spawn(Counter, undefined),
    }));
    const asked = rejects(group.children.awaiting.ask({ timeout: "1m" }).stuck(), "ERR_ACTOR_FAILED");
    await until(async () => (await gate.ask.waiting()) === 1, "it awaits");
    group.children.crashing.tell.crash("boom");
    assert.is((((await asked).cause ?? {}) as Error).message, "boom");
    assert.is(await group.children.awaiting.ask.restarts(), 1);
  });

  test("an onStop that hangs is not waited for longer than its shutdown time", async (open) => {
    const system = await open();
    const group = system.supervise({ strategy: "one-for-all" }, (sup) => ({
      hanging: sup.spawn(Patient, undefined, { shutdown: 50 }),
      crashing: sup.spawn(Counter, undefined),
    }));
    group.children.hanging.tell.fall("hangs");
    group.children.crashing.tell.crash("boom");
    await until(async () => (await group.children.hanging.ask.restarts()) === 1, "it was restarted all the same");
  });

  test("a stop of the system while a failure is on its way to the root is not lost", async (open) => {
    for (let i = 0; i < 10; i++) {
      const system = await open();
      const events = system.events();
      const inner = system.supervise({ name: "inner", decide: () => "escalate" }, (sup) =>
        sup.spawn(Counter, undefined, { placement: "same" }),
      );
      await inner.children.ask.value();
      inner.children.tell.crash("upwards");
      for await (const event of events) if (event.type === "escalation") break;
      let stopped = false;
      void system.stop().then(() => {
        stopped = true;
      });
      await until(() => stopped, "the system has stopped");
      await system.stopped.catch(() => {});
    }
  });

  test("options are checked", async (open) => {
    const system = await open();
    const none = () => 0;
    throws(() => system.supervise({ strategy: "all" as "one-for-all" }, none), "ERR_OPTION");
    throws(() => system.supervise({ backoff: { min: 10, max: 5 } }, none), "ERR_OPTION");
    throws(() => system.spawn(Counter, undefined, { backoff: { min: 1, max: 5, factor: 0.5 } }), "ERR_OPTION");
    throws(() => system.spawn(Counter, undefined, { backoff: { min: 1, max: 5, jitter: 2 } }), "ERR_OPTION");
    throws(() => system.spawn(Counter, undefined, { health: { every: 0 } }), "ERR_OPTION");
    throws(() => system.spawn(Counter, undefined, { health: { every: 1, threshold: 0 } }), "ERR_OPTION");
    const misspelt = { every: 1, treshold: 2 } as { every: number };
    throws(() => system.spawn(Counter, undefined, { health: misspelt }), "ERR_OPTION");
  });
});

both("backoff", (test) => {
  const times = async (events: AsyncIterable<SystemEvent>, type: SystemEvent["type"], count: number) => {
    const at: number[] = [];
    for await (const event of events) {
      if (event.type === type) at.push(event.at);
      if (at.length === count) break;
    }
    return at;
  };

  test("pauses grow from min to max; the mailbox is kept, the supervisor answers meanwhile", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const restarts = times(system.events(), "restart", 4);
    const backoff = { min: 20, max: 60, jitter: 0 };
    const group = system.supervise({ name: "group", maxRestarts: 10, within: "1m", backoff }, (sup) => ({
      fragile: sup.spawn(Fragile, { journal, fails: 4 }, { name: "fragile" }),
    }));
    group.children.fragile.tell.crash();
    const answer = group.children.fragile.ask({ timeout: "1m" }).restarts();
    await until(async () => (await group.status())[0]?.state === "restarting", "it is shown as restarting");
    const at = await restarts;
    const gaps = at.slice(1).map((time, i) => time - (at[i] as number));
    // 20 was the first; never early, as timers are.
    assert.ok((gaps[0] as number) >= 40, `${gaps}`);
    assert.ok((gaps[1] as number) >= 60, `${gaps}`);
    assert.ok((gaps[2] as number) >= 60, `${gaps}`);
    assert.is(await answer, 4);
    assert.is((await group.status())[0]?.state, "running");
  });

  test("stopping a child ends its loop of restarts, in a pause and in between", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const paused = system.spawn(Counter, undefined, { backoff: { min: "1h", max: "1h" } });
    paused.tell.crash("boom");
    paused.tell.add(1);
    await until(async () => (await system.tree()).children.some(({ state }) => state === "blocked"), "it is down");
    await paused.stop();
    await until(() => system.deadLetters.length === 1, "what it had queued");
    const looping = system.supervise({ maxRestarts: Number.POSITIVE_INFINITY }, (sup) => ({
      child: sup.spawn(Fragile, { journal, fails: 1e9 }, { backoff: { min: 1, max: 1 } }),
    }));
    looping.children.child.tell.crash();
    await journal.ask.atLeast(5);
    await looping.children.child.stop();
    assert.equal(await looping.status(), []);
  });

  test("a supervisor stops at once while a child of it pauses", async (open) => {
    const system = await open();
    const group = system.supervise({ backoff: { min: "1h", max: "1h" } }, (sup) => ({
      child: sup.spawn(Counter, undefined),
    }));
    group.children.child.tell.crash("boom");
    await until(async () => (await group.status())[0]?.state === "restarting", "it is down");
    await group.stop();
    // It is gone, and nobody knows how it ended.
    assert.equal(await group.children.child.stopped, "normal");
  });
});

both("health", (test) => {
  test("so many failed checks in a row are a failure, by throwing or by silence", async (open) => {
    const system = await open();
    for (const ill of ["throws", "hangs"] as const) {
      const patient = system.spawn(Patient, undefined, { health: { every: 10, timeout: 20, threshold: 2 } });
      patient.tell.fall(ill);
      await until(async () => (await patient.ask.restarts()) > 0, `${ill}: it was restarted`);
      await patient.stop();
    }
  });

  test("one that is stuck in a message does not answer", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const events = system.events();
    const patient = system.spawn(Patient, gate, { health: { every: 10, timeout: 20, threshold: 2 } });
    patient.tell.stuck();
    for await (const event of events) {
      if (event.type !== "crash") continue;
      assert.match(event.error.message, /failed 2 health checks in a row: no answer within 20 ms/);
      break;
    }
    assert.ok((await patient.ask.restarts()) > 0);
  });

  test("a check that is under way when it ends, or is restarted, is nobody's failure any more", async (open) => {
    const system = await open();
    const crashes: string[] = [];
    const watched = (async () => {
      for await (const event of system.events()) if (event.type === "crash") crashes.push(event.error.message);
    })();
    const health = { every: 5, timeout: "1s", threshold: 1 } as const;
    for (const end of ["stop", "kill", "restart"] as const) {
      const gate = system.spawn(Gate);
      const patient = system.spawn(Patient, gate, { health });
      // It cannot answer: the check that comes waits in its mailbox.
      patient.tell.stuck();
      await until(async () => (await gate.ask.waiting()) === 1, "it is stuck");
      const began = performance.now();
      await until(() => performance.now() - began > 15, "it is asked");
      if (end === "restart") {
        patient.tell.crash();
        gate.tell.open();
        await until(async () => (await patient.ask.restarts()) === 1, "it is up again");
        await patient.stop();
      } else if (end === "kill") await patient.kill();
      else {
        const stopped = patient.stop();
        gate.tell.open();
        await stopped;
      }
    }
    // Longer than a check may take.
    const from = performance.now();
    await until(() => performance.now() - from > 1100, "all checks are over");
    await system.stop();
    await watched;
    assert.equal(crashes, ["unwell at once"]);
  });

  test("one that is well is left alone, and one that has ended is not asked", async (open) => {
    const system = await open();
    const patient = system.spawn(Patient, undefined, { health: { every: 1, timeout: 1000, threshold: 1 } });
    const from = performance.now();
    await until(() => performance.now() - from > 50, "many checks");
    assert.is(await patient.ask.restarts(), 0);
    await patient.stop();
    assert.is(system.stats().deadLetters, 0);
  });
});
