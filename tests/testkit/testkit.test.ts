// The testkit: virtual time, seeded schedules, probes; each as a user would take it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, type ActorRef, isZanniError } from "zanni";
import { createTestSystem, type TestSystem, withSeeds } from "zanni/testkit";

class Stock extends Actor {
  take(_item: string, _count: number): number {
    return 0;
  }
}
class Shop extends Actor<{ stock: ActorRef<Stock> }> {
  async sell(item: string, count: number) {
    const left = await this.init.stock.ask({ timeout: "10s" }).take(item, count);
    return `${count} ${item}, ${left} left`;
  }
}
class Alarm extends Actor<{ log: ActorRef<Log> }> {
  override onStart() {
    this.ctx.every("1m", "tick");
  }
  tick() {
    this.init.log.tell.note(`tick`);
  }
  later(ms: number) {
    this.ctx.after(ms, () => this.init.log.tell.note(`after ${ms}`));
  }
}
class Log extends Actor {
  readonly #notes: string[] = [];
  note(text: string) {
    this.#notes.push(text);
  }
  notes() {
    return [...this.#notes];
  }
}
/** Tells its peer what it got, one less each time. */
class Player extends Actor<{ log: ActorRef<Log>; name: string }> {
  play(peers: ActorRef<Player>[], left: number) {
    this.init.log.tell.note(`${this.init.name}${left}`);
    if (left > 0) for (const peer of peers) peer.tell.play([], left - 1);
  }
}

const tests = suite("testkit");

async function opened(run: (system: TestSystem) => Promise<void>, seed?: number): Promise<void> {
  const system = await createTestSystem({ logger: false, ...(seed === undefined ? {} : { seed }) });
  try {
    await run(system);
  } finally {
    await system.stop();
  }
}

tests("time stands still until it is moved; timers run at their time and no sooner", () =>
  opened(async (system) => {
    const log = system.spawn(Log);
    const alarm = system.spawn(Alarm, { log });
    alarm.tell.later(90_000);
    await system.settle();
    assert.equal(await log.ask.notes(), []);
    await system.advance("59s");
    assert.equal(await log.ask.notes(), []);
    await system.advance("1s");
    assert.equal(await log.ask.notes(), ["tick"]);
    await system.advance("5m");
    assert.equal(await log.ask.notes(), ["tick", "after 90000", "tick", "tick", "tick", "tick", "tick"]);
    assert.is(system.now, 360_000);
  }),
);

tests("an ask times out when the clock has passed its deadline", () =>
  opened(async (system) => {
    const stock = system.probe<Stock>();
    const asked = stock.ref.ask({ timeout: "3s" }).take("tea", 1);
    let settled = "";
    asked.catch((error: unknown) => {
      settled = isZanniError(error) ? error.code : String(error);
    });
    await system.advance("2s");
    assert.is(settled, "");
    await system.advance("2s");
    assert.is(settled, "ERR_ASK_TIMEOUT");
  }),
);

tests("a probe answers who waits: not what it was told, nor whoever has given up", () =>
  opened(async (system) => {
    const stock = system.probe<Stock>();
    const ask = () => stock.ref.ask({ timeout: "1s" }).take("tea", 1);
    stock.ref.tell.take("tea", 9);
    const late = ask().catch((error: unknown) => error);
    await system.advance("2s");
    assert.ok(isZanniError(await late, "ERR_ASK_TIMEOUT"));
    const asked = ask();
    await system.settle();
    assert.is(stock.received.length, 3);
    stock.reply(7);
    assert.is(await asked, 7);
    assert.throws(() => stock.reply(1), /nobody waits/);
  }),
);

tests("a probe records, answers, and stands in for an actor", () =>
  opened(async (system) => {
    const stock = system.probe<Stock>("stock");
    assert.is(stock.ref.path, "stock");
    const shop = system.spawn(Shop, { stock: stock.ref });
    const sold = shop.ask.sell("tea", 2);
    assert.equal(await stock.next(), { type: "take", args: ["tea", 2] });
    stock.reply(5);
    assert.is(await sold, "2 tea, 5 left");
    const failing = shop.ask.sell("tea", 9);
    await stock.next();
    stock.reply(new RangeError("too many"));
    assert.match(await failing.catch((error: Error) => error.message), /too many/);
    assert.is(stock.received.length, 2);
    assert.throws(() => stock.reply(1), /nobody waits/);
    const none = await stock.next({ timeout: "1s" }).catch((error: unknown) => error);
    assert.ok(isZanniError(none, "ERR_ASK_TIMEOUT"));
    assert.is(system.now, 1000);
    const alarm = system.spawn(Alarm, { log: system.probe<Log>("log").ref });
    const log = (await system.lookup("log")) as ActorRef<Log>;
    assert.ok(alarm && log);
  }),
);

tests("next({ timeout }) moves the clock to the message", () =>
  opened(async (system) => {
    const log = system.probe<Log>();
    system.spawn(Alarm, { log: log.ref });
    assert.equal(await log.next({ timeout: "5m" }), { type: "note", args: ["tick"] });
    assert.is(system.now, 60_000);
  }),
);

tests("crash() fails an actor, and its supervisor has decided afterwards", () =>
  opened(async (system) => {
    const log = system.spawn(Log);
    log.tell.note("before");
    await system.settle();
    const events = system.events();
    await system.crash(log, new Error("struck"));
    assert.equal(await log.ask.notes(), []);
    events.cancel();
    const seen: string[] = [];
    for await (const event of events) {
      if (event.type === "crash") seen.push(`${event.message} ${event.error.message} ${event.directive}`);
    }
    assert.equal(seen, ["crash() struck restart"]);
  }),
);

async function game(seed: number): Promise<{ trace: string; notes: string }> {
  const system = await createTestSystem({ logger: false, seed });
  const log = system.spawn(Log, undefined, { name: "log" });
  const players = ["a", "b", "c", "d"].map((name) => system.spawn(Player, { log, name }, { name }));
  for (const player of players) player.tell.play(players, 1);
  await system.settle();
  const notes = (await log.ask.notes()).join(" ");
  const trace = system.trace.join("\n");
  await system.stop();
  return { trace, notes };
}

tests("the same seed gives the same trace; others give others", async () => {
  const all = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const first = await game(seed);
    const second = await game(seed);
    assert.is(first.trace, second.trace);
    assert.is(first.notes, second.notes);
    assert.is(first.notes.split(" ").length, 20, "nothing is lost");
    all.add(first.trace);
  }
  assert.ok(all.size > 15, `${all.size} different schedules`);
});

tests("a schedule that breaks a wrong program is found, and named by its seed", async () => {
  const wrong = async (system: TestSystem) => {
    const log = system.spawn(Log, undefined, { name: "log" });
    const [first, second] = ["first", "second"].map((name) => system.spawn(Player, { log, name }, { name }));
    first?.tell.play([], 0);
    second?.tell.play([], 0);
    await system.settle();
    // Two senders: no order is promised.
    assert.equal(await log.ask.notes(), ["first0", "second0"]);
  };
  const error = await withSeeds(200, wrong, { logger: false }).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  const seed = Number(/^seed (\d+)/.exec(error?.message ?? "")?.[1]);
  assert.ok(seed >= 0, "found");
  assert.match(error?.message ?? "", /ZANNI_SEED/);
  const again = await withSeeds([seed], wrong, { logger: false }).catch((thrown: Error) => thrown.message);
  assert.match(String(again), new RegExp(`^seed ${seed} `));
});

tests("order per pair holds in every schedule", () =>
  withSeeds(
    50,
    async (system) => {
      const log = system.spawn(Log);
      for (let i = 0; i < 30; i++) log.tell.note(String(i));
      await system.settle();
      assert.equal(
        await log.ask.notes(),
        Array.from({ length: 30 }, (_, i) => String(i)),
      );
    },
    { logger: false },
  ),
);

tests("options are checked; actors that never come to rest are named as such", async () => {
  const wrong = await createTestSystem({ seed: -1 }).catch((error: unknown) => error);
  assert.ok(isZanniError(wrong, "ERR_OPTION"));
  const threads = await createTestSystem({ workers: 2 } as object).catch((error: unknown) => error);
  assert.ok(isZanniError(threads, "ERR_OPTION"));
  await opened(async (system) => {
    class Restless extends Actor {
      go() {
        this.self.tell.go();
      }
    }
    const restless = system.spawn(Restless);
    restless.tell.go();
    const error = await system.settle().catch((thrown: Error) => thrown.message);
    assert.match(String(error), /still under way/);
    await restless.kill();
  });
});

tests.run();
