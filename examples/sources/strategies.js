// node examples/sources/strategies.js
// One supervisor for each strategy, three children each; the second fails. Who was restarted?
// prints:
//   one-for-one: a 0, b 1, c 0
//   one-for-all: a 1, b 1, c 1
//   rest-for-one: a 0, b 1, c 1
//   permanent: alive after a failure, alive after it stopped normally: false
//   transient: alive after a failure, alive after it stopped normally: false
//   temporary: gone after a failure
//   escalate: the failure became the supervisor's
import { Actor, createSystem } from "zanni";

class Child extends Actor {
  restarts() {
    return this.ctx.restarts;
  }
  fail() {
    throw new Error("failed");
  }
}

const system = await createSystem({ logger: false });
for (const strategy of ["one-for-one", "one-for-all", "rest-for-one"]) {
  const { children } = system.supervise({ strategy }, (sup) =>
    ["a", "b", "c"].map((name) => sup.spawn(Child, undefined, { name })),
  );
  children[1].tell.fail();
  while ((await children[1].ask.restarts()) === 0);
  const counts = await Promise.all(children.map(async (child) => `${child.path.at(-1)} ${await child.ask.restarts()}`));
  console.log(`${strategy}: ${counts.join(", ")}`);
}

for (const restart of ["permanent", "transient"]) {
  const child = system.spawn(Child, undefined, { name: restart, restart });
  child.tell.fail();
  const restarts = await child.ask.restarts();
  await child.stop();
  const alive = (await system.lookup(restart)) !== undefined;
  console.log(
    `${restart}: ${restarts === 1 ? "alive" : "gone"} after a failure, alive after it stopped normally: ${alive}`,
  );
}
const temporary = system.spawn(Child, undefined, { restart: "temporary" });
temporary.tell.fail();
const reason = await temporary.stopped;
console.log(`temporary: gone after ${reason.error ? "a failure" : reason}`);

const events = system.events();
const inner = system.supervise({ name: "inner", decide: () => "escalate" }, (sup) => sup.spawn(Child));
inner.children.tell.fail();
for await (const event of events) {
  if (event.type !== "escalation") continue;
  console.log("escalate: the failure became the supervisor's");
  break;
}
await system.stop();
