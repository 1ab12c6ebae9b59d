// Retry, circuit breaker, pipeline and saga.
import * as assert from "uvu/assert";
import { circuit, isZanniError, pipeline, refuse, retry, saga } from "zanni";
import { Counter, Worker } from "./actors.ts";
import { both, rejects, throws } from "./helper.ts";

both("retry", (test) => {
  const quick = { min: 1, max: 2 };

  test("until it succeeds; attempts count from 1", async () => {
    const seen: number[] = [];
    const value = await retry(
      (attempt) => {
        seen.push(attempt);
        if (attempt < 4) throw new Error(`no ${attempt}`);
        return "yes";
      },
      { attempts: 5, backoff: quick },
    );
    assert.is(value, "yes");
    assert.equal(seen, [1, 2, 3, 4]);
  });

  test("pauses as it is told, longer each time", async () => {
    const pauses: number[] = [];
    const options = {
      attempts: 4,
      backoff: { min: 100, max: 350, jitter: 0 },
      pause: (ms: number) => void pauses.push(ms),
    };
    const failing = () => {
      throw new Error("down");
    };
    assert.is(await retry(failing, options).catch((error: Error) => error.message), "down");
    assert.equal(pauses, [100, 200, 350]);
  });

  test("the last error is thrown; what lasts is not tried again", async (open) => {
    let tries = 0;
    const failing = async () => {
      throw new Error(`try ${++tries}`);
    };
    assert.is(await retry(failing, { backoff: quick }).catch((error: Error) => error.message), "try 3");
    const system = await open();
    const counter = system.spawn(Counter, undefined);
    tries = 0;
    await rejects(
      retry(() => {
        tries++;
        return counter.ask.refuse();
      }),
      "ERR_REFUSED",
    );
    assert.is(tries, 1);
    tries = 0;
    const when = (_: unknown, attempt: number) => attempt < 2;
    await retry(failing, { backoff: quick, attempts: 9, when }).catch(() => {});
    assert.is(tries, 2);
  });

  test("a signal ends the waiting", async () => {
    const abort = new AbortController();
    const failing = retry(
      () => {
        queueMicrotask(() => abort.abort(new Error("enough")));
        throw new Error("no");
      },
      { backoff: { min: "1h", max: "1h" }, signal: abort.signal },
    );
    assert.is(await failing.catch((error: Error) => error.message), "enough");
    await rejects(
      retry(() => 1, { attempts: 0 }),
      "ERR_OPTION",
    );
  });
});

both("circuit", (test) => {
  test("opens after failures in a row, lets one through after a while, and closes", async () => {
    let now = 0;
    const changes: string[] = [];
    const breaker = circuit({ failures: 2, reset: "10s", now: () => now, onChange: (state) => changes.push(state) });
    const fail = () => breaker.call(() => Promise.reject(new Error("down"))).catch((error: Error) => error.message);
    assert.is(await fail(), "down");
    assert.is(await breaker.call(() => 1), 1);
    assert.is(await fail(), "down");
    assert.is(breaker.state, "closed", "a success in between forgets the failure before it");
    assert.is(await fail(), "down");
    assert.is(breaker.state, "open");
    now = 4000;
    const refused = await rejects(
      breaker.call(() => 2),
      "ERR_CIRCUIT_OPEN",
    );
    assert.is(refused.details["retryAfter"], 6000);
    now = 10_000;
    assert.is(breaker.state, "half-open");
    let answer = (_: number) => {};
    const probe = breaker.call(
      () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    );
    await rejects(
      breaker.call(() => 3),
      "ERR_CIRCUIT_OPEN",
    );
    answer(4);
    assert.is(await probe, 4);
    assert.is(breaker.state, "closed");
    await fail();
    await fail();
    now = 20_000;
    assert.is(await fail(), "down");
    assert.is(breaker.state, "open", "the call that was let through failed");
    breaker.reset();
    assert.is(await breaker.call(() => 5), 5);
    assert.equal(changes, ["open", "half-open", "closed", "open", "half-open", "open", "closed"]);
  });

  test("isFailure says what counts", async () => {
    const breaker = circuit({ failures: 1, isFailure: (error) => !isZanniError(error, "ERR_REFUSED") });
    await rejects(
      breaker.call(() => {
        throw refuse("not today");
      }),
      "ERR_REFUSED",
    );
    assert.is(breaker.state, "closed");
    throws(() => circuit({ failures: 0 }), "ERR_OPTION");
    throws(() => circuit({ fails: 1 } as object), "ERR_OPTION");
  });
});

both("pipeline", (test) => {
  test("through actors and pools, in order, with backpressure from the last stage", async (open) => {
    const system = await open();
    const squares = system.pool(Worker, undefined, { size: 3 });
    const total = system.spawn(Counter, undefined);
    let taken = 0;
    let out = 0;
    function* source() {
      for (; taken < 300; ) yield taken++;
    }
    const sums: number[] = [];
    const count = await pipeline(source())
      .through(squares, (worker, n) => worker.square(n))
      .through(total, (counter, n) => counter.add(n))
      .run((sum) => {
        out++;
        assert.ok(taken - out <= 12, `${taken} taken, ${out} out`);
        sums.push(sum);
      });
    assert.is(count, 300);
    let sum = 0;
    assert.equal(
      sums,
      Array.from({ length: 300 }, (_, n) => (sum += n * n)),
    );
  });

  test("a failure is thrown to whoever takes the items, and closes the source", async (open) => {
    const system = await open();
    const worker = system.spawn(Worker, undefined);
    let closed = false;
    function* source() {
      try {
        yield* [1, 2, -3, 4];
      } finally {
        closed = true;
      }
    }
    const got: number[] = [];
    const failing = pipeline(source())
      .through(worker, (stage, n) => stage.square(n))
      .run((n) => void got.push(n));
    await rejects(failing, "ERR_ACTOR_FAILED");
    assert.equal(got, [1, 4]);
    assert.is(closed, true);
    throws(() => pipeline(3 as unknown as number[]), "ERR_OPTION");
    throws(() => pipeline([1]).through({} as never, async () => 1), "ERR_OPTION");
  });
});

both("saga", (test) => {
  const log: string[] = [];
  const trip = (fails: string | undefined, stuck?: string) => {
    log.length = 0;
    const step = (name: string) => () => {
      if (name === fails) throw new Error(`${name} is full`);
      log.push(name);
      return name.length;
    };
    const undo = (name: string) => (size: number) => {
      if (name === stuck) throw new Error("cannot");
      log.push(`undo ${name} ${size}`);
    };
    return saga("trip")
      .step("flight", step("flight"), undo("flight"))
      .step("insurance", step("insurance"))
      .step("hotel", step("hotel"), undo("hotel"))
      .step("car", ({ hotel }) => step("car")() + hotel, undo("car"));
  };

  test("each step gets what those before it gave", async () => {
    const done = await trip(undefined).run();
    assert.equal(done, { flight: 6, insurance: 9, hotel: 5, car: 8 });
    assert.equal(log, ["flight", "insurance", "hotel", "car"]);
  });

  test("a failure undoes what is done, the latest first", async () => {
    const error = await rejects(trip("car").run(), "ERR_SAGA_FAILED");
    assert.equal(log, ["flight", "insurance", "hotel", "undo hotel 5", "undo flight 6"]);
    assert.is((error.cause as Error).message, "car is full");
    assert.equal(error.details, { step: "car", undone: ["hotel", "flight"], left: [] });
  });

  test("what cannot be undone is named, and keeps none of the others from it", async () => {
    const undo = { attempts: 2, backoff: { min: 1, max: 1 } };
    const error = await rejects(trip("car", "hotel").run({ undo }), "ERR_SAGA_FAILED");
    assert.match(error.message, /not undone: hotel/);
    assert.equal(error.details["undone"], ["flight"]);
    assert.is((error.details["left"] as { step: string }[])[0]?.step, "hotel");
  });

  test("a signal lets no further step begin", async () => {
    const abort = new AbortController();
    const aborted = saga("s")
      .step("one", () => abort.abort(new Error("enough")))
      .step("two", () => assert.unreachable())
      .run({ signal: abort.signal });
    assert.is(((await rejects(aborted, "ERR_SAGA_FAILED")).cause as Error).message, "enough");
    assert.throws(
      () =>
        saga("s")
          .step("one", () => 1)
          .step("one", () => 2),
      /has a step "one" already/,
    );
  });
});
