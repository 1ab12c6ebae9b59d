// What is explored: small plays over the real core, each with the rule that must hold at its end. Thread i is
// worker i. A player that works takes, handles and releases as the host does, and parks when it is idle.

import type { Core, Program, Scenario, Wait, World } from "zanni/core/explore";
import * as L from "../../assembly/layout.ts";

/** Messages from here on hold their actor until it is settled. */
const HOLDS = 100;
/** And this one for ever. */
const HANGS = 200;
/** Whoever handles this one makes two actors, each with a message. */
const BEARS = 50;
const BORN = 20;
/** And this one sends what `note.relays` holds to `b`. */
const RELAYS = 60;

interface Address {
  cell: number;
  generation: number;
}
interface Notes {
  /** `generation:name` of each message handled, in order. */
  handled: string[];
  dead: number[];
  /** Cells in their turn. */
  inside: Set<number>;
  bits: number;
  /** Who is in them. */
  turns: Map<number, number>;
  /** In hand when their thread died. */
  named: number[];
  relays: readonly number[];
  a: Address;
  b: Address;
  [key: string]: unknown;
}

function notes(world: World): Notes {
  return world.notes as Notes;
}

function begin(world: World): Notes {
  world.notes = { handled: [], dead: [], inside: new Set(), bits: 0, turns: new Map(), named: [], relays: [] };
  return notes(world);
}

/** Actor `a` lives on worker 0. */
function oneActor(world: World): void {
  begin(world).a = world.cell(0, 0);
}

/** Worker 0 has asked something, until 5 ms, and cell `a` takes the answer. */
function asked(world: World): number {
  const note = begin(world);
  note.a = world.cell(0, 0);
  world.u32[(world.block(0) + L.WORKER_REPLIES) >>> 2] = note.a.cell;
  world.u32[(world.block(0) + L.WORKER_REPLIES_GENERATION) >>> 2] = note.a.generation;
  const ticket = (world.core(0)["openTicket"] as Core[string])(5) >>> 0;
  note["ticket"] = ticket;
  return ticket;
}

/** Actors `a` and `b` live on worker 0, with two messages each; others may have them. */
function movable(world: World): void {
  const note = begin(world);
  note["homes"] = new Map<number, number>();
  note.a = world.cell(0, 0);
  note.b = world.cell(0, 0);
  for (const [i, { cell, generation }] of [note.a, note.b].entries()) {
    world.u32[(cell + L.CELL_BUDGET) >>> 2] = L.MOVABLE;
    for (const name of [10, 11]) call(world.core(0), "post", cell, generation, name + 2 * i, 0, 0, 0, 0, 0, 0, 0)();
  }
}

// ---- players --------------------------------------------------------------------------------------

function call(core: Core, name: string, ...args: number[]): () => number {
  const fn = core[name] as (...args: number[]) => number;
  return () => fn(...args);
}

function* tell(world: World, id: number, to: Address, name: number): Program<void> {
  const outcome = yield call(world.core(id), "post", to.cell, to.generation, name, 0, 0, 0, 0, 0, 0, 0);
  if (outcome === L.GONE || outcome === L.FULL) notes(world).dead.push(name);
  else if (outcome !== L.SENT) throw new Error(`post answered ${outcome}`);
}

function* tellRanked(world: World, id: number, to: Address, name: number, priority: number): Program<void> {
  const core = world.core(id);
  const frame = (yield call(core, "prepare", 16, priority, 0, 0)) >>> 0;
  world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL | (priority << 8);
  world.u32[(frame + L.FRAME_NAME) >>> 2] = name;
  if ((yield call(core, "send", to.cell, to.generation, frame)) !== L.SENT) notes(world).dead.push(name);
}

/** With a payload, put together on the desk of the sender's worker: its name. */
function* tellFromDesk(world: World, id: number, to: Address, name: number): Program<void> {
  const core = world.core(id);
  world.u32[(world.block(id) + L.WORKER_DESK) >>> 2] = name;
  const frame = (yield call(core, "compose", 4)) >>> 0;
  yield call(core, "fill", frame, 4);
  world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL;
  world.u32[(frame + L.FRAME_NAME) >>> 2] = name;
  yield call(core, "send", to.cell, to.generation, frame);
}

/** Of a sender that ends, and cannot wait for room. */
function* tellPressed(world: World, id: number, to: Address, name: number): Program<void> {
  const core = world.core(id);
  const frame = (yield call(core, "compose", 16)) >>> 0;
  world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL | (L.FLAG_UNLIMITED << 24);
  world.u32[(frame + L.FRAME_NAME) >>> 2] = name;
  if ((yield call(core, "send", to.cell, to.generation, frame)) !== L.SENT) notes(world).dead.push(name);
}

function* bits(world: World, id: number, to: Address, what: number): Program<void> {
  yield call(world.core(id), "control", to.cell, to.generation, 0, what);
}

function* stop(world: World, id: number, to: Address): Program<void> {
  yield call(world.core(id), "stop", to.cell, to.generation);
}

function* all(...programs: Program[]): Program<void> {
  for (const program of programs) yield* program;
}

/** Takes and handles for ever; the play is over when everybody waits. */
function* work(world: World, id: number, budget?: number): Program<void> {
  const core = world.core(id);
  const wait: Wait = { address: world.block(id) + L.WORKER_PARKED, value: L.PARKED };
  for (;;) {
    const cell = (yield call(core, "take", 1)) >>> 0;
    if (cell > L.TAKE_SLICE) {
      yield* turn(world, id, cell, budget);
    } else if (yield call(core, "park")) {
      yield wait;
      yield call(core, "unpark");
    } else yield "pause";
  }
}

function* turn(world: World, id: number, cell: number, budget = 1000): Program<void> {
  const core = world.core(id);
  const block = world.block(id);
  const note = notes(world);
  const special = world.word(block + L.WORKER_OUT_CASE);
  const homes = note["homes"] as Map<number, number> | undefined;
  const home = homes?.get(cell) ?? id;
  if (home !== id && !note["died"]) throw new Error("taken by a worker on which it does not live");
  if (special === L.HANDOVER && homes && !homes.has(cell)) {
    if (note.inside.has(cell)) throw new Error("handed over while somebody is inside");
    const to = world.word(block + L.WORKER_OUT_TO);
    // Once is enough: who goes to and fro comes to no end.
    homes.set(cell, to);
    yield call(core, "move", cell, to);
    return;
  }
  if (special !== 0 && special !== L.MESSAGES && special !== L.HANDOVER) {
    yield* nativeTurn(world, id, cell);
    return;
  }
  let more = special === L.HANDOVER ? yield call(core, "release", cell, L.TURN_DRY, 0) : 1;
  while (more) {
    if (note.inside.has(cell)) throw new Error("two workers inside one actor");
    note.inside.add(cell);
    note.turns.set(id, cell);
    const generation = world.word(block + L.WORKER_OUT_GENERATION);
    const control = world.word(block + L.WORKER_OUT_BITS);
    const over = (control & L.SYSTEM_START) !== 0;
    const count = over ? 0 : Math.min(budget, world.word(block + L.WORKER_OUT_COUNT));
    const frames = Array.from({ length: count }, (_, i) => world.word(block + L.WORKER_BATCH + i * 4));
    const names = frames.map((frame) => world.word(frame + L.FRAME_NAME));
    const kinds = frames.map((frame) => world.word(frame + L.FRAME_KIND) & 255);
    const blocked = world.word(block + L.WORKER_OUT_BLOCKED) === 1;
    const system = world.word(block + L.WORKER_OUT_SYSTEM);
    for (let i = 0; i < system; i++) {
      const frame = world.word(block + L.WORKER_SYSTEM + i * 4);
      note.handled.push(`system:${world.word(frame + L.FRAME_NAME)}`);
      yield call(core, "drop", frame);
    }
    if (control !== 0) note.handled.push(`${generation}:control ${control}`);
    let end = (control & L.SYSTEM_KILL) !== 0;
    let outcome = blocked ? L.TURN_WAIT : L.TURN_DRY;
    let done = 0;
    if (over) {
      const born = (note["born"] as Set<number> | undefined)?.has(cell) ?? false;
      // One that is born has nothing to put in order.
      if (!born && world.word(cell + L.CELL_BUDGET) >>> L.POLICY_SHIFT === 0) yield call(core, "rank", cell, 0);
      else if (!born) yield* shed(world, id, cell);
      if (born || !blocked) outcome = L.TURN_UNBLOCK;
    }
    if (blocked && (control & (L.SYSTEM_SETTLED | L.SYSTEM_RESTART)) !== 0) outcome = L.TURN_UNBLOCK;
    while (!end && done < count) {
      if (kinds[done] === L.KIND_STOP) {
        end = true;
        break;
      }
      world.u32[(block + L.WORKER_PROGRESS) >>> 2] = frames[done] as number;
      if (kinds[done] === L.KIND_SUCCEEDED) {
        const worker = world.word((frames[done] as number) + L.FRAME_SENDER);
        yield call(core, "failClaimed", worker, names[done] as number);
        done++;
        continue;
      }
      if (frames[done] === note["ticket"]) {
        world.u32[((frames[done] as number) + L.TICKET_SLOT) >>> 2] = L.SLOT_DONE;
      }
      note.handled.push(`${generation}:${names[done]}`);
      (note["payloads"] as number[] | undefined)?.push(world.word((frames[done] as number) + L.FRAME_PAYLOAD));
      if (names[done] === BEARS) yield* bear(world, id);
      if (names[done] === BORN) yield* tell(world, id, note.b, 4);
      if (names[done] === RELAYS) for (const name of note.relays) yield* tell(world, id, note.b, name);
      if ((names[done] as number) >= HOLDS) {
        outcome = L.TURN_BLOCK;
        break;
      }
      done++;
    }
    note.inside.delete(cell);
    if (end) {
      yield* bury(world, id, cell, done, names);
      return;
    }
    more = yield call(core, "release", cell, outcome, done);
    // The awaited promise settles on the actor's own thread.
    if (outcome === L.TURN_BLOCK && names[done] !== HANGS)
      yield* bits(world, id, { cell, generation }, L.SYSTEM_SETTLED);
  }
}

/** Two actors, each with a message, begin in the turn of whoever makes them; the first of them sends to `b`. */
function* bear(world: World, id: number): Program<void> {
  const core = world.core(id);
  for (const name of [BORN, BORN + 1]) {
    const cell = (yield call(core, "spawn", id, 0, 0, L.UNLIMITED, L.UNLIMITED, 0)) >>> 0;
    const to = { cell, generation: world.word(cell + L.CELL_HEAD + 4) & L.GENERATION_MASK };
    (notes(world)["born"] as Set<number>).add(cell);
    yield* tell(world, id, to, name);
    yield call(core, "begin", to.cell, to.generation);
  }
}

/** Actor `a`, which makes others, and `b` live on worker 0. */
function parent(world: World): void {
  const note = begin(world);
  note.a = world.cell(0, 0);
  note.b = world.cell(0, 0);
  note["born"] = new Set<number>();
}

/** Actors `a`, which sends these on to `b`, and `b`, which may hold so many, live on worker 0. */
function relay(world: World, relays: readonly number[], capacity?: number): void {
  const note = begin(world);
  note.a = world.cell(0, 0);
  note.b = world.cell(0, 0, capacity);
  note.relays = relays;
}

/** The mailbox holds more than it may: the oldest make room. */
function* shed(world: World, id: number, cell: number): Program<void> {
  const core = world.core(id);
  yield call(core, "list", cell);
  const frames = chain(world, world.word(cell + L.CELL_LIST), L.FRAME_NEXT);
  const excess = frames.length - world.word(cell + L.CELL_CAPACITY) / 2;
  for (const frame of frames.slice(0, Math.max(0, excess))) {
    notes(world).dead.push(world.word(frame + L.FRAME_NAME));
    world.u32[(cell + L.CELL_LIST) >>> 2] = world.word(frame + L.FRAME_NEXT);
    yield call(core, "discard", cell, frame);
    yield call(core, "drop", frame);
  }
}

function chain(world: World, first: number, link: number): number[] {
  const frames: number[] = [];
  for (let frame = first; frame !== 0; frame = world.word(frame + link)) frames.push(frame);
  return frames;
}

/** What is listed for a cell, and what has come in since. */
function queued(world: World, cell: number): number[] {
  const newest = (world.word(cell + L.CELL_HEAD) & L.POINTER_MASK) >>> 0;
  return [...chain(world, world.word(cell + L.CELL_LIST), L.FRAME_NEXT), ...chain(world, newest, L.FRAME_PUSH)];
}

/** The host's part for a supervised behavior: control, and the end. */
function* nativeTurn(world: World, id: number, cell: number): Program<void> {
  const core = world.core(id);
  const block = world.block(id);
  const note = notes(world);
  for (;;) {
    if (note.inside.has(cell)) throw new Error("two workers inside one actor");
    note.inside.add(cell);
    const why = world.word(block + L.WORKER_OUT_CASE);
    const control = world.word(block + L.WORKER_OUT_BITS);
    const blocked = world.word(block + L.WORKER_OUT_BLOCKED) === 1;
    if (control !== 0) note.handled.push(`1:control ${control}`);
    note.inside.delete(cell);
    if (why === L.NATIVE_STOP || (control & L.SYSTEM_KILL) !== 0) {
      yield* bury(world, id, cell, 0, []);
      return;
    }
    if (!(yield call(core, "release", cell, blocked ? L.TURN_UNBLOCK : L.TURN_DRY, 0))) return;
  }
}

/** A behavior with a parent: an init frame is what tells it from others. */
function supervised(world: World, maker = 0): Address {
  const core = world.core(maker);
  const note = notes(world);
  world.onNative = (at, frame) => {
    if (note.inside.has(at)) throw new Error("two workers inside one actor");
    note.handled.push(`1:${world.word(frame + L.FRAME_NAME)}`);
  };
  const init = (core["reserve"] as Core[string])(0) >>> 0;
  const cell = (core["spawn"] as Core[string])(L.HOME_ANY, 1, init, L.UNLIMITED, L.UNLIMITED, 0) >>> 0;
  return { cell, generation: world.word(cell + 4) };
}

function* bury(world: World, id: number, cell: number, done: number, _names: number[]): Program<void> {
  const core = world.core(id);
  if (done > 0) yield call(core, "release", cell, L.TURN_YIELD, done);
  if (done > 0) return; // handled first, the stop is met again in the next turn
  yield* vacate(world, id, cell, yield call(core, "close", cell));
}

function* vacate(world: World, id: number, cell: number, size: number): Program<void> {
  const core = world.core(id);
  const block = world.block(id);
  let left = size;
  while (left > 0) {
    for (let i = 0; i < left; i++) {
      const frame = world.word(block + L.WORKER_BATCH + i * 4);
      if ((world.word(frame + L.FRAME_KIND) & 255) !== L.KIND_STOP)
        notes(world).dead.push(world.word(frame + L.FRAME_NAME));
    }
    left = yield call(core, "bury", cell, left);
  }
  const system = world.word(block + L.WORKER_OUT_SYSTEM);
  for (let i = 0; i < system; i++) yield call(core, "drop", world.word(block + L.WORKER_SYSTEM + i * 4));
  yield call(core, "vacate", cell);
  const after = notes(world)["after"] as ((id: number) => Program) | undefined;
  if (after) yield* after(id);
}

/** Each of them once. */
function taken(world: World, wanted: string): string | undefined {
  const got = [...notes(world).dead].sort().join(" ");
  return got === wanted ? undefined : `taken: ${got}`;
}

/** The deque of worker 0, for each thread; what it gives is noted, unless that is EMPTY or RETRY. */
function dequeOf(world: World) {
  const block = world.block(0);
  const got = notes(world).dead;
  const call = (id: number, name: "dequePush" | "dequePop" | "dequeSteal", hint?: bigint) => {
    const core = world.core(id) as unknown as Record<string, (block: number, hint?: bigint) => unknown>;
    return core[name]?.(block, hint);
  };
  const taking = function* (id: number, name: "dequePop" | "dequeSteal", times: number): Program<void> {
    for (let i = 0; i < times; i++) {
      const n = Number((yield () => call(id, name)) as bigint);
      if (n > 1) got.push(n);
    }
  };
  return {
    push: function* (...hints: bigint[]): Program<void> {
      for (const hint of hints) yield () => call(0, "dequePush", hint);
    },
    pop: (times: number) => taking(0, "dequePop", times),
    steal: (id: number, times: number) => taking(id, "dequeSteal", times),
  };
}

/** What actor `b` had kept goes to `a`, as the host's outboxes send it. */
function* sendKept(world: World, id: number): Program<void> {
  const { a, b } = notes(world);
  const shelf = world.word(b.cell + L.CELL_KEPT);
  for (let frame = world.word(shelf + L.SHELF_FIRST); frame !== 0; frame = world.word(shelf + L.SHELF_FIRST)) {
    world.u32[(world.block(id) + L.WORKER_SENT) >>> 2] = 0;
    world.u32[(shelf + L.SHELF_LEAVING) >>> 2] = frame;
    world.u32[(shelf + L.SHELF_FIRST) >>> 2] = world.word(frame + L.FRAME_NEXT);
    yield call(world.core(id), "send", a.cell, a.generation, frame);
    world.u32[(shelf + L.SHELF_LEAVING) >>> 2] = 0;
  }
}

/** Worker 0 hears that another has taken the place of this one. */
function* succeeded(world: World, id: number): Program<void> {
  const core = world.core(id);
  const { a } = notes(world);
  const frame = (yield call(core, "reserveControl", 0)) >>> 0;
  world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_SUCCEEDED | (L.FLAG_PRIVATE << 24);
  world.u32[(frame + L.FRAME_SENDER) >>> 2] = id;
  world.u32[(frame + L.FRAME_NAME) >>> 2] = world.word(world.block(id) + L.WORKER_LIFE);
  yield call(core, "send", a.cell, a.generation, frame);
}

/** What a thread does that has taken the place of one that died: it brings back what lived there, and works. */
function* succeed(world: World, id: number): Program<void> {
  yield* inherit(world, id);
  yield* work(world, id);
}

function* inherit(world: World, id: number): Program<void> {
  const core = world.core(id);
  const note = notes(world);
  note.inside.delete(note.turns.get(id) ?? 0);
  note["died"] = true;
  yield call(core, "adopt", id);
  // As the host does: all are looked at before anything is done to one.
  const all: number[] = [];
  for (let cell = 0; ; ) {
    cell = (yield call(core, "nextCell", cell)) >>> 0;
    if (cell === 0) break;
    all.push(cell);
  }
  for (const cell of all) {
    const head = world.word(cell + L.CELL_HEAD);
    const half = world.word(cell + L.CELL_HEAD + 4);
    const generation = half & L.GENERATION_MASK;
    const hand = world.word(cell + L.CELL_HAND);
    const pinned = world.word(cell + L.CELL_BEHAVIOR) === 0 && world.word(cell + L.CELL_WORKER) === id;
    if (head & L.STOPPED) {
      // Others may have ended meanwhile, which is not ours to see to.
      if ((yield call(core, "runner", cell)) === id + 1)
        yield* vacate(world, id, cell, yield call(core, "close", cell));
    } else if (pinned && head & L.BLOCKED) {
      if (hand !== 0) note.named.push(world.word(hand + L.FRAME_NAME));
      yield* bits(world, id, { cell, generation }, L.SYSTEM_RESTART);
    } else if (half >>> 24 === id + 1) {
      // A behavior, in the middle of a message.
      if (hand !== 0) note.named.push(world.word(hand + L.FRAME_NAME));
      yield call(core, "putDown", cell);
      if (yield call(core, "release", cell, L.TURN_WAIT, 0)) yield* nativeTurn(world, id, cell);
      yield* bits(world, id, { cell, generation }, L.SYSTEM_RESTART);
    }
  }
}

// ---- rules ----------------------------------------------------------------------------------------

function exactly(world: World, expected: string[]): string | undefined {
  const got = notes(world)
    .handled.filter((entry) => !entry.includes("control"))
    .sort();
  const want = [...expected].sort();
  return got.join() === want.join() ? undefined : `handled ${got.join(" ")}, expected ${want.join(" ")}`;
}

/** Of one sender, in the order it sent. */
function inOrder(world: World, ...names: number[]): string | undefined {
  const got = notes(world).handled.map((entry) => Number(entry.split(":")[1]));
  const places = names.map((name) => got.indexOf(name)).filter((place) => place >= 0);
  return places.every((place, i) => i === 0 || place > (places[i - 1] as number))
    ? undefined
    : `out of order: ${got.join(" ")}`;
}

function accounted(world: World, names: number[]): string | undefined {
  const note = notes(world);
  const seen = [
    ...note.handled.filter((h) => !h.includes("control")).map((h) => Number(h.split(":")[1])),
    ...note.dead,
  ];
  const want = [...names].sort().join();
  return seen.sort().join() === want ? undefined : `handled or dead: ${seen.join(" ")}, sent: ${names.join(" ")}`;
}

/** After a death: each of these is handled at most once, else dead, or named as the one in hand; those of the dead may be missing. */
function survived(world: World, sent: number[], maybe: number[] = []): string | undefined {
  const note = notes(world);
  const handled = note.handled.filter((h) => !h.includes("control")).map((h) => Number(h.split(":")[1]));
  const all = [...handled, ...note.dead, ...note.named];
  for (const name of [...sent, ...maybe]) {
    if (handled.filter((each) => each === name).length > 1) return `${name} was handled twice`;
    if (sent.includes(name) && !all.includes(name)) return `${name} was lost`;
  }
  return rested(world);
}

/** Nobody has anything left to do. */
function rested(world: World): string | undefined {
  const core = world.core(0);
  for (let cell = 0; ; ) {
    cell = ((core["nextCell"] as Core[string])(cell) ?? 0) >>> 0;
    if (cell === 0) return undefined;
    const head = world.word(cell + L.CELL_HEAD);
    const system = world.word(cell + L.CELL_SYSTEM);
    if (head & (L.STOPPED | L.OWNED | L.SYS) || (head & L.POINTER_MASK) !== 0) return `left with the head ${head}`;
    if (((system & L.POINTER_MASK) | (system & L.SYSTEM_BITS)) !== 0) return `left with the control ${system}`;
    if (world.word(cell + L.CELL_LIST) !== 0) return "left with a list";
    const [taken, handled] = [world.word(cell + L.CELL_TAKEN), world.word(cell + L.CELL_HANDLED)];
    if (world.word(cell + L.CELL_CAPACITY) !== L.UNLIMITED && taken !== handled)
      return `${handled} of ${taken} handled`;
  }
}

/**
 * Worker 0 makes actor `a` ready and has yet to queue it when worker 1 dies. Whoever takes the place of that finds it, ends it,
 * and makes others, each in a block of its own.
 */
function outlived(name: string, play: Pick<Scenario, "setup"> & { giver(world: World): Program }): Scenario {
  return {
    name,
    threads: 2,
    setup: (world) => {
      play.setup(world);
      notes(world)["made"] = [];
    },
    programs: (world) => [play.giver(world), work(world, 1)],
    check: sound,
    deaths: {
      of: [1],
      *successor(world, id) {
        yield* inherit(world, id);
        yield* bits(world, id, notes(world).a, L.SYSTEM_KILL);
        yield* ready(world, id);
        yield "pause";
        yield* make(world, id);
        yield* work(world, id);
      },
    },
  };
}

/** Takes and handles what there is now. */
function* ready(world: World, id: number): Program<void> {
  for (;;) {
    const cell = (yield call(world.core(id), "take", 1)) >>> 0;
    if (cell <= L.TAKE_SLICE) return;
    yield* turn(world, id, cell);
  }
}

function* make(world: World, id: number): Program<void> {
  for (let i = 0; i < 3; i++) {
    const cell = (yield call(world.core(id), "spawn", id, 0, 0, L.UNLIMITED, L.UNLIMITED, 0)) >>> 0;
    (notes(world)["made"] as number[]).push(cell);
  }
}

/** Those that were made have a block each. */
function sound(world: World): string | undefined {
  const made = notes(world)["made"] as number[];
  const each = new Set(made).size === made.length && made.every((cell) => cell !== 0 && cell % L.BLOCK_MIN === 0);
  return each ? undefined : `cells at ${made.join(", ")}`;
}

/** Worker 0 has asked, and one of two threads dies: there is one answer, or the ask still waits. */
function answering(name: string, most: number): Scenario {
  return {
    name,
    threads: 2,
    setup: (world) => {
      const ticket = asked(world);
      world.u32[(ticket + L.TICKET_SLOT) >>> 2] = L.SLOT_NATIVE;
      world.u32[(ticket + L.FRAME_NAME) >>> 2] = 1;
    },
    programs: (world) => {
      const ticket = notes(world)["ticket"] as number;
      const generation = world.word(ticket + L.TICKET_STATE + 4);
      const answer = function* (): Program<void> {
        yield call(world.core(1), "reply", ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 0, 0);
      };
      notes(world)["answer"] = answer;
      return [work(world, 0), answer()];
    },
    check: (world) => {
      const { handled } = notes(world);
      const ticket = notes(world)["ticket"] as number;
      // Whoever died before it answered leaves the ask to its deadline.
      const waits = world.word(ticket + L.TICKET_STATE) === L.TICKET_PENDING;
      const answers = handled.filter((each) => each === "1:1").length;
      return answers === (waits ? 0 : 1) ? rested(world) : `answered ${answers} times`;
    },
    deaths: {
      of: [0, 1],
      most,
      *successor(world, id) {
        yield* inherit(world, id);
        if (id === 1) {
          yield* succeeded(world, id);
          // It may have been asked again, and answers.
          yield* (notes(world)["answer"] as () => Program)();
        } else yield* work(world, id);
      },
    },
  };
}

// ---- plays ----------------------------------------------------------------------------------------

export const scenarios: Scenario[] = [
  {
    name: "mailbox: two senders, one owner",
    threads: 3,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(tell(world, 1, notes(world).a, 1), tell(world, 1, notes(world).a, 2)),
      all(tell(world, 2, notes(world).a, 3)),
    ],
    check: (world) => exactly(world, ["1:1", "1:2", "1:3"]) ?? inOrder(world, 1, 2),
  },
  {
    name: "cycle: one sender, turns of one message",
    threads: 2,
    setup: oneActor,
    programs: (world) => [
      work(world, 0, 1),
      all(tell(world, 1, notes(world).a, 1), tell(world, 1, notes(world).a, 2), tell(world, 1, notes(world).a, 3)),
    ],
    check: (world) => exactly(world, ["1:1", "1:2", "1:3"]) ?? inOrder(world, 1, 2, 3),
  },
  {
    name: "desk: what two threads put together, each at its own and one after the other",
    threads: 3,
    setup: (world) => {
      oneActor(world);
      notes(world)["payloads"] = [];
    },
    programs: (world) => [
      work(world, 0),
      all(tellFromDesk(world, 1, notes(world).a, 1), tellFromDesk(world, 1, notes(world).a, 2)),
      tellFromDesk(world, 2, notes(world).a, 3),
    ],
    check: (world) =>
      exactly(world, ["1:1", "1:2", "1:3"]) ??
      (`${notes(world).handled}` === `${(notes(world)["payloads"] as number[]).map((each) => `1:${each}`)}`
        ? undefined
        : "a payload came with another message"),
  },
  {
    name: "control: bits and frames beside messages",
    threads: 2,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(
        tell(world, 1, notes(world).a, 1),
        bits(world, 1, notes(world).a, L.SYSTEM_RESUME),
        (function* (): Program<void> {
          const core = world.core(1);
          const frame = yield call(core, "reserveControl", 0);
          world.u32[(frame + L.FRAME_NAME) >>> 2] = 7;
          yield call(core, "control", notes(world).a.cell, notes(world).a.generation, frame, 0);
        })(),
      ),
    ],
    check: (world) =>
      exactly(world, ["1:1", "system:7"]) ??
      (notes(world).handled.includes("1:control 16") ? undefined : "the control bit was lost"),
  },
  {
    name: "blocked: a handler that awaits, settled, with control beside",
    threads: 2,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(
        tell(world, 1, notes(world).a, HOLDS),
        bits(world, 1, notes(world).a, L.SYSTEM_RESUME),
        tell(world, 1, notes(world).a, 1),
      ),
    ],
    check: (world) =>
      exactly(world, ["1:1", `1:${HOLDS}`]) ??
      (notes(world).handled.some((h) => h === "1:control 16" || h === "1:control 48") ? undefined : "control lost"),
  },
  {
    name: "blocked: two threads send while it awaits",
    threads: 3,
    setup: oneActor,
    programs: (world) => [work(world, 0), tell(world, 1, notes(world).a, HOLDS), tell(world, 2, notes(world).a, 1)],
    check: (world) => exactly(world, ["1:1", `1:${HOLDS}`]),
  },
  {
    name: "blocked: a kill reaches an actor that awaits for ever",
    threads: 2,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(
        tell(world, 1, notes(world).a, HANGS),
        bits(world, 1, notes(world).a, L.SYSTEM_KILL),
        tell(world, 1, notes(world).a, 1),
      ),
    ],
    check: (world) =>
      notes(world).handled.includes("1:control 4")
        ? notes(world).handled.includes("1:1") || notes(world).dead.includes(1)
          ? undefined
          : "a message was lost"
        : "the kill was lost",
  },
  {
    name: "stop: what was sent before is handled, the rest is dead",
    threads: 3,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(tell(world, 1, notes(world).a, 1), stop(world, 1, notes(world).a)),
      tell(world, 2, notes(world).a, 2),
    ],
    check: (world) =>
      accounted(world, [1, 2]) ?? (notes(world).handled.includes("1:1") ? undefined : "stop overtook a message"),
  },
  {
    name: "reuse: a stale id never reaches the next tenant",
    threads: 2,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0);
      note["after"] = function* (id: number): Program<void> {
        const core = world.core(id);
        const cell = yield call(core, "spawn", 0, 0, 0, L.UNLIMITED, L.UNLIMITED, 0);
        yield call(core, "unblock", cell);
      };
    },
    programs: (world) => [
      all(stop(world, 0, notes(world).a), work(world, 0)),
      all(tell(world, 1, notes(world).a, 1), tell(world, 1, notes(world).a, 2)),
    ],
    check: (world) =>
      accounted(world, [1, 2]) ??
      (notes(world).handled.some((h) => h.startsWith("2:")) ? "the next tenant got a stale message" : undefined),
  },
  {
    name: "reuse: a stale kill never reaches the next tenant",
    threads: 2,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0);
      note["after"] = function* (id: number): Program<void> {
        note["after"] = undefined;
        const core = world.core(id);
        const cell = yield call(core, "spawn", 0, 0, 0, L.UNLIMITED, L.UNLIMITED, 0);
        yield call(core, "unblock", cell);
      };
    },
    programs: (world) => [
      all(stop(world, 0, notes(world).a), work(world, 0)),
      all(bits(world, 1, notes(world).a, L.SYSTEM_KILL)),
    ],
    check: (world) =>
      notes(world).handled.some((h) => h.startsWith("2:control")) ? "the next tenant got a stale kill" : undefined,
  },
  {
    name: "kill: beside messages, all accounted for",
    threads: 3,
    setup: oneActor,
    programs: (world) => [
      work(world, 0),
      all(tell(world, 1, notes(world).a, 1), tell(world, 1, notes(world).a, 2)),
      bits(world, 2, notes(world).a, L.SYSTEM_KILL),
    ],
    check: (world) => accounted(world, [1, 2]),
  },
  {
    name: "shed: an actor that awaits for ever is told when more comes than it may hold",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0, 4);
      world.u32[(note.a.cell + L.CELL_BUDGET) >>> 2] = L.POLICY_DROP_OLDEST << L.POLICY_SHIFT;
      for (const name of [HANGS, 1]) {
        call(world.core(0), "post", note.a.cell, note.a.generation, name, 0, 0, 0, 0, 0, 0, 0)();
      }
    },
    programs: (world) => [work(world, 0), tell(world, 1, notes(world).a, 2), tell(world, 2, notes(world).a, 3)],
    check: (world) => {
      const { a, dead, handled } = notes(world);
      const left = queued(world, a.cell).map((frame) => world.word(frame + L.FRAME_NAME));
      const seen = handled.filter((h) => !h.includes("control")).map((h) => Number(h.split(":")[1]));
      const all = [...left, ...dead, ...seen].sort((x, y) => x - y).join(" ");
      if (all !== `1 2 3 ${HANGS}`) return `queued, dropped or handled: ${all}`;
      return left.length > 2 ? "it holds more than it may, and was not told" : undefined;
    },
  },
  {
    name: "limit: as many as may wait, and no more, while they are taken and one is in hand for ever",
    threads: 2,
    setup: (world) => {
      begin(world).a = world.cell(0, 0, 2);
    },
    programs: (world) => {
      const { a } = notes(world);
      const sent = [HANGS, 1, 2, 3].map((name) => tell(world, 1, a, name));
      return [work(world, 0), all(...sent)];
    },
    check: (world) => {
      const { dead } = notes(world);
      return dead.join() === "2,3" ? undefined : `two fit, but these did not: ${dead.join(" ")}`;
    },
  },
  {
    name: "limit: what is handed on in a turn, beside another thread that sends",
    threads: 2,
    setup: (world) => relay(world, [HANGS], 2),
    programs: (world) => {
      const { a, b } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, RELAYS), tell(world, 1, b, 1), tell(world, 1, b, 2))];
    },
    check: (world) => {
      const { dead, handled, b } = notes(world);
      const waiting = [1, 2].filter((name) => !dead.includes(name) && !handled.includes(`1:${name}`));
      if (waiting.length !== queued(world, b.cell).length) return "what was sent is neither handled, dropped nor there";
      return waiting.length < 2 ? undefined : "two fit, and one is in hand for ever, but two wait";
    },
  },
  {
    name: "limit: one that cannot wait, beside others that do not fit",
    threads: 3,
    setup: (world) => {
      begin(world).a = world.cell(0, 0, 1);
    },
    programs: (world) => {
      const { a } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, HANGS), tell(world, 1, a, 1)), tellPressed(world, 2, a, 2)];
    },
    check: (world) => {
      const { dead, handled, a } = notes(world);
      if (dead.includes(2)) return "what cannot wait was refused";
      const waiting = [HANGS, 1, 2].filter((name) => !dead.includes(name) && !handled.includes(`1:${name}`));
      if (waiting.length !== queued(world, a.cell).length) return "what was sent is neither handled, dropped nor there";
      return waiting.filter((name) => name !== 2).length < 2 ? undefined : "one fits, but two wait";
    },
  },
  {
    name: "ranks: messages of several priorities, and a stop behind some of them",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0, 100);
      for (const name of [10, 11, 12]) {
        call(world.core(0), "post", note.a.cell, note.a.generation, name, 0, 0, 0, 0, 0, 0, 0)();
      }
    },
    programs: (world) => {
      const { a } = notes(world);
      return [
        work(world, 0),
        all(tellRanked(world, 1, a, 1, L.PRIORITY_LOW), tellRanked(world, 1, a, 2, L.PRIORITY_HIGH), stop(world, 1, a)),
        all(tell(world, 2, a, 3), tellRanked(world, 2, a, 4, L.PRIORITY_HIGH)),
      ];
    },
    check: (world) => {
      const { dead, handled } = notes(world);
      const seen = handled.filter((h) => !h.includes("control")).map((h) => Number(h.split(":")[1]));
      const all = [...dead, ...seen].sort((x, y) => x - y).join(" ");
      if (all !== "1 2 3 4 10 11 12") return `handled or dead: ${all}`;
      for (const name of [1, 2, 10, 11, 12]) {
        if (!seen.includes(name)) return `${name} came before the stop, and was not handled`;
      }
      if (seen.filter((name) => name >= 10).join(" ") !== "10 11 12") return `out of order: ${seen.join(" ")}`;
      return undefined;
    },
  },
  {
    name: "deque: owner and one thief",
    threads: 2,
    setup: (world) => {
      begin(world);
    },
    programs: (world) => {
      const { push, pop, steal } = dequeOf(world);
      return [all(push(10n, 11n), pop(2), push(12n), pop(2)), steal(1, 2)];
    },
    check: (world) => taken(world, "10 11 12"),
  },
  {
    name: "deque: two thieves",
    threads: 3,
    setup: (world) => {
      begin(world);
    },
    programs: (world) => {
      const { push, pop, steal } = dequeOf(world);
      return [all(push(10n, 11n), pop(3)), steal(1, 1), steal(2, 1)];
    },
    check: (world) => taken(world, "10 11"),
  },
  {
    // It has room for one at first.
    name: "deque: it grows beside a thief",
    threads: 2,
    setup: (world) => {
      begin(world);
    },
    programs: (world) => {
      const { push, pop, steal } = dequeOf(world);
      return [all(push(10n, 11n), steal(0, 2), pop(2)), steal(1, 2)];
    },
    check: (world) => taken(world, "10 11"),
  },
  {
    name: "steal: a full deque overflows into the injector",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      const note = begin(world);
      const [first, second, third] = [0, 1, 2].map(() => world.cell(0, L.HOME_ANY)) as [Address, Address, Address];
      // It is full before they begin.
      for (const [i, { cell, generation }] of [first, second].entries())
        call(world.core(0), "post", cell, generation, i + 1, 0, 0, 0, 0, 0, 0, 0)();
      note.a = third;
    },
    programs: (world) => [tell(world, 0, notes(world).a, 3), work(world, 1)],
    check: (world) => exactly(world, ["1:1", "1:2", "1:3"]),
  },
  {
    name: "seize: native code runs what it sends to, beside a sender and a thief",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      const note = begin(world);
      world.onNative = (cell, frame) => {
        if (note.inside.has(cell)) throw new Error("two workers inside one actor");
        note.handled.push(`1:${world.word(frame + L.FRAME_NAME)}`);
      };
      const core = world.core(0);
      const behave = () => {
        const cell = (core["spawn"] as Core[string])(L.HOME_ANY, 1, 0, L.UNLIMITED, L.UNLIMITED, 0) >>> 0;
        return { cell, generation: world.word(cell + 4) };
      };
      note.a = behave();
      note.b = behave();
    },
    programs: (world) => [
      all(
        (function* (): Program<void> {
          yield call(world.core(0), "enterNative");
          yield* tell(world, 0, notes(world).a, 1);
          yield* tell(world, 0, notes(world).b, 2);
          yield call(world.core(0), "leaveNative");
        })(),
        work(world, 0),
      ),
      all(tell(world, 1, notes(world).a, 3), work(world, 1)),
    ],
    check: (world) => exactly(world, ["1:1", "1:2", "1:3"]),
  },
  {
    name: "next: a handler sends to one that is idle, beside another thread, and control",
    threads: 2,
    setup: (world) => relay(world, [4, 5]),
    programs: (world) => {
      const { a, b } = notes(world);
      return [
        work(world, 0),
        all(tell(world, 1, a, RELAYS), tell(world, 1, b, 1), bits(world, 1, b, L.SYSTEM_RESUME), tell(world, 1, b, 2)),
      ];
    },
    check: (world) =>
      accounted(world, [RELAYS, 1, 2, 4, 5]) ?? inOrder(world, 4, 5) ?? inOrder(world, 1, 2) ?? rested(world),
  },
  {
    name: "native: control meets the messages of a supervised behavior",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      begin(world).a = supervised(world);
    },
    programs: (world) => [
      all(tell(world, 0, notes(world).a, 1), work(world, 0)),
      all(bits(world, 1, notes(world).a, L.SYSTEM_RESUME), tell(world, 1, notes(world).a, 2)),
    ],
    check: (world) =>
      exactly(world, ["1:1", "1:2"]) ??
      (notes(world).handled.includes("1:control 16") ? undefined : "control was lost"),
  },
  {
    name: "native: a stop meets the messages of a supervised behavior",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      begin(world).a = supervised(world);
    },
    programs: (world) => [
      all(tell(world, 0, notes(world).a, 1), work(world, 0)),
      all(tell(world, 1, notes(world).a, 2), stop(world, 1, notes(world).a), work(world, 1)),
    ],
    check: (world) =>
      accounted(world, [1, 2]) ?? (notes(world).handled.includes("1:2") ? undefined : "stop overtook a message"),
  },
  {
    name: "native: a kill meets messages from two threads",
    threads: 3,
    thieves: 0,
    setup: (world) => {
      begin(world).a = supervised(world);
    },
    programs: (world) => [
      work(world, 0),
      all(tell(world, 1, notes(world).a, 1), tell(world, 1, notes(world).a, 2)),
      bits(world, 2, notes(world).a, L.SYSTEM_KILL),
    ],
    check: (world) => accounted(world, [1, 2]) ?? inOrder(world, 1, 2),
  },
  {
    name: "native: a kill comes after the message in hand",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      begin(world).a = supervised(world);
    },
    programs: (world) => {
      const note = notes(world);
      return [
        all(tell(world, 0, note.a, 1), tell(world, 0, note.a, 2), tell(world, 0, note.a, 3), work(world, 0)),
        (function* (): Program<void> {
          yield* bits(world, 1, note.a, L.SYSTEM_KILL);
          note["before"] = note.handled.length;
        })(),
      ];
    },
    check: (world) => {
      const { handled, before } = notes(world);
      const after = handled.slice(before as number).filter((each) => !each.includes("control"));
      return accounted(world, [1, 2, 3]) ?? (after.length > 1 ? `after the kill came ${after.join(", ")}` : undefined);
    },
  },
  {
    name: "wake: a stranger sends to two thieves that park",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, L.HOME_ANY);
      note.b = world.cell(0, L.HOME_ANY);
    },
    programs: (world) => [
      all(tell(world, 0, notes(world).a, 1), tell(world, 0, notes(world).b, 2)),
      work(world, 1),
      work(world, 2),
    ],
    check: (world) => exactly(world, ["1:1", "1:2"]),
  },
  {
    name: "wake: targeted and any, side by side",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, L.HOME_ANY);
      note.b = world.cell(0, 2);
    },
    programs: (world) => [
      all(tell(world, 0, notes(world).a, 1), tell(world, 0, notes(world).b, 2)),
      work(world, 1),
      work(world, 2),
    ],
    check: (world) => exactly(world, ["1:1", "1:2"]),
  },
  {
    name: "wake: two senders, one pinned actor on a worker that parks",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 2);
    },
    programs: (world) => [tell(world, 0, notes(world).a, 1), tell(world, 1, notes(world).a, 2), work(world, 2)],
    check: (world) => exactly(world, ["1:1", "1:2"]),
  },
  {
    name: "pool: blocks travel and come home",
    threads: 2,
    setup: (world) => {
      begin(world)["living"] = new Set<number>();
    },
    programs: (world) => {
      const living = notes(world)["living"] as Set<number>;
      const handed: number[] = [];
      const get = function* (id: number): Program<number> {
        const block = (yield call(world.core(id), "allocate", 64)) >>> 0;
        if (block === 0) throw new Error("out of memory");
        if (living.has(block)) throw new Error("a block was handed out twice");
        living.add(block);
        return block;
      };
      const put = function* (id: number, block: number): Program<void> {
        living.delete(block);
        yield call(world.core(id), "free", block);
      };
      handed.push(...[0, 1, 2].map(() => (world.core(0)["allocate"] as Core[string])(64) >>> 0));
      for (const block of handed) living.add(block);
      return [
        (function* (): Program<void> {
          const a: number = yield* get(0);
          yield call(world.core(0), "collect");
          const b: number = yield* get(0);
          yield* put(0, a);
          yield call(world.core(0), "collect");
          yield* get(0);
          yield* put(0, b);
        })(),
        (function* (): Program<void> {
          for (const block of handed) yield* put(1, block);
          yield call(world.core(1), "flushAll");
          yield* get(1);
        })(),
      ];
    },
    check: () => undefined,
  },
  {
    name: "pool: two threads claim chunks and runs",
    threads: 2,
    setup: (world) => {
      begin(world)["living"] = new Map<number, number>();
    },
    programs: (world) => {
      const living = notes(world)["living"] as Map<number, number>;
      const get = function* (id: number, bytes: number): Program<number> {
        const block = (yield call(world.core(id), "allocate", bytes)) >>> 0;
        for (const [other, size] of living) {
          if (block < other + size && other < block + bytes) throw new Error("two blocks overlap");
        }
        if (block !== 0) living.set(block, bytes);
        return block;
      };
      const play = function* (id: number): Program<void> {
        const run = yield* get(id, 100_000);
        const block = yield* get(id, 20_000);
        if (run === 0 || block === 0) throw new Error("out of memory");
        living.delete(run);
        yield call(world.core(id), "free", run);
      };
      return [play(0), play(1)];
    },
    check: () => undefined,
  },
  {
    name: "move: to a worker that goes to sleep",
    threads: 2,
    thieves: 0,
    setup: movable,
    programs: (world) => [work(world, 0), work(world, 1)],
    check: (world) => exactly(world, ["1:10", "1:11", "1:12", "1:13"]) ?? inOrder(world, 12, 13) ?? rested(world),
  },
  {
    name: "move: while another sends and stops",
    threads: 3,
    thieves: 0,
    setup: movable,
    programs: (world) => {
      const { b } = notes(world);
      return [work(world, 0), work(world, 1), all(tell(world, 2, b, 1), stop(world, 2, b), tell(world, 2, b, 2))];
    },
    check: (world) => accounted(world, [1, 2, 10, 11, 12, 13]) ?? inOrder(world, 1, 2) ?? rested(world),
  },
  {
    name: "move: while control comes, for one that awaits",
    threads: 3,
    thieves: 0,
    setup: movable,
    programs: (world) => {
      const { b } = notes(world);
      return [work(world, 0), work(world, 1), all(tell(world, 2, b, HOLDS), bits(world, 2, b, L.SYSTEM_RESUME))];
    },
    check: (world) => exactly(world, ["1:10", "1:11", "1:12", "1:13", `1:${HOLDS}`]) ?? rested(world),
  },
  {
    name: "birth: in the turn of another, while a thread sends to those that wait",
    threads: 2,
    setup: parent,
    programs: (world) => {
      const { a, b } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, BEARS), tell(world, 1, b, 2), tell(world, 1, a, 3))];
    },
    check: (world) => accounted(world, [BEARS, 2, 3, 4, BORN, BORN + 1]) ?? inOrder(world, BEARS, 3) ?? rested(world),
  },
  {
    name: "death: of an owner whose newborn wait",
    threads: 2,
    setup: parent,
    programs: (world) => {
      const { a, b } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, BEARS), tell(world, 1, b, 2))];
    },
    check: (world) => survived(world, [BEARS, 2], [4, BORN, BORN + 1]),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of a sender, between message and flag, or before the cell is queued",
    threads: 3,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0);
      note.b = world.cell(0, 2);
    },
    programs: (world) => {
      const { a, b } = notes(world);
      return [
        work(world, 0),
        all(tell(world, 1, a, 1), bits(world, 1, b, L.SYSTEM_RESUME), tell(world, 1, b, 2), work(world, 1)),
        all(tell(world, 2, a, 3), work(world, 2)),
      ];
    },
    check: (world) => survived(world, [3], [1, 2]),
    deaths: { of: [1], successor: succeed },
  },
  {
    name: "death: of an owner, while others send",
    threads: 2,
    setup: oneActor,
    programs: (world) => {
      const { a } = notes(world);
      return [
        all(tell(world, 0, a, 9), work(world, 0)),
        all(tell(world, 1, a, 1), tell(world, 1, a, 2), bits(world, 1, a, L.SYSTEM_RESUME), work(world, 1)),
      ];
    },
    check: (world) => survived(world, [1, 2], [9]) ?? inOrder(world, 1, 2),
    deaths: { of: [0], successor: succeed },
  },
  outlived("death: of an owner whose actor is over before its sender has queued it", {
    setup: (world) => {
      begin(world).a = world.cell(1, 1);
    },
    giver: (world) => tell(world, 0, notes(world).a, 1),
  }),
  outlived("death: of a thread, and what it had is over before the end of a turn has queued it", {
    setup: (world) => {
      begin(world).a = supervised(world, 1);
      notes(world).b = world.cell(0, 0);
      world.u32[(notes(world).a.cell + L.CELL_BUDGET) >>> 2] = 1;
    },
    // It does not steal: what it gives away it does not take again.
    *giver(world) {
      const core = world.core(0);
      yield call(core, "enterNative");
      for (const name of [1, 2]) yield* tell(world, 0, notes(world).a, name);
      yield call(core, "leaveNative");
      yield* tell(world, 0, notes(world).b, 3);
      yield call(core, "take", 1);
    },
  }),
  outlived("death: of a thread whose actor is over before the successor of another has queued it", {
    setup: (world) => {
      begin(world).a = world.cell(1, 1);
      // Somebody sleeps, or has died, before SYS was raised.
      const at = (notes(world).a.cell + L.CELL_SYSTEM) >>> 2;
      world.u32[at] = (world.u32[at] as number) | L.SYSTEM_RESUME;
    },
    giver: (world) => inherit(world, 0),
  }),
  outlived("death: of a thread to which an actor is moved that is over before it has come", {
    setup: (world) => {
      begin(world).a = world.cell(1, 0);
      const { cell, generation } = notes(world).a;
      call(world.core(1), "post", cell, generation, 1, 0, 0, 0, 0, 0, 0, 0)();
    },
    *giver(world) {
      const cell = yield call(world.core(0), "take", 1);
      yield call(world.core(0), "move", cell >>> 0, 1);
    },
  }),
  {
    name: "death: of a thread whose successor is slow to queue what is over",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      begin(world).a = supervised(world);
      notes(world)["made"] = [];
    },
    programs: (world) => {
      const { a } = notes(world);
      return [
        (function* (): Program<void> {
          yield* tell(world, 0, a, 1);
          yield* bits(world, 0, a, L.SYSTEM_KILL);
          yield* ready(world, 0);
          yield "pause";
          yield* make(world, 0);
        })(),
        work(world, 1),
      ];
    },
    check: sound,
    deaths: { of: [1], successor: succeed },
  },
  {
    name: "renewal: while what is looked at ends elsewhere, and its next tenant is to live here",
    threads: 2,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(1, 1);
      note.b = world.cell(0, 0);
      const core = world.core(1);
      call(core, "control", note.a.cell, note.a.generation, 0, L.SYSTEM_KILL)();
      call(core, "post", note.b.cell, note.b.generation, 1, 0, 0, 0, 0, 0, 0, 0)();
      // Somebody who looked at all cells has asked for it.
      const inbox = (world.block(0) + L.WORKER_INBOX + 4) >>> 2;
      world.u32[inbox] = ((world.u32[inbox] as number) | L.RENEWAL) >>> 0;
    },
    programs: (world) => [
      work(world, 0),
      (function* (): Program<void> {
        const core = world.core(1);
        yield* ready(world, 1);
        const cell = (yield call(core, "spawn", 0, 0, 0, L.UNLIMITED, L.UNLIMITED, 0)) >>> 0;
        const to = { cell, generation: world.word(cell + L.CELL_HEAD + 4) & L.GENERATION_MASK };
        notes(world)["born"] = new Set([cell]);
        yield* tell(world, 1, to, 2);
        yield call(core, "begin", to.cell, to.generation);
        yield* work(world, 1);
      })(),
    ],
    check: (world) => exactly(world, ["1:1", "2:2"]) ?? rested(world),
  },
  {
    name: "death: of a thread while an actor of another ends",
    threads: 2,
    setup: oneActor,
    programs: (world) => {
      const { a } = notes(world);
      return [all(tell(world, 0, a, 1), stop(world, 0, a), work(world, 0)), work(world, 1)];
    },
    check: (world) => survived(world, [1]),
    deaths: { of: [1], successor: succeed },
  },
  {
    name: "death: of an owner of a mailbox with a limit",
    threads: 2,
    setup: (world) => {
      begin(world).a = world.cell(0, 0, 100);
    },
    programs: (world) => {
      const { a } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, 1), tell(world, 1, a, 2), tell(world, 1, a, 3), work(world, 1))];
    },
    check: (world) => survived(world, [1, 2, 3]) ?? inOrder(world, 1, 2, 3),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of a thread that hands on in a turn, to a mailbox with a limit",
    threads: 2,
    setup: (world) => relay(world, [4, 5], 100),
    programs: (world) => {
      const { a, b } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, RELAYS), tell(world, 1, b, 1))];
    },
    check: (world) => survived(world, [RELAYS, 1], [4, 5]),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of an owner whose successor queues what is about to be queued",
    threads: 2,
    setup: oneActor,
    programs: (world) => [work(world, 0), tell(world, 1, notes(world).a, 1)],
    check: (world) => survived(world, [1]),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of an owner whose actor awaits",
    threads: 2,
    setup: oneActor,
    programs: (world) => {
      const { a } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, HOLDS), tell(world, 1, a, 1), work(world, 1))];
    },
    check: (world) => survived(world, [HOLDS, 1]),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of an owner whose actor stops",
    threads: 2,
    setup: oneActor,
    programs: (world) => {
      const { a } = notes(world);
      return [work(world, 0), all(tell(world, 1, a, 1), stop(world, 1, a), tell(world, 1, a, 2), work(world, 1))];
    },
    check: (world) => survived(world, [1, 2]),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of an owner that deals by priorities",
    threads: 2,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0, 100);
      for (const name of [10, 11]) {
        call(world.core(1), "post", note.a.cell, note.a.generation, name, 0, 0, 0, 0, 0, 0, 0)();
      }
    },
    programs: (world) => {
      const { a } = notes(world);
      return [
        work(world, 0),
        all(
          tellRanked(world, 1, a, 1, L.PRIORITY_LOW),
          tellRanked(world, 1, a, 2, L.PRIORITY_HIGH),
          tell(world, 1, a, 12),
          work(world, 1),
        ),
      ];
    },
    check: (world) => survived(world, [1, 2, 10, 11, 12]) ?? inOrder(world, 10, 11, 12),
    deaths: { of: [0], successor: succeed },
  },
  {
    name: "death: of an owner that deals by priorities, and of its successor",
    threads: 1,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0, 100);
      const { cell, generation } = note.a;
      const core = world.core(0);
      for (const [i, priority] of [0, 2, 0].entries()) {
        const frame = call(core, "prepare", 16, priority, 0, 0)() >>> 0;
        world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL | (priority << 8);
        world.u32[(frame + L.FRAME_NAME) >>> 2] = i + 1;
        call(core, "send", cell, generation, frame)();
      }
    },
    programs: (world) => [work(world, 0)],
    check: (world) => survived(world, [1, 2, 3]) ?? inOrder(world, 1, 3),
    deaths: { of: [0], most: 2, successor: succeed },
  },
  {
    name: "death: of a thief, with what it took from the injector and from others",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      const note = begin(world);
      note["cells"] = [0, 1, 2].map(() => world.cell(0, L.HOME_ANY));
    },
    programs: (world) => [
      all(...(notes(world)["cells"] as Address[]).map((to, i) => tell(world, 0, to, i + 1)), work(world, 0)),
      work(world, 1),
    ],
    check: (world) => survived(world, [1, 2, 3]),
    deaths: { of: [1], successor: succeed },
  },
  {
    name: "death: of a thread that sends natively, with the cell that it seized",
    threads: 2,
    thieves: 0,
    setup: (world) => {
      const note = begin(world);
      note.a = supervised(world);
      note.b = supervised(world);
    },
    programs: (world) => [
      all(tell(world, 0, notes(world).a, 3), work(world, 0)),
      all(
        (function* (): Program<void> {
          yield call(world.core(1), "enterNative");
          yield* tell(world, 1, notes(world).a, 1);
          yield* tell(world, 1, notes(world).b, 2);
          yield call(world.core(1), "leaveNative");
        })(),
        work(world, 1),
      ),
    ],
    check: (world) => survived(world, [3], [1, 2]),
    deaths: { of: [1], successor: succeed },
  },
  {
    name: "death: of a thread that hands over, or is handed what is ready",
    threads: 2,
    thieves: 0,
    setup: movable,
    programs: (world) => [work(world, 0), all(work(world, 1))],
    check: (world) => survived(world, [10, 11, 12, 13]) ?? inOrder(world, 10, 11) ?? inOrder(world, 12, 13),
    deaths: { of: [0, 1], successor: succeed },
  },
  {
    name: "death: of a thread that is sent what goes to another",
    threads: 3,
    thieves: 0,
    setup: movable,
    programs: (world) => [work(world, 0), work(world, 1), tell(world, 2, notes(world).b, 1)],
    check: (world) => survived(world, [10, 11, 12, 13], [1]) ?? inOrder(world, 12, 13, 1),
    deaths: { of: [0, 1, 2], successor: succeed },
  },
  {
    name: "death: of a thread that sends what an actor had kept, and of its successor",
    threads: 2,
    setup: (world) => {
      const note = begin(world);
      note.a = world.cell(0, 0, 100);
      note.b = world.cell(0, 1);
      const core = world.core(1);
      const reserve = (name: number) => {
        const frame = call(core, "reserve", 0)() >>> 0;
        world.u32[(frame + L.FRAME_KIND) >>> 2] = L.KIND_TELL;
        world.u32[(frame + L.FRAME_NAME) >>> 2] = name;
        world.u32[(frame + L.FRAME_NEXT) >>> 2] = 0;
        return frame;
      };
      const { cell } = note.b;
      const [shelf, first, second] = [reserve(0), reserve(1), reserve(2)];
      world.u32[(cell + L.CELL_INIT) >>> 2] = reserve(0);
      world.u32[(cell + L.CELL_SLOT) >>> 2] = 1;
      world.u32[(cell + L.CELL_KEPT) >>> 2] = shelf;
      world.u32[(shelf + L.SHELF_FIRST) >>> 2] = first;
      world.u32[(first + L.FRAME_NEXT) >>> 2] = second;
      world.u32[(shelf + L.SHELF_LAST) >>> 2] = second;
      world.u32[(shelf + L.SHELF_LEAVING) >>> 2] = 0;
    },
    programs: (world) => [work(world, 0), sendKept(world, 1)],
    check: (world) => exactly(world, ["1:1", "1:2"]) ?? inOrder(world, 1, 2),
    deaths: {
      of: [1],
      most: 2,
      *successor(world, id) {
        yield* inherit(world, id);
        yield* sendKept(world, id);
      },
    },
  },
  answering("death: of a thread that answers, or of one that has asked", 1),
  answering("death: of a thread that answers or has asked, and of its successor", 2),
  {
    name: "death: of a thread that takes and gives back memory",
    threads: 2,
    setup: (world) => {
      begin(world)["living"] = new Set<number>();
    },
    programs: (world) => {
      const living = notes(world)["living"] as Set<number>;
      const handed = [0, 1, 2].map(() => (world.core(0)["allocate"] as Core[string])(64) >>> 0);
      for (const block of handed) living.add(block);
      const get = function* (id: number, bytes: number): Program<number> {
        const block = (yield call(world.core(id), "allocate", bytes)) >>> 0;
        if (living.has(block)) throw new Error("a block was handed out twice");
        // What the dead had on its way is lost.
        if (block !== 0) living.add(block);
        else if (!notes(world)["died"]) throw new Error("out of memory");
        return block;
      };
      const put = function* (id: number, block: number): Program<void> {
        if (!living.delete(block)) return;
        yield call(world.core(id), "free", block);
      };
      notes(world)["more"] = function* (): Program<void> {
        for (let i = 0; i < 6; i++) yield* get(0, 64);
        yield* get(0, 100_000);
      };
      return [
        (function* (): Program<void> {
          const a: number = yield* get(0, 64);
          yield* put(0, a);
          yield call(world.core(0), "collect");
          const b: number = yield* get(0, 100_000);
          yield* put(0, b);
          yield* get(0, 64);
        })(),
        (function* (): Program<void> {
          for (const block of handed) yield* put(1, block);
          yield call(world.core(1), "flushAll");
          yield* get(1, 64);
          yield* get(1, 20_000);
        })(),
      ];
    },
    check: () => undefined,
    deaths: {
      of: [0, 1],
      *successor(world, id) {
        notes(world)["died"] = true;
        yield call(world.core(id), "adopt", id);
        if (id === 0) yield* (notes(world)["more"] as () => Program)();
      },
    },
  },
  {
    name: "ticket: reply, deadline and cancel meet, one wins",
    threads: 2,
    setup: (world) => {
      asked(world);
      notes(world)["wins"] = 0;
    },
    programs: (world) => {
      const note = notes(world);
      const ticket = note["ticket"] as number;
      const generation = world.word(ticket + L.TICKET_STATE + 4);
      const win = (won: unknown) => {
        note["wins"] = (note["wins"] as number) + (won ? 1 : 0);
      };
      return [
        (function* (): Program<void> {
          world.time = 10;
          const late = yield call(world.core(0), "expired", 10);
          win(late);
          if (late) yield call(world.core(0), "drop", ticket);
          win(yield call(world.core(0), "cancelTicket", ticket, generation));
          // The next ask may get the same block: a late reply must not reach it.
          const next = yield call(world.core(0), "openTicket", 50);
          note["next"] = next;
        })(),
        (function* (): Program<void> {
          win(yield call(world.core(1), "reply", ticket, generation, L.KIND_REPLY, 0, 0, 0, 0, 0, 0));
        })(),
      ];
    },
    check: (world) => {
      const note = notes(world);
      if (note["wins"] !== 1) return `${note["wins"]} of three settled the ask`;
      const next = note["next"] as number;
      return world.word(next + L.TICKET_STATE) === L.TICKET_PENDING ? undefined : "a late reply reached the next ask";
    },
  },
];

/** The named plays. */
export function scenario(name: string): Scenario {
  const found = scenarios.find((each) => each.name.startsWith(name));
  if (!found) throw new RangeError(`no scenario "${name}"`);
  return found;
}
