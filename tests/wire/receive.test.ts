// receive(): messages checked on arrival by declared types, zod, valibot and arktype.
import { type } from "arktype";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as v from "valibot";
import { Actor, actor, createSystem, isZanniError, receive, type System } from "zanni";
import { wire } from "zanni/wire";
import { z } from "zod";

const Reading = wire.struct("Reading", { sensor: wire.string, value: wire.f64 });

class Station extends Actor {
  #seen = 0;
  declared = receive(Reading, ({ value }) => {
    this.#seen++;
    return value * 2;
  });
  zod = receive(
    z.object({ sensor: z.string(), value: z.string().regex(/^\d+$/).transform(Number) }),
    ({ value }) => value * 2,
  );
  valibot = receive(v.object({ sensor: v.string(), value: v.number() }), ({ value }) => value * 2);
  arktype = receive(type({ sensor: "string", value: "number" }), ({ value }) => value * 2);
  later = receive(
    z.object({ value: z.number() }).refine(async ({ value }) => value > 0, "not above 0"),
    ({ value }) => value * 2,
  );
  seen() {
    return this.#seen;
  }
  restarts() {
    return this.ctx.restarts;
  }
}

const tests = suite("receive");

async function opened(run: (system: System) => Promise<void>): Promise<void> {
  const system = await createSystem({ logger: false });
  try {
    await run(system);
  } finally {
    await system.stop();
  }
}

tests("any Standard Schema: what fits is handled, as the schema makes it", () =>
  opened(async (system) => {
    const station = system.spawn(Station);
    const reading = { sensor: "n", value: 4 };
    assert.is(await station.ask.declared(reading), 8);
    assert.is(await station.ask.zod({ sensor: "n", value: "4" }), 8);
    assert.is(await station.ask.valibot(reading), 8);
    assert.is(await station.ask.arktype(reading), 8);
    assert.is(await station.ask.later({ value: 4 }), 8);
  }),
);

tests("what does not fit is refused with the schema's issues, and the actor lives on", () =>
  opened(async (system) => {
    const station = system.spawn(Station);
    const wrong = { sensor: "n", value: "x" } as never;
    for (const message of ["declared", "zod", "valibot", "arktype"] as const) {
      const error = await station.ask[message](wrong).catch((thrown: unknown) => thrown);
      assert.ok(isZanniError(error, "ERR_INVALID_MESSAGE"), message);
      const [issue] = error.details["issues"] as { path: string }[];
      assert.is(issue?.path, "value", message);
    }
    const late = await station.ask.later({ value: -1 }).catch((thrown: unknown) => thrown);
    assert.ok(isZanniError(late, "ERR_INVALID_MESSAGE"));
    assert.is(await station.ask.restarts(), 0);
    assert.is(await station.ask.seen(), 0);
  }),
);

tests("a tell that does not fit is a dead letter", () =>
  opened(async (system) => {
    const station = system.spawn(Station, undefined, { name: "station" });
    station.tell.declared({ sensor: 5 } as never);
    assert.is(await station.ask.seen(), 0);
    const [letter] = system.deadLetters;
    assert.equal([letter?.actor, letter?.message, letter?.reason], ["station", "declared", "undecodable"]);
    assert.is(system.stats().deadLetters, 1);
    station.tell.later({ value: -1 });
    await station.ask.seen();
    assert.equal([system.deadLetters[1]?.message, system.deadLetters[1]?.reason], ["later", "undecodable"]);
    assert.is(system.stats().deadLetters, 2);
  }),
);

tests("in setup functions, with refs in declared types; what is no schema is refused", () =>
  opened(async (system) => {
    const Introduction = wire.struct("Introduction", { to: wire.ref<Station>(), times: wire.u8 });
    const Host = actor(() => ({
      introduce: receive(
        Introduction,
        async ({ to, times }) => (await to.ask.declared({ sensor: "h", value: times })) + 1,
      ),
    }));
    const host = system.spawn(Host);
    const station = system.spawn(Station);
    assert.is(await host.ask.introduce({ to: station, times: 2 }), 5);
    const error = await host.ask.introduce({ to: 5 as never, times: 2 }).catch((thrown: unknown) => thrown);
    assert.ok(isZanniError(error, "ERR_INVALID_MESSAGE"));
    assert.throws(() => receive({} as never, () => 1), /Standard Schema/);
    assert.throws(() => receive(Reading, 5 as never), /a function/);
  }),
);
tests.run();
