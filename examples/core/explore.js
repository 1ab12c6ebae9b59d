// node examples/core/explore.js
// Every interleaving of an owner and a thief over one deque: right in the core, wrong in a build with a seeded bug.
// prints:
//   the core: 0 failures, complete
//   seeded bug 4: taken 10 10 11, its trace replays it
import { Explorer, load } from "zanni/core/explore";

const scenario = {
  name: "an owner pops, a thief steals: each entry once",
  threads: 2,
  setup: (world) => {
    world.notes = [];
  },
  programs(world) {
    const keep = (hint) => hint > 1n && world.notes.push(Number(hint));
    const block = world.block(0);
    const [owner, thief] = [world.core(0), world.core(1)];
    return [
      (function* () {
        yield () => owner.dequePush(block, 10n);
        yield () => owner.dequePush(block, 11n);
        keep(yield () => owner.dequePop(block));
        keep(yield () => owner.dequePop(block));
      })(),
      (function* () {
        keep(yield () => thief.dequeSteal(block));
        keep(yield () => thief.dequeSteal(block));
      })(),
    ];
  },
  check(world) {
    const taken = [...world.notes].sort().join(" ");
    return taken === "10 11" ? undefined : `taken ${taken}`;
  },
};

const { complete, failure } = new Explorer(scenario, load("model")).explore({ preemptions: 3 });
console.log(`the core: ${failure ? 1 : 0} failures, ${complete ? "complete" : "cut off"}`);

// Bug 4: the last element of the deque is taken without a compare-and-swap.
const seeded = new Explorer(scenario, load("seeded"), 4);
const found = seeded.explore({ preemptions: 3 }).failure;
const again = seeded.replay(found.trace);
console.log(
  `seeded bug 4: ${found.message}, its trace ${again === found.message ? "replays it" : "does not replay it"}`,
);
