// Twelve programs of Savina, each with the value that it must come to.
import type { ActorRef, System } from "zanni";
import * as actors from "./actors.ts";

export interface Program {
  readonly name: string;
  /** With the suite's own parameters, or a part of them. Answers the value, and what it must be. */
  run(system: System, part: number): Promise<{ value: number; expected: number; messages: number }>;
}

function sinkFor(system: System, expected: number): { sink: ActorRef<actors.Sink>; total: Promise<number> } {
  const sink = system.spawn(actors.Sink, { expected });
  return { sink, total: sink.ask({ timeout: "10m" }).total() as Promise<number> };
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

export const programs: readonly Program[] = [
  {
    name: "PingPong",
    async run(system, part) {
      const count = 40_000 * part;
      const { sink, total } = sinkFor(system, 1);
      const ponger = system.spawn(actors.Ponger);
      system.spawn(actors.Pinger, { ponger, count, sink }).tell.pong();
      return { value: await total, expected: count, messages: 2 * count };
    },
  },
  {
    name: "Counting",
    async run(system, part) {
      const count = 1_000_000 * part;
      const { sink, total } = sinkFor(system, 1);
      const tally = system.spawn(actors.Tally, undefined, { mailbox: { capacity: Infinity } });
      system.spawn(actors.Producing, { to: [tally], count, sink }).tell.go();
      return { value: await total, expected: count, messages: count };
    },
  },
  {
    name: "ForkJoin throughput",
    async run(system, part) {
      const count = 10_000 * part;
      const { sink, total } = sinkFor(system, 60);
      const to = times(60, () => system.spawn(actors.Tally));
      system.spawn(actors.Producing, { to, count, sink }).tell.go();
      return { value: await total, expected: 60 * count, messages: 60 * count };
    },
  },
  {
    name: "ForkJoin create",
    async run(system, part) {
      const count = 40_000 * part;
      const { sink, total } = sinkFor(system, count);
      for (let i = 0; i < count; i++) system.spawn(actors.Once, sink).tell.work();
      return { value: await total, expected: count, messages: 2 * count };
    },
  },
  {
    name: "ThreadRing",
    async run(system, part) {
      const hops = 100_000 * part;
      const { sink, total } = sinkFor(system, 1);
      const ring = times(100, () => system.spawn(actors.Link, { sink }));
      for (const [i, link] of ring.entries()) link.tell.join(ring[(i + 1) % ring.length] as (typeof ring)[0]);
      ring[0]?.tell.pass(hops);
      return { value: await total, expected: 1, messages: hops };
    },
  },
  {
    name: "Chameneos",
    async run(system, part) {
      const meetings = 200_000 * part;
      const { sink, total } = sinkFor(system, 100);
      const mall = system.spawn(actors.Mall, { meetings });
      for (const each of times(100, (i) => system.spawn(actors.Chameneo, { mall, colour: i % 3, sink })))
        each.tell.go();
      return { value: await total, expected: 2 * meetings, messages: 4 * meetings };
    },
  },
  {
    name: "Big",
    async run(system, part) {
      const pings = 20_000 * part;
      const { sink, total } = sinkFor(system, 120);
      const all = times(120, (i) => system.spawn(actors.Big, { pings, seed: 1 + i, sink }));
      for (const each of all) each.tell.go(all);
      return { value: await total, expected: 120 * pings, messages: 240 * pings };
    },
  },
  {
    name: "Bounded buffer",
    async run(system, part) {
      const count = 1000 * part;
      const { sink, total } = sinkFor(system, 40 * count);
      const buffer = system.spawn(actors.Buffer, { size: 50 });
      for (const each of times(40, () => system.spawn(actors.Consumer, { buffer, sink }))) buffer.tell.want(each);
      for (const each of times(40, () => system.spawn(actors.Producer, { buffer, count }))) each.tell.produce();
      return { value: await total, expected: 40 * count, messages: 5 * 40 * count };
    },
  },
  {
    name: "Dining philosophers",
    async run(system, part) {
      const rounds = 10_000 * part;
      const { sink, total } = sinkFor(system, 20);
      const table = system.spawn(actors.Table, { forks: 20 });
      for (const each of times(20, (seat) => system.spawn(actors.Philosopher, { table, seat, rounds, sink })))
        each.tell.think();
      return { value: await total, expected: 20 * rounds, messages: 3 * 20 * rounds };
    },
  },
  {
    name: "Sleeping barber",
    async run(system, part) {
      const haircuts = 5000 * part;
      const { sink, total } = sinkFor(system, haircuts);
      const barber = system.spawn(actors.Barber);
      const room = system.spawn(actors.WaitingRoom, { seats: 1000, barber });
      for (const each of times(haircuts, () => system.spawn(actors.Customer, { room, sink }))) each.tell.enter();
      return { value: await total, expected: haircuts, messages: 5 * haircuts };
    },
  },
  {
    name: "Banking",
    async run(system, part) {
      const transactions = 50_000 * part;
      const { sink, total } = sinkFor(system, 1000);
      const accounts = times(1000, () => system.spawn(actors.Account, { balance: 1000 }));
      const teller = system.spawn(actors.Teller, { accounts, transactions });
      await teller.ask({ timeout: "10m" }).go();
      for (const account of accounts) account.tell.report(sink);
      return { value: await total, expected: 1_000_000, messages: 4 * transactions };
    },
  },
  {
    name: "Logistic map",
    async run(system, part) {
      const terms = 25_000 * part;
      const { sink, total } = sinkFor(system, 10);
      let expected = 0;
      for (let i = 0; i < 10; i++) {
        const rate = 3.46 + i * 0.0025;
        const start = (i + 1) * 0.0025;
        let x = start;
        for (let n = 0; n < terms; n++) x = rate * x * (1 - x);
        expected += x;
        const ref = system.spawn(actors.Rate, { rate });
        system.spawn(actors.Series, { rate: ref, start, terms, sink }).tell.go();
      }
      // Sums in whatever order the series end.
      const value = await total;
      return { value: Math.round(value * 1e9), expected: Math.round(expected * 1e9), messages: 20 * terms };
    },
  },
];
