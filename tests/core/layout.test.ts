// The first test of the suite: relations between the numbers of layout.ts.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as L from "../../assembly/layout.ts";

const test = suite("layout");

/** Fields of a structure by prefix, sorted by offset. */
function fields(prefix: string, skip: readonly string[] = []): [string, number][] {
  return Object.entries(L)
    .filter(([name, value]) => name.startsWith(prefix) && typeof value === "number" && !skip.includes(name))
    .sort((a, b) => (a[1] as number) - (b[1] as number)) as [string, number][];
}

test("no two fields share an offset, and 8-byte fields are aligned", () => {
  for (const [prefix, skip] of [
    ["HEADER_", ["HEADER_BYTES"]],
    ["WORKER_", ["WORKER_FIRST", "WORKER_BYTES"]],
    ["CELL_", ["CELL_BYTES", "CELL_STATE_BYTES", "CELL_WAITS"]], // a host's: where a native one has its state
    ["META_", ["META_BYTES"]],
  ] as const) {
    const seen = new Map<number, string>();
    for (const [name, offset] of fields(prefix, skip)) {
      assert.not.ok(seen.has(offset), `${name} and ${seen.get(offset)}`);
      assert.is(offset % 4, 0, name);
      seen.set(offset, name);
    }
  }
  for (const wide of [
    L.CELL_HEAD,
    L.CELL_SYSTEM,
    L.CELL_STATE,
    L.WORKER_TOP,
    L.WORKER_BOTTOM,
    L.WORKER_WHEEL_TICK,
    L.HEADER_EPOCH,
    L.WORKER_METER,
    L.WORKER_NOW,
    L.TICKET_STATE,
    L.TICKET_TIMER + L.TIMER_DUE,
    L.FRAME_PAYLOAD,
  ]) {
    assert.is(wide % 8, 0);
  }
});

test("structures fit into their room", () => {
  assert.ok(L.HEADER + L.HEADER_BYTES <= L.WORKER_FIRST);
  assert.ok(L.CELL_STATE + L.CELL_STATE_BYTES <= L.CELL_BYTES);
  assert.ok(L.TICKET_TIMER + 16 <= L.TICKET_BYTES);
  assert.ok(L.WORKER_METER + L.METER_LATENCY + L.METER_BUCKETS * 8 <= L.WORKER_TOP);
  assert.ok(L.WORKER_POOL + L.CLASSES * 8 <= L.WORKER_RESERVE);
  assert.ok(L.WORKER_FREED + 32 <= L.WORKER_TRAIL);
  assert.ok(L.WORKER_TRAIL + 32 <= L.WORKER_PENDING);
  assert.ok(L.WORKER_PENDING + L.WORKERS_MAX * 12 <= L.WORKER_WHEEL_TICK);
  assert.ok(L.WORKER_WHEEL + L.WHEEL_LEVELS * L.WHEEL_SLOTS * 4 <= L.WORKER_SYSTEM);
  assert.ok(L.WORKER_SYSTEM + L.SYSTEM_BATCH_MAX * 4 <= L.WORKER_BATCH);
  assert.ok(L.WORKER_BATCH + L.BATCH_MAX * 4 <= L.WORKER_DEQUE);
  assert.ok(L.WORKER_DEQUE + 8 * 2 ** L.RING_FIRST <= L.WORKER_DESK);
  assert.ok(L.WORKER_DESK + L.DESK_BYTES <= L.WORKER_BYTES);
});

test("words that other threads change stand on cache lines of their own", () => {
  const lines = [L.WORKER_PARKED, L.WORKER_INBOX, L.WORKER_REMOTE, L.WORKER_TOP, L.WORKER_BOTTOM].map((at) => at >>> 6);
  assert.is(new Set(lines).size, lines.length);
  const owners = fields("WORKER_", ["WORKER_FIRST", "WORKER_BYTES"]).filter(
    ([, at]) => at >= L.WORKER_FIFO_HEAD && at < L.WORKER_TOP,
  );
  for (const [name, at] of owners) assert.not.ok(lines.includes(at >>> 6), name);
});

test("tags are single, disjoint bits below the pointer", () => {
  for (const tags of [
    [L.OWNED, L.RUNNING, L.BLOCKED, L.SYS, L.STOPPED],
    [L.SYSTEM_CLOSED, L.SYSTEM_START, L.SYSTEM_KILL, L.SYSTEM_RESTART, L.SYSTEM_RESUME, L.SYSTEM_SETTLED],
  ]) {
    let all = 0;
    for (const tag of tags) {
      assert.is(tag & (tag - 1), 0);
      assert.is(all & tag, 0);
      all |= tag;
    }
    assert.is(all & L.POINTER_MASK, 0);
  }
  assert.is(L.SYSTEM_BITS, L.SYSTEM_START | L.SYSTEM_KILL | L.SYSTEM_RESTART | L.SYSTEM_RESUME | L.SYSTEM_SETTLED);
});

test("the link of a free block and of a queued cell are the same word, clear of what stale readers see", () => {
  assert.is(L.BLOCK_LINK, L.CELL_LINK);
  assert.ok(L.BLOCK_LINK < L.BLOCK_MIN);
  assert.ok(L.BLOCK_AHEAD + 4 <= L.BLOCK_LINK);
  assert.ok(L.BLOCK_LINK >= L.CELL_SYSTEM + 8);
  assert.is(1 << L.CHUNK_SHIFT, L.CHUNK);
  assert.is(L.BLOCK_MIN << (L.CLASS_CELL - 1), L.BLOCK_MAX);
});

test.run();
