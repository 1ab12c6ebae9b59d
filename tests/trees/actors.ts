// What the trees consist of: actors that fail when they are told to, and in starts of which their plan says so.
import { Actor } from "zanni";

export interface Start {
  /** How many promises it awaits. */
  readonly waits: number;
  readonly fails: boolean;
}

/** Instances that began to live, and those that have ended. */
export interface Lives {
  begun: number;
  ended: number;
}

/** On this thread, which is where an actor lives for its life. */
const lives = new Map<number, Lives>();

/** `id`: no other has it. `plan`: what its starts do, one after the other; those after the last do nothing. */
export class Leaf extends Actor<{ id: number; plan: readonly Start[] }> {
  get #lives(): Lives {
    const found = lives.get(this.init.id) ?? { begun: 0, ended: 0 };
    lives.set(this.init.id, found);
    return found;
  }

  protected override async onStart() {
    const number = this.#lives.begun++;
    const start = this.init.plan[number];
    await passing(start?.waits ?? 0);
    if (start?.fails) throw new Error(`start ${number}`);
  }

  protected override async onStop() {
    await passing(this.init.plan[0]?.waits ?? 0);
    this.#lives.ended++;
  }

  crash() {
    throw new Error("crash");
  }

  async crashLater(waits: number) {
    await passing(waits);
    throw new Error("crash later");
  }

  lives(): Lives {
    return { ...this.#lives };
  }
}

async function passing(promises: number): Promise<void> {
  for (let i = 0; i < promises; i++) await undefined;
}
