// node examples/core/scheduler.js
// A scheduler test on the raw core: two workers, one of them hungry. Nobody runs unless this program says so.
// prints:
//   the owner took its newest: 9
//   the thief took the oldest: 0, and 4 more with it
//   handled by the owner 5, by the thief 5
//   sums 35 and 10, together 45
import { RawCore } from "zanni/core";

const core = new RawCore({ workers: 2 });
const [owner, thief] = core.workers;

// Ten cells that anybody may run, each with one message: its own number.
const cells = Array.from({ length: 10 }, () => owner.spawn({ home: "any" }));
cells.forEach((cell, i) => void owner.post(cell, { name: 1, a: i, b: 0 }));

const handled = new Map(core.workers.map((worker) => [worker, []]));
const turn = (worker) => {
  const next = worker.take();
  if (!next) return undefined;
  const [message] = next.messages;
  handled.get(worker).push(message.a);
  next.release("dry", 1);
  return message.a;
};

console.log(`the owner took its newest: ${turn(owner)}`);
console.log(`the thief took the oldest: ${turn(thief)}, and ${thief.deque.length} more with it`);
while (turn(owner) !== undefined && turn(thief) !== undefined);
const [a, b] = core.workers.map((worker) => handled.get(worker));
console.log(`handled by the owner ${a.length}, by the thief ${b.length}`);
const sum = (list) => list.reduce((x, y) => x + y, 0);
console.log(`sums ${sum(a)} and ${sum(b)}, together ${sum(a) + sum(b)}`);
