// Actors that move about while they write to each other; each knows what it has sent and got.
import { Actor, type ActorRef } from "zanni";

/** On which thread this module was loaded; another each time. */
const here = Math.random();

export interface Account {
  /** By path: how many it has sent there. */
  readonly sent: readonly (readonly [string, number])[];
  /** By sender: how many it has got. */
  readonly got: readonly (readonly [string, number])[];
  readonly wrong: readonly string[];
  readonly moves: number;
}

export class Wanderer extends Actor {
  #sent = new Map<string, number>();
  #got = new Map<string, number>();
  #wrong: string[] = [];
  #moves = 0;

  protected override snapshot(): Account {
    return { sent: [...this.#sent], got: [...this.#got], wrong: this.#wrong, moves: this.#moves };
  }
  protected override restore({ sent, got, wrong, moves }: Account) {
    this.#sent = new Map(sent);
    this.#got = new Map(got);
    this.#wrong = [...wrong];
    this.#moves = moves + 1;
  }

  /** Sends each of them so many messages, which take so many µs each. */
  burst(to: ActorRef<Wanderer>[], count: number, us: number) {
    for (let i = 0; i < count; i++) {
      for (const each of to) {
        const number = this.#sent.get(each.path) ?? 0;
        this.#sent.set(each.path, number + 1);
        each.tell.take(this.ctx.path, number, us);
      }
    }
  }
  take(sender: string, number: number, us: number) {
    const wanted = this.#got.get(sender) ?? 0;
    if (number !== wanted) this.#wrong.push(`${this.ctx.path} got ${number} of ${sender} in the place of ${wanted}`);
    this.#got.set(sender, number + 1);
    for (const end = performance.now() + us / 1000; performance.now() < end; );
  }
  echo(value: number) {
    return value;
  }
  async later(value: number) {
    await null;
    return value;
  }
  where() {
    return here;
  }
  account(): Account {
    return this.snapshot();
  }
}
