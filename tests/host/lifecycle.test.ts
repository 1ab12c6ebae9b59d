import * as assert from "uvu/assert";
import { isZanniError, type SystemEvent, type ZanniError } from "zanni";
import { Counter, FailsIn, Gate, Hooked, Journal, Leaky, Odd, odd, Parent, Slow, Unsure } from "./actors.ts";
import { both, rejects, throws, until } from "./helper.ts";

both("lifecycle", (test) => {
  test("hooks run in order over a crash and a stop", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const hooked = system.spawn(Hooked, { journal, name: "h" });
    hooked.tell.say("one");
    hooked.tell.crash();
    hooked.tell.say("two");
    await hooked.stop();
    assert.equal(await journal.ask.lines(), [
      "h: start",
      "h: one",
      "h: stop boom",
      "h: start",
      "h: restart after boom",
      "h: two",
      "h: stop normal",
    ]);
  });

  test("a restart keeps the mailbox, the ref and the init; the culprit is not retried", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 10 });
    counter.tell.add(5);
    counter.tell.crash("boom");
    for (let i = 0; i < 100; i++) counter.tell.add(1);
    assert.is(await counter.ask.value(), 110);
    assert.is(await counter.ask.restarts(), 1);
    assert.is(system.stats().restarts, 1);
  });

  test("a crash is an event with path, message, error and directive", async (open) => {
    const system = await open();
    const seen: SystemEvent[] = [];
    const events = system.events();
    const counter = system.spawn(Counter, { start: 1 }, { name: "counter" });
    counter.tell.crash("boom");
    for await (const event of events) {
      seen.push(event);
      if (event.type === "restart") break;
    }
    assert.equal(
      seen.map((event) => event.type),
      ["spawn", "crash", "restart"],
    );
    const crash = seen[1] as SystemEvent & { type: "crash" };
    assert.is(crash.actor, "counter");
    assert.is(crash.message, "crash");
    assert.is(crash.error.message, "boom");
    assert.is(crash.directive, "restart");
  });

  test("stop drains what was queued before it; later messages are dead letters", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const hooked = system.spawn(Hooked, { journal, name: "h" });
    for (let i = 0; i < 50; i++) hooked.tell.say(`${i}`);
    const stopped = hooked.stop();
    hooked.tell.say("late");
    await stopped;
    const lines = await journal.ask.lines();
    assert.is(lines.length, 52);
    assert.is(lines.at(-1), "h: stop normal");
    await until(() => system.deadLetters.length === 1, "the late one");
    assert.is(system.deadLetters[0]?.reason, "stopped");
    assert.is(hooked.tell.say("later still"), true);
    await until(() => system.stats().deadLetters === 2, "counted");
  });

  test("kill reaches an actor that awaits for ever", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const slow = system.spawn(Slow, { gate, journal: system.spawn(Journal) });
    const hanging = rejects(slow.ask({ timeout: "1m" }).work("for ever"), "ERR_ACTOR_STOPPED");
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    const ended = slow.stopped;
    await slow.kill();
    assert.is(await ended, "killed");
    await hanging;
  });

  test("a kill comes after the message in hand, however many are taken with it", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const journal = system.spawn(Journal);
    const slow = system.spawn(Slow, { gate, journal });
    slow.tell.work("first");
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    slow.tell.quick("before");
    slow.tell.killItself();
    for (let i = 0; i < 10; i++) slow.tell.quick("after");
    const ended = slow.stopped;
    await gate.ask.open();
    assert.is(await ended, "killed");
    assert.equal(await journal.ask.lines(), ["first begins", "first ends", "before", "in hand"]);
    await until(() => system.deadLetters.length === 10, "those behind it");
  });

  test("stopped resolves with the reason, also for who looks late", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 1 });
    const ended = counter.stopped;
    counter.tell.leave();
    assert.is(await ended, "normal");
    assert.is(await counter.stopped, "normal");
    const temporary = system.spawn(Counter, { start: 1 }, { restart: "temporary" });
    const reason = temporary.stopped;
    temporary.tell.crash("boom");
    assert.is(((await reason) as { error: Error }).error.message, "boom");
  });

  test("an ended life can no longer send", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const leaky = system.spawn(Leaky, journal);
    leaky.tell.crash();
    await until(async () => (await leaky.ask.leaks()).length === 1, "the ghost tried");
    assert.equal(await leaky.ask.leaks(), ["ERR_ACTOR_STOPPED"]);
    await leaky.kill();
  });

  test("an ask that nobody looks at ends with its life, and harms nobody", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const slow = system.spawn(Slow, { gate, journal: system.spawn(Journal) });
    slow.tell.forget();
    await until(async () => (await gate.ask.waiting()) === 1, "the ask is under way");
    await slow.kill();
    assert.is(await gate.ask.waiting(), 1);
  });

  test("whatever is thrown fails the actor alone, and whatever is answered at most that", async (open) => {
    const system = await open({ supervision: { maxRestarts: Number.POSITIVE_INFINITY } });
    for (const kind of Object.keys(odd)) {
      const one = system.spawn(Odd);
      await rejects(one.ask.throws(kind), "ERR_ACTOR_FAILED");
      await rejects(one.ask.rejects(kind), "ERR_ACTOR_FAILED");
      const taken = (async () => {
        for await (const item of one.ask.streams(kind)) assert.is(item, 1);
      })();
      await rejects(taken, "ERR_ACTOR_FAILED");
      for (const answer of [one.ask.answers(kind), one.ask.resolves(kind)]) {
        const code = await answer.then(
          () => undefined,
          (error: unknown) => isZanniError(error) && error.code,
        );
        assert.ok([undefined, "ERR_NOT_SENDABLE", "ERR_ACTOR_FAILED"].includes(code as undefined), `${kind}: ${code}`);
      }
      one.tell.throws(kind);
      one.tell.answers(kind);
      one.tell.later(kind);
      one.tell.logs(kind);
      assert.is(await one.ask.well(), true, kind);
      await one.stop();
    }
  });

  test("a failure in any hook is a failure of the actor", async (open) => {
    for (const hook of ["constructor", "onStart", "onRestart"] as const) {
      const system = await open({ supervision: { maxRestarts: 2, within: "1m" } });
      const failing = system.spawn(FailsIn, { hook, times: "always" }, { name: "failing" });
      if (hook === "onRestart") failing.tell.crash();
      const error = await rejects(system.stopped, "ERR_RESTART_LIMIT");
      assert.is(error.actor, "failing");
      assert.match(error.message, /more than 2 times/);
    }
    const system = await open();
    const failing = system.spawn(FailsIn, { hook: "onStop", times: "always" });
    assert.is(await failing.ask.alive(), true);
    await failing.stop();
  });
});

both("supervision", (test) => {
  test("the limit is hit at the (maxRestarts + 1)th failure, and the root gives up", async (open) => {
    const system = await open({ supervision: { maxRestarts: 3, within: "1m" } });
    const counter = system.spawn(Counter, { start: 1 }, { name: "fragile" });
    for (let i = 0; i < 3; i++) {
      await rejects(counter.ask.crash(`${i}`), "ERR_ACTOR_FAILED");
      assert.is(await counter.ask.restarts(), i + 1);
    }
    counter.tell.crash("the last");
    const error = await rejects(system.stopped, "ERR_RESTART_LIMIT");
    assert.is(error.actor, "fragile");
    assert.is((error.cause as Error).message, "the last");
    throws(() => system.spawn(Counter, { start: 1 }), "ERR_SYSTEM_STOPPED");
  });

  test("policies: transient comes back after a failure, temporary does not, none after a stop", async (open) => {
    const system = await open();
    const transient = system.spawn(Counter, { start: 1 }, { restart: "transient" });
    transient.tell.crash("boom");
    assert.is(await transient.ask.restarts(), 1);
    await transient.stop();
    const temporary = system.spawn(Counter, { start: 1 }, { restart: "temporary" });
    const ended = temporary.stopped;
    temporary.tell.crash("boom");
    await ended;
    await rejects(temporary.ask.value(), "ERR_ACTOR_STOPPED");
    const permanent = system.spawn(Counter, { start: 1 });
    await permanent.stop();
    await rejects(permanent.ask.value(), "ERR_ACTOR_STOPPED");
  });

  test("a parent that overrides onChildFailed is asked", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const parent = system.spawn(Parent, { journal, directive: "resume" }, { name: "parent" });
    const child = await parent.ask.child();
    child.tell.add(5);
    await rejects(child.ask.crash("boom"), "ERR_ACTOR_FAILED");
    assert.is(await child.ask.value(), 105, "resumed with its state");
    assert.equal(await journal.ask.lines(), ["parent/child failed: boom"]);
    const stopping = system.spawn(Parent, { journal, directive: "stop" }, { name: "stopping" });
    const doomed = await stopping.ask.child();
    const reason = doomed.stopped;
    doomed.tell.crash("bang");
    assert.is(((await reason) as { error: Error }).error.message, "bang");
    assert.is(await stopping.ask.path(), "stopping");
  });

  test("a parent that answers nonsense fails, and says with what", async (open) => {
    for (const [given, shown] of [
      ["again", /"onChildFailed" is "again"; allowed: "restart"/],
      [["restart"], /"onChildFailed" is .*; allowed: "restart"/],
    ] as const) {
      const system = await open({ supervision: { maxRestarts: 1 } });
      const events = system.events();
      const parent = system.spawn(Unsure, given, { name: "unsure" });
      (await parent.ask.child()).tell.throws("nothing");
      for await (const event of events) {
        if (event.type !== "crash" || event.actor !== "unsure") continue;
        assert.match(event.error.message, shown);
        break;
      }
      assert.is(await (await parent.ask.child()).ask.well(), true);
    }
  });

  test("escalation fails the parent, whose parent restarts it with fresh children", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const parent = system.spawn(Parent, { journal, directive: "escalate" }, { name: "parent" });
    const child = await parent.ask.child();
    const ended = child.stopped;
    child.tell.crash("boom");
    await ended;
    const again = await parent.ask({ timeout: "5s" }).child();
    assert.not.ok(again.equals(child));
    assert.is(await again.ask.value(), 100);
    assert.is(again.path, "parent/child");
  });

  test("supervise: children under one supervisor, with decide", async (open) => {
    const system = await open();
    const shop = system.supervise(
      {
        name: "shop",
        maxRestarts: 5,
        within: "1m",
        decide: (error) => (error.message === "resume" ? "resume" : "restart"),
      },
      (sup) => ({
        a: sup.spawn(Counter, { start: 1 }, { name: "a" }),
        b: sup.spawn(Counter, { start: 2 }, { name: "b" }),
      }),
    );
    const { a, b } = shop.children;
    assert.is(a.path, "shop/a");
    a.tell.add(10);
    b.tell.add(10);
    a.tell.crash("resume");
    b.tell.crash("restart");
    assert.is(await a.ask.value(), 11);
    assert.is(await b.ask.value(), 2);
    const later = shop.spawn(Counter, { start: 3 }, { name: "c" });
    assert.is(await later.ask.value(), 3);
    assert.equal(
      (await shop.status()).map(({ path, restarts }) => [path, restarts]),
      [
        ["shop/a", 0],
        ["shop/b", 1],
        ["shop/c", 0],
      ],
    );
    await shop.stop();
    await rejects(a.ask.value(), "ERR_ACTOR_STOPPED");
  });

  test("a supervisor that gives up takes its children along, and the system, if nobody above brings it back", async (open) => {
    const system = await open({ supervision: { maxRestarts: 0 } });
    const shop = system.supervise({ name: "shop", maxRestarts: 1, within: "1m" }, (sup) => ({
      good: sup.spawn(Counter, { start: 1 }, { name: "good" }),
      bad: sup.spawn(Counter, { start: 1 }, { name: "bad" }),
    }));
    const { good, bad } = shop.children;
    const ended = good.stopped;
    bad.tell.crash("1");
    bad.tell.crash("2");
    const error = await rejects(system.stopped, "ERR_RESTART_LIMIT");
    assert.is(error.actor, "shop");
    assert.is((error.cause as ZanniError).actor, "shop/bad");
    assert.is(await ended, "shutdown");
  });

  test("children stop in reverse order, before their parent", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const parent = system.spawn(Parent, undefined, { name: "parent" });
    for (const name of ["one", "two", "three"]) await parent.ask.hooked(journal, name);
    await parent.stop();
    const lines = (await journal.ask.lines()).filter((line) => line.includes("stop"));
    assert.equal(lines, ["three: stop shutdown", "two: stop shutdown", "one: stop shutdown"]);
  });

  test("a child that does not stop in time is killed", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const journal = system.spawn(Journal);
    const group = system.supervise({ name: "group" }, (sup) => ({
      stuck: sup.spawn(Slow, { gate, journal }, { shutdown: 50 }),
      brutal: sup.spawn(Slow, { gate, journal }, { shutdown: "brutal" }),
    }));
    for (const each of [group.children.stuck, group.children.brutal]) each.tell.work("for ever");
    await until(async () => (await gate.ask.waiting()) === 2, "both wait");
    await group.stop();
  });

  test("a kill that overtakes a restart ends the children once, and the actor", async (open) => {
    const system = await open({ supervision: { maxRestarts: Number.POSITIVE_INFINITY } });
    const journal = system.spawn(Journal);
    for (let round = 0; round < 20; round++) {
      const parent = system.spawn(Parent, undefined, { name: `parent-${round}` });
      for (const name of ["one", "two", "three"]) await parent.ask.hooked(journal, name);
      const child = await parent.ask.child();
      parent.tell.crash();
      await Promise.all([parent.kill(), child.stopped]);
    }
    assert.is((await system.tree()).children.length, 1);
  });

  test("100 crashes of many actors under load: every message is accounted for", async (open) => {
    const system = await open({ supervision: { maxRestarts: Number.POSITIVE_INFINITY } });
    const counters = Array.from({ length: 10 }, () => system.spawn(Counter, { start: 0 }));
    for (let round = 0; round < 10; round++) {
      for (const counter of counters) {
        for (let i = 0; i < 100; i++) counter.tell.add(1);
        counter.tell.crash(`${round}`);
      }
    }
    for (const counter of counters) assert.is(await counter.ask({ timeout: "20s" }).value(), 0);
    // A turn is counted when it ends, a moment after its last reply.
    await until(() => system.stats().sent === system.stats().processed + system.stats().deadLetters, "all counted");
    assert.is(system.stats().restarts, 100);
  });
});
