// What must compile, and what must not: checked by the build, not run. Each refused line says why.
import {
  Actor,
  type ActorRef,
  actor,
  type Context,
  createSystem,
  isZanniError,
  type Json,
  pipeline,
  type RefOf,
  receive,
  type Stream,
  saga,
  topic,
} from "zanni";
import { type Infer, type WireType, wire } from "zanni/wire";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : [error: ["not equal", A, B]]): void {}

class Counter extends Actor<{ start: number }> {
  #value = this.init.start;
  add(by: number) {
    this.#value += by;
    return this.#value;
  }
  value() {
    return this.#value;
  }
  protected override onRestart(error: Error) {
    this.ctx.log.warn(error.message);
  }
}
class Clerk extends Actor<{ counter: ActorRef<Counter> }> {
  sell() {
    this.init.counter.tell.add(1);
  }
}
class Table extends Actor {
  *rows(from: number) {
    yield { n: from };
  }
  async *texts() {
    yield "a";
  }
  *bad() {
    yield () => 1;
  }
}
class Sheet extends Actor {
  *rows(from: number) {
    yield { n: from };
  }
  async *texts() {
    yield "a";
  }
}
const Primes = actor((_: undefined, ctx: Context) => ({
  count: (from: number, to: number) => to - from + ctx.restarts,
}));

export async function check() {
  const app = await createSystem();
  const counter = app.spawn(Counter, { start: 1 });

  // protocol: only public methods are messages
  same<keyof typeof counter.tell, "add" | "value">();
  same<ReturnType<typeof counter.ask.value>, Promise<number>>();
  same<ReturnType<typeof counter.tell.add>, boolean>();
  same<Parameters<typeof counter.ask.add>, [by: number]>();
  same<RefOf<typeof Counter>, ActorRef<Counter>>();
  // @ts-expect-error wrong argument type
  counter.tell.add("1");
  // @ts-expect-error missing argument
  counter.ask.add();
  // @ts-expect-error no such message
  counter.tell.reset();
  // @ts-expect-error protected hooks are not messages
  counter.tell.onStart();

  // generators are streams
  const sheet = app.spawn(Sheet);
  same<ReturnType<typeof sheet.ask.rows>, Stream<{ n: number }>>();
  same<ReturnType<typeof sheet.ask.texts>, Stream<string>>();
  for await (const { n } of sheet.ask.rows(1)) n.toFixed();
  // @ts-expect-error what it yields cannot be sent
  app.spawn(Table);
  // @ts-expect-error a strategy that there is not
  app.supervise({ strategy: "one-for-some" }, () => ({}));
  // @ts-expect-error health needs to know how often
  app.spawn(Sheet, undefined, { health: {} });
  await sheet.ready();

  // init and options
  // @ts-expect-error init is required
  app.spawn(Counter);
  // @ts-expect-error wrong init
  app.spawn(Counter, { start: "1" });
  // @ts-expect-error a ref to another kind of actor
  app.spawn(Clerk, { counter: app.spawn(Primes) });
  app.spawn(Clerk, { counter });
  app.spawn(Primes, undefined, { restart: "transient", mailbox: { capacity: 10 } });
  // @ts-expect-error misspelt policy
  app.spawn(Primes, undefined, { restart: "forever" });
  // @ts-expect-error misspelt duration
  counter.ask({ timeout: "5 minutes" });

  // closures and other things that cannot be sent
  class Bad1 extends Actor {
    onDone(cb: () => void) {
      cb();
    }
  }
  // @ts-expect-error message takes a closure
  app.spawn(Bad1);
  class Bad2 extends Actor {
    job(task: { id: string; opts: { progress?: (n: number) => void } }) {
      return task.id;
    }
  }
  // @ts-expect-error a closure deep inside
  app.spawn(Bad2);
  class Bad3 extends Actor {
    handle() {
      return { close() {} };
    }
  }
  // @ts-expect-error reply holds a method
  app.spawn(Bad3);
  class Bad4 extends Actor {
    put(v: unknown) {
      return String(v);
    }
  }
  // @ts-expect-error unknown cannot be checked
  app.spawn(Bad4);
  class Bad5 extends Actor {
    at(p: Promise<number>) {
      return p;
    }
  }
  // @ts-expect-error promise as argument
  app.spawn(Bad5);
  class Bad6 extends Actor {
    attach(memory: SharedArrayBuffer) {
      return memory.byteLength;
    }
  }
  // @ts-expect-error shared buffers cannot live in a message
  app.spawn(Bad6);
  // fine when pinned to this thread
  const here = app.spawnHere(Bad1);
  here.tell.onDone(() => {});
  class Keeper extends Actor<{ r: typeof here }> {
    go() {}
  }
  // @ts-expect-error but such a ref may not travel
  app.spawn(Keeper, { r: here });

  // what may be watched
  class Watching extends Actor {
    begin(ref: RefOf<typeof Bad1>) {
      this.ctx.watch(ref);
      // @ts-expect-error a path is no ref
      this.ctx.watch("shop/counter");
      // @ts-expect-error neither is an actor itself
      this.ctx.unwatch(this);
    }
  }
  void Watching;

  // what may be sent
  interface Tree {
    readonly name: string;
    readonly kids: readonly Tree[];
  }
  class Good extends Actor {
    tree(t: Tree) {
      return t;
    }
    map(m: Map<string, Set<Date>>, r: ReadonlyMap<string, ReadonlySet<number>>) {
      return r.size + m.size;
    }
    bytes(b: Uint8Array, n: bigint, e: Error) {
      return { b, n, e };
    }
    json(j: Json) {
      return j;
    }
    union(u: { kind: "a"; n: number } | { kind: "b"; s: string }) {
      return u.kind;
    }
    ref(to: ActorRef<Counter>) {
      return to;
    }
    async later() {
      return 1 as const;
    }
  }
  const good = app.spawn(Good);
  same<ReturnType<typeof good.ask.tree>, Promise<Tree>>();
  same<ReturnType<typeof good.ask.later>, Promise<1>>();
  same<ReturnType<typeof good.ask.ref>, Promise<ActorRef<Counter>>>();
  good.tell.union({ kind: "a", n: 1 });
  // @ts-expect-error wrong variant payload
  good.tell.union({ kind: "b", n: 1 });

  // refs: narrower protocols accept wider refs, never the reverse
  const narrow: ActorRef<{ value(): number }> = counter;
  // @ts-expect-error lacks add
  const wide: ActorRef<Counter> = narrow;

  // supervision: typed children
  const sup = app.supervise({ decide: (e) => (e instanceof RangeError ? "resume" : "restart") }, (s) => ({
    c: s.spawn(Counter, { start: 0 }),
  }));
  same<typeof sup.children.c, ActorRef<Counter>>();
  // @ts-expect-error no such strategy
  app.supervise({ strategy: "one_for_one" }, () => ({}));

  // errors
  const error: unknown = wide;
  if (isZanniError(error, "ERR_ASK_TIMEOUT")) same<typeof error.code, "ERR_ASK_TIMEOUT">();
  // @ts-expect-error no such code
  isZanniError(error, "ERR_OOPS");
}

export async function declaredAndPatterns(): Promise<void> {
  const system = await createSystem();
  // ---- declared wire types
  const Reading = wire.struct("Reading", { sensor: wire.string, value: wire.f64, at: wire.i64 });
  const Command = wire.union("Command", {
    Shutdown: {},
    Restart: { delay: wire.i64 },
    Configure: { key: wire.string },
  });
  const Optional = wire.struct("Optional", { a: wire.u8, b: wire.optional(wire.string), gone: wire.removed });
  interface TreeOf {
    readonly name: string;
    readonly kids: readonly TreeOf[];
  }
  const Tree: WireType<TreeOf> = wire.struct("Tree", { name: wire.string, kids: wire.list(wire.lazy(() => Tree)) });
  same<keyof Infer<typeof Reading>, "sensor" | "value" | "at">();
  same<Infer<typeof Reading>["at"], bigint>();
  const command: Infer<typeof Command> = { type: "Restart", delay: 5n };
  const least: Infer<typeof Optional> = { a: 1 };
  same<Infer<typeof Tree>, TreeOf>();
  // @ts-expect-error a closure is not a wire type
  wire.struct("Bad", { callback: (n: number) => n });
  // @ts-expect-error the wrong shape
  const wrongCommand: Infer<typeof Command> = { type: "Restart", delay: "5" };
  // @ts-expect-error no such variant
  const noVariant: Infer<typeof Command> = { type: "Explode" };
  // @ts-expect-error a field is missing
  Reading.encode({ sensor: "n", value: 1 });
  // @ts-expect-error the fallback is of another type
  wire.added(2, wire.string, 5);
  // @ts-expect-error keys of maps are texts or numbers
  wire.map(wire.bool, wire.u8);
  same<Parameters<typeof Command.encode>[0], Infer<typeof Command>>();
  class Checks extends Actor {
    record = receive(Reading, (reading) => reading.value);
    command = receive(Command, (each) => each.type);
    meet = receive(wire.struct("Meet", { who: wire.ref<Counter>() }), ({ who }) => {
      who.tell.add(1);
    });
  }
  const checks = system.spawn(Checks);
  checks.tell.record({ sensor: "n", value: 1, at: 5n });
  same<ReturnType<typeof checks.ask.command>, Promise<"Shutdown" | "Restart" | "Configure">>();
  // @ts-expect-error a field is missing
  checks.tell.record({ sensor: "n", value: 1 });
  void [command, least, wrongCommand, noVariant];

  // ---- priorities, topics, pools, patterns
  checks.with({ priority: "high", ttl: "2s" }).tell.record({ sensor: "n", value: 1, at: 5n });
  // @ts-expect-error no such priority
  checks.with({ priority: "urgent" });
  const prices = topic<{ symbol: string; price: number }>("prices");
  system.publish(prices, { symbol: "X", price: 1 });
  // @ts-expect-error the wrong payload
  system.publish(prices, { symbol: "X" });
  const badTopic = topic<{ cb: () => void }>("bad");
  // @ts-expect-error closures cannot be published
  system.publish(badTopic, { cb: () => {} });
  const counters = system.pool(Counter, { start: 1 }, { size: 2, route: "consistent-hash", hashBy: "id" });
  same<ReturnType<typeof counters.ask.add>, Promise<number>>();
  for await (const sum of counters.map([1, 2], (worker, n) => worker.add(n))) same<typeof sum, number>();
  // @ts-expect-error init is required
  system.pool(Counter);
  // @ts-expect-error no such route
  system.pool(Counter, { start: 1 }, { route: "nearest" });
  const piped = pipeline([1, 2, 3]).through(counters, (worker, n) => worker.add(n));
  for await (const sum of piped) same<typeof sum, number>();
  const trip = saga("trip")
    .step("flight", () => 5)
    .step(
      "hotel",
      ({ flight }) => `${flight}`,
      (id) => id.length,
    );
  same<Awaited<ReturnType<typeof trip.run>>["hotel"], string>();
}
