// Native actors beside actors in TypeScript, in every mode: the module is built once for each kind of memory.
import * as assert from "uvu/assert";
import { createSystem, isZanniError, type System } from "zanni";
import * as actors from "./actors.ts";
import { Counter, Doubler } from "./actors.ts";
import { both, nativeModule, rejects, threaded, throws, until, worker, workers } from "./helper.ts";

const of = (mode: string) => ({ native: { user: nativeModule(`user.${mode}`) } });

both("native", (test, mode) => {
  const native = of(mode);

  test("tell and ask, numbers and refs, both ways", async (open) => {
    const system = await open(native);
    const counter = system.spawnNative("user", "counter");
    counter.tell.add(40);
    assert.is(await counter.ask.add(2), 42);
    assert.is(await counter.ask.silent(), undefined);
    const doubler = system.spawn(Doubler);
    counter.tell.question(doubler);
    await until(async () => (await counter.ask.answer()) === 42, "the answer came");
    counter.tell.pass(doubler);
    await until(async () => (await doubler.ask.last()) === 42, "it was told");
    await doubler.stop();
    counter.tell.question(doubler);
    await until(async () => (await counter.ask.answer()) === -1, "nobody answers");
    await until(() => system.stats().active === 1, "the turn of its end is counted");
  });

  test("a trap, endless recursion and an access out of bounds fail that actor only; its supervisor restarts it", async (open) => {
    const system = await open({ ...native, supervision: { maxRestarts: 10 } });
    const events = system.events();
    const [counter, other] = [system.spawnNative("user", "counter"), system.spawnNative("user", "counter")];
    other.tell.add(1);
    for (const [i, message] of ["trap", "recurse", "outside"].entries()) {
      counter.tell.add(7);
      const error = await rejects(counter.ask[message](), "ERR_ACTOR_FAILED");
      assert.is(error.actor, counter.path);
      assert.is(error.details["message"], message);
      assert.is(await counter.ask.value(), 0, "its state is fresh");
      const node = (await system.tree()).children.find(({ path }) => path === counter.path);
      assert.is(node?.restarts, i + 1);
    }
    assert.is(await other.ask.value(), 1, "the other goes on");
    let crashes = 0;
    for await (const event of events) {
      if (event.type !== "crash") continue;
      assert.is(event.actor, counter.path);
      if (++crashes === 3) break;
    }
  });

  test("messages before a crash are handled, those after it by the fresh state; the mailbox is kept", async (open) => {
    const system = await open({ ...native, supervision: { maxRestarts: 100 } });
    // In all more than the mailbox holds: what a crashed turn had handled is accounted for.
    const counter = system.spawnNative("user", "counter", { mailbox: { capacity: 1000, bytes: 64_000 } });
    for (let round = 0; round < 40; round++) {
      counter.tell.add(1);
      counter.tell.trap();
      for (let i = 0; i < 50; i++) counter.tell.add(2);
      assert.is(await counter.ask.value(), 100);
    }
    await until(() => system.stats().sent === system.stats().processed, "all are counted");
  });

  test("stop drains, kill does not wait, both are seen by those who watch; it may stop itself", async (open) => {
    const system = await open(native);
    const [a, b, c] = [0, 1, 2].map(() => system.spawnNative("user", "counter"));
    const ends = [a, b, c].map((ref) => ref?.stopped);
    for (let i = 0; i < 10; i++) a?.tell.add(1);
    const last = a?.ask.value();
    await a?.stop();
    assert.is(await last, 10);
    await b?.kill();
    c?.tell.quit();
    assert.equal(await Promise.all(ends), ["normal", "killed", "normal"]);
    await rejects(a?.ask.value() as Promise<unknown>, "ERR_ACTOR_STOPPED");
    await until(() => system.stats().active === 0, "none is left");
  });

  test("timers; a state of a stated size; names, lookup and options", async (open) => {
    const system = await open(native);
    const counter = system.spawnNative("user", "counter", { name: "timed" });
    counter.tell.later(20);
    await until(async () => (await counter.ask.value()) === 5, "the timer came");
    const big = system.spawnNative("user", "worker", { stateBytes: 8000 });
    for (let i = 0; i < 1000; i++) big.tell.run(i);
    assert.is(await big.ask.run(999), 2, "the last of its thousand numbers");
    const found = await system.lookup("timed");
    assert.ok(found?.equals(counter));
    throws(() => system.spawnNative("user", "nobody"), "ERR_UNKNOWN_ACTOR");
    throws(() => system.spawnNative("user", "counter", { name: "timed" }), "ERR_NAME_TAKEN");
    throws(() => system.spawnNative("user", "counter", { stateBytes: -1 }), "ERR_OPTION");
    const error = throws(() => counter.tell.add("five"), "ERR_NOT_SENDABLE");
    assert.is(error.details["at"], "args[0]");
    throws(() => counter.tell.add(1, 2, 3), "ERR_NOT_SENDABLE");
    await rejects(counter.ask.unheard(), "ERR_UNKNOWN_MESSAGE");
  });

  test("restarts with its group, again and again, and is up when it has: it is stopped, not killed", async (open) => {
    const system = await open({ ...native, supervision: { strategy: "one-for-all" } });
    const counter = system.spawnNative("user", "counter");
    const other = system.spawn(Counter, undefined);
    for (let i = 1; i <= 3; i++) {
      counter.tell.add(1);
      assert.is(await counter.ask.value(), 1);
      other.tell.crash("boom");
      await until(async () => (await system.tree()).children.every(({ restarts }) => restarts === i), "all restarted");
      assert.is(await counter.ask.value(), 0);
    }
    const ends = counter.stopped;
    await system.stop();
    assert.is(await ends, "shutdown");
  });

  test("a group that may be killed at once restarts again and again, too", async (open) => {
    const supervision = { strategy: "one-for-all", maxRestarts: Number.POSITIVE_INFINITY } as const;
    const system = await open({ ...native, supervision });
    const group = [1, 2, 3, 4].map(() => system.spawnNative("user", "counter", { shutdown: "brutal" }));
    for (let i = 0; i < 50; i++) {
      group[i % 4]?.tell.trap();
      for (const each of group) {
        // One that is restarted as it answers says so.
        const value = await each.ask.value().catch((error: Error) => error);
        if (value instanceof Error) assert.ok(isZanniError(value, "ERR_ACTOR_FAILED"), value.message);
      }
    }
  });

  test("a supervisor that gives up ends with the native child's error", async (open) => {
    const system = await open({ ...native, supervision: { maxRestarts: 1 } });
    const counter = system.spawnNative("user", "counter");
    const stopped = system.stopped.catch((error: { code: string }) => error.code);
    counter.tell.trap();
    counter.tell.trap();
    assert.is(await stopped, "ERR_RESTART_LIMIT");
  });
});

threaded("native modules", (test) => {
  test("so many end at once that memory grows for the line they wait in", async () => {
    const { openSystem } = await import("../../host/system.ts");
    const { compile } = await import("../../host/core/packed.ts");
    const options = { logger: false, native: { user: nativeModule("user.single") }, memory: 512 * 1024 ** 2 } as const;
    const system = await openSystem(options, { compile, grows: true });
    try {
      const all = Array.from({ length: 20_000 }, () => system.spawnNative("user", "counter"));
      const { reserved } = system.stats().memory;
      assert.is((await Promise.all(all.map((each) => each.kill()))).length, all.length);
      assert.ok(system.stats().memory.reserved > reserved, "it has grown");
      await until(() => system.stats().active === 0, "none is left");
    } finally {
      await system.stop();
    }
  });

  const start = (name: string, threads: boolean) =>
    createSystem({
      actors,
      logger: false,
      native: { user: nativeModule(name) },
      ...(threads ? { worker, workers } : {}),
    });

  test("one that does not fit is refused with the reason", async () => {
    const cases: [string, boolean, RegExp][] = [
      ["user.shared", false, /other kind of memory/],
      ["user.single", true, /other kind of memory/],
      ["user.data", true, /data section/],
      ["user.stale", true, /built for abi0, this is abi1/],
    ];
    for (const [name, threads, reason] of cases) {
      const error = await rejects(start(name, threads), "ERR_NATIVE");
      assert.match(error.message, reason);
      assert.is(error.details["module"], "user");
    }
  });

  test("native actors are stolen: each of two workers, loaded in turn, loses work to the other", async () => {
    const system: System = await createSystem({ actors, logger: false, worker, workers: 2, ...of("shared") });
    const all = Array.from({ length: 64 }, () => system.spawnNative("user", "worker", { stateBytes: 8000 }));
    const steals = () => system.stats().workers.map((each) => each.steals);
    // Work enters by one thread and spreads by stealing; which worker is loaded first changes, so both come to steal.
    await until(
      async () => {
        await Promise.all(all.map((each, i) => each.ask({ timeout: "1m" }).run(i)));
        return steals().every((count) => count > 0);
      },
      "both have stolen",
      30_000,
    );
    await system.stop();
  });
});
