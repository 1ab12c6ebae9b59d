// node examples/sources/demo.js
// A supervisor, a counter and a worker that fails once: what happens, the hierarchy, and what it has cost.
// prints:
//   Actor system starting with 1 worker
//   [SupervisorActor] Spawning CounterActor
//   [SupervisorActor] Spawning WorkerActor
//   [System] Actor hierarchy:
//     supervisor
//       supervisor/counter
//       supervisor/worker
//   [WorkerActor] Processing jobs...
//   [CounterActor] Increment received, count=1
//   [CounterActor] Increment received, count=2
//   [WorkerActor] Error: simulated failure!
//   [SupervisorActor] Child worker failed, restarting...
//   [WorkerActor] Restarted, resuming work...
//   [CounterActor] GetCount query, responding with 2
//   Final count: 2
//   System statistics:
//     Actors created: 3
//     Actors currently active: 3
//     Messages sent: 1247
//     Messages processed: 1247
//     Restarts: 1
//     Average message latency: …us
//     System uptime: …s
import { Actor, createSystem } from "zanni";

class CounterActor extends Actor {
  #count = 0;
  increment() {
    this.#count++;
    console.log(`[CounterActor] Increment received, count=${this.#count}`);
  }
  getCount() {
    console.log(`[CounterActor] GetCount query, responding with ${this.#count}`);
    return this.#count;
  }
}

class WorkerActor extends Actor {
  #done = 0;
  onRestart() {
    console.log("[WorkerActor] Restarted, resuming work...");
  }
  process(counter, increments, jobs) {
    console.log("[WorkerActor] Processing jobs...");
    for (let i = 0; i < increments; i++) counter.tell.increment();
    for (let i = 0; i < jobs; i++) this.self.tell.job(i);
  }
  job(number) {
    this.#done += number;
  }
  crash() {
    console.log("[WorkerActor] Error: simulated failure!");
    throw new Error("simulated failure!");
  }
}

class SupervisorActor extends Actor {
  #children;
  onStart() {
    console.log("[SupervisorActor] Spawning CounterActor");
    const counter = this.ctx.spawn(CounterActor, undefined, { name: "counter" });
    console.log("[SupervisorActor] Spawning WorkerActor");
    this.#children = { counter, worker: this.ctx.spawn(WorkerActor, undefined, { name: "worker" }) };
  }
  onChildFailed(child) {
    console.log(`[SupervisorActor] Child ${child.path.split("/").at(-1)} failed, restarting...`);
    return "restart";
  }
  children() {
    return this.#children;
  }
}

const system = await createSystem({ logger: false });
console.log(`Actor system starting with ${system.stats().workers.length} worker`);
const supervisor = system.spawn(SupervisorActor, undefined, { name: "supervisor" });
const { counter, worker } = await supervisor.ask.children();

console.log("[System] Actor hierarchy:");
const show = ({ path, children }, depth) => {
  console.log(`${"  ".repeat(depth)}${path}`);
  for (const child of children) show(child, depth + 1);
};
for (const child of (await system.tree()).children) show(child, 1);

await worker.ask.process(counter, 2, 1241);
worker.tell.crash();
while ((await system.stats()).restarts === 0) await new Promise((resolve) => setTimeout(resolve, 1));
console.log(`Final count: ${await counter.ask.getCount()}`);

const { created, active, sent, processed, restarts, latency, uptime } = system.stats();
console.log(`System statistics:
  Actors created: ${created}
  Actors currently active: ${active}
  Messages sent: ${sent}
  Messages processed: ${processed}
  Restarts: ${restarts}
  Average message latency: ${(latency.mean * 1000).toFixed(1)}us
  System uptime: ${(uptime / 1000).toFixed(1)}s`);
await system.stop();
