// Watches and links: exactly one notice, in order, and none that was taken back.
import * as assert from "uvu/assert";
import {
  Counter,
  Friend,
  Gate,
  Hooked,
  Journal,
  LinkedSender,
  LinkedTaker,
  Speaker,
  Survivor,
  Witness,
} from "./actors.ts";
import { both, until } from "./helper.ts";

both("watch", (test) => {
  test("exactly one notice when it is gone for good, and none on a restart", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    const b = system.spawn(Counter, undefined, { name: "b" });
    await a.ask.watchTwice(b);
    b.tell.crash("boom");
    assert.is(await b.ask.restarts(), 1);
    assert.equal(await journal.ask.lines(), []);
    await b.stop();
    assert.equal(await journal.ask.atLeast(1), ["a: b ended: normal"]);
    a.tell.say("after");
    assert.equal(await journal.ask.atLeast(2), ["a: b ended: normal", "a: after"]);
  });

  test("at once when it is gone already", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    const b = system.spawn(Counter, undefined, { name: "b" });
    await b.stop();
    await a.ask.watch(b);
    assert.equal(await journal.ask.atLeast(1), ["a: b ended: normal"]);
  });

  test("its reason says how it ended", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    const killed = system.spawn(Counter, undefined, { name: "killed" });
    const failed = system.spawn(Counter, undefined, { name: "failed", restart: "temporary" });
    await a.ask.watch(killed);
    await a.ask.watch(failed);
    await killed.kill();
    failed.tell.crash("boom");
    const lines = await journal.ask.atLeast(2);
    assert.equal([...lines].sort(), ["a: failed ended: boom", "a: killed ended: killed"]);
  });

  test("a notice comes after the messages sent before the end", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    const b = system.spawn(Friend, { journal, name: "b" }, { name: "b" });
    await a.ask.watch(b);
    b.tell.tellOther(a, 500);
    await b.stop();
    const lines = await journal.ask.atLeast(501);
    assert.is(lines.length, 501);
    assert.is(lines.at(-1), "a: b ended: normal");
  });

  test("unwatch takes back also a notice that is queued", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const gate = system.spawn(Gate);
    const a = system.spawn(Friend, { journal, name: "a" });
    const b = system.spawn(Counter, undefined, { name: "b" });
    const c = system.spawn(Counter, undefined, { name: "c" });
    await a.ask.watch(b);
    await a.ask.watch(c);
    await a.ask.unwatch(b);
    await b.stop();
    a.tell.unwatchLate(c, gate);
    await until(async () => (await gate.ask.waiting()) === 1, "it awaits");
    await c.stop();
    gate.tell.open();
    await a.ask.watch(system.spawn(Counter, undefined));
    assert.equal(await journal.ask.lines(), []);
  });

  test("it ends with the instance that asked for it", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    const b = system.spawn(Counter, undefined, { name: "b" });
    await a.ask.watch(b);
    a.tell.crash("boom");
    assert.is(await a.ask.restarts(), 1);
    await b.stop();
    a.tell.say("nothing before this");
    assert.equal(await journal.ask.atLeast(1), ["a: nothing before this"]);
  });

  test("the name is free before watchers are told", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Friend, { journal, name: "a" });
    for (let i = 0; i < 20; i++) {
      const b = system.spawn(Counter, undefined, { name: "b" });
      await a.ask.watch(b);
      void b.stop();
      await journal.ask.atLeast(i + 1);
    }
  });

  test("each of many is told once; who has ended or taken its watch back is not", async (open) => {
    const system = await open();
    const watched = system.spawn(Counter, undefined, { name: "watched" });
    const witnesses = Array.from({ length: 30 }, () => system.spawn(Witness));
    for (const each of witnesses) await each.ask.watch(watched, watched);
    const early = witnesses.slice(0, 10);
    const others = witnesses.slice(10, 20);
    for (const each of early) await each.stop();
    for (const each of others) await each.ask.watchAndUnwatch(watched, 100);
    await watched.stop();
    const told = witnesses.slice(20);
    await until(
      async () => (await Promise.all(told.map((each) => each.ask.ended()))).every(({ length }) => length),
      "told",
    );
    for (const each of told) assert.equal(await each.ask.ended(), [["watched", 0]]);
    for (const each of others) assert.equal(await each.ask.ended(), []);
    assert.is(system.stats().deadLetters, 0);
  });

  test("an end never overtakes what was said before it, a thousand times, by notices and by links", async (open) => {
    const system = await open();
    const witness = system.spawn(Witness);
    const speakers = Array.from({ length: 1000 }, (_, i) =>
      system.spawn(Speaker, witness, { name: `speaker-${i}`, restart: "temporary" }),
    );
    const [watched, linked] = [speakers.slice(0, 500), speakers.slice(500)];
    await witness.ask.watch(...watched);
    await witness.ask.link(...linked);
    for (const [i, each] of watched.entries()) each.tell.sayAndEnd(i % 7, i % 2 ? "fails" : "leaves");
    for (const [i, each] of linked.entries()) each.tell.sayAndEnd(i % 7, "fails");
    await until(async () => (await witness.ask.ended()).length === 1000, "all have ended");
    const wrong = (await witness.ask.ended()).filter(([path, ...counts]) => {
      const i = Number(path.slice("speaker-".length)) % 500;
      return counts.length !== 1 || counts[0] !== i % 7;
    });
    assert.equal(wrong, []);
  });

  test("an unwatch that comes after the end harms nobody who has the place by then", async (open) => {
    const system = await open();
    const [late, witness] = [system.spawn(Witness), system.spawn(Witness)];
    for (let i = 0; i < 100; i++) {
      const gone = system.spawn(Counter, undefined, { name: `gone-${i}` });
      await late.ask.watch(gone);
      await gone.kill();
      const next = system.spawn(Counter, undefined, { name: `next-${i}` });
      await witness.ask.watch(next);
      await late.ask.unwatch(gone);
      await next.stop();
    }
    await until(async () => (await witness.ask.ended()).length === 100, "each was told of");
  });

  test("a name that is used again is another actor", async (open) => {
    const system = await open();
    const witness = system.spawn(Witness);
    const first = system.spawn(Counter, undefined, { name: "same" });
    await witness.ask.watch(first);
    await first.stop();
    const second = system.spawn(Counter, undefined, { name: "same" });
    assert.not.ok(second.equals(first));
    await until(async () => (await witness.ask.ended()).length === 1, "the first has ended");
    await second.stop();
    const third = system.spawn(Counter, undefined, { name: "same" });
    await witness.ask.watch(third);
    await third.stop();
    await until(async () => (await witness.ask.ended())[0]?.length === 3, "the third too, but never the second");
  });

  test("two that watch each other, one of which ends the other and then itself", async (open) => {
    const system = await open();
    for (let i = 0; i < 50; i++) {
      const [one, other] = [system.spawn(Witness), system.spawn(Witness)];
      await one.ask.watch(other, one);
      await other.ask.watch(one);
      const ends = Promise.all([one.stopped, other.stopped]);
      one.tell.killAndLeave(other);
      assert.equal(await ends, ["normal", "killed"]);
    }
  });

  test("killed by many at once, it ends once", async (open) => {
    const system = await open();
    const witness = system.spawn(Witness);
    const killers = Array.from({ length: 8 }, () => system.spawn(Witness));
    const victims = Array.from({ length: 50 }, (_, i) => system.spawn(Counter, undefined, { name: `victim-${i}` }));
    await witness.ask.watch(...victims);
    for (const each of killers) each.tell.killAll(victims);
    await Promise.all(victims.map((each) => each.stopped));
    await until(async () => (await witness.ask.ended()).length === 50, "all are told of");
    for (const killer of killers) await killer.stop();
    assert.equal(
      (await witness.ask.ended()).filter(([, ...notices]) => notices.length !== 1),
      [],
    );
  });

  test("a reason of a megabyte arrives whole", async (open) => {
    const system = await open();
    const witness = system.spawn(Witness);
    const speaker = system.spawn(Speaker, witness, { restart: "temporary" });
    await witness.ask.watch(speaker);
    speaker.tell.failAtLength(1_000_000);
    await until(async () => (await witness.ask.longest()) === 1_000_000, "it has arrived");
  });
});

both("link", (test) => {
  test("when one fails the other fails too, both ways, and both restart without the link", async (open) => {
    const system = await open({ supervision: { maxRestarts: 100 } });
    const journal = system.spawn(Journal);
    for (const first of [0, 1]) {
      const pair = [0, 1].map((i) => system.spawn(Friend, { journal, name: `${i}` }));
      const [one, other] = [pair[first], pair[1 - first]] as [(typeof pair)[0], (typeof pair)[0]];
      await pair[0]?.ask.link(other === pair[0] ? one : other);
      one.tell.crash("boom");
      await until(async () => (await other.ask.restarts()) === 1, "the other was restarted");
      assert.is(await one.ask.restarts(), 1);
      one.tell.crash("again");
      assert.is(await one.ask.restarts(), 2);
      assert.is(await other.ask.restarts(), 1);
    }
  });

  test("one that overrides onLinkFailed lives on", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Survivor, { journal, name: "a" });
    const b = system.spawn(Friend, { journal, name: "b" }, { name: "b" });
    await a.ask.link(b);
    b.tell.tellOther(a, 3);
    b.tell.crash("boom");
    assert.equal(await journal.ask.atLeast(4), ["a: from b 0", "a: from b 1", "a: from b 2", "a: b failed: boom"]);
    assert.is(await a.ask.restarts(), 0);
  });

  test("a kill counts as a failure, a stop does not", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Survivor, { journal, name: "a" });
    const b = system.spawn(Friend, { journal, name: "b" }, { name: "b" });
    const c = system.spawn(Friend, { journal, name: "c" }, { name: "c" });
    await a.ask.link(b);
    await a.ask.link(c);
    await b.stop();
    await c.kill();
    assert.equal(await journal.ask.atLeast(1), ['a: c failed: "c" was killed']);
  });

  test("unlink, and a link to one that is gone", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const a = system.spawn(Survivor, { journal, name: "a" });
    const b = system.spawn(Friend, { journal, name: "b" }, { name: "b" });
    await a.ask.link(b);
    await a.ask.unlink(b);
    b.tell.crash("boom");
    assert.is(await b.ask.restarts(), 1);
    await b.stop();
    await a.ask.link(b);
    const [line] = await journal.ask.atLeast(1);
    assert.match(line as string, /^a: b failed: "b" has stopped/);
  });

  test("a circle of links fails once each", async (open) => {
    const system = await open({ supervision: { maxRestarts: 100 } });
    const journal = system.spawn(Journal);
    const ring = Array.from({ length: 10 }, (_, i) => system.spawn(Friend, { journal, name: `${i}` }));
    for (const [i, each] of ring.entries()) await each.ask.link(ring[(i + 1) % 10] as (typeof ring)[0]);
    ring[3]?.tell.crash("boom");
    for (const each of ring) await until(async () => (await each.ask.restarts()) === 1, "restarted");
    assert.is(system.stats().restarts, 10);
  });
});

both("the end of a sender and of a group", (test) => {
  test("the notice of a link comes after what waited for room, also when the sender is killed", async (open) => {
    for (const end of ["fails", "is killed"] as const) {
      const system = await open();
      const gate = system.spawn(Gate);
      const taker = system.spawn(LinkedTaker, { gate }, { mailbox: { capacity: 5 } });
      const sender = system.spawn(LinkedSender, { to: taker }, { restart: "temporary" });
      assert.is(await sender.ask.ready(), true);
      taker.tell.hold();
      await until(async () => (await gate.ask.waiting()) === 1, "it is BLOCKED");
      const gone = sender.stopped;
      sender.tell.sendAndFail(50);
      if (end === "is killed") await until(() => taker.queued >= 5, "it is full");
      if (end === "is killed") await sender.kill();
      gate.tell.open();
      await gone;
      await until(async () => (await taker.ask.taken()).includes(-1), "the notice has come");
      const taken = await taker.ask.taken();
      assert.is(taken.indexOf(-1), taken.length - 1, "as the last");
      assert.equal(
        taken.slice(0, -1),
        taken.slice(0, -1).map((_, i) => i),
      );
    }
  });

  test("who is stopped by its supervisor ends for the reason shutdown", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const group = system.supervise({}, (sup) => ({
      first: sup.spawn(Hooked, { journal, name: "first" }),
      second: sup.spawn(Hooked, { journal, name: "second" }),
    }));
    const reasons = Promise.all([group.children.first.stopped, group.children.second.stopped]);
    await journal.ask.atLeast(2);
    await group.stop();
    assert.equal(await reasons, ["shutdown", "shutdown"]);
    assert.equal((await journal.ask.lines()).slice(2), ["second: stop shutdown", "first: stop shutdown"]);
    const single = system.spawn(Hooked, { journal, name: "single" });
    const reason = single.stopped;
    await single.stop();
    assert.is(await reason, "normal");
  });
});
