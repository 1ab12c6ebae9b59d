// What this program can run, in TypeScript: handlers say what a message takes and gives, and the refs know.
import { Actor, type ActorRef, receive } from "zanni";
import { type Infer, wire } from "zanni/wire";

export const Reading = wire.struct("Reading", { sensor: wire.string, celsius: wire.f64, at: wire.timestamp });
export type Reading = Infer<typeof Reading>;

export const Command = wire.union("Command", {
  Reset: {},
  Limit: { celsius: wire.f64 },
});

/** Averages what its sensors say. */
export class Station extends Actor<{ alarms: ActorRef<Alarms> }> {
  #sum = 0;
  #count = 0;
  #limit = Number.POSITIVE_INFINITY;

  record = receive(Reading, ({ sensor, celsius }) => {
    this.#sum += celsius;
    this.#count++;
    if (celsius > this.#limit) this.init.alarms.tell.raise(sensor, celsius);
  });
  command = receive(Command, (command) => {
    if (command.type === "Limit") this.#limit = command.celsius;
    else this.#sum = this.#count = 0;
  });
  mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }
}

export class Alarms extends Actor {
  readonly #raised: { sensor: string; celsius: number }[] = [];
  raise(sensor: string, celsius: number) {
    this.#raised.push({ sensor, celsius });
  }
  /** The last first. */
  *raised() {
    yield* this.#raised.toReversed();
  }
}

/** Finds the warmest of many, a part at a time. */
export class Search extends Actor {
  warmest(readings: readonly Reading[]) {
    return readings.reduce((warmest, each) => (each.celsius > warmest.celsius ? each : warmest));
  }
}
