// Health checks of an actor that fails by itself at the same time: each instance is judged by its own answers.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, type SystemEvent } from "zanni";
import { createTestSystem, type TestSystem } from "zanni/testkit";

const test = suite("health, on a clock of its own");

/** Where it waits until a test opens. */
type Gate = "stuck" | "start";

class Patient extends Actor<{ readonly startsSlowly: boolean } | undefined> {
  static readonly gates = new Map<Gate, () => void>();
  /** How often in a row it says so. */
  #unwell = 0;

  protected override async onStart() {
    if (this.init?.startsSlowly && this.ctx.restarts > 0) await Patient.at("start");
  }
  protected override health() {
    if (this.#unwell-- > 0) throw new Error("unwell");
  }
  fall(times: number) {
    this.#unwell = times;
  }
  crash() {
    throw new Error("crashed");
  }
  async stuck() {
    await Patient.at("stuck");
    throw new Error("crashed");
  }
  restarts() {
    return this.ctx.restarts;
  }

  static at(gate: Gate): Promise<void> {
    return new Promise((resolve) => Patient.gates.set(gate, resolve));
  }
}

/** Runs; answers what failed. */
async function crashes(run: (system: TestSystem) => Promise<void>): Promise<string[]> {
  const system = await createTestSystem({ logger: false });
  const events: SystemEvent[] = [];
  const heard = (async () => {
    for await (const event of system.events()) events.push(event);
  })();
  try {
    await run(system);
  } finally {
    await system.stop({ within: 0 });
  }
  await heard;
  return events.flatMap((event) => (event.type === "crash" ? [event.error.message] : []));
}

test("what was wrong with the instance before is not held against the next", async () => {
  const failed = await crashes(async (system) => {
    const health = { every: 10, timeout: 10, threshold: 2 };
    const patient = system.spawn(Patient, undefined, { health });
    patient.tell.fall(1);
    await system.advance(15);
    patient.tell.crash();
    patient.tell.fall(1);
    await system.advance(100);
    const restarts = patient.ask.restarts();
    await system.settle();
    assert.is(await restarts, 1);
  });
  assert.equal(failed, ["crashed"]);
});

test("so many in a row of one instance are its failure", async () => {
  const failed = await crashes(async (system) => {
    const health = { every: 10, timeout: 10, threshold: 2 };
    const patient = system.spawn(Patient, undefined, { health });
    patient.tell.crash();
    patient.tell.fall(2);
    await system.advance(100);
  });
  assert.equal(failed, ["crashed", '"Patient-1" failed 2 health checks in a row: unwell']);
});

test("what it was asked before it failed is no failure of the instance that starts", async () => {
  const failed = await crashes(async (system) => {
    const health = { every: 10, timeout: 20, threshold: 1 };
    const backoff = { min: 5, max: 5, jitter: 0 };
    const patient = system.spawn(Patient, { startsSlowly: true }, { health, backoff });
    patient.tell.stuck();
    // It has been asked, and will not answer in time: it crashes before, and the next instance starts long after.
    await system.advance(12);
    Patient.gates.get("stuck")?.();
    await system.advance(50);
    Patient.gates.get("start")?.();
    await system.advance(100);
    const restarts = patient.ask.restarts();
    await system.settle();
    assert.is(await restarts, 1);
  });
  assert.equal(failed, ["crashed"]);
});

test.run();
