// Tracing: what is sent, delivered and processed, with the trace that nested sends share.
import * as assert from "uvu/assert";
import type { Stream, SystemEvent } from "zanni";
import { Counter, Gate, Journal, Slow } from "./actors.ts";
import { both, throws, until } from "./helper.ts";

type Traced = Extract<SystemEvent, { trace: string }>;

/** Traced events, until there are so many. */
async function traced(events: Stream<SystemEvent>, count: number): Promise<readonly Traced[]> {
  const all: Traced[] = [];
  for await (const event of events) {
    if (!("trace" in event)) continue;
    all.push(event);
    if (all.length === count) break;
  }
  return all;
}

both("traces", (test) => {
  test("each message to the actor: sent, delivered, processed, with one trace", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, undefined, { name: "counter" });
    const other = system.spawn(Counter, undefined, { name: "other" });
    const events = system.events({ trace: "counter" });
    const plain = system.events();
    // Threads look for listeners when they begin to run.
    await counter.ask.value();
    await other.ask.value();
    const seen = await traced(events, 3);
    assert.equal(
      seen.map(({ type, actor, message, from }) => [type, actor, message, from]),
      ["sent", "delivered", "processed"].map((type) => [type, "counter", "value", undefined]),
    );
    assert.is(new Set(seen.map(({ trace }) => trace)).size, 1);
    assert.ok(seen.every(({ ms }) => ms >= 0));
    plain.cancel();
    for await (const event of plain) assert.not.ok("trace" in event, "who did not ask for traces gets none");
  });

  test("what is sent while a message is handled, also after an await, has its trace", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate, undefined, { name: "gate" });
    const journal = system.spawn(Journal, undefined, { name: "journal" });
    const slow = system.spawn(Slow, { gate, journal }, { name: "slow" });
    const events = system.events({ trace: "*" });
    // Threads look for listeners when they begin to run.
    let known = false;
    const first = traced(system.events({ trace: "journal" }), 1).then(() => {
      known = true;
    });
    await until(async () => {
      await slow.ask.quick("warm");
      return known;
    }, "its thread traces");
    await first;
    const working = slow.ask({ timeout: "1m" }).work("job");
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    gate.tell.open();
    await working;
    await journal.ask.lines();
    events.cancel();
    const all: Traced[] = [];
    for await (const event of events) if ("trace" in event) all.push(event);
    const of = (type: string, actor: string, message: string) =>
      all.filter((each) => each.type === type && each.actor === actor && each.message === message);
    const [job] = of("sent", "slow", "work");
    assert.ok(job);
    const same = (each: Traced | undefined) => each?.trace === job.trace;
    assert.ok(same(of("processed", "slow", "work")[0]), "its own end");
    assert.ok(of("sent", "journal", "note").filter(same).length === 2, "before and after its await");
    const [pass] = of("sent", "gate", "pass");
    assert.ok(same(pass));
    assert.is(pass?.from, "slow");
    const [delivered] = of("delivered", "gate", "pass");
    assert.is(delivered?.from, "slow");
    assert.not.ok(same(of("sent", "gate", "open")[0]), "others have their own");
    const index = (each: Traced | undefined) => all.indexOf(each as Traced);
    const [done] = of("processed", "slow", "work");
    assert.ok(index(done) > index(pass), "it was processed when it had settled");
  });

  test("a failure ends it; nothing is traced once nobody listens", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, undefined, { name: "counter" });
    const events = system.events({ trace: "counter" });
    await counter.ask.crash("x").catch(() => {});
    await counter.ask.crashLater("y").catch(() => {});
    const seen = await traced(events, 6);
    // Of one thread in order; those of another come when they come.
    for (const name of ["crash", "crashLater"]) {
      const own = seen.filter(({ message }) => message === name).map(({ type }) => type);
      assert.equal([...own].sort(), ["delivered", "processed", "sent"]);
      assert.ok(own.indexOf("delivered") < own.indexOf("processed"));
    }
    await counter.ask.value();
    const plain = system.events();
    await counter.ask.value();
    plain.cancel();
    for await (const event of plain) assert.not.ok("trace" in event);
    throws(() => system.events({ trace: "" }), "ERR_OPTION");
  });
});
