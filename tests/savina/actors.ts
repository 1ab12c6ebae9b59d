// The actors of the Savina suite (Imam and Sarkar, "Savina: An Actor Benchmark Suite", 2014), twelve of its programs.
import { Actor, type ActorRef } from "zanni";

/** A generator of its own for each program: Park and Miller, "Random Number Generators" (1988). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 16_807) % 2_147_483_647;
    return state % below;
  };
}

/** Gathers numbers from `expected` actors, and tells whoever waits their sum. */
export class Sink extends Actor<{ expected: number }> {
  static override readonly reentrant = true;
  #left = this.init.expected;
  #sum = 0;
  #waiting: ((sum: number) => void) | undefined;
  done(value: number) {
    this.#sum += value;
    if (--this.#left === 0) this.#waiting?.(this.#sum);
  }
  total(): number | Promise<number> {
    if (this.#left === 0) return this.#sum;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
type SinkRef = ActorRef<Sink>;

// ---- PingPong -------------------------------------------------------------------------------------

export class Pinger extends Actor<{ ponger: ActorRef<Ponger>; count: number; sink: SinkRef }> {
  #left = this.init.count;
  pong() {
    if (this.#left-- === 0) this.init.ponger.tell.report(this.init.sink);
    else this.init.ponger.tell.ping(this.self);
  }
}
export class Ponger extends Actor {
  #pings = 0;
  ping(from: ActorRef<Pinger>) {
    this.#pings++;
    from.tell.pong();
  }
  report(sink: SinkRef) {
    sink.tell.done(this.#pings);
  }
}

// ---- Counting, ForkJoin ---------------------------------------------------------------------------

export class Tally extends Actor {
  #count = 0;
  increment() {
    this.#count++;
  }
  report(sink: SinkRef) {
    sink.tell.done(this.#count);
  }
}
export class Producing extends Actor<{ to: readonly ActorRef<Tally>[]; count: number; sink: SinkRef }> {
  go() {
    const { to, count, sink } = this.init;
    for (const ref of to) {
      this.#send(ref, count);
      ref.tell.report(sink);
    }
  }
  #send({ tell }: ActorRef<Tally>, count: number) {
    for (let i = 0; i < count; i++) tell.increment();
  }
}
/** One message, and it is gone. */
export class Once extends Actor<SinkRef> {
  work() {
    this.init.tell.done(1);
    this.ctx.stop();
  }
}

// ---- ThreadRing -----------------------------------------------------------------------------------

export class Link extends Actor<{ sink: SinkRef }> {
  #next: ActorRef<Link> | undefined;
  join(next: ActorRef<Link>) {
    this.#next = next;
  }
  pass(left: number) {
    if (left === 0) this.init.sink.tell.done(1);
    else this.#next?.tell.pass(left - 1);
  }
}

// ---- Chameneos ------------------------------------------------------------------------------------

const complement = [
  [0, 2, 1],
  [2, 1, 0],
  [1, 0, 2],
] as const;

export class Mall extends Actor<{ meetings: number }> {
  #left = this.init.meetings;
  #waiting: { who: ActorRef<Chameneo>; colour: number } | undefined;
  meet(who: ActorRef<Chameneo>, colour: number) {
    if (this.#left === 0) {
      who.tell.close();
      return;
    }
    const first = this.#waiting;
    if (!first) {
      this.#waiting = { who, colour };
      return;
    }
    this.#left--;
    this.#waiting = undefined;
    first.who.tell.met(colour);
    who.tell.met(first.colour);
    if (this.#left === 0) (this.#waiting as { who: ActorRef<Chameneo> } | undefined)?.who.tell.close();
  }
}
export class Chameneo extends Actor<{ mall: ActorRef<Mall>; colour: number; sink: SinkRef }> {
  #colour = this.init.colour;
  #met = 0;
  #closed = false;
  go() {
    this.init.mall.tell.meet(this.self, this.#colour);
  }
  met(other: number) {
    this.#met++;
    this.#colour = complement[this.#colour as 0 | 1 | 2][other as 0 | 1 | 2];
    this.go();
  }
  close() {
    if (!this.#closed) this.init.sink.tell.done(this.#met);
    this.#closed = true;
  }
}

// ---- Big ------------------------------------------------------------------------------------------

export class Big extends Actor<{ pings: number; seed: number; sink: SinkRef }> {
  #others: readonly ActorRef<Big>[] = [];
  readonly #random = random(this.init.seed);
  #sent = 0;
  #pongs = 0;
  go(others: readonly ActorRef<Big>[]) {
    this.#others = others;
    this.#next();
  }
  ping(from: ActorRef<Big>) {
    from.tell.pong();
  }
  pong() {
    this.#pongs++;
    this.#next();
  }
  #next() {
    if (this.#sent++ < this.init.pings) this.#others[this.#random(this.#others.length)]?.tell.ping(this.self);
    else this.init.sink.tell.done(this.#pongs);
  }
}

// ---- Bounded buffer -------------------------------------------------------------------------------

export class Buffer extends Actor<{ size: number }> {
  readonly #items: number[] = [];
  readonly #producers: ActorRef<Producer>[] = [];
  readonly #consumers: ActorRef<Consumer>[] = [];
  offer(from: ActorRef<Producer>, item: number) {
    const consumer = this.#consumers.shift();
    if (consumer) consumer.tell.consume(item);
    else this.#items.push(item);
    if (this.#items.length >= this.init.size) this.#producers.push(from);
    else from.tell.produce();
  }
  want(from: ActorRef<Consumer>) {
    const item = this.#items.shift();
    if (item === undefined) this.#consumers.push(from);
    else from.tell.consume(item);
    if (this.#items.length < this.init.size) this.#producers.shift()?.tell.produce();
  }
}
export class Producer extends Actor<{ buffer: ActorRef<Buffer>; count: number }> {
  #left = this.init.count;
  produce() {
    if (this.#left-- > 0) this.init.buffer.tell.offer(this.self, 1);
  }
}
export class Consumer extends Actor<{ buffer: ActorRef<Buffer>; sink: SinkRef }> {
  consume(item: number) {
    this.init.sink.tell.done(item);
    this.init.buffer.tell.want(this.self);
  }
}

// ---- Dining philosophers --------------------------------------------------------------------------

export class Table extends Actor<{ forks: number }> {
  readonly #taken = new Array<boolean>(this.init.forks).fill(false);
  hungry(who: ActorRef<Philosopher>, seat: number) {
    const right = (seat + 1) % this.#taken.length;
    if (this.#taken[seat] || this.#taken[right]) who.tell.denied();
    else {
      this.#taken[seat] = true;
      this.#taken[right] = true;
      who.tell.eat();
    }
  }
  done(seat: number) {
    this.#taken[seat] = false;
    this.#taken[(seat + 1) % this.#taken.length] = false;
  }
}
export class Philosopher extends Actor<{ table: ActorRef<Table>; seat: number; rounds: number; sink: SinkRef }> {
  #eaten = 0;
  think() {
    this.init.table.tell.hungry(this.self, this.init.seat);
  }
  denied() {
    this.think();
  }
  eat() {
    this.#eaten++;
    this.init.table.tell.done(this.init.seat);
    if (this.#eaten < this.init.rounds) this.think();
    else this.init.sink.tell.done(this.#eaten);
  }
}

// ---- Sleeping barber ------------------------------------------------------------------------------

export class WaitingRoom extends Actor<{ seats: number; barber: ActorRef<Barber> }> {
  readonly #customers: ActorRef<Customer>[] = [];
  #sleeping = true;
  enter(customer: ActorRef<Customer>) {
    if (this.#customers.length >= this.init.seats) customer.tell.full();
    else {
      this.#customers.push(customer);
      if (this.#sleeping) this.next();
    }
  }
  next() {
    const customer = this.#customers.shift();
    this.#sleeping = customer === undefined;
    if (customer) this.init.barber.tell.cut(customer, this.self);
  }
}
export class Barber extends Actor {
  cut(customer: ActorRef<Customer>, room: ActorRef<WaitingRoom>) {
    customer.tell.done();
    room.tell.next();
  }
}
export class Customer extends Actor<{ room: ActorRef<WaitingRoom>; sink: SinkRef }> {
  enter() {
    this.init.room.tell.enter(this.self);
  }
  full() {
    this.enter();
  }
  done() {
    this.init.sink.tell.done(1);
    this.ctx.stop();
  }
}

// ---- Banking --------------------------------------------------------------------------------------

export class Account extends Actor<{ balance: number }> {
  #balance = this.init.balance;
  async transfer(amount: number, to: ActorRef<Account>) {
    this.#balance -= amount;
    await to.ask({ timeout: "1m" }).credit(amount);
  }
  credit(amount: number) {
    this.#balance += amount;
  }
  report(sink: SinkRef) {
    sink.tell.done(this.#balance);
  }
}
export class Teller extends Actor<{ accounts: readonly ActorRef<Account>[]; transactions: number }> {
  readonly #random = random(123_456);
  /** Money goes from a lower number to a higher one, so that no two accounts wait for each other. */
  async go() {
    const { accounts, transactions } = this.init;
    const most = Math.floor(accounts.length * 0.8);
    let running: Promise<void>[] = [];
    for (let i = 0; i < transactions; i++) {
      const from = this.#random(most);
      const to = from + 1 + this.#random(accounts.length - from - 1);
      const ref = accounts[from] as ActorRef<Account>;
      running.push(ref.ask({ timeout: "1m" }).transfer(1 + this.#random(100), accounts[to] as ActorRef<Account>));
      if (running.length < 500) continue;
      await Promise.all(running);
      running = [];
    }
    await Promise.all(running);
  }
}

// ---- Logistic map ---------------------------------------------------------------------------------

export class Rate extends Actor<{ rate: number }> {
  term(x: number) {
    return this.init.rate * x * (1 - x);
  }
}
export class Series extends Actor<{ rate: ActorRef<Rate>; start: number; terms: number; sink: SinkRef }> {
  async go() {
    let x = this.init.start;
    for (let i = 0; i < this.init.terms; i++) x = await this.init.rate.ask({ timeout: "1m" }).term(x);
    this.init.sink.tell.done(x);
  }
}
