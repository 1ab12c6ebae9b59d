// Topics and groups, on the threads of a system and outside of any actor.
import * as assert from "uvu/assert";
import { type System, topic } from "zanni";
import { Gate, Hoarder, Journal, Listener } from "./actors.ts";
import { both, throws, until, workers } from "./helper.ts";

const ticks = topic<{ n: number }>("ticks");

function listeners(system: System, count: number) {
  const journal = system.spawn(Journal);
  const all = Array.from({ length: count }, (_, i) =>
    system.spawn(Listener, { journal, name: `l${i}` }, { name: `l${i}` }),
  );
  const notes = (least: number) => journal.ask.atLeast(least);
  return { journal, all, notes };
}

both("topics", (test) => {
  test("where there is no memory to tell a subscriber, it misses what comes, and all goes on", async (open) => {
    const system = await open({ memory: 24 * 1024 * 1024, mailbox: { bytes: Number.POSITIVE_INFINITY } });
    const gate = system.spawn(Gate);
    const hoarder = system.spawn(Hoarder, gate);
    await hoarder.ask.listen();
    hoarder.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    const news = topic<Uint8Array>("news");
    const value = new Uint8Array(100_000);
    throws(() => {
      for (let i = 0; i < 100_000; i++) system.publish(news, value);
    }, "ERR_OUT_OF_MEMORY");
    await until(() => system.deadLetters.some(({ reason }) => reason === "overflow"), "some are missed", 20_000);
    gate.tell.open();
    await until(
      () => system.stats().sent === system.stats().processed + system.stats().deadLetters,
      "the rest",
      20_000,
    );
    const before = await hoarder.ask({ timeout: "20s" }).heard();
    system.publish(news, value);
    await until(async () => (await hoarder.ask.heard()) === before + 1, "the next is heard");
  });

  test("one that subscribes while there is no memory is told like any other once there is some", async (open) => {
    const system = await open({ memory: 24 * 1024 * 1024, mailbox: { bytes: Number.POSITIVE_INFINITY } });
    const gate = system.spawn(Gate);
    const [other, last] = [system.spawn(Hoarder, gate), system.spawn(Hoarder, gate)];
    assert.is(await last.ask.heard(), 0);
    other.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    // It has ended before any memory is free again: what it sends does not find a full mailbox.
    await last.ask({ timeout: "1m" }).listenLast(other);
    // Each worker has a block of 64 KiB that is not counted as used.
    const most = 23 * 1024 * 1024 - workers * 65_536;
    assert.ok(system.stats().memory.used > most, "there is no memory left");
    gate.tell.open();
    const news = topic<Uint8Array>("news");
    await until(
      () => system.stats().sent === system.stats().processed + system.stats().deadLetters,
      "all is handled",
      20_000,
    );
    system.publish(news, new Uint8Array(1));
    await until(async () => (await last.ask.heard()) === 1, "it is heard");
  });

  test("each subscriber gets each value, of its own, in the order of each publisher", async (open) => {
    const system = await open();
    const { all, notes } = listeners(system, 3);
    for (const each of all) await each.ask.listen("ticks");
    all[0]?.tell.publish("ticks", 0, 10);
    all[1]?.tell.publish("ticks", 100, 10);
    const got = await notes(60);
    assert.is(got.length, 60);
    for (const name of ["l0", "l1", "l2"]) {
      const own = got.filter((note) => note.startsWith(name)).map((note) => Number(note.split(" ")[2]));
      assert.equal(
        own.filter((n) => n < 100),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
      assert.equal(
        own.filter((n) => n >= 100),
        [100, 101, 102, 103, 104, 105, 106, 107, 108, 109],
      );
    }
  });

  test("other topics are not heard, and nobody hears what has been disposed of", async (open) => {
    const system = await open();
    const { all, notes } = listeners(system, 2);
    for (const each of all) await each.ask.listen("ticks");
    await all[0]?.ask.end("ticks");
    system.publish(topic<{ n: number }>("tocks"), { n: 1 });
    system.publish(ticks, { n: 2 });
    assert.equal(await notes(1), ["l1 ticks 2"]);
    assert.is(system.stats().deadLetters, 0);
  });

  test("a subscription ends with its instance; a value that crashes it is named", async (open) => {
    const system = await open();
    const { all, notes } = listeners(system, 2);
    for (const each of all) await each.ask.listen("ticks");
    const events = system.events();
    await all[0]?.ask.crash().catch(() => {});
    system.publish(ticks, { n: 1 });
    assert.equal(await notes(1), ["l1 ticks 1"]);
    system.publish(ticks, { n: -1 });
    for await (const event of events) {
      if (event.type !== "crash" || event.actor !== "l1") continue;
      assert.is(event.message, "ticks");
      assert.is(event.error.message, "negative");
      break;
    }
    await all[1]?.ask.listen("ticks");
    system.publish(ticks, { n: 2 });
    assert.equal(await notes(2), ["l1 ticks 1", "l1 ticks 2"]);
  });

  test("the end of an actor ends its subscriptions", async (open) => {
    const system = await open();
    const { all, notes } = listeners(system, 2);
    for (const each of all) await each.ask.listen("ticks");
    await all[0]?.kill();
    await until(() => {
      system.publish(ticks, { n: 1 });
      return true;
    }, "published");
    await notes(1);
    const before = system.stats().deadLetters;
    // It is known by now: nothing more is sent to it.
    await until(async () => {
      const dead = system.stats().deadLetters;
      system.publish(ticks, { n: 2 });
      await notes(1);
      return system.stats().deadLetters === dead;
    }, "it is forgotten");
    assert.ok(before >= 0);
  });

  test("a subscriber that is slow holds nobody up: what its mailbox has no room for, it misses", async (open) => {
    const system = await open({ mailbox: { capacity: 20 } });
    const { all, notes } = listeners(system, 1);
    const gate = system.spawn(Gate);
    const journal = system.spawn(Journal, undefined, { mailbox: { capacity: 1000 } });
    const slow = system.spawn(Listener, { journal, name: "slow" });
    await slow.ask.listenSlowly("ticks", gate);
    await all[0]?.ask.listen("ticks");
    for (let n = 0; n < 100; n++) {
      system.publish(ticks, { n });
      // One at a time: the quick one has room for all.
      await notes(n + 1);
    }
    await until(async () => {
      gate.tell.open();
      return (await journal.ask.lines()).length >= 20;
    }, "the slow one has handled what it had room for");
    await until(() => system.stats().deadLetters >= 70, "the rest is dead letters");
    assert.ok(system.deadLetters.every(({ reason }) => reason === "overflow"));
  });

  test("outside of any actor a topic is a stream", async (open) => {
    const system = await open();
    const { all } = listeners(system, 1);
    const abort = new AbortController();
    const first = system.subscribe(ticks);
    const second = system.subscribe(ticks, { signal: abort.signal });
    all[0]?.tell.publish("ticks", 0, 5);
    const got: number[] = [];
    for await (const value of first) {
      got.push(value.n);
      value.n = 99;
      if (got.length === 5) break;
    }
    assert.equal(got, [0, 1, 2, 3, 4]);
    abort.abort();
    const rest: number[] = [];
    for await (const { n } of second) rest.push(n);
    assert.equal(rest, [0, 1, 2, 3, 4]);
    const last = system.subscribe(ticks);
    await system.stop();
    for await (const _ of last) throw new Error("it has ended");
  });

  test("what is wrong is refused", async (open) => {
    const system = await open();
    throws(() => topic(""), "ERR_OPTION");
    throws(() => system.publish({} as typeof ticks, { n: 1 }), "ERR_OPTION");
    throws(() => system.subscribe(ticks, { sginal: 1 } as object), "ERR_OPTION");
    throws(() => system.publish(ticks, { n: (() => 1) as unknown as number }), "ERR_NOT_SENDABLE");
  });
});

both("groups", (test) => {
  test("members are found from every thread, in the order they joined, until they leave", async (open) => {
    const system = await open();
    const { all, notes } = listeners(system, 4);
    for (const each of all) await each.ask.join("room:7");
    const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    assert.equal(await first.ask.who("room:7"), ["l0", "l1", "l2", "l3"]);
    assert.equal(await first.ask.who("room:8"), []);
    await second.ask.end("room:7");
    assert.equal(await third.ask.who("room:7"), ["l0", "l2", "l3"]);
    await third.kill();
    await until(async () => (await first.ask.who("room:7")).length === 2, "a dead one is no member");
    await first.ask.greet("room:7");
    assert.equal([...(await notes(2))].sort(), ["l0 hears l0", "l3 hears l0"]);
    assert.equal(
      (await system.members("room:7")).map(({ path }) => path),
      ["l0", "l3"],
    );
  });

  test("a membership ends with its instance, and with as many disposals as there were joins", async (open) => {
    const system = await open();
    const { all } = listeners(system, 2);
    const [first, second] = all as [(typeof all)[0], (typeof all)[0]];
    await first.ask.join("g");
    await second.ask.join("g");
    await first.ask.crash().catch(() => {});
    await until(async () => (await second.ask.who("g")).length === 1, "the new instance has not joined");
    await first.ask.join("g");
    assert.equal(await second.ask.who("g"), ["l1", "l0"]);
  });
});
