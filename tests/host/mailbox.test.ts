// Full mailboxes: for each policy a fast producer and a consumer that is BLOCKED, slow, or stuck in a handler.
import * as assert from "uvu/assert";
import type { ActorRef, Overflow, System } from "zanni";
import {
  Chained,
  Consumer,
  Eager,
  Funnel,
  Gate,
  Hose,
  Journal,
  Mutual,
  MutualReentrant,
  Overrun,
  Partner,
  Producer,
} from "./actors.ts";
import { both, observed, rejects, threaded, throws, until, worker } from "./helper.ts";

/** A consumer that waits at a gate, one message in hand. */
async function blocked(system: System, mailbox: object) {
  const gate = system.spawn(Gate);
  const consumer = system.spawn(Consumer, { gate }, { name: "consumer", mailbox });
  consumer.tell.block();
  await until(async () => (await gate.ask.waiting()) === 1, "it is BLOCKED");
  return { gate, consumer };
}

/** Two with small mailboxes that know each other, and what lets those go that are held. */
async function partners(system: System) {
  const gate = system.spawn(Gate);
  const mailbox = { capacity: 2 };
  const b = system.spawn(Partner, { gate }, { name: "b", mailbox });
  const a = system.spawn(Partner, { gate, other: b }, { name: "a", mailbox });
  b.tell.meet(a);
  await Promise.all([a.ask.got(), b.ask.got()]);
  const held = () => until(async () => (await gate.ask.waiting()) === 1, "it is held");
  const waits = async (path: string) => {
    const state = async () => (await system.tree()).children.find((child) => child.path === path)?.state;
    await until(async () => (await state()) === "blocked", `${path} waits`);
  };
  return { a, b, gate, held, waits };
}

/** The ten that it was sent. */
function gotAll(partner: ActorRef<Partner>): Promise<void> {
  return until(async () => (await partner.ask({ timeout: "20s" }).got()) === 10, `${partner.path} has got all`);
}

both("overflow", (test) => {
  test("block: the sender takes no new message until what it sent has room; order is kept", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 10 });
    const producer = system.spawn(Producer, { to: consumer });
    producer.tell.send(0, 100);
    producer.tell.take();
    producer.tell.send(100, 20);
    producer.tell.take();
    await until(async () => (await system.tree()).children.some((each) => each.queued >= 10), "it is full");
    const state = async () => (await system.tree()).children.find(({ definition }) => definition === "Producer")?.state;
    await until(async () => (await state()) === "blocked", "the producer waits");
    gate.tell.open();
    assert.is(await producer.ask({ timeout: "20s" }).taken(), 2);
    const answers = await producer.ask.answers();
    assert.is(answers[0], true);
    assert.is(answers[60], false);
    await until(async () => (await consumer.ask.ids()).length === 120, "all have arrived");
    assert.equal(await consumer.ask.ids(), [...Array(120).keys()]);
    assert.is(system.stats().deadLetters, 0);
  });

  test("block: a stop waits in line, and the stop of a sender waits for its outbox", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 5 });
    const producer = system.spawn(Producer, { to: consumer });
    producer.tell.send(0, 50);
    const stopped = producer.stop();
    await until(async () => (await system.tree()).children.some((each) => each.queued >= 5), "it is full");
    const last = consumer.ask({ timeout: "20s" }).ids();
    gate.tell.open();
    await stopped;
    await last;
    assert.is((await consumer.ask.ids()).length, 50);
    const other = await blocked(system, { capacity: 5, overflow: "block" }).catch(() => undefined);
    assert.is(other, undefined, "the name is taken");
  });

  test("block: stopOther comes after what waits", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 5 });
    const producer = system.spawn(Producer, { to: consumer });
    producer.tell.send(0, 50);
    producer.tell.stopOther();
    gate.tell.open();
    assert.is(await consumer.stopped, "normal");
    assert.is(system.stats().deadLetters, 0);
  });

  test("block: an outbox has its limit, for actors and strangers", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 10 });
    const producer = system.spawn(Producer, { to: consumer });
    const taken = await producer.ask.flood(5000);
    assert.ok(taken >= 1024 + 9 && taken <= 1024 + 11, `${taken}`);
    let mine = 0;
    const error = throws(() => {
      for (; mine < 5000; mine++) consumer.tell.take({ id: mine, key: "" });
    }, "ERR_MAILBOX_FULL");
    assert.match(error.message, /the mailbox of "consumer" is full; wait for ref\.ready\(\)/);
    assert.is(mine, 1024);
    gate.tell.open();
    await consumer.ready();
    await until(async () => (await consumer.ask.ids()).length === taken + mine, "all have arrived");
  });

  test("block: a stranger goes at the receiver's pace with ready()", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const consumer = system.spawn(Consumer, { gate }, { mailbox: { capacity: 10 } });
    await consumer.ready();
    let waited = 0;
    for (let i = 0; i < 1000; i++) {
      if (consumer.tell.take({ id: i, key: "" })) continue;
      waited++;
      await consumer.ready();
    }
    assert.equal(await consumer.ask.ids(), [...Array(1000).keys()]);
    assert.ok(waited > 0);
    const producer = system.spawn(Producer, { to: consumer });
    await producer.ask({ timeout: "20s" }).sendReady(1000);
    assert.is((await consumer.ask.ids()).length, 2000);
  });

  test("block: what waits for one that ends becomes dead letters, and its asks are answered", async (open) => {
    const system = await open();
    const { consumer } = await blocked(system, { capacity: 5 });
    for (let i = 0; i < 20; i++) consumer.tell.take({ id: i, key: "" });
    const asked = rejects(consumer.ask({ timeout: "1m" }).answer(1), "ERR_ACTOR_STOPPED");
    await consumer.kill();
    await asked;
    await consumer.ready();
    await until(() => system.stats().deadLetters === 21, "each of them");
    await until(() => {
      const { sent, processed, deadLetters } = system.stats();
      return sent === processed + deadLetters;
    }, "each is counted once");
  });

  test("block: killing a sender makes dead letters of what waits", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 5 });
    const producer = system.spawn(Producer, { to: consumer });
    producer.tell.send(0, 50);
    await until(async () => (await system.tree()).children.some((each) => each.queued >= 5), "it is full");
    const state = async () => (await system.tree()).children.find(({ definition }) => definition === "Producer")?.state;
    await until(async () => (await state()) === "blocked", "the producer waits");
    await producer.kill();
    gate.tell.open();
    const handled = (await consumer.ask.ids()).length;
    await until(() => system.stats().deadLetters === 50 - handled, "the rest are dead letters");
  });

  for (const Kind of [Mutual, MutualReentrant]) {
    test(`block: two that fill each other's mailboxes do not wait for ever, ${Kind.name}`, async (open) => {
      const system = await open();
      const journal = system.spawn(Journal);
      const pair = [1, 2].map(() => system.spawn(Kind, { journal }, { mailbox: { capacity: 20 } }));
      const [a, b] = pair as [(typeof pair)[0], (typeof pair)[0]];
      a.tell.meet(b);
      b.tell.meet(a);
      a.tell.send(500);
      b.tell.send(500);
      assert.equal(await journal.ask({ timeout: "20s" }).atLeast(2), ["500", "500"]);
    });
  }

  test("block: nor when one of them fails meanwhile", async (open) => {
    const system = await open();
    const { a, b, gate, held } = await partners(system);
    b.tell.hold(10);
    await held();
    a.tell.sendAndFail(10);
    await until(() => system.stats().restarts === 1, "it has failed");
    gate.tell.open();
    for (const each of [a, b]) await gotAll(each);
  });

  test("block: nor when one of them ends: what it has sent arrives", async (open) => {
    const system = await open();
    const { a, b, gate, held } = await partners(system);
    b.tell.hold(10);
    await held();
    a.tell.send(10);
    const stopped = a.stop();
    gate.tell.open();
    await stopped;
    await gotAll(b);
    await until(() => system.stats().deadLetters === 10, "what came behind the stop is dead letters");
  });

  test("block: nor when it is waited for by then", async (open) => {
    const system = await open();
    const { a, b, gate, held, waits } = await partners(system);
    a.tell.hold(10);
    await held();
    const stopped = a.stop();
    b.tell.send(10);
    await waits("b");
    gate.tell.open();
    await stopped;
    await gotAll(b);
    await until(() => system.stats().deadLetters === 10, "what came behind the stop is dead letters");
  });

  test("block: nor does one that awaits the end of another, which waits for it, before or after", async (open) => {
    for (const isLate of [false, true]) {
      const system = await open();
      const { a, b, gate, held, waits } = await partners(system);
      (isLate ? b : a).tell.hold(isLate ? 0 : 10);
      await held();
      b.tell.dismiss(gate);
      if (isLate) {
        a.tell.send(10);
        await waits("a");
        gate.tell.open();
      }
      assert.is(await a.stopped, "normal");
      await gotAll(b);
    }
  });

  test("block: nor does one that ends its children, which wait for it", async (open) => {
    const system = await open();
    for (const deep of [false, true]) {
      const journal = system.spawn(Journal);
      const top = system.spawn(Overrun, { journal, deep }, { mailbox: { capacity: 5 } });
      assert.equal(await journal.ask({ timeout: "20s" }).atLeast(2), ["starts", "starts"]);
      await top.stop();
    }
  });

  test("block: what is sent by onStop arrives, or is a dead letter if there is a kill meanwhile", async (open) => {
    const system = await open();
    for (const isKilled of [false, true]) {
      const { b, gate, held, waits } = await partners(system);
      const last = system.spawn(Partner, { gate, other: b, onStop: 10 }, { name: "last" });
      b.tell.hold(0);
      await held();
      const stopped = last.stop();
      await waits("last");
      if (isKilled) await last.kill();
      gate.tell.open();
      await stopped;
      if (!isKilled) await gotAll(b);
      else {
        const got = await b.ask({ timeout: "20s" }).got();
        assert.ok(got < 5, `${got}`);
        await until(() => system.stats().deadLetters === 10 - got, "the others");
      }
      for (const { path } of (await system.tree()).children) await (await system.lookup(path))?.stop();
    }
  });

  test("block: nor do two that wait for each other's ready()", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const pair = [1, 2].map(() => system.spawn(Mutual, { journal }, { mailbox: { capacity: 20 } }));
    const [a, b] = pair as [(typeof pair)[0], (typeof pair)[0]];
    a.tell.meet(b);
    b.tell.meet(a);
    const answers = await Promise.all([
      a.ask({ timeout: "20s" }).sendReady(500),
      b.ask({ timeout: "20s" }).sendReady(500),
    ]);
    for (const answer of answers) assert.ok(["sent", "ERR_DEADLOCK"].includes(answer), answer);
  });

  test("drop-newest: what does not fit is a dead letter with its reason, and an asker is told", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 10, overflow: "drop-newest" });
    for (let i = 0; i < 30; i++) assert.is(consumer.tell.take({ id: i, key: "" }), true);
    await rejects(consumer.ask.answer(1), "ERR_MAILBOX_FULL");
    gate.tell.open();
    await consumer.ready();
    const ids = await consumer.ask.ids();
    assert.ok(ids.length >= 9 && ids.length <= 10, `${ids.length}`);
    assert.equal(ids, [...Array(ids.length).keys()]);
    assert.is(system.stats().deadLetters, 30 - ids.length + 1);
    assert.ok(system.deadLetters.every(({ reason }) => reason === "overflow"));
  });

  test("drop-oldest: what has waited longest makes room, also while the actor is BLOCKED", async (open) => {
    const system = await open();
    const events = system.events();
    const { gate, consumer } = await blocked(system, { capacity: 10, overflow: "drop-oldest" });
    for (let i = 0; i < 50; i++) {
      consumer.tell.take({ id: i, key: "" });
      await until(() => system.stats().deadLetters === Math.max(0, i - 9), "one was shed for each that came");
    }
    gate.tell.open();
    await consumer.ready();
    assert.equal(await consumer.ask.ids(), [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    for await (const event of events) {
      if (event.type !== "overflow") continue;
      assert.is(event.policy, "drop-oldest");
      assert.is(event.actor, "consumer");
      break;
    }
    await until(() => {
      const { sent, processed, deadLetters } = system.stats();
      return sent === processed + deadLetters;
    }, "each message is handled or a dead letter");
  });

  test("coalesce: a newer message takes the place of a queued one with its name and key", async (open) => {
    const system = await open();
    const mailbox = { capacity: 6, overflow: "coalesce", coalesceBy: "key" };
    const { gate, consumer } = await blocked(system, mailbox);
    for (let i = 0; i < 30; i++) {
      consumer.tell.take({ id: i, key: `${i % 3}` });
      await until(() => system.stats().deadLetters === Math.max(0, i - 5), "one was shed for each that came");
    }
    // None of its name: there is nothing to replace, and the newest is dropped.
    consumer.tell.other(1);
    await until(() => system.stats().deadLetters === 25, "shed");
    gate.tell.open();
    await consumer.ready();
    assert.equal(await consumer.ask.ids(), [0, 1, 2, 27, 28, 29]);
  });

  test("fail: the send throws, and nothing is counted", async (open) => {
    const system = await open();
    const { consumer } = await blocked(system, { capacity: 10, overflow: "fail" });
    throws(() => {
      for (let i = 0; i < 30; i++) consumer.tell.take({ id: i, key: "" });
    }, "ERR_MAILBOX_FULL");
    await rejects(consumer.ask.answer(1), "ERR_MAILBOX_FULL");
    assert.is(system.stats().deadLetters, 0);
    await consumer.kill();
  });

  test("a system's policy is every actor's, and options are checked", async (open) => {
    const system = await open({ mailbox: { capacity: 4, overflow: "drop-newest" } });
    const { consumer } = await blocked(system, {});
    for (let i = 0; i < 30; i++) consumer.tell.take({ id: i, key: "" });
    assert.ok(system.stats().deadLetters >= 25);
    await consumer.kill();
    const wrong = (mailbox: object) =>
      throws(() => system.spawn(Consumer, { gate: system.spawn(Gate) }, { mailbox }), "ERR_OPTION");
    wrong({ overflow: "explode" });
    wrong({ overflow: "coalesce" });
    wrong({ coalesceBy: "id" });
    wrong({ overflow: "coalesce", coalesceBy: "id", fallback: "block" });
  });
});

threaded("overflow while a thread is stuck", (test) => {
  test("memory is bounded by twice the limit: the newest are dropped beyond", async () => {
    const { createSystem } = await import("zanni");
    const actors = await import("./actors.ts");
    let began = false;
    const log = () => {
      began = true;
    };
    const logger = { debug: log, info: log, warn: log, error: log };
    const system = await createSystem({ actors, worker, workers: 1, logger });
    const gate = system.spawn(Gate);
    const consumer = system.spawn(Consumer, { gate }, { mailbox: { capacity: 100, overflow: "drop-oldest" } });
    assert.is(await consumer.ask.answer(1), 1);
    consumer.tell.stuck(300);
    await until(() => began, "it is in its handler");
    for (let i = 0; i < 1000; i++) consumer.tell.take({ id: i, key: "" });
    // The thread takes no turn: all but twice the limit were dropped here and now.
    assert.ok(system.stats().deadLetters >= 790, `${system.stats().deadLetters}`);
    await consumer.ready();
    const ids = await consumer.ask.ids();
    assert.ok(ids.length <= 200, `${ids.length}`);
    await system.stop();
  });
});

threaded("a fast producer", (test) => {
  const COUNT = 6000;
  const CAPACITY = 100;
  /**
   * Frames of 2 KiB: twice the limit; 1,024 in an outbox, or as dead letters under way to the system's thread; and what two threads
   * keep in hand. All would be 12 MiB.
   */
  const BOUND = 3 * 2 ** 20;
  const policies: Overflow[] = ["block", "drop-newest", "drop-oldest", "coalesce", "fail"];

  for (const overflow of policies) {
    for (const consumer of ["slow", "BLOCKED", "stuck"] as const) {
      test(`and a ${consumer} consumer, ${overflow}`, () =>
        observed(async (system) => {
          const gate = system.spawn(Gate, undefined, { placement: 1 });
          const journal = system.spawn(Journal, undefined, { placement: 1 });
          const mailbox = { capacity: CAPACITY, overflow, ...(overflow === "coalesce" ? { coalesceBy: "key" } : {}) };
          const funnel = system.spawn(Funnel, { gate, journal }, { placement: 0, mailbox });
          const hose = system.spawn(Hose, { to: funnel }, { placement: 1 });
          // Up, and their threads' memory with them.
          assert.equal([await hose.ask.pour(0, 0, false, false), await funnel.ask.ids()], [[], []]);
          const before = system.stats().memory.used;
          if (consumer === "BLOCKED") {
            funnel.tell.block();
            await until(async () => (await gate.ask.waiting()) === 1, "it is BLOCKED");
          } else if (consumer === "stuck") {
            funnel.tell.stuckUntil(Date.now() + 200);
            await journal.ask.atLeast(1);
          }
          const poured = hose.ask({ timeout: "1m" }).pour(0, COUNT, consumer === "slow", overflow === "block");
          // Should the test fail before it is awaited, that is the failure to be told of.
          poured.catch(() => {});
          if (consumer === "BLOCKED") {
            // Whoever waits for room waits until the gate is open; the others are through.
            if (overflow === "block") await until(() => funnel.queued >= CAPACITY, "it is full");
            else await poured;
          }
          // Overrun, those that shed what is older drop the newest too, beyond twice the limit; they have one that comes later.
          const shedsOlder = overflow === "drop-oldest" || overflow === "coalesce";
          const count = shedsOlder ? COUNT + 1 : COUNT;
          if (shedsOlder) {
            await poured;
            await until(() => funnel.queued <= CAPACITY + 1, "it has shed what is too much");
            await hose.ask.pour(COUNT, count, false, false);
          }
          gate.tell.open();
          const refused = await poured;
          await until(() => {
            const { sent, processed, deadLetters } = system.stats();
            return funnel.queued === 0 && sent === processed + deadLetters;
          }, "all is handled or dead");
          const ids = await funnel.ask({ timeout: "1m" }).ids();
          const { memory, deadLetters } = system.stats();

          const grown = memory.used - before;
          assert.ok(grown <= BOUND, `${grown} bytes`);
          const shed = overflow.startsWith("drop") || overflow === "coalesce";
          assert.is(ids.length + refused.length + deadLetters, count, "each is handled, refused or a dead letter");
          if (!shed) assert.is(deadLetters, 0);
          if (overflow !== "fail") assert.equal(refused, []);
          if (overflow === "block") assert.is(ids.length, COUNT);
          assert.ok(system.deadLetters.every(({ reason, actor }) => reason === "overflow" && actor === funnel.path));
          if (consumer === "BLOCKED" && overflow !== "block")
            assert.ok(ids.length <= 2 * CAPACITY + 1, `${ids.length}`);
          const ascending = (list: readonly number[]) => list.every((id, i) => i === 0 || id > (list[i - 1] as number));
          if (overflow === "coalesce") {
            for (const key of [0, 1, 2]) assert.ok(ascending(ids.filter((id) => id % 3 === key)));
          } else assert.ok(ascending(ids));
          if (shedsOlder) assert.ok(ids.includes(COUNT), "the newest is there");
        }));
    }
  }
});

both("coalesce without anything to replace", (test) => {
  for (const fallback of ["drop-newest", "drop-oldest"] as const) {
    test(`${fallback} is what happens then`, async (open) => {
      const system = await open();
      const mailbox = { capacity: 5, overflow: "coalesce", coalesceBy: "key", fallback } as const;
      const { gate, consumer } = await blocked(system, mailbox);
      for (let i = 0; i < 20; i++) {
        // No two of them have the same key.
        consumer.tell.take({ id: i, key: `${i}` });
        await until(() => system.stats().deadLetters === Math.max(0, i - 4), "one was shed for each that came");
      }
      gate.tell.open();
      await consumer.ready();
      assert.equal(await consumer.ask.ids(), fallback === "drop-newest" ? [0, 1, 2, 3, 4] : [15, 16, 17, 18, 19]);
    });
  }
});

both("deadlocks", (test) => {
  test("a circle of asks is refused when it closes, with its path; who asked first goes on", async (open) => {
    const system = await open({ supervision: { maxRestarts: 100 } });
    const [a, b, c] = ["a", "b", "c"].map((name) => system.spawn(Chained, undefined, { name }));
    if (!a || !b || !c) throw new Error("three");
    for (const [rest, path] of [
      [
        [b, a],
        ["b", "a", "b"],
      ],
      [
        [b, c, a],
        ["c", "a", "b", "c"],
      ],
      [
        [b, c, b],
        ["c", "b", "c"],
      ],
    ] as const) {
      const error = await rejects(a.ask({ timeout: "20s" }).pass([...rest]), "ERR_ACTOR_FAILED");
      let cause: unknown = error;
      while ((cause as { code?: string }).code === "ERR_ACTOR_FAILED") cause = (cause as Error).cause;
      assert.is((cause as { code: string }).code, "ERR_DEADLOCK");
      // Whoever closes it says so; across threads more than one may.
      const found = (cause as { details: { path: string[] } }).details.path;
      assert.is(found[0], found.at(-1));
      assert.equal([...new Set(found)].sort(), [...new Set<string>(path)].sort());
      assert.is(await a.ask.name(), "a");
    }
  });

  test("asking oneself is one, also after an await; not waiting is none", async (open) => {
    const system = await open({ supervision: { maxRestarts: 100 } });
    const a = system.spawn(Chained, undefined, { name: "a" });
    const b = system.spawn(Chained, undefined, { name: "b" });
    const itself = await rejects(a.ask.itself(), "ERR_ACTOR_FAILED");
    assert.is((itself.cause as { code: string }).code, "ERR_DEADLOCK");
    const late = await rejects(a.ask.late(b, [a]), "ERR_ACTOR_FAILED");
    assert.match(late.message, /would wait for ever: (b waits for a waits for b|a waits for b waits for a)/);
    const c = system.spawn(Chained, undefined, { name: "c" });
    const d = system.spawn(Chained, undefined, { name: "d" });
    assert.is(await c.ask.pass([d, c], false), "sent");
    assert.is(await d.ask.name(), "d");
  });

  test("a start is part of one, too", async (open) => {
    const system = await open();
    const eager = system.spawn(Eager, { of: system.spawn(Chained) });
    assert.is(await eager.ask({ timeout: "20s" }).why(), "ERR_DEADLOCK");
  });

  test("no false alarm among many asks without a circle", async (open) => {
    const system = await open();
    const all = Array.from({ length: 20 }, () => system.spawn(Chained));
    const asks: Promise<string>[] = [];
    let seed = 7;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % n;
    };
    for (let i = 0; i < 2000; i++) {
      // Along rising numbers only: there is no circle.
      const path = Array.from({ length: 1 + random(5) }, () => random(20)).sort((x, y) => x - y);
      const refs = [...new Set(path)].map((index) => all[index] as (typeof all)[0]);
      const [first, ...rest] = refs;
      if (first) asks.push(first.ask({ timeout: "1m" }).pass(rest));
    }
    assert.ok((await Promise.all(asks)).every((answer) => answer === "end"));
  });
});
