// A thread dies, and what lived there is restarted in its place: mailboxes are kept, and nobody else notices.
import * as assert from "uvu/assert";
import { createSystem, isZanniError, type System, type SystemEvent, type SystemOptions, Worker } from "zanni";
import * as actors from "./actors.ts";
import { Counter, Gate, Journal, Mortal, MortalSwitchboard, Slow, Source } from "./actors.ts";
import { observed, onNode, rejects, threaded, throws, until, worker } from "./helper.ts";

const ways = onNode ? (["exit", "throw", "reject"] as const) : (["throw"] as const);

threaded("a thread that dies", (declare, nodeOnly) => {
  const test = (name: string, run: Parameters<typeof observed>[0], options?: SystemOptions) =>
    declare(name, () => observed(run, options));
  const on = (worker: number, name?: string) =>
    name === undefined ? { placement: worker } : { placement: worker, name };
  const ends = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
  const lost = (events: readonly SystemEvent[]) => events.filter(({ type }) => type === "worker-lost").length;
  /** Its thread dies; resolves when it is up again. */
  const kill = async (mortal: ReturnType<System["spawn"]>) => {
    const asked = mortal as unknown as import("zanni").ActorRef<Mortal>;
    const before = await asked.ask.restarts();
    asked.tell.die("throw");
    await until(async () => (await asked.ask({ timeout: "20s" }).restarts()) > before, "it is up again", 20_000);
  };

  for (const way of ways) {
    test(`by ${way}: the message in hand is named, and those behind it are answered by the next instance`, async (system, events) => {
      const dead = system.spawn(Mortal, undefined, on(1, "dead"));
      const other = system.spawn(Mortal, undefined, on(0, "other"));
      assert.is(await dead.ask.add(1), 1);
      assert.is(await other.ask.add(1), 1);
      const hand = ends(dead.ask.die(way));
      const behind = [dead.ask.add(5), dead.ask.add(6), dead.ask.restarts()];
      const error = await hand;
      if (!isZanniError(error, "ERR_ACTOR_FAILED")) throw error;
      assert.ok(isZanniError(error.cause, "ERR_WORKER_LOST"));
      assert.is(error.details["message"], "die");
      assert.equal(await Promise.all(behind), [5, 11, 1]);
      assert.is(await other.ask.add(1), 2, "nobody else notices");
      await until(() => events.some(({ type }) => type === "restart"), "the restart is an event");
      const crash = events.find((event) => event.type === "crash");
      assert.is(crash?.actor, "dead");
      assert.is((crash as { message?: string }).message, "die");
      const death = events.find((event) => event.type === "worker-lost");
      assert.is((death as { worker?: number }).worker, 1);
      assert.match(
        (death as { error?: Error }).error?.message ?? "",
        way === "exit" ? /exit code 3/ : /nobody catches/,
      );
    });
  }

  test(
    "with a restart on its way that nobody is there to follow: the one that follows it is up",
    async (system, events) => {
      const backoff = { min: 300, max: 300, jitter: 0 };
      const sup = system.supervise({ maxRestarts: 9, backoff }, (sup) => sup.spawn(Counter, { start: 1 }, on(1)));
      const stuck = system.spawn(Mortal, undefined, on(1));
      assert.is(await stuck.ask.add(1), 1);
      const restarts = () =>
        events.filter(({ type, actor }) => type === "restart" && actor === sup.children.path).length;
      sup.children.tell.crash("boom");
      await until(() => events.some(({ type }) => type === "crash"), "it is down, and pauses");
      stuck.tell.spin();
      await until(() => restarts() === 1 && events.some(({ type }) => type === "worker-lost"), "its thread has died");
      await until(() => restarts() === 2, "its supervisor has heard of that", 20_000);
      await until(async () => (await sup.status())[0]?.state === "running", "it is known to be up");
      assert.is(await sup.children.ask.add(1), 2);
    },
    { slowHandler: 300, killStuckAfter: 900 },
  );

  test("takes nothing along of what is counted as alive", async (system) => {
    const mortal = system.spawn(Mortal, undefined, on(1));
    const { active } = system.stats();
    assert.is(await mortal.ask.restarts(), 0);
    // In one turn, if they come together.
    for (const name of ["a", "b", "c"]) mortal.tell.bear(name, 0);
    mortal.tell.die(onNode ? "exit" : "throw");
    assert.is(await mortal.ask({ timeout: "20s" }).restarts(), 1);
    await until(() => system.stats().active === active, "its children have ended with it");
  });

  nodeOnly("only Node has process.exit")("leaves nothing for its successor of what its timers had queued", () =>
    observed(async (system, events) => {
      const all = Array.from({ length: 4 }, () => system.spawn(Mortal, undefined, on(1)));
      const [witness] = all as [(typeof all)[0]];
      for (let death = 1; death <= 2; death++) {
        for (const each of all) each.tell.tick();
        for (const each of all.slice(1)) each.tell.never();
        // The others take no message: their ticks wait behind it when the thread dies.
        await until(async () => (await witness.ask.add(0)) > 20, "it ticks");
        witness.tell.die("exit");
        const restarts = async () => Promise.all(all.map((each) => each.ask({ timeout: "20s" }).restarts()));
        await until(async () => (await restarts()).every((each) => each === death), "they are restarted", 20_000);
        assert.is(lost(events), death);
      }
    }),
  );

  test(
    "is one failure for each supervisor, however many lived there",
    async (system, events) => {
      const all = Array.from({ length: 20 }, () => system.spawn(Mortal, undefined, on(1)));
      for (const each of all) await each.ask.add(1);
      all[0]?.tell.die("throw");
      for (const each of all) assert.is(await each.ask({ timeout: "20s" }).add(1), 1);
      await until(() => events.filter(({ type }) => type === "restart").length === 20, "all are restarted");
      // The second within the time is one too many.
      all[1]?.tell.die("throw");
      const error = await rejects(system.stopped, "ERR_RESTART_LIMIT");
      assert.ok(isZanniError(error.cause, "ERR_WORKER_LOST"));
    },
    { supervision: { maxRestarts: 1, within: "1m" } },
  );

  test("by policy: temporary ones end, groups restart together, and those that wait for them are told", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const init = (name: string) => ({ journal, name });
    const sup = system.supervise({ strategy: "one-for-all", maxRestarts: 100 }, (sup) => ({
      a: sup.spawn(Mortal, init("a"), on(0)),
      b: sup.spawn(Mortal, init("b"), on(1)),
      c: sup.spawn(Mortal, init("c"), on(1)),
    }));
    const temporary = system.spawn(Mortal, undefined, { ...on(1), restart: "temporary" });
    const gone = temporary.stopped;
    await temporary.ask.add(1);
    const { a, b, c } = sup.children;
    await Promise.all([a.ask.add(1), c.ask.add(1)]);
    await kill(b);
    assert.is(await a.ask.restarts(), 1);
    assert.is(await c.ask.restarts(), 1);
    assert.equal(await journal.ask.lines(), ["a stops: shutdown"], "of the lost nothing is heard");
    const reason = await gone;
    assert.ok(typeof reason === "object" && isZanniError(reason.error, "ERR_WORKER_LOST"));
  });

  test("in a tree of groups it is one failure at each level, and all of the tree comes back on its refs", async (system) => {
    const group = { strategy: "one-for-all", maxRestarts: 0 } as const;
    const top = system.supervise({ name: "top", ...group, maxRestarts: 1 }, (sup) => ({
      sibling: sup.spawn(Mortal, undefined, on(0)),
      middle: sup.supervise({ name: "middle", ...group }, (middle) => ({
        cousin: middle.spawn(Mortal, undefined, on(0)),
        low: middle.supervise({ name: "low", ...group }, (low) =>
          [0, 1, 1].map((home) => low.spawn(Mortal, undefined, on(home))),
        ),
      })),
    }));
    const { sibling, middle } = top.children;
    const { cousin, low } = middle.children;
    const all = [sibling, cousin, ...low.children];
    for (const each of all) assert.is(await each.ask.add(1), 1);
    low.children[1]?.tell.die("throw");
    for (const each of all)
      await until(async () => (await each.ask({ timeout: "20s" }).restarts()) === 1, "it is back");
    for (const each of all) assert.is(await each.ask.add(1), 1, "as a new instance");
    for (const [supervisor, members] of [[top, 2] as const, [middle, 2] as const, [low, 3] as const]) {
      const status = (await supervisor.status()).map(({ state, restarts }) => `${state} ${restarts}`);
      assert.equal(status, Array(members).fill("running 1"));
    }
  });

  test("children of a lost parent end, wherever they live, and their names are free for its next instance", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const parent = system.spawn(Mortal, { journal, name: "parent" }, on(1, "parent"));
    const near = await parent.ask.bear("near", 1);
    const far = await parent.ask.bear("far", 0);
    await parent.ask.raise(0);
    const ward = await system.lookup("parent/sup/ward");
    assert.ok(near && far && ward);
    await kill(parent);
    for (const each of [near, far, ward]) assert.ok(await each.stopped);
    assert.is(await system.lookup("parent/far"), undefined);
    const again = await parent.ask.bear("far", 0);
    assert.is(await again?.ask.add(1), 1);
    const lines = (await journal.ask.lines()).filter((line) => line.includes("stops"));
    assert.equal(lines, ["parent stops: shutdown", "parent stops: shutdown"], "those that were not lost stop in order");
  });

  test("watches outlive it: one notice, when the watched one ends for good", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const watcher = system.spawn(Mortal, { journal, name: "watcher" }, on(0, "watcher"));
    const dead = system.spawn(Mortal, undefined, on(1, "dead"));
    await watcher.ask.watch(dead);
    const { stopped } = dead;
    await kill(dead);
    await kill(dead);
    assert.equal(await journal.ask.lines(), []);
    await dead.stop();
    assert.equal(await journal.ask.atLeast(1), ["watcher: dead ended: normal"]);
    assert.is(await stopped, "normal");
    assert.equal(await journal.ask.lines(), ["watcher: dead ended: normal"]);
  });

  test("what a lost one watched and was linked with: links fail, watches end", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const near = system.spawn(Mortal, { journal, name: "near" }, on(0, "near"));
    const dead = system.spawn(Mortal, { journal, name: "dead" }, on(1, "dead"));
    await near.ask.link(dead);
    await dead.ask.watch(near);
    await kill(dead);
    assert.match((await journal.ask.atLeast(1)).join(), /^near: dead failed: whoever was asked was lost/);
    await near.stop();
    await dead.ask.add(1);
    assert.equal((await journal.ask.lines()).slice(1), ["near stops: normal"]);
  });

  test("a stop and a kill that were under way come to their end", async (system) => {
    for (const end of ["stop", "kill"] as const) {
      const bystander = system.spawn(Mortal, undefined, on(1));
      const dead = system.spawn(Mortal, undefined, on(1));
      await Promise.all([bystander.ask.add(1), dead.ask.add(1)]);
      const hangs = ends(dead.ask({ timeout: "1m" }).never());
      bystander.tell.die("throw");
      const ended = dead[end]();
      await ended;
      assert.ok(isZanniError(await hangs), "whoever asked learns it");
      await bystander.stop();
    }
  });

  test("what waits in its outboxes is sent all the same, in order", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const gate = system.spawn(Gate, undefined, on(0));
    const slow = system.spawn(Slow, { gate, journal }, { ...on(0), mailbox: { capacity: 4 } });
    const dead = system.spawn(Mortal, undefined, on(1));
    const bystander = system.spawn(Mortal, undefined, on(1));
    await bystander.ask.add(1);
    dead.tell.flood(slow, 50);
    await until(() => slow.queued >= 4, "the mailbox is full");
    await kill(bystander);
    await until(async () => {
      await gate.ask.open();
      return (await journal.ask.lines()).length >= 100;
    }, "all have come through");
    const begun = (await journal.ask.lines()).filter((line) => line.endsWith("begins"));
    assert.equal(
      begun,
      Array.from({ length: 50 }, (_, i) => `${i} begins`),
    );
  });

  test("what it had put aside comes first for the next instance", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const dead = system.spawn(Mortal, { journal, name: "dead" }, on(1));
    for (const line of ["a", "b", "c"]) dead.tell.later(line);
    await dead.ask.add(1);
    await kill(dead);
    await dead.ask.ready();
    dead.tell.later("d");
    assert.equal(await journal.ask.atLeast(4), ["a", "b", "c", "d"]);
  });

  test(
    "one that is stuck is ended, if that is wanted, and says who was stuck in what",
    async (system, events) => {
      const stuck = system.spawn(Mortal, undefined, on(1, "stuck"));
      const bystander = system.spawn(Mortal, undefined, on(1));
      await bystander.ask.add(1);
      const hand = ends(stuck.ask.spin());
      await until(() => events.some(({ type }) => type === "slow-handler"), "it is stuck");
      const behind = bystander.ask({ timeout: "20s" }).add(1);
      const error = await hand;
      if (!isZanniError(error, "ERR_ACTOR_FAILED")) throw error;
      assert.match(error.message, /"stuck" was stuck in "spin" for \d+ ms/);
      assert.is(await behind, 1);
      assert.is(await stuck.ask.restarts(), 1);
      assert.ok(events.some(({ type, actor }) => type === "slow-handler" && actor === "stuck"));
      const later = await ends(stuck.ask.spinAfterAwait());
      if (!isZanniError(later, "ERR_ACTOR_FAILED")) throw later;
      assert.match(later.message, /"stuck" was stuck in "spinAfterAwait" for \d+ ms/);
      assert.is(await stuck.ask.restarts(), 2);
    },
    { slowHandler: 50, killStuckAfter: 200 },
  );

  nodeOnly("a page tells a worker before its file has been read")(
    "while the next one takes its time to load, nobody is stuck there, and nobody is ended",
    () => {
      let made = 0;
      const late = () => new Worker(new URL("./late.js", import.meta.url), { type: "module" });
      return observed(
        async (system, events) => {
          const dead = system.spawn(Mortal, undefined, on(1));
          await dead.ask.add(1);
          await kill(dead);
          assert.is(lost(events), 1);
          assert.not.ok(events.some(({ type }) => type === "slow-handler"));
        },
        { worker: () => (++made > 2 ? late() : worker()), slowHandler: 50, killStuckAfter: 150 },
      );
    },
  );

  test("streams end on both sides", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const dead = system.spawn(Mortal, undefined, on(1));
    const source = system.spawn(Source, journal, on(0));
    const got: number[] = [];
    const drunk = (async () => {
      for await (const n of dead.ask.numbers(1)) {
        got.push(n);
        if (got.length === 3) dead.tell.die("throw");
        await null;
      }
    })();
    assert.equal((await dead.ask.drink(source)).slice(0, 2), [0, 1]);
    const error = await ends(drunk);
    assert.ok(isZanniError(error), String(error));
    assert.equal(got.slice(0, 3), [1, 2, 3]);
    assert.equal(await journal.ask.atLeast(1), ["count ended"]);
  });

  test("subscriptions and memberships end, and actors pinned to it by reference", async (system) => {
    const journal = system.spawn(Journal, undefined, on(0));
    const dead = system.spawn(Mortal, { journal, name: "dead" }, on(1, "dead"));
    await dead.ask.subscribe();
    await until(async () => (await system.members("mortals")).length === 1, "it is a member");
    const path = await dead.ask.bearHere();
    assert.ok(await system.lookup(path));
    await kill(dead);
    assert.equal(await system.members("mortals"), []);
    assert.is(await system.lookup(path), undefined);
    await dead.ask.subscribe();
    await until(async () => (await system.members("mortals")).length === 1, "it is a member again");
  });

  test("asks that several at once had in hand fail, also without a deadline", async (system) => {
    const board = system.spawn(MortalSwitchboard, undefined, on(1));
    const calls = Array.from({ length: 10 }, () => ends(board.ask({ timeout: Number.POSITIVE_INFINITY }).call()));
    board.tell.die();
    for (const call of calls) assert.ok(isZanniError(await call, "ERR_WORKER_LOST"));
  });

  declare("where nobody can take its place the system ends, and says why", async () => {
    let made = 0;
    const system = await createSystem({
      actors,
      workers: 2,
      logger: false,
      worker: () => {
        if (++made > 2) throw new Error("no more of them");
        return worker();
      },
    });
    const ended = rejects(system.stopped, "ERR_WORKER_LOST");
    system.spawn(Mortal, undefined, on(1)).tell.die("throw");
    assert.match((await ended).message, /^worker 1 died \(.*\), and nobody could take its place: no more of them$/);
    throws(() => system.spawn(Mortal, undefined), "ERR_SYSTEM_STOPPED");
    await system.stop();
  });

  test("while the system stops, it stops all the same", async (system, events) => {
    const dead = system.spawn(Mortal, undefined, on(1));
    const all = Array.from({ length: 20 }, (_, i) => system.spawn(Mortal, undefined, on(i % 2)));
    for (const each of all) await each.ask.add(1);
    dead.tell.die("throw");
    await system.stop({ within: "20s" });
    assert.ok(lost(events) <= 1);
  });

  test("both, one after the other and at once", async (system, events) => {
    const a = system.spawn(Mortal, undefined, on(0));
    const b = system.spawn(Mortal, undefined, on(1));
    await Promise.all([a.ask.add(1), b.ask.add(1)]);
    a.tell.die("throw");
    b.tell.die("throw");
    for (let i = 1; i <= 100; i++) {
      assert.is(await a.ask({ timeout: "20s" }).add(1), i);
      assert.is(await b.ask({ timeout: "20s" }).add(1), i);
    }
    assert.is(lost(events), 2);
  });

  if (onNode) {
    const native = { user: new URL("../../../user.shared.wasm", import.meta.url) };
    test(
      "native actors go on with their state and their timers; the one that ran is restarted",
      async (system) => {
        const all = Array.from({ length: 20 }, () => system.spawnNative("user", "counter"));
        const stuck = system.spawnNative("user", "counter", { name: "stuck" });
        for (const [i, each] of all.entries()) {
          each.tell.add(i);
          each.tell.later(600);
        }
        assert.is(await stuck.ask.add(7), 7);
        const hand = ends(stuck.ask({ timeout: "1m" }).spin());
        stuck.tell.add(1);
        const error = await hand;
        if (!isZanniError(error, "ERR_ACTOR_FAILED")) throw error;
        assert.is(error.details["message"], "spin");
        assert.is(await stuck.ask.value(), 1, "a fresh state, and its mailbox");
        await until(async () => {
          const values = await Promise.all(all.map((each) => each.ask.value()));
          return values.every((value, i) => value === i + 5);
        }, "their timers have come, and their states are what they were");
      },
      { native, killStuckAfter: 200 },
    );
  }

  nodeOnly("a page cannot say so")(
    "a worker file that does not load again stops the system with ERR_WORKER_LOST",
    async () => {
      let made = 0;
      const broken = new URL("data:text/javascript,throw new Error('not again')");
      const system = await createSystem({
        actors,
        worker: () => (++made > 1 ? new Worker(broken) : worker()),
        workers: 1,
        logger: false,
      });
      const dead = system.spawn(Mortal, undefined);
      dead.tell.die("throw");
      const error = await rejects(system.stopped, "ERR_WORKER_LOST");
      assert.is(error.details["worker"], 0);
      assert.match((error.cause as Error).message, /not again/);
    },
  );
});
