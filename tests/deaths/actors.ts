// Actors that write down what they handle where no death can reach it: a file, to which every thread appends.
import { openSync, writeSync } from "node:fs";
import { Actor, type ActorRef } from "zanni";

let ledger = -1;

export class Recorder extends Actor<{ file: string; number: number }> {
  #next: ActorRef<Recorder> | undefined;

  constructor() {
    super();
    if (ledger < 0) ledger = openSync(this.init.file, "a");
  }

  /** One line, one write: it is there or it is not. */
  #write(line: string): void {
    writeSync(ledger, `${line}\n`);
  }

  // It may be under way when a thread dies.
  protected override snapshot() {
    return this.#next;
  }
  protected override restore(next: ActorRef<Recorder> | undefined) {
    this.#next = next;
  }

  follow(next: ActorRef<Recorder>) {
    this.#next = next;
  }
  spin(ms: number) {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  hit(id: number) {
    this.#write(`h ${this.init.number} ${id}`);
    return id;
  }
  async wait(id: number) {
    this.#write(`h ${this.init.number} ${id}`);
    await new Promise((resolve) => setTimeout(resolve, id % 3));
    return id;
  }
  /** Passes it on, and says so afterwards. */
  pass(id: number) {
    this.#write(`h ${this.init.number} ${id}`);
    const { number } = this.init;
    if (!this.#next) return;
    this.#next.tell.hit(-id);
    this.#write(`s ${number} ${-id}`);
  }
  crash() {
    throw new Error("on purpose");
  }
  die(way: "exit" | "throw") {
    if (way === "exit") process.exit(1);
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
  }
  done() {
    return true;
  }
}

/** Takes all the memory that its thread may have. */
export class Hog extends Actor {
  readonly #all: unknown[] = [];
  eat(): void {
    for (;;) this.#all.push(new Array(1000).fill(this.#all.length));
  }
  restarts() {
    return this.ctx.restarts;
  }
}
