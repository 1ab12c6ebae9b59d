// The public faces of the raw core (zanni/core).
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isZanniError } from "zanni";
import { layout, RawCore, type RawTurn, type RawWorker } from "zanni/core";

const raw = suite("zanni/core");

const two = (core: RawCore) => core.workers as unknown as [RawWorker, RawWorker];

raw("a cell goes from idle through runnable and running back to idle, and waits when it is blocked", () => {
  const core = new RawCore();
  const [worker] = core.workers as [RawWorker];
  const cell = worker.spawn();
  assert.is(core.state(cell), "idle");
  assert.is(worker.post(cell, { name: 7, a: 1, b: 2 }), "sent");
  assert.is(core.state(cell), "runnable");
  const turn = worker.take() as RawTurn;
  assert.is(core.state(cell), "running");
  assert.equal(turn.messages, [{ name: 7, a: 1, b: 2 }]);
  assert.is(turn.release("block", 0), undefined);
  assert.is(core.state(cell), "blocked");
  worker.post(cell, { name: 8, a: 0, b: 0 });
  assert.is(worker.take(), undefined, "it is BLOCKED");
  worker.exports.control(cell.cell, cell.generation, 0, layout.SYSTEM_SETTLED);
  const settled = worker.take() as RawTurn;
  assert.is(settled.blocked, true);
  assert.is(settled.control, layout.SYSTEM_SETTLED);
  const next = settled.release("unblock", 0) as RawTurn;
  assert.equal(
    next.messages.map(({ name }) => name),
    [8],
  );
  assert.is(next.release("dry", 1), undefined);
  assert.is(core.state(cell), "idle");
});

raw("more messages than 64, one of them stamped, all read right", () => {
  const core = new RawCore();
  const [worker] = core.workers as [RawWorker];
  const cell = worker.spawn();
  for (let i = 0; i < 200; i++) worker.post(cell, { name: i, a: i / 2, b: -i });
  const { messages } = worker.take() as RawTurn;
  assert.equal(
    messages,
    Array.from({ length: 200 }, (_, i) => ({ name: i, a: i / 2, b: i === 0 ? -0 : -i })),
  );
});

raw("outcomes: full, gone, a worker that would sleep", () => {
  const core = new RawCore({ workers: 2 });
  const [a, b] = two(core);
  const cell = a.spawn({ capacity: 2 });
  const post = () => b.post(cell, { name: 1, a: 0, b: 0 });
  assert.equal([post(), post(), post()], ["sent", "sent", "full"]);
  assert.is(b.post({ ...cell, generation: cell.generation + 1 }, { name: 1, a: 0, b: 0 }), "gone");
  assert.is(core.state({ ...cell, generation: 99 }), "stopped");
  assert.is(a.park(), false, "there is work for it");
  assert.is(b.park(), true, "it is pinned to the other");
  b.unpark();
});

raw("a deque: the owner at one end, thieves at the other", () => {
  const [worker] = new RawCore().workers as [RawWorker];
  const { deque } = worker;
  assert.is(deque.pop(), undefined);
  for (const hint of [10n, 11n, 12n]) assert.ok(deque.push(hint));
  assert.is(deque.steal(), 10n);
  assert.is(deque.pop(), 12n);
  assert.is(deque.length, 1);
});

raw("what is wrong is said", () => {
  try {
    new RawCore({ pages: 2 });
    assert.unreachable();
  } catch (error) {
    assert.ok(isZanniError(error, "ERR_OPTION") && error.message.includes("2 pages"));
  }
  const [worker] = new RawCore().workers as [RawWorker];
  const parts = worker.exports as unknown as { allocate(bytes: number): number; free(block: number): void };
  const block = parts.allocate(64);
  parts.free(block);
  assert.throws(() => parts.free(block), /freed twice/);
});

raw.run();
