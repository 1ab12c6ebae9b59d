import * as assert from "uvu/assert";
import { Actor, actor, circuit, createSystem, pipeline, pool, retry, saga, Worker } from "zanni";
import * as actors from "./actors.ts";
import { Counter, Echo, Gate, Hoarder, Journal, Misuser, Parent, Spinner } from "./actors.ts";
import { both, rejects, threaded, throws, until, worker, workers } from "./helper.ts";

both("system", (test, mode) => {
  test("names are unique among living siblings, and free again after a stop", async (open) => {
    const system = await open();
    const first = system.spawn(Counter, { start: 1 }, { name: "counter" });
    const error = throws(() => system.spawn(Counter, { start: 2 }, { name: "counter" }), "ERR_NAME_TAKEN");
    assert.match(error.message, /"counter"/);
    await first.stop();
    const second = system.spawn(Counter, { start: 2 }, { name: "counter" });
    assert.is(await second.ask.value(), 2);
    assert.is(first.path, second.path);
    assert.not.ok(first.equals(second));
  });

  test("unnamed actors are numbered by definition", async (open) => {
    const system = await open();
    assert.equal(
      [Counter, Counter, Counter].map((def) => system.spawn(def, { start: 1 }).path),
      ["Counter-1", "Counter-2", "Counter-3"],
    );
  });

  test("lookup walks the tree, from outside and from every actor", async (open) => {
    const system = await open();
    const parent = system.spawn(Parent, undefined, { name: "parent" });
    const child = await parent.ask.child();
    const found = await system.lookup("parent/child");
    assert.ok(found?.equals(child));
    assert.is(await found?.ask.value(), 100);
    assert.is(await system.lookup("parent/nobody"), undefined);
    assert.is(await system.lookup("nobody/child"), undefined);
    assert.is(await parent.ask.find("parent/child"), "parent/child");
    assert.is(await parent.ask.find("nobody"), undefined);
    assert.is(await parent.ask.askChild(), 100);
    assert.is(await parent.ask.parentPath(), "");
  });

  test("tree reads the whole hierarchy, with states and counters", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate, undefined, { name: "gate" });
    const parent = system.spawn(Parent, undefined, { name: "parent" });
    await parent.ask.child();
    const hoarder = system.spawn(Hoarder, gate, { name: "hoarder" });
    hoarder.tell.hold(undefined);
    hoarder.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    const tree = await system.tree();
    assert.equal(
      tree.children.map(({ path }) => path),
      ["gate", "parent", "hoarder"],
    );
    assert.equal(
      tree.children[1]?.children.map(({ path, definition }) => [path, definition]),
      [["parent/child", "Counter"]],
    );
    const node = tree.children[2];
    assert.is(node?.state, "blocked");
    assert.is(node?.queued, 2);
    await hoarder.kill();
  });

  test("stats count without a message", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, { start: 0 });
    for (let i = 0; i < 999; i++) counter.tell.add(1);
    await counter.ask.value();
    await until(() => system.stats().processed === 1000, "the last turn is counted");
    const stats = system.stats();
    assert.is(stats.created, 1);
    assert.is(stats.active, 1);
    assert.is(stats.sent, 1000);
    assert.is(stats.processed, 1000);
    assert.ok(stats.latency.mean >= 0 && stats.latency.p99 >= stats.latency.p50);
    assert.ok(stats.memory.used > 0 && stats.memory.used <= stats.memory.reserved);
    await until(() => system.stats().uptime > 0, "time goes by");
    assert.is(stats.workers.length, mode === "single" ? 1 : workers);
    await counter.stop();
    await until(() => system.stats().active === 0, "none left");
  });

  test("definitions that only this thread knows may have the same name, or none", async (open) => {
    const system = await open();
    const doubled = (by: number) =>
      class Twin extends Actor {
        by = () => by;
      };
    const first = system.spawnHere(actor(() => ({ say: () => "first" })));
    const second = system.spawnHere(actor(() => ({ say: () => "second" })));
    assert.is(await first.ask.say(), "first");
    assert.is(await second.ask.say(), "second");
    const twins = [1, 2, 3].map((by) => system.spawnHere(doubled(by)));
    assert.equal(await Promise.all(twins.map((each) => each.ask.by())), [1, 2, 3]);
    assert.is(new Set([first, second, ...twins].map(({ path }) => path)).size, 5);
  });

  test("what is no AbortSignal is refused before anything begins, and no setup function too", async (open) => {
    const system = await open();
    const counter = system.spawn(Counter, undefined);
    const signal = { aborted: false } as unknown as AbortSignal;
    throws(() => void counter.ask({ signal }).value(), "ERR_OPTION");
    throws(() => void system.events({ signal }), "ERR_OPTION");
    throws(
      () => void system.pool(Counter, undefined, { size: 1 }).map([1], () => Promise.resolve(1), { signal }),
      "ERR_OPTION",
    );
    await rejects(
      retry(() => 1, { signal }),
      "ERR_OPTION",
    );
    throws(() => void saga("s").run({ signal }), "ERR_OPTION");
    const none = Object.create(null) as AbortSignal;
    assert.match(
      throws(() => void counter.ask({ signal: none }).value(), "ERR_OPTION").message,
      /no text; allowed: an AbortSignal/,
    );
    throws(() => actor(5 as never), "ERR_OPTION");
    throws(() => actor(() => ({}), { reentrnat: true } as object), "ERR_OPTION");
    assert.is(await counter.ask.value(), 0);
  });

  test("spawnHere: closures and objects pass by reference", async (open) => {
    const system = await open();
    const echo = system.spawnHere(Echo);
    const object = { list: [1], run: () => 42 };
    assert.is(await echo.ask.mutate(object), 1);
    assert.is((object as { changed?: boolean }).changed, true);
    assert.is(await echo.ask.echo(object), object);
    const other = system.spawn(Echo);
    throws(() => other.tell.echo(echo), "ERR_NOT_SENDABLE");
    // Its init may hold anything as well, also after a restart.
    class Caller extends Actor<{ call: () => number }> {
      call() {
        return this.init.call();
      }
      crash() {
        throw new Error("boom");
      }
    }
    const caller = system.spawnHere(Caller, { call: () => 42 });
    assert.is(await caller.ask.call(), 42);
    caller.tell.crash();
    assert.is(await caller.ask.call(), 42);
    await caller.stop();
  });

  test("wrong options are named, with what was given and what is allowed", async (open) => {
    const cases: [object, string][] = [
      [{ workers: 0 }, "workers"],
      [{ workers: "many" }, "workers"],
      [{ budget: 1.5 }, "budget"],
      [{ slice: "1 ms" }, "slice"],
      [{ askTimeout: -1 }, "askTimeout"],
      [{ mailbox: { capacity: 0 } }, "mailbox.capacity"],
      [{ mailbox: { overflow: "explode" } }, "mailbox.overflow"],
      [{ supervision: { maxRestarts: -1 } }, "maxRestarts"],
      [{ supervision: { strategy: "one_for_one" } }, "strategy"],
      [{ memory: 1 }, "memory"],
      [{ name: "" }, "name"],
      [{ logger: {} }, "logger"],
      [{ worker: "./worker.js" }, "worker"],
      ...(mode === "shared" ? [[{ worker: () => ({}) }, "worker"] as [object, string]] : []),
      [{ worker_file: 1 }, "worker_file"],
    ];
    for (const [options, name] of cases) {
      const error = await rejects(open(options as never), "ERR_OPTION");
      assert.is(error.details["option"], name);
      assert.ok(error.message.includes(name));
    }
    const system = await open();
    const spawn = (options: object) => () => system.spawn(Counter, { start: 1 }, options as never);
    for (const [options, name] of [
      [{ restart: "forever" }, "restart"],
      [{ placement: 99 }, "placement"],
      [{ placement: "moon" }, "placement"],
      [{ name: "a/b" }, "name"],
      [{ shutdown: "soon" }, "shutdown"],
      [{ budget: 0 }, "budget"],
      [{ colour: "red" }, "colour"],
    ] as [object, string][]) {
      assert.is(throws(spawn(options), "ERR_OPTION").details["option"], name);
    }
    assert.is(system.stats().created, 0);
  });

  test("what is given for a ref, a path, a function or an object of options is one, or is named", async (open) => {
    const system = await open();
    const misuser = system.spawn(Misuser);
    for (const method of ["watch", "unwatch", "link", "unlink", "bind"] as const)
      assert.is(await misuser.ask.misuse(method), "ref");
    assert.is(await misuser.ask.misuse("supervise"), "options of supervise");
    const none = undefined as never;
    for (const [run, name] of [
      [() => system.supervise({}, none), "start"],
      [() => system.supervise(none, () => 1), "options of supervise"],
      [() => system.pool(Counter, { start: 1 }, null as never), "options of pool"],
      [() => pool(none, Counter, { start: 1 }), "spawner"],
      [() => misuser.with(none), "options of with"],
      [() => system.events(5 as never), "options of events"],
      [() => system.stop(null as never), "options of stop"],
      [() => circuit({ onChange: 5 as never }), "onChange"],
      [() => pipeline([1]).through(none, async () => 1), "stage"],
      [() => pipeline([1]).through(misuser, none), "job"],
      [() => saga("s").run({ sign: 1 } as never), "sign"],
    ] as [() => unknown, string][]) {
      assert.is(throws(run, "ERR_OPTION").details["option"], name);
    }
    for (const [promise, name] of [
      [system.lookup(5 as never), "path"],
      [retry(none), "work"],
      [circuit().call(none), "work"],
    ] as [Promise<unknown>, string][]) {
      assert.is((await rejects(promise, "ERR_OPTION")).details["option"], name);
    }
  });

  test("stop drains, stops the tree, and everything afterwards says so", async (open) => {
    const system = await open();
    const journal = system.spawn(Journal);
    const counter = system.spawn(Counter, { start: 1 });
    for (let i = 0; i < 100; i++) counter.tell.add(1);
    const last = counter.ask.value();
    await system.stop();
    assert.is(await last, 101);
    await system.stopped;
    throws(() => system.spawn(Counter, { start: 1 }), "ERR_SYSTEM_STOPPED");
    throws(() => counter.tell.add(1), "ERR_SYSTEM_STOPPED");
    await rejects(counter.ask.value(), "ERR_SYSTEM_STOPPED");
    await rejects(journal.ask.lines(), "ERR_SYSTEM_STOPPED");
    const { sent, processed, deadLetters, active } = system.stats();
    assert.is(sent, processed + deadLetters);
    assert.is(active, 0);
  });

  test("a signal stops the system", async (open) => {
    const controller = new AbortController();
    const system = await open({ signal: controller.signal });
    system.spawn(Counter, { start: 1 });
    controller.abort();
    await system.stopped;
  });

  test("stop within: what hangs is cut off", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const hoarder = system.spawn(Hoarder, gate, { shutdown: "infinity" });
    hoarder.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    await system.stop({ within: 100 });
  });

  test("stop within: also of a stop that hangs already", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const hoarder = system.spawn(Hoarder, gate, { shutdown: "infinity" });
    hoarder.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    const stopped = system.stop();
    await system.stop({ within: 100 });
    await stopped;
  });

  test("stop within: who waits for the stop of one that hangs learns that it was cut off", async (open) => {
    const system = await open();
    const gate = system.spawn(Gate);
    const hoarder = system.spawn(Hoarder, gate, { shutdown: "infinity" });
    hoarder.tell.hold(undefined);
    await until(async () => (await gate.ask.waiting()) === 1, "it waits");
    const refused = rejects(hoarder.stop(), "ERR_SYSTEM_STOPPED");
    await system.stop({ within: 0 });
    await refused;
  });

  test("a busy thread gives its event loop a turn", async (open) => {
    const system = await open({ mailbox: { capacity: Number.POSITIVE_INFINITY } });
    const spinner = system.spawn(Spinner, undefined, { placement: 0, name: "observer" });
    const busy = Array.from({ length: 4 }, () => system.spawn(Spinner, undefined, { placement: 0 }));
    let left = 0;
    for (const each of busy) {
      for (let i = 0; i < 100; i++) {
        left++;
        void each
          .ask({ timeout: "1m" })
          .spin(1)
          .then(() => left--);
      }
    }
    const lag = await spinner.ask({ timeout: "1m" }).lag(10);
    assert.ok(left > 0, "it was busy all the time");
    // The promise is 4 ms plus the handler in hand; a machine with other work is given 25 times that.
    assert.ok(lag < 100, `a timer was ${lag} ms late`);
    await until(() => left === 0, "the rest", 20_000);
  });

  test("memory used up is an error at the sender; the system goes on when it is freed, for other sizes too", async (open) => {
    const system = await open({ memory: 24 * 1024 * 1024, mailbox: { bytes: Number.POSITIVE_INFINITY } });
    const gate = system.spawn(Gate);
    const hoarder = system.spawn(Hoarder, gate);
    const echo = system.spawn(Echo);
    for (const size of [100_000, 1_000, 20_000]) {
      hoarder.tell.hold(undefined);
      await until(async () => (await gate.ask.waiting()) === 1, "it waits");
      const bytes = new Uint8Array(size);
      const error = throws(() => {
        for (let i = 0; i < 100_000; i++) hoarder.tell.keep(bytes);
      }, "ERR_OUT_OF_MEMORY");
      assert.is(error.actor, hoarder.path);
      // What was queued is handled.
      gate.tell.open();
      await hoarder.ask({ timeout: "20s" }).keep(new Uint8Array(1));
      assert.is(((await echo.ask.echo("x".repeat(50_000))) as string).length, 50_000);
    }
  });
});

threaded("threads", (test, nodeOnly) => {
  test("actors that need two threads use two threads", async () => {
    const system = await createSystem({ actors, worker, workers: 2, logger: false });
    const [a, b] = [system.spawn(Spinner), system.spawn(Spinner)];
    await Promise.all([a?.ask.spin(50), b?.ask.spin(50)]);
    await until(() => system.stats().workers.every(({ turns }) => turns > 0), "both took turns");
    await system.stop();
  });

  test("a definition that is not in the registry is refused, with the names there are", async () => {
    const system = await createSystem({ actors: { Counter }, worker, workers: 1, logger: false });
    const error = throws(() => system.spawn(Echo), "ERR_UNKNOWN_ACTOR");
    assert.match(error.message, /"Echo".*Counter/);
    await system.stop();
  });

  test("one worker that fails to load ends the start, and those that would have loaded", async () => {
    const missing = () => new Worker(new URL("./missing.js", import.meta.url), { type: "module" });
    const made: Worker[] = [];
    const next = () => {
      const thread = made.length === 1 ? missing() : worker();
      made.push(thread);
      return thread;
    };
    let failed = false;
    await createSystem({ actors, worker: next, workers: 3, logger: false }).catch(() => {
      failed = true;
    });
    assert.ok(failed, "it did not start");
    assert.is(made.length, 3);
  });

  nodeOnly("messages of a worker that fails to load are Node's")(
    "a worker file that fails to load gives its own error, not a hang",
    async () => {
      const file = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
      const start = (url: URL) =>
        createSystem({ actors, worker: () => new Worker(url), workers: 2, logger: false }).then(
          () => "started",
          (error: Error) => error.message,
        );
      assert.match(await start(new URL("./missing.js", import.meta.url)), /missing\.js/);
      assert.is(await start(file("throw new Error('at the top')")), "at the top");
      assert.match(await start(file("1 + 1")), /before it was up.*serve/);
    },
  );

  nodeOnly("diagnostics_channel is Node's")("events are on diagnostics_channel for who subscribed before", async () => {
    const diagnostics = process.getBuiltinModule(
      "node:diagnostics_channel",
    ) as typeof import("node:diagnostics_channel");
    const { subscribe, unsubscribe } = diagnostics;
    const seen: string[] = [];
    const listener = (message: unknown) => {
      const { type, actor: path } = message as { type: string; actor: string };
      seen.push(`${type} ${path}`);
    };
    subscribe("zanni:event", listener);
    const system = await createSystem({ actors, worker, workers: 2, logger: false });
    try {
      const counter = system.spawn(Counter, undefined, { name: "counter", placement: 1 });
      await counter.ask.crash("x").catch(() => {});
      await until(() => seen.includes("crash counter"), "a worker's event");
      assert.is(seen[0], "spawn counter");
    } finally {
      await system.stop();
      unsubscribe("zanni:event", listener);
    }
  });

  test("slow-handler: told from another thread while the handler still runs, once, by name", async () => {
    const system = await createSystem({ actors, worker, workers: 2, logger: false, slowHandler: "200ms" });
    try {
      const events = system.events();
      const spinner = system.spawn(Spinner, undefined, { placement: 1, name: "spinner" });
      await spinner.ask.spin(1);
      const begun = performance.now();
      let done = false;
      const spun = spinner.ask.spin(900).then(() => {
        done = true;
      });
      const slow: number[] = [];
      for await (const event of events) {
        if (event.type !== "slow-handler") continue;
        assert.is(done, false, "it still runs");
        assert.is(event.actor, "spinner");
        assert.is(event.message, "spin");
        assert.ok(event.ms >= 200 && event.ms < 900, `${event.ms} ms`);
        slow.push(performance.now() - begun);
        break;
      }
      // A limit, a quarter of it, and what the machine takes.
      assert.ok((slow[0] as number) < 500, `after ${slow[0]} ms`);
      const more: string[] = [];
      const others = system.events();
      await spun;
      await spinner.ask.spin(1);
      others.cancel();
      for await (const event of others) more.push(event.type);
      assert.not.ok(more.includes("slow-handler"), "it is told once");
    } finally {
      await system.stop();
    }
  });

  test("slow-handler: also of one that begins while every other thread, and nearly all else, has been parked", async () => {
    const system = await createSystem({ actors, worker, workers: 2, logger: false, slowHandler: "200ms" });
    try {
      const events = system.events();
      const spinner = system.spawn(Spinner, undefined, { placement: 1, name: "spinner" });
      // Whoever watches has gone to sleep by then: its timer is the worker's own.
      await spinner.ask.later(1500, 900);
      let ended = false;
      for await (const event of events) {
        if (event.type !== "slow-handler") continue;
        assert.is(event.actor, "spinner");
        assert.ok(event.ms >= 200 && event.ms < 900, `${event.ms} ms`);
        ended = await spinner.ask({ timeout: "30s" }).ended();
        break;
      }
      assert.ok(ended, "it came to its end later");
    } finally {
      await system.stop();
    }
  });

  test("slow-handler: also of code that goes on after an await, by name while nobody else there awaits", async () => {
    const system = await createSystem({ actors, worker, workers: 2, logger: false, slowHandler: "200ms" });
    try {
      const events = system.events()[Symbol.asyncIterator]();
      const next = async () => {
        for (;;) {
          const { value } = await events.next();
          if (value?.type === "slow-handler") return [value.actor, value.message, value.ms < 900];
        }
      };
      const spinner = system.spawn(Spinner, undefined, { placement: 1, name: "spinner" });
      const resting = system.spawn(Spinner, undefined, { placement: 1, name: "resting" });
      await Promise.all([spinner.ask.spin(1), resting.ask.spin(1)]);
      const alone = spinner.ask.afterAwait(900);
      assert.equal(await next(), ["spinner", "afterAwait", true]);
      await alone;
      const rest = resting.ask.rest(1500);
      const rests = async () =>
        (await system.tree()).children.some(({ path, state }) => path === "resting" && state === "blocked");
      await until(rests, "it rests");
      const spun = spinner.ask.afterAwait(900);
      assert.equal(await next(), ["", "code after an await", true]);
      await Promise.all([rest, spun]);
    } finally {
      await system.stop();
    }
  });

  nodeOnly("a page grows its memory, and has no 4 GiB at once")(
    "the arena may lie above 2 GiB: addresses are unsigned",
    async () => {
      // The bundle keeps this door closed; the module behind it is the same.
      const { openSystem } = await import("../../host/system.ts");
      const { compile } = await import("../../host/core/packed.ts");
      const internals = { compile, arenaFrom: 2.5 * 1024 ** 3 };
      const system = await openSystem({ logger: false, memory: 4 * 1024 ** 3 }, internals);
      const { Actor } = await import("../../host/actor/behavior.ts");
      class High extends Actor {
        double(n: number) {
          if (n < 0) throw new RangeError("negative");
          return n * 2;
        }
        // biome-ignore lint/suspicious/noExplicitAny: anything that may be sent
        echo(value: any) {
          return value;
        }
      }
      const high = system.spawn(High);
      assert.is(await high.ask.double(21), 42);
      assert.is(await high.ask.double(-1).catch((error: { code: string }) => error.code), "ERR_ACTOR_FAILED");
      for (const length of [10, 100, 1000, 100_000]) {
        const record = { text: "x".repeat(length), n: length, short: "y" };
        assert.equal(await high.ask.echo(record), record);
      }
      const ref = (await high.ask.echo(high)) as typeof high;
      assert.is(await ref.ask.double(1), 2);
      await high.stop();
      await system.stop();
    },
  );

  test("memory that grows serves as memory that is reserved", async () => {
    const { openSystem } = await import("../../host/system.ts");
    const { compile } = await import("../../host/core/packed.ts");
    const { Actor: Base } = await import("../../host/actor/behavior.ts");
    class Keeper extends Base {
      keep(value: Uint8Array) {
        return value.length;
      }
    }
    const options = { logger: false, mailbox: { bytes: Number.POSITIVE_INFINITY }, memory: 512 * 1024 ** 2 } as const;
    const system = await openSystem(options, { compile, grows: true });
    try {
      const { reserved } = system.stats().memory;
      const keeper = system.spawn(Keeper);
      const bytes = new Uint8Array(100_000).fill(7);
      const answers = await Promise.all(Array.from({ length: 300 }, () => keeper.ask.keep(bytes)));
      for (const answer of answers) assert.is(answer, bytes.length);
      assert.ok(system.stats().memory.reserved > reserved, "it has grown");
    } finally {
      await system.stop();
    }
  });

  nodeOnly("a page hears of it by an event")(
    "a logger that throws harms nobody; its failure is an uncaught one",
    async () => {
      const failures: string[] = [];
      const hear = (error: Error) => failures.push(error.message);
      const before = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException").on("uncaughtException", hear);
      const log = () => {
        throw new Error("the disk is full");
      };
      const logger = { debug: log, info: log, warn: log, error: log };
      const system = await createSystem({ actors, worker, workers, logger });
      try {
        const counter = system.spawn(actors.Counter, { start: 1 });
        counter.tell.crash("boom");
        counter.tell.add(1);
        assert.is(await counter.ask.value(), 2);
        await until(() => failures.length > 0, "somebody heard of it");
        assert.is(failures[0], "the disk is full");
      } finally {
        await system.stop();
        process.off("uncaughtException", hear);
        for (const listener of before) process.on("uncaughtException", listener);
      }
    },
  );

  test("memory that grows while a batch is handled takes none of its messages along", async () => {
    const { openSystem } = await import("../../host/system.ts");
    const { compile } = await import("../../host/core/packed.ts");
    const { Actor: Base } = await import("../../host/actor/behavior.ts");
    class Sink extends Base {
      #sum = 0;
      take(n: number) {
        this.#sum += n;
      }
      sum() {
        return this.#sum;
      }
    }
    class Source extends Base {
      readonly #sink = system.spawn(Sink);
      burst(n: number) {
        for (let i = 0; i < n; i++) this.#sink.tell.take(1);
      }
      total() {
        return this.#sink.ask.sum();
      }
    }
    const mailbox = { capacity: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
    const options = { logger: false, mailbox, memory: 512 * 1024 ** 2 } as const;
    const system = await openSystem(options, { compile, grows: true });
    try {
      const { reserved } = system.stats().memory;
      const source = system.spawn(Source);
      for (let i = 0; i < 20_000; i++) source.tell.burst(20);
      assert.is(await source.ask.total(), 400_000);
      assert.ok(system.stats().memory.reserved > reserved, "it has grown");
    } finally {
      await system.stop();
    }
  });

  test("control that waits for memory is sent again soon, also by a thread that has slept for long", async () => {
    const { openSystem } = await import("../../host/system.ts");
    const { compile } = await import("../../host/core/packed.ts");
    const { platform } = await import("../../host/platform/choose.ts");
    const here = platform();
    const sleeps: number[] = [];
    const spied = Object.assign(Object.create(here) as typeof here, {
      after(ms: number, fn: () => void) {
        // But not whoever watches for slow handlers.
        if (ms < 60_000) sleeps.push(ms);
        return here.after(ms, fn);
      },
    });
    let postpone = (_: () => boolean) => {};
    const system = await openSystem(
      { actors, worker, workers: 1, logger: false, parkTimeout: 5, slowHandler: "10m" },
      { compile, platform: spied, opened: (thread) => (postpone = (send) => thread.persist(send)) },
    );
    try {
      await until(() => (sleeps.at(-1) ?? 0) >= 160, "its sleep has grown");
      let tries = 0;
      const before = sleeps.length;
      postpone(() => ++tries === 5);
      await until(() => tries === 5, "it is sent");
      assert.ok(Math.max(...sleeps.slice(before)) <= 5, `it slept for ${sleeps.slice(before).join(", ")} ms`);
    } finally {
      await system.stop();
    }
  });
});
