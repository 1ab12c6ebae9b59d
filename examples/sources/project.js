// node examples/sources/project.js
// The milestones of a project "build an actor framework": echo, ask, state, ping and pong, supervision, a stress.
// prints:
//   Echo: Hello
//   Echo: World
//   2 + 3 = 5
//   Hello!
//   count 8, then 0
//   ping-pong: 1000 rounds
//   workers: supervisor/worker-0, supervisor/worker-1, supervisor/worker-2, supervisor/worker-3
//   Child failed, will restart
//   Child failed, will restart
//   fragile: 2 restarts, then Pong
//   the new worker asks the counter and gets 8
//   stress: 1000000 of 1000000 messages
import { Actor, createSystem } from "zanni";

class Echo extends Actor {
  print(text) {
    console.log(`Echo: ${text}`);
  }
  shout(text) {
    return `${text}!`;
  }
}

class Calculator extends Actor {
  add(a, b) {
    return a + b;
  }
}

class Counter extends Actor {
  #count = 0;
  increment(by) {
    this.#count += by;
  }
  getCount() {
    return this.#count;
  }
  reset() {
    this.#count = 0;
  }
}

class Ping extends Actor {
  #done;
  static reentrant = true;
  start(rounds) {
    this.init.tell.ping(rounds, this.self);
    return new Promise((resolve) => {
      this.#done = () => resolve(rounds);
    });
  }
  pong(left) {
    if (left > 1) this.init.tell.ping(left - 1, this.self);
    else this.#done();
  }
}
class Pong extends Actor {
  ping(left, sender) {
    sender.tell.pong(left);
  }
}

// What it counts down lives outside of the instance that crashes: a fresh one starts anew.
let failCountdown = 3;
class FragileWorker extends Actor {
  ping() {
    if (--failCountdown > 0) throw new Error("Intentional failure");
    return `${this.ctx.restarts} restarts, then Pong`;
  }
}

class WorkerSupervisor extends Actor {
  onStart() {
    for (let i = 0; i < 4; i++) this.ctx.spawn(FragileWorker, undefined, { name: `worker-${i}` });
  }
  onChildFailed() {
    console.log("Child failed, will restart");
    return "restart";
  }
}

class Learner extends Actor {
  async ask() {
    return await this.init.ask.getCount();
  }
}

const system = await createSystem({ logger: false });

const echo = system.spawn(Echo);
echo.tell.print("Hello");
echo.tell.print("World");
const calculator = system.spawn(Calculator);
console.log(`2 + 3 = ${await calculator.ask.add(2, 3)}`);
console.log(await echo.ask.shout("Hello"));

const counter = system.spawn(Counter);
counter.tell.increment(5);
counter.tell.increment(3);
const count = await counter.ask.getCount();
counter.tell.reset();
console.log(`count ${count}, then ${await counter.ask.getCount()}`);

const ping = system.spawn(Ping, system.spawn(Pong));
console.log(`ping-pong: ${await ping.ask.start(1000)} rounds`);

const supervisor = system.spawn(WorkerSupervisor, undefined, { name: "supervisor" });
const worker = await system.lookup("supervisor/worker-0");
const { children } = (await system.tree()).children.find(({ path }) => path === supervisor.path);
console.log(`workers: ${children.map(({ path }) => path).join(", ")}`);
worker.tell.ping();
worker.tell.ping();
console.log(`fragile: ${await worker.ask.ping()}`);

counter.tell.increment(8);
console.log(`the new worker asks the counter and gets ${await system.spawn(Learner, counter).ask.ask()}`);

const sink = system.spawn(Counter, undefined, { mailbox: { capacity: Number.POSITIVE_INFINITY } });
class Sender extends Actor {
  send(times) {
    for (let i = 0; i < times; i++) this.init.tell.increment(1);
  }
}
const senders = Array.from({ length: 8 }, () => system.spawn(Sender, sink));
await Promise.all(senders.map((sender) => sender.ask({ timeout: "1m" }).send(125_000)));
console.log(`stress: ${await sink.ask({ timeout: "1m" }).getCount()} of 1000000 messages`);
await system.stop();
