// Movable actors go to another thread between two of their messages, and nobody notices.
import * as assert from "uvu/assert";
import { type ActorRef, isZanniError, type System, type SystemEvent, type SystemOptions, topic } from "zanni";
import type * as actors from "./actors.ts";
import { Journal, Juggler, Mortal, Nomad } from "./actors.ts";
import { observed, rejects, threaded, until } from "./helper.ts";

interface Movable {
  where(): number;
  spin(ms: number): void;
}

threaded("movable actors", (declare) => {
  const test = (name: string, run: Parameters<typeof observed>[0], options?: SystemOptions) =>
    declare(name, () => observed(run, options));
  const workerOf = async (system: System, path: string): Promise<number> => {
    const find = (
      nodes: readonly { path: string; worker: number; children: readonly unknown[] }[],
    ): number | undefined => {
      for (const node of nodes) {
        const found = node.path === path ? node.worker : find(node.children as never);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return find([await system.tree()]) as number;
  };
  /** Its worker has more to do than it can, and the other has nothing: once. */
  const crowd = async (system: System, ref: ActorRef<Movable>) => {
    const placement = await workerOf(system, ref.path);
    const ballast = Array.from({ length: 40 }, () => system.spawn(Nomad, undefined, { placement }));
    await Promise.all(ballast.map((each) => each.ask.where()));
    // A thread looks at the clock every 16 turns at least; then half of those that wait are handed over, the oldest first.
    for (const each of ballast.slice(0, 20)) each.tell.spin(0.5);
    ref.tell.spin(0);
    for (const each of ballast.slice(20)) each.tell.spin(0.5);
    await Promise.all(ballast.map((each) => each.ask.where()));
    // Quiet again: what comes next moves nobody.
    await Promise.all(ballast.map((each) => each.stop()));
  };
  /** Until it lives elsewhere. */
  const move = async (system: System, ref: ActorRef<Movable>) => {
    const before = await ref.ask.where();
    await until(
      async () => {
        await crowd(system, ref);
        return (await ref.ask.where()) !== before;
      },
      "it moves",
      20_000,
    );
  };
  /** Others move, and it does not. */
  const stays = async (system: System, ref: ActorRef<Movable>) => {
    const before = await ref.ask.where();
    const moves = () => system.stats().workers.reduce((sum, each) => sum + each.moves, 0);
    for (let enough = moves() + 6; moves() < enough; ) await crowd(system, ref);
    assert.is(await ref.ask.where(), before);
  };

  test("state, mailbox, ref and path stay the same; onStart and onStop are not called", async (system, events) => {
    const journal = system.spawn(Journal);
    const nomad = system.spawn(Nomad, { journal }, { name: "nomad", placement: 0 });
    for (let line = 0; line < 100; line++) nomad.tell.note(line);
    const before = await workerOf(system, "nomad");
    await move(system, nomad as never);
    for (let line = 100; line < 200; line++) nomad.tell.note(line);
    assert.equal(
      await nomad.ask.lines(),
      Array.from({ length: 200 }, (_, i) => i),
    );
    const { moves, started, restarts } = await nomad.ask.history();
    assert.ok(moves >= 1);
    assert.equal({ started, restarts }, { started: 1, restarts: 0 });
    assert.equal(await journal.ask.lines(), []);
    assert.ok((await system.lookup("nomad"))?.equals(nomad));
    // It may have moved before we asked where it was.
    const moved = () =>
      events.find((event) => event.type === "move" && event.actor === "nomad" && event.from === before);
    await until(() => moved() !== undefined, "it is an event");
    assert.is((moved() as Extract<SystemEvent, { type: "move" }>).to, 1 - before);
    assert.ok(system.stats().workers[before]?.moves);
    await nomad.stop();
    assert.equal(await journal.ask.atLeast(1), ["stops"]);
  });

  test("to and fro, while everybody sends: in order, none lost, none twice", async (system) => {
    const nomad = system.spawn(Nomad, undefined, { placement: 0 });
    let sent = 0;
    for (let round = 0; round < 4; round++) {
      const moved = move(system, nomad as never);
      let over = false;
      void moved.finally(() => {
        over = true;
      });
      while (!over) {
        for (let i = 0; i < 50; i++) nomad.tell.note(sent++);
        await nomad.ask.note(sent++);
      }
      await moved;
    }
    const lines = await nomad.ask.lines();
    assert.is(lines.length, sent);
    assert.ok(lines.every((line, i) => line === i));
    assert.ok((await nomad.ask.history()).moves >= 4);
  });

  test("whoever watches it, or waits for its end, is told once", async (system) => {
    const journal = system.spawn(Journal);
    const witness = system.spawn(Nomad, { journal }, { placement: 1 });
    const nomad = system.spawn(Nomad, undefined, { name: "nomad", placement: 0, restart: "temporary" });
    await witness.ask.watch(nomad as never);
    const gone = nomad.stopped;
    await move(system, nomad as never);
    nomad.tell.fail("the end");
    const reason = await gone;
    assert.is((reason as { error: Error }).error.message, "the end");
    assert.equal(await journal.ask.atLeast(1), ["nomad ended: the end"]);
  });

  test("its own watches go along, with the reason; a cancelled one does not come back", async (system) => {
    const journal = system.spawn(Journal);
    const [first, second, third] = ["first", "second", "third"].map((name) =>
      system.spawn(Nomad, undefined, { name, restart: "temporary" }),
    ) as [ActorRef<Nomad>, ActorRef<Nomad>, ActorRef<Nomad>];
    const nomad = system.spawn(Nomad, { journal }, { placement: 0 });
    for (const each of [first, second, third]) await nomad.ask.watch(each as never);
    await move(system, nomad as never);
    await nomad.ask.unwatch(second as never);
    await second.kill();
    first.tell.fail("broken");
    assert.equal(await journal.ask.atLeast(1), ["first ended: broken"]);
    await move(system, nomad as never);
    await third.stop();
    assert.equal(await journal.ask.atLeast(2), ["first ended: broken", "third ended: normal"]);
  });

  test("links go along, in both directions", async (system) => {
    const journal = system.spawn(Journal);
    const [one, two] = ["one", "two"].map((name) => system.spawn(Nomad, { journal }, { name, placement: 0 })) as [
      ActorRef<Nomad>,
      ActorRef<Nomad>,
    ];
    await one.ask.link(two as never);
    await move(system, one as never);
    two.tell.fail("first");
    assert.ok((await journal.ask.atLeast(2)).includes("two failed: first"));
    await one.ask.link(two as never);
    await move(system, one as never);
    one.tell.fail("second");
    await until(async () => (await journal.ask.lines()).includes("one failed: second"), "the other is told");
  });

  test("timers that name a message go along, and can be ended by that name", async (system) => {
    const journal = system.spawn(Journal);
    const nomad = system.spawn(Nomad, { journal }, { placement: 0 });
    await nomad.ask.tick("20ms");
    await move(system, nomad as never);
    const ticks = (await journal.ask.lines()).length;
    await until(async () => (await journal.ask.lines()).length >= ticks + 3, "it ticks on");
    await nomad.ask.end("say");
    await nomad.ask.lines();
    const before = (await journal.ask.lines()).length;
    await nomad.ask.once("30ms");
    await until(async () => (await journal.ask.lines()).length > before, "the other timer fires");
    assert.equal((await journal.ask.lines()).slice(before), ["once"], "and it has not ticked meanwhile");
    const began = performance.now();
    await nomad.ask.once("400ms");
    await move(system, nomad as never);
    await until(async () => (await journal.ask.lines()).length > before + 1, "a timer that was set before the move");
    assert.ok(performance.now() - began >= 399, "never early");
  });

  test("idleAfter goes along", async (system) => {
    const journal = system.spawn(Journal);
    const nomad = system.spawn(Nomad, { journal }, { placement: 0 });
    await nomad.ask.rest("150ms");
    await move(system, nomad as never);
    assert.ok((await journal.ask.atLeast(1)).includes("idle"));
  });

  test("subscriptions that name a message and groups go along, once", async (system) => {
    const journal = system.spawn(Journal);
    const nomad = system.spawn(Nomad, { journal }, { placement: 0 });
    await nomad.ask.listen("rovers");
    await move(system, nomad as never);
    system.publish(topic<string>("news"), "hear");
    assert.equal(await journal.ask.atLeast(1), ["hear"]);
    const members = await system.members("rovers");
    assert.is(members.length, 1);
    assert.ok(members[0]?.equals(nomad));
    await nomad.ask.end("say");
    await system.members("rovers");
    system.publish(topic<string>("news"), "hear again");
    await system.members("rovers");
    await nomad.ask.say("done");
    assert.equal(await journal.ask.atLeast(2), ["hear", "done"]);
    await nomad.stop();
    await until(async () => (await system.members("rovers")).length === 0, "it has left");
  });

  for (const what of [
    "an open ask",
    "a stream",
    "a closure for a timer",
    "a closure for a topic",
    "other handlers",
    "a child",
  ]) {
    test(`what cannot go along keeps it: ${what}`, async (system) => {
      const other = system.spawn(Mortal, undefined, { placement: 1 });
      const nomad = system.spawn(Nomad, undefined, { placement: 0 });
      await nomad.ask.hold(what, other);
      await stays(system, nomad as never);
    });
  }

  test("what it has put aside keeps it, and so do its own streams and what a reentrant one has under way", async (system) => {
    const stasher = system.spawn(Nomad, undefined, { placement: 0 });
    stasher.tell.aside();
    await stays(system, stasher as never);
    const source = system.spawn(Nomad, undefined, { placement: 0 });
    const items = source.ask.numbers(7)[Symbol.asyncIterator]();
    assert.is((await items.next()).value, 7);
    await stays(system, source as never);
    await items.return?.();
    await move(system, source as never);
    const juggler = system.spawn(Juggler, undefined, { placement: 0 });
    const held = juggler.ask({ timeout: "1m" }).hold();
    await stays(system, juggler as never);
    await juggler.ask.drop();
    await held;
    await move(system, juggler as never);
  });

  test("a child that has ended keeps it no longer, and its children's names and failures are remembered", async (system) => {
    const nomad = system.spawn(Nomad, undefined, { name: "nomad", placement: 0 });
    await nomad.ask.bear();
    assert.ok(await system.lookup("nomad/Counter-1"));
    for (let i = 0; i < 2; i++) {
      const child = (await system.lookup("nomad/Counter-1")) as ActorRef<actors.Counter>;
      await rejects(child.ask.crash("once more"), "ERR_ACTOR_FAILED");
      assert.is(await child.ask.restarts(), i + 1);
    }
    await nomad.ask.bury();
    await until(async () => (await system.lookup("nomad/Counter-1")) === undefined, "the child is gone");
    await move(system, nomad as never);
    await nomad.ask.bear();
    const child = (await system.lookup("nomad/Counter-2")) as ActorRef<actors.Counter>;
    assert.ok(child, "another number");
    await rejects(child.ask.crash("one too many"), "ERR_ACTOR_FAILED");
    await until(async () => (await nomad.ask.history()).restarts === 1, "two restarts an hour were allowed");
  });

  for (const [bad, code, text] of [
    ["snapshot", undefined, "no state to show"],
    ["promise", "ERR_NOT_SENDABLE", "later"],
    ["restore", undefined, "nothing fits"],
  ] as const) {
    test(`a failure: ${bad}`, async (system, events) => {
      const nomad = system.spawn(Nomad, { bad }, { name: "nomad", placement: 0 });
      const failed = () =>
        events.find((event) => event.type === "crash" && event.actor === "nomad") as
          | Extract<SystemEvent, { type: "crash" }>
          | undefined;
      await until(
        async () => {
          await crowd(system, nomad as never);
          return failed() !== undefined;
        },
        "it fails",
        20_000,
      );
      assert.is(failed()?.message, bad === "restore" ? "restore" : "snapshot");
      assert.match(failed()?.error.message ?? "", text);
      if (code) assert.ok(isZanniError(failed()?.error, code));
      assert.is((await nomad.ask.history()).restarts >= 1, true, "and is restarted");
    });
  }

  test(
    "what a timer of an earlier instance has queued keeps it, and is passed over",
    async (system, events) => {
      const journal = system.spawn(Journal);
      const all = Array.from({ length: 10 }, () => system.spawn(Nomad, undefined, { placement: 0 }));
      const moves = () => events.filter(({ type }) => type === "move").length;
      for (let i = 0; i < 30 || moves() < 20; i++) {
        const placement = await workerOf(system, (all[0] as ActorRef<Nomad>).path);
        const ballast = Array.from({ length: 40 }, () => system.spawn(Nomad, undefined, { placement }));
        await Promise.all(ballast.map((each) => each.ask.where()));
        for (const each of all) {
          each.tell.soon();
          each.tell.spin(1);
          // The tick is queued by the time that it starts again, and waits in line.
          if (i < 30) each.tell.fail("on purpose");
        }
        for (const each of ballast) each.tell.spin(0.5);
        await Promise.all(ballast.map((each) => each.ask.where()));
        await Promise.all(ballast.map((each) => each.stop()));
      }
      const nomad = system.spawn(Nomad, { journal });
      nomad.tell.soon();
      assert.equal(await journal.ask.atLeast(1), ["soon"]);
      assert.not.ok(events.some(({ type }) => type === "worker-lost"));
    },
    { supervision: { maxRestarts: Number.POSITIVE_INFINITY } },
  );

  test("one that failed elsewhere starts there again, and what was queued is kept", async (system) => {
    const nomad = system.spawn(Nomad, undefined, { placement: 0 });
    await move(system, nomad as never);
    const where = await nomad.ask.where();
    nomad.tell.fail("once");
    for (let line = 0; line < 10; line++) nomad.tell.note(line);
    assert.is((await nomad.ask.lines()).length, 10);
    assert.is(await nomad.ask.where(), where);
    assert.equal(await nomad.ask.history(), { moves: 0, started: 1, restarts: 1 });
  });
});
