// Timers of actors, and what they put aside. Times are asserted from below only: a timer is never early.
import * as assert from "uvu/assert";
import { Gate, Journal, Stasher, Tap, Timed, Turnstile } from "./actors.ts";
import { both, rejects, until } from "./helper.ts";

both("timers", (test) => {
  test("once, by closure and by message, never early", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    const began = performance.now();
    timed.tell.once(30, "closure");
    timed.tell.onceNamed(60, "message");
    assert.equal(await journal.ask.atLeast(2), ["closure", "message"]);
    assert.ok(performance.now() - began >= 60);
  });

  test("one that has fired is disposed of without harm to what has its place by now", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const gate = system.spawn(Gate);
    const timed = system.spawn(Timed, journal);
    for (let i = 0; i < 10; i++) timed.tell.once(1, "fired");
    await journal.ask.atLeast(10);
    const asked = timed.ask({ timeout: "20s" }).askAndCancel(gate);
    await until(async () => (await gate.ask.waiting()) === 20, "all are asked");
    await gate.ask.open();
    await asked;
  });

  test("every period, until it is disposed", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    const began = performance.now();
    timed.tell.repeat(10, "tick");
    await journal.ask.atLeast(5);
    assert.ok(performance.now() - began >= 49);
    await timed.ask.cancel();
    const { length } = await journal.ask.lines();
    const from = performance.now();
    await until(() => performance.now() - from > 50, "time passes");
    assert.is((await journal.ask.lines()).length, length);
  });

  test("one that is cancelled by its name does not come, also when it has fired and waits in the mailbox", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    timed.tell.onceAndCancel(5, "late");
    timed.tell.note("after");
    assert.equal(await journal.ask.atLeast(1), ["after"]);
    timed.tell.onceNamed(1, "again");
    assert.equal(await journal.ask.atLeast(2), ["after", "again"]);
  });

  test("while a tick is queued the next is left out", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    timed.tell.repeat(1, "tick");
    timed.tell.busy(200);
    timed.tell.note("after");
    await journal.ask.atLeast(2);
    await timed.ask.cancel();
    const lines = await journal.ask.lines();
    assert.ok(lines.indexOf("after") <= 1, "at most one was queued before");
    assert.ok(lines.length < 100, `${lines.length} of 200`);
  });

  test("they end with the instance", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    timed.tell.once(20, "never");
    timed.tell.repeat(20, "never");
    timed.tell.crash();
    timed.tell.once(60, "of the new one");
    assert.equal(await journal.ask.atLeast(1), ["of the new one"]);
  });

  test("a failure in one is the actor's, and names it", async (open) => {
    const system = await open();
    const events = system.events();
    const timed = system.spawn(Timed, system.spawn(Journal));
    timed.tell.failing();
    for await (const event of events) {
      if (event.type !== "crash") continue;
      assert.is(event.error.message, "late");
      assert.is(event.message, "(timer)");
      break;
    }
    const error = await rejects(timed.ask.unknown(), "ERR_ACTOR_FAILED");
    assert.match((error.cause as Error).message, /"task" is "nothingLikeThat"; allowed: a function, or the name/);
  });

  test("idle: when no message came for so long, again and again", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const timed = system.spawn(Timed, journal);
    const began = performance.now();
    timed.tell.idle(40);
    await journal.ask.atLeast(2);
    assert.ok(performance.now() - began >= 80);
    await timed.ask.idle(undefined);
    const { length } = await journal.ask.lines();
    const from = performance.now();
    await until(() => performance.now() - from > 100, "time passes");
    assert.is((await journal.ask.lines()).length, length);
  });
});

both("stash and become", (test) => {
  test("what was put aside is taken up in order, before what is queued; asks are answered then", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    for (const line of ["1", "2", "3"]) turnstile.tell.pass(line);
    const answer = turnstile.ask.number(7);
    turnstile.tell.through(journal, "4");
    turnstile.tell.open();
    turnstile.tell.pass("5");
    assert.equal(await journal.ask.atLeast(6), ["opened", "1", "2", "3", "4", "5"]);
    assert.is(await answer, 7);
  });

  test("an ask that was put aside is served as any other: a stream, a deadline that is inherited", async (open) => {
    const system = await open();
    const tap = system.spawn(Tap, undefined);
    const items = tap.ask.count(3)[Symbol.asyncIterator]();
    const first = items.next();
    tap.tell.pour();
    assert.equal(await first, { value: 0, done: false });
    assert.equal(
      [await items.next(), await items.next(), await items.next()].map(({ done }) => done),
      [false, false, true],
    );
    const gate = system.spawn(Gate);
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    const waits = rejects(turnstile.ask({ timeout: 200 }).linger(gate), "ERR_ASK_TIMEOUT");
    turnstile.tell.open();
    await waits;
    assert.equal(await journal.ask.atLeast(2), ["opened", "ERR_ASK_TIMEOUT"]);
    assert.is(await turnstile.ask.number(1), 1);
    assert.is(system.stats().restarts, 0);
  });

  test("a restart keeps it, refs in it included; a stop makes it dead letters", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    turnstile.tell.pass("1");
    turnstile.tell.through(journal, "2");
    turnstile.tell.crash();
    turnstile.tell.open();
    assert.equal(await journal.ask.atLeast(3), ["opened", "1", "2"]);
    const other = system.spawn(Turnstile, journal);
    other.tell.pass("lost");
    const asked = rejects(other.ask.number(1), "ERR_ACTOR_STOPPED");
    await other.stop();
    await asked;
    await until(() => system.deadLetters.length === 2, "both are dead letters");
    await until(() => {
      const { sent, processed, deadLetters } = system.stats();
      return sent === processed + deadLetters;
    }, "each is counted once");
  });

  test("a handler that throws has put nothing aside; after an await it is too late", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    turnstile.tell.stashAndCrash();
    turnstile.tell.open();
    turnstile.tell.pass("1");
    assert.equal(await journal.ask.atLeast(2), ["opened", "1"]);
    const error = await rejects(turnstile.ask.stashLate(), "ERR_ACTOR_FAILED");
    assert.match(error.message, /in a handler, before its first await/);
    turnstile.tell.open();
    await rejects(turnstile.ask.stashAndRefuse(), "ERR_REFUSED");
    turnstile.tell.stashAndRefuse();
    turnstile.tell.pass("2");
    assert.equal(await journal.ask.atLeast(4), ["opened", "1", "opened", "2"]);
    // What is handled is not put aside by an earlier one.
    turnstile.tell.open();
    assert.equal(await journal.ask.atLeast(5), ["opened", "1", "opened", "2", "opened"]);
  });

  test("where there is no message in hand nothing is put aside", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const stasher = system.spawn(Stasher, journal);
    assert.match((await journal.ask.atLeast(1))[0] ?? "", /in a handler, before its first await/);
    stasher.tell.bear();
    await until(async () => (await system.lookup(`${stasher.path}/Turnstile-1`)) === undefined, "its child is gone");
    stasher.tell.note("next");
    assert.is((await journal.ask.atLeast(2))[1], "next");
  });

  test("no more than the limit", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    for (let i = 0; i < 1024; i++) turnstile.tell.pass(`${i}`);
    const error = await rejects(turnstile.ask.number(1), "ERR_ACTOR_FAILED");
    assert.match((error.cause as Error).message, /has put 1024 messages aside already/);
  });

  test("other handlers for the next messages, and back", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const turnstile = system.spawn(Turnstile, journal);
    turnstile.tell.loud();
    turnstile.tell.pass("hello");
    turnstile.tell.normal();
    turnstile.tell.open();
    turnstile.tell.pass("hello");
    assert.equal(await journal.ask.atLeast(3), ["HELLO", "opened", "hello"]);
  });
});
