// What becomes of the children of an actor that has failed, or whose instance ends: they end first, none comes back before its
// parent does, and nobody waits for ever.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Actor, type ActorRef, type Strategy } from "zanni";
import { createTestSystem } from "zanni/testkit";

const test = suite("endings");

/** How often each has begun and heard of its end, by name; all on this thread. */
let begun: Record<string, number> = {};
let ended: Record<string, number> = {};
/** Who waits in its onStop until the gate is opened. */
let waiting = "";
let open = () => {};
let gate = Promise.resolve();

test.before.each(() => {
  begun = {};
  ended = {};
  waiting = "";
  gate = new Promise((resolve) => {
    open = resolve;
  });
});

abstract class Counted extends Actor {
  get #name(): string {
    return this.ctx.path.split("/").at(-1) as string;
  }
  protected override onStart() {
    begun[this.#name] = (begun[this.#name] ?? 0) + 1;
  }
  protected override async onStop() {
    ended[this.#name] = (ended[this.#name] ?? 0) + 1;
    if (this.#name === waiting) await gate;
  }
  crash() {
    throw new Error(`${this.#name} crashed`);
  }
}

class Child extends Counted {}

class Parent extends Counted {
  protected override onStart() {
    super.onStart();
    for (const name of ["a", "b"]) this.ctx.spawn(Child, undefined, { name });
  }
}

const strategies = {
  "one-for-one": class extends Parent {
    static override supervision = { maxRestarts: 0 };
  },
  "one-for-all": class extends Parent {
    static override supervision = { strategy: "one-for-all" } as const;
  },
  "rest-for-one": class extends Parent {
    static override supervision = { strategy: "rest-for-one" } as const;
  },
};

test("killed while its children end, an actor hears of its end all the same", async () => {
  await using system = await createTestSystem();
  waiting = "b";
  const parent = system.spawn(Parent, undefined, { name: "parent" });
  await system.settle();
  const stopped = parent.stop();
  await system.settle();
  assert.is(ended["parent"], undefined, "its children come first");
  void parent.kill();
  await stopped;
  assert.equal(ended, { a: 1, b: 1, parent: 1 });
});

for (const strategy of Object.keys(strategies) as Strategy[]) {
  test(`${strategy}: a child that fails as its parent restarts waits for the next instance`, async () => {
    await using system = await createTestSystem({ logger: false });
    waiting = "b";
    const parent = system.spawn(strategies[strategy], undefined, { name: "parent" });
    await system.settle();
    const a = (await system.lookup("parent/a")) as ActorRef<Child>;
    parent.tell.crash();
    await system.settle();
    assert.is(ended["b"], 1);
    a.tell.crash();
    await system.settle();
    assert.equal(begun, { parent: 1, a: 1, b: 1 });
    open();
    await system.settle();
    assert.equal(begun, { parent: 2, a: 2, b: 2 });
    assert.equal(ended, { parent: 1, a: 1, b: 1 });
  });

  test(`${strategy}: a child that fails after its parent did is not decided about by that instance`, async () => {
    await using system = await createTestSystem({ logger: false });
    const shop = system.supervise({ backoff: { min: "1s", max: "1s", jitter: 0 } }, (sup) =>
      sup.spawn(strategies[strategy], undefined, { name: "parent" }),
    );
    await system.settle();
    const a = (await system.lookup(`${shop.path}/parent/a`)) as ActorRef<Child>;
    shop.children.tell.crash();
    await system.settle();
    a.tell.crash();
    await system.settle();
    assert.equal(begun, { parent: 1, a: 1, b: 1 }, "all pause");
    await system.advance("2s");
    assert.equal(begun, { parent: 2, a: 2, b: 2 });
    assert.equal(ended, { parent: 1, a: 1, b: 1 });
    const [status] = await shop.status();
    assert.equal([status?.state, status?.restarts], ["running", 1]);
  });
}

test("one that goes on after its failure decides about the child that has failed meanwhile", async () => {
  // On some of these schedules the child fails between the failure and the decision.
  for (let seed = 0; seed < 30; seed++) {
    await using system = await createTestSystem({ logger: false, seed });
    begun = {};
    const shop = system.supervise({ decide: () => "resume" }, (sup) =>
      sup.spawn(strategies["rest-for-one"], undefined, { name: "parent" }),
    );
    await system.settle();
    const a = (await system.lookup(`${shop.path}/parent/a`)) as ActorRef<Child>;
    shop.children.tell.crash();
    a.tell.crash();
    await system.settle();
    assert.equal(begun, { parent: 1, a: 2, b: 2 }, `seed ${seed}`);
  }
});

class Late extends Actor {
  protected override onStop() {
    ended["parent"] = (ended["parent"] ?? 0) + 1;
    this.ctx.spawn(Child, undefined, { name: "late" });
  }
  crash() {
    throw new Error("crash");
  }
}

test("killed while those end that it started in its onStop, an actor does not hear of its end again", async () => {
  await using system = await createTestSystem({ logger: false });
  waiting = "late";
  const parent = system.spawn(Late, undefined, { name: "parent" });
  parent.tell.crash();
  await system.settle();
  assert.equal(ended, { parent: 1, late: 1 });
  void parent.kill();
  await system.settle();
  open();
  await parent.stopped;
  assert.equal(ended, { parent: 1, late: 1 });
});

test("whom an instance starts in its onStop ends with it", async () => {
  await using system = await createTestSystem({ logger: false });
  const parent = system.spawn(Late, undefined, { name: "parent" });
  for (let i = 1; i <= 3; i++) {
    parent.tell.crash();
    await system.settle();
    assert.is(ended["late"], i);
    assert.is(await system.lookup("parent/late"), undefined);
  }
});

test("what takes too long to end for its group is killed with its children, and starts anew after them", async () => {
  await using system = await createTestSystem({ logger: false });
  waiting = "b";
  const shop = system.supervise({ strategy: "one-for-all" }, (sup) => {
    const parent = sup.spawn(Parent, undefined, { name: "parent", shutdown: "1s" });
    return { parent, sibling: sup.spawn(Child, undefined, { name: "sibling" }) };
  });
  await system.settle();
  shop.children.sibling.tell.crash();
  await system.settle();
  assert.equal(ended, { b: 1, sibling: 1 });
  await system.advance("1s");
  assert.equal(ended, { a: 1, b: 1, parent: 1, sibling: 1 });
  assert.equal(begun, { parent: 2, a: 2, b: 2, sibling: 2 });
  assert.ok((await shop.status()).every(({ state }) => state === "running"));
  open();
});

test.run();
