// Random histories against small models, on schedules drawn from a seed: names and supervision, and mailboxes. A failure
// prints fast-check's seed and path, which replay it.
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, type ActorRef, isZanniError, type Overflow } from "zanni";
import { createTestSystem, type TestSystem } from "zanni/testkit";

class Sum extends Actor {
  #sum = 0;
  add(n: number) {
    this.#sum += n;
  }
  sum() {
    return this.#sum;
  }
  crash() {
    throw new Error("crashed");
  }
  restarts() {
    return this.ctx.restarts;
  }
}

// ---- names and supervision --------------------------------------------------------------------------

interface Known {
  sum: number;
  restarts: number;
}
/** What must be: the living by name, the dead by their last ref, and how many dead letters there are. */
interface Model {
  readonly alive: Map<string, Known>;
  readonly gone: Set<string>;
  dead: number;
}
interface Real {
  readonly system: TestSystem;
  readonly refs: Map<string, ActorRef<Sum>>;
}
type Command = fc.AsyncCommand<Model, Real>;

const known = (model: Model, name: string) => model.alive.has(name) || model.gone.has(name);

class Spawn implements Command {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = () => true;
  async run(model: Model, { system, refs }: Real) {
    const { name } = this;
    if (model.alive.has(name)) {
      let error: unknown;
      try {
        system.spawn(Sum, undefined, { name });
      } catch (thrown) {
        error = thrown;
      }
      assert.ok(isZanniError(error, "ERR_NAME_TAKEN"));
      return;
    }
    refs.set(name, system.spawn(Sum, undefined, { name }));
    model.alive.set(name, { sum: 0, restarts: 0 });
    model.gone.delete(name);
  }
  toString = () => `spawn ${this.name}`;
}

class Tell implements Command {
  readonly name: string;
  readonly n: number;
  constructor(name: string, n: number) {
    this.name = name;
    this.n = n;
  }
  check = (model: Readonly<Model>) => known(model, this.name);
  async run(model: Model, { refs }: Real) {
    refs.get(this.name)?.tell.add(this.n);
    const state = model.alive.get(this.name);
    if (state) state.sum += this.n;
    else model.dead++;
  }
  toString = () => `tell ${this.name} ${this.n}`;
}

class Crash implements Command {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = (model: Readonly<Model>) => known(model, this.name);
  async run(model: Model, { refs }: Real) {
    refs.get(this.name)?.tell.crash();
    const state = model.alive.get(this.name);
    if (!state) model.dead++;
    else {
      state.sum = 0;
      state.restarts++;
    }
  }
  toString = () => `crash ${this.name}`;
}

class End implements Command {
  readonly name: string;
  readonly how: "stop" | "kill";
  constructor(name: string, how: "stop" | "kill") {
    this.name = name;
    this.how = how;
  }
  check = (model: Readonly<Model>) => known(model, this.name);
  async run(model: Model, { refs, system }: Real) {
    // What was told before a kill may be handled or be a dead letter: it is handled first here.
    if (this.how === "kill") await system.settle();
    await refs.get(this.name)?.[this.how]();
    if (model.alive.delete(this.name)) model.gone.add(this.name);
  }
  toString = () => `${this.how} ${this.name}`;
}

class Look implements Command {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = () => true;
  async run(model: Model, { system, refs }: Real) {
    const found = (await system.lookup(this.name)) as ActorRef<Sum> | undefined;
    const state = model.alive.get(this.name);
    assert.is(found !== undefined, state !== undefined);
    if (!found || !state) return;
    assert.ok(found.equals(refs.get(this.name) as ActorRef<Sum>));
    assert.is(await found.ask.sum(), state.sum);
    assert.is(await found.ask.restarts(), state.restarts);
  }
  toString = () => `look ${this.name}`;
}

const names = fc.constantFrom("a", "b", "c");
const commands = [
  names.map((name) => new Spawn(name)),
  fc.tuple(names, fc.integer({ min: -9, max: 9 })).map(([name, n]) => new Tell(name, n)),
  names.map((name) => new Crash(name)),
  fc.tuple(names, fc.constantFrom("stop" as const, "kill" as const)).map(([name, how]) => new End(name, how)),
  names.map((name) => new Look(name)),
];

const supervision = suite("names and supervision");
supervision("random histories agree with the model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60 }), fc.nat(), async (history, seed) => {
      const system = await createTestSystem({ seed, logger: false, supervision: { maxRestarts: Infinity } });
      const model: Model = { alive: new Map(), gone: new Set(), dead: 0 };
      const real: Real = { system, refs: new Map() };
      try {
        await fc.asyncModelRun(() => ({ model, real }), history);
        await system.settle();
        for (const name of ["a", "b", "c"]) await new Look(name).run(model, real);
        assert.is(system.stats().deadLetters, model.dead);
        assert.is(system.stats().active, model.alive.size);
      } finally {
        await system.stop();
      }
    }),
    { numRuns: 100 },
  );
});
supervision.run();

// ---- mailboxes ------------------------------------------------------------------------------------

interface Sent {
  readonly id: number;
  readonly key: number;
  readonly priority: "high" | "normal" | "low";
}

/** Holds its mailbox until it is let go. */
class Held extends Actor<{ gate: ActorRef<{ pass(): void }> }> {
  readonly #ids: number[] = [];
  async hold() {
    await this.init.gate.ask({ timeout: "1h" }).pass();
  }
  take({ id }: { id: number; key: number }) {
    this.#ids.push(id);
  }
  ids() {
    return [...this.#ids];
  }
}

/** Which ids are handled in the end, whatever their order. */
function kept(sent: readonly Sent[], capacity: number, overflow: Overflow): readonly number[] {
  const queue: Sent[] = [];
  for (const each of sent) {
    if (overflow === "coalesce" && queue.length >= capacity) {
      // The latest of its key: those before it stay before it.
      const place = queue.map(({ key }) => key).lastIndexOf(each.key);
      if (place >= 0) queue[place] = each;
      continue;
    }
    if (overflow === "block" || queue.length < capacity) queue.push(each);
    else if (overflow === "drop-oldest") {
      queue.shift();
      queue.push(each);
    }
  }
  return queue.map(({ id }) => id);
}

const policies = ["block", "fail", "drop-newest", "drop-oldest", "coalesce"] as const;
const mailboxes = suite("mailboxes");

for (const overflow of policies) {
  mailboxes(`${overflow}: what is kept, dropped and refused adds up, in order within each priority`, async () => {
    const sheds = overflow === "drop-oldest" || overflow === "coalesce";
    // What is replaced keeps its place, whatever its priority: there all are normal.
    const ranks = overflow !== "coalesce";
    const priority = !ranks ? fc.constant("normal" as const) : fc.constantFrom("high" as const, "normal", "low");
    const message = fc.record({ key: fc.nat({ max: 4 }), priority });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 50 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (messages, capacity, seed) => {
          const sent: Sent[] = messages.map((each, id) => ({ ...each, id }));
          const system = await createTestSystem({ seed, logger: false });
          try {
            const gate = system.probe<{ pass(): void }>();
            const mailbox = { capacity, overflow, ...(overflow === "coalesce" ? { coalesceBy: "key" } : {}) };
            const held = system.spawn(Held, { gate: gate.ref }, { mailbox });
            held.tell.hold();
            await gate.next();
            let refused = 0;
            // The message in hand counts where senders wait; what is shed is what is queued beside it.
            const room = sheds ? capacity : capacity - 1;
            for (const { id, key, priority } of sent) {
              try {
                held.with({ priority }).tell.take({ id, key });
              } catch (error) {
                assert.ok(isZanniError(error, "ERR_MAILBOX_FULL"));
                refused++;
              }
              if (sheds) await system.settle();
            }
            gate.reply(undefined);
            await system.settle();
            await held.ready();
            const ids = await held.ask.ids();
            if (ranks) {
              for (const each of ["high", "normal", "low"]) {
                const own = ids.filter((id) => sent[id]?.priority === each);
                assert.equal(
                  own,
                  [...own].sort((a, b) => a - b),
                );
              }
            }
            const expected = kept(sent, room, overflow);
            if (!ranks) assert.equal(ids, expected);
            else {
              assert.equal(
                [...ids].sort((a, b) => a - b),
                expected,
              );
            }
            const { deadLetters } = system.stats();
            assert.is(ids.length + deadLetters + refused, sent.length, "every one is accounted for");
            if (overflow !== "fail") assert.is(refused, 0);
            if (overflow === "block" || overflow === "fail") assert.is(deadLetters, 0);
          } finally {
            await system.stop();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
}
mailboxes.run();
