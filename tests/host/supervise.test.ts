// The decision about a failed child, as a table.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { affected, decide, delayOf, inARow } from "../../host/actor/supervise.ts";
import type { Directive, RestartPolicy } from "../../host/actor/types.ts";

const test = suite("decide");
const limits = { maxRestarts: 3, withinMs: 5000 };

test("who wants what, by policy", () => {
  const table: [Directive | undefined, RestartPolicy, string][] = [
    [undefined, "permanent", "restart"],
    [undefined, "transient", "restart"],
    [undefined, "temporary", "stop"],
    ["restart", "temporary", "stop"],
    ["restart", "permanent", "restart"],
    ["resume", "permanent", "resume"],
    ["resume", "temporary", "resume"],
    ["stop", "permanent", "stop"],
    ["escalate", "transient", "escalate"],
  ];
  for (const [wanted, policy, action] of table) {
    assert.is(decide(wanted, policy, limits, [], 0).action, action, `${wanted} ${policy}`);
  }
});

test("what has not started has nothing to resume: that is a restart, and counts", () => {
  assert.equal(decide("resume", "permanent", limits, [], 0, false), { action: "restart", history: [0] });
  assert.is(decide("resume", "temporary", limits, [], 0, false).action, "stop");
  assert.is(decide("resume", "permanent", { maxRestarts: 0, withinMs: 1 }, [], 0, false).action, "escalate");
});

test("the limit is passed by one more within the window, and by none outside of it", () => {
  let history: readonly number[] = [];
  for (const now of [0, 1000, 2000]) {
    const decision = decide(undefined, "permanent", limits, history, now);
    if (decision.action !== "restart") throw new Error(`${decision.action} at ${now}`);
    history = decision.history;
  }
  assert.equal(history, [0, 1000, 2000]);
  assert.equal(decide(undefined, "permanent", limits, history, 4999), { action: "escalate", limit: true });
  assert.equal(decide(undefined, "permanent", limits, history, 5000), {
    action: "restart",
    history: [1000, 2000, 5000],
  });
});

test("no restart at all, and no limit at all", () => {
  assert.is(decide(undefined, "permanent", { maxRestarts: 0, withinMs: 5000 }, [], 0).action, "escalate");
  const free = { maxRestarts: Number.POSITIVE_INFINITY, withinMs: 5000 };
  assert.is(decide(undefined, "permanent", free, Array(1000).fill(0), 1).action, "restart");
});

test("an escalation that was asked for is not a limit", () => {
  assert.equal(decide("escalate", "permanent", limits, [], 0), { action: "escalate", limit: false });
});

test("who restarts with whom, in order of start", () => {
  const children = ["a", "b", "c", "d"];
  assert.equal(affected("one-for-one", children, "b"), ["b"]);
  assert.equal(affected("one-for-all", children, "b"), children);
  assert.equal(affected("rest-for-one", children, "b"), ["b", "c", "d"]);
  assert.equal(affected("rest-for-one", children, "a"), children);
  assert.equal(affected("rest-for-one", children, "d"), ["d"]);
});

test("a pause doubles up to max, gives and takes its jitter, and begins anew", () => {
  const backoff = { min: 100, max: 1000, factor: 2, jitter: 0.2 };
  assert.equal(
    [0, 1, 2, 3, 4, 100, 5000].map((failures) => delayOf(backoff, failures, 0.5)),
    [100, 200, 400, 800, 1000, 1000, 1000],
  );
  assert.is(delayOf(backoff, 0, 0), 80);
  assert.is(Math.round(delayOf(backoff, 0, 1)), 120);
  assert.is(delayOf(backoff, 10, 1), 1000, "never longer than max");
  assert.is(inARow(backoff, 3, 0, 999), 3);
  assert.is(inARow(backoff, 3, 0, 1000), 0);
});

test.run();
