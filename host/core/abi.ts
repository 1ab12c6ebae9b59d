// The core's imports and exports as types. assembly/index.ts is the other side; tests/tidy compares the two.

/** What the core asks of the host. */
export interface CoreImports {
  readonly env: { readonly memory: WebAssembly.Memory; readonly table: WebAssembly.Table };
  readonly clock: { readonly now: () => number };
  readonly pool: { readonly grown: () => void };
}

/** Addresses and generations are unsigned: WebAssembly hands them over signed, so `>>> 0` what is compared or indexed. */
export interface Core {
  boot(
    workers: number,
    thieves: number,
    pages: number,
    maximum: number,
    first: number,
    epoch: number,
    budget: number,
    sliceUs: number,
  ): number;
  attach(index: number): number;
  adopt(index: number): number;
  failClaimed(worker: number, life: number): void;
  nextCell(after: number): number;
  runner(cell: number): number;
  layout(): number;
  spawn(home: number, behavior: number, init: number, capacity: number, limit: number, budget: number): number;
  start(cell: number): void;
  generation(cell: number): number;
  leastLoaded(from: number): number;
  compose(bytes: number): number;
  prepare(bytes: number, priority: number, due: number, trace: number): number;
  post(
    cell: number,
    generation: number,
    name: number,
    tags: number,
    a: number,
    b: number,
    sender: number,
    senderGeneration: number,
    ticket: number,
    ticketGeneration: number,
  ): number;
  send(cell: number, generation: number, frame: number): number;
  control(cell: number, generation: number, frame: number, bits: number): number;
  begin(cell: number, generation: number): number;
  reserve(bytes: number): number;
  reserveControl(bytes: number): number;
  fill(frame: number, bytes: number): void;
  openTicket(deadline: number): number;
  cancelTicket(ticket: number, generation: number): number;
  pending(ticket: number, generation: number): number;
  take(fresh: number): number;
  look(cell: number): number;
  release(cell: number, outcome: number, done: number): number;
  next(cell: number, outcome: number, done: number): number;
  move(cell: number, to: number): void;
  settleBatch(cell: number, done: number): void;
  relax(ticket: number, generation: number): void;
  putDown(cell: number): void;
  list(cell: number): number;
  rank(cell: number, listed: number): void;
  discard(cell: number, frame: number): void;
  stopQueued(cell: number): number;
  sample(frame: number): void;
  reply(
    ticket: number,
    generation: number,
    kind: number,
    form: number,
    value: number,
    size: number,
    tags: number,
    a: number,
    b: number,
  ): number;
  drop(frame: number): void;
  close(cell: number): number;
  bury(cell: number, done: number): number;
  vacate(cell: number): void;
  fault(): number;
  stateOf(cell: number): number;
  request(
    cell: number,
    generation: number,
    name: number,
    tags: number,
    a: number,
    b: number,
    answer: number,
    ms: number,
  ): number;
  tell(cell: number, generation: number, name: number, a: bigint, b: bigint): number;
  stop(cell: number, generation: number): number;
  stopSelf(): void;
  park(): number;
  unpark(): number;
  visible(): number;
  nextDue(): number;
  tidy(): void;
  report(): void;
}

export const coreExports: readonly (keyof Core)[] = [
  "boot",
  "attach",
  "adopt",
  "failClaimed",
  "nextCell",
  "runner",
  "layout",
  "spawn",
  "start",
  "generation",
  "leastLoaded",
  "compose",
  "prepare",
  "post",
  "send",
  "control",
  "begin",
  "reserve",
  "reserveControl",
  "fill",
  "openTicket",
  "cancelTicket",
  "pending",
  "take",
  "look",
  "release",
  "move",
  "settleBatch",
  "relax",
  "putDown",
  "list",
  "rank",
  "discard",
  "stopQueued",
  "sample",
  "reply",
  "drop",
  "close",
  "bury",
  "vacate",
  "fault",
  "stateOf",
  "request",
  "tell",
  "stop",
  "stopSelf",
  "park",
  "unpark",
  "visible",
  "next",
  "nextDue",
  "tidy",
  "report",
];

export const coreImports: readonly string[] = ["env.memory", "env.table", "clock.now", "pool.grown"];
