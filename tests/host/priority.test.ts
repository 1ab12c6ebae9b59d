// ref.with(): priorities within the user lane, messages that expire; and dead letters that are sent again.
import * as assert from "uvu/assert";
import type { ActorRef, System } from "zanni";
import { Consumer, Counter, Gate, Prioritised } from "./actors.ts";
import { both, pick, rejects, throws, until } from "./helper.ts";

/** A consumer that waits at a gate, one message in hand. */
async function blocked(system: System, mailbox: object = {}) {
  const gate = system.spawn(Gate);
  const consumer = system.spawn(Consumer, { gate }, { mailbox });
  consumer.tell.block();
  await until(async () => (await gate.ask.waiting()) === 1, "it is BLOCKED");
  return { gate, consumer };
}

/** Everything that was sent before is handled. */
async function ids(consumer: ActorRef<Consumer>, count: number): Promise<readonly number[]> {
  await until(async () => (await consumer.ask.ids()).length === count, `${count} have arrived`);
  return consumer.ask.ids();
}

both("priority", (test) => {
  test("high comes before normal, normal before low; order holds within each", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system);
    const send = (from: number, ref = consumer) => {
      for (let id = from; id < from + 5; id++) ref.tell.number(id);
    };
    send(20, consumer.with({ priority: "low" }));
    send(10);
    send(0, consumer.with({ priority: "high" }));
    gate.tell.open();
    assert.equal(await ids(consumer, 15), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24]);
  });

  test("none starves: of 16 messages one is low and one is normal", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system);
    const low = consumer.with({ priority: "low" });
    const high = consumer.with({ priority: "high" });
    for (let id = 0; id < 100; id++) {
      low.tell.number(2000 + id);
      consumer.tell.number(1000 + id);
      high.tell.number(id);
    }
    gate.tell.open();
    const seen = await ids(consumer, 300);
    for (const [from, what] of [
      [1000, "normal"],
      [2000, "low"],
    ] as const) {
      // While any of the higher ones are left.
      const end = Math.max(...[...Array(100).keys()].map((id) => seen.indexOf(id)));
      for (let i = 0; i + 16 <= end; i++) {
        const window = seen.slice(i, i + 16);
        assert.ok(
          window.some((id) => id >= from && id < from + 1000),
          `${what} among ${window.join(" ")}`,
        );
      }
      const own = seen.filter((id) => id >= from && id < from + 1000);
      assert.equal(
        own,
        [...own].sort((a, b) => a - b),
      );
    }
  });

  test("a high message passes a long queue that is being worked off", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system);
    const middle = system.spawn(Gate);
    for (let id = 1; id <= 20_000; id++) {
      consumer.tell.number(id);
      if (id === 10_000) consumer.tell.pause(middle);
    }
    gate.tell.open();
    await until(async () => (await middle.ask.waiting()) === 1, "it is in the middle of what it has drained");
    consumer.with({ priority: "high" }).tell.number(0);
    middle.tell.open();
    const seen = await ids(consumer, 20_001);
    assert.is(seen.indexOf(0), 10_000);
    assert.ok(
      seen.filter((id) => id > 0).every((id, i) => id === i + 1),
      "the others keep their order",
    );
  });

  test("a stop is a barrier: what was sent before it is handled, of low priority too", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system);
    const told = system.spawn(Prioritised, { to: consumer });
    await told.ask.lowThenStop(30);
    consumer.with({ priority: "high" }).tell.number(99);
    const stopped = consumer.stopped;
    gate.tell.open();
    assert.is(await stopped, "normal");
    // What was counted in a turn is reported with the next.
    await until(() => system.stats().processed >= 31, "all of them were handled");
    assert.ok(system.stats().deadLetters <= 1, "and are no dead letters");
  });

  test("asks have priorities, and shedding keeps them", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 6, overflow: "drop-oldest" });
    const high = consumer.with({ priority: "high" });
    for (let id = 0; id < 4; id++) consumer.tell.number(id);
    high.tell.number(100);
    high.tell.number(101);
    const asked = high.ask.ids();
    for (let id = 4; id < 7; id++) consumer.tell.number(id);
    gate.tell.open();
    assert.equal((await asked).slice(0, 2), [100, 101]);
    await until(() => system.stats().deadLetters > 0, "some were shed");
  });

  test("what waits in an outbox keeps its priority", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system, { capacity: 2 });
    const told = system.spawn(Prioritised, { to: consumer });
    told.tell.fill(10);
    told.tell.fill(10);
    gate.tell.open();
    const seen = await ids(consumer, 40);
    for (const from of [0, 1000]) {
      const own = seen.filter((id) => id >= from && id < from + 1000);
      assert.equal(
        own,
        [...own].sort((a, b) => a - b),
      );
    }
  });

  test("with() checks what it is given", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, undefined);
    const wrong = throws(() => counter.with({ priority: "urgent" as "high" }), "ERR_OPTION");
    assert.match(wrong.message, /"high", "normal", "low"/);
    throws(() => counter.with({ ttl: "soon" as "1s" }), "ERR_OPTION");
    throws(() => counter.with({ prio: "high" } as object), "ERR_OPTION");
    assert.is(await counter.with({ priority: "low" }).with({ ttl: "10s" }).ask.add(2), 2);
    assert.ok(counter.with({ ttl: 5 }).equals(counter));
  });
});

both("ttl", (test) => {
  test("a message that has become too old is a dead letter, and an asker is told", async (open) => {
    const system = await open();
    const { gate, consumer } = await blocked(system);
    consumer.with({ ttl: 0 }).tell.number(1);
    consumer.with({ ttl: "1h" }).tell.number(2);
    consumer.with({ ttl: 0 }).tell.text("three");
    const late = rejects(consumer.with({ ttl: 0 }).ask.ids(), "ERR_ASK_TIMEOUT");
    const begun = performance.now();
    await until(() => performance.now() - begun > 2, "time passes");
    gate.tell.open();
    assert.match((await late).message, /after its ttl/);
    assert.equal(await ids(consumer, 1), [2]);
    await until(() => system.deadLetters.length === 3, "three dead letters");
    assert.equal(
      system.deadLetters.map(({ message, reason }) => `${message} ${reason}`),
      ["number expired", "text expired", "ids expired"],
    );
    assert.is(system.stats().deadLetters, 3);
  });
});

both("dead letters", (test) => {
  test("replay() sends one again, to whoever has that path by now; once", async (open) => {
    const system = await open();
    const first = system.spawn(Counter, undefined, { name: "counter" });
    await first.stop();
    first.tell.add(5);
    await until(() => system.deadLetters.length === 1, "a dead letter");
    const second = system.spawn(Counter, undefined, { name: "counter" });
    assert.is(system.deadLetters[0]?.replay(), true);
    assert.is(system.deadLetters[0]?.replay(), false);
    await until(async () => (await second.ask.value()) === 5, "it has been handled");
  });

  test("replay() without anybody there makes a dead letter again", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, undefined, { name: "counter" });
    await counter.stop();
    counter.tell.add(5);
    await until(() => system.deadLetters.length === 1, "a dead letter");
    assert.is(system.deadLetters[0]?.replay(), true);
    await until(() => system.deadLetters.length === 2, "another");
    assert.equal(pick(system.deadLetters[1]), ["counter", "add", "stopped"]);
  });

  test("what was queued when an actor ended can be replayed, values and all", async (open) => {
    const system = await open();
    const { consumer } = await blocked(system);
    consumer.tell.text("kept");
    consumer.tell.number(7);
    await consumer.kill();
    await until(() => system.deadLetters.length >= 2, "dead letters");
    const gate = system.spawn(Gate);
    const next = system.spawn(Consumer, { gate }, { name: consumer.path });
    for (const letter of [...system.deadLetters]) assert.is(letter.replay(), true);
    assert.equal(await ids(next, 1), [7]);
    assert.equal(await next.ask.texts(), ["kept"]);
  });
});
