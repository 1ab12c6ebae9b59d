// Actors that move, under load: what lives on one thread is kept busy, so that the others take of it; and so on. Of each pair of
// a sender and a receiver every message comes once and in order, whichever of them moves; every ask is answered.
import { type ActorRef, createSystem, type System, Worker } from "zanni";
import { seeded } from "../../host/core/random.ts";
import { moved, playing } from "../play.ts";
import type { Wanderer } from "./actors.ts";
import * as actors from "./actors.ts";

export interface Tour {
  readonly moves: number;
  readonly messages: number;
  readonly asks: number;
  readonly missedWakes: number;
  readonly msPerMove: number;
}

const WANDERERS = 60;
const SENDERS = 6;

export async function tour(options: { moves: number; workers: number; seed: number }): Promise<Tour> {
  const { workers } = options;
  const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const system = await createSystem({ actors, worker, workers, logger: false, askTimeout: "1m" });
  return playing(system, () => toured(system, options));
}

async function toured(system: System, options: { moves: number; seed: number }): Promise<Tour> {
  const random = seeded(options.seed);
  const all = Array.from({ length: WANDERERS }, () => system.spawn(actors.Wanderer));
  const one = () => all[Math.floor(random() * WANDERERS)] as ActorRef<Wanderer>;
  const began = performance.now();
  let asks = 0;
  while (moved(system) < options.moves) {
    const where = await Promise.all(all.map((each) => each.ask.where()));
    const crowded = where[Math.floor(random() * WANDERERS)];
    const receivers = all.filter((_, i) => where[i] === crowded);
    const senders = Array.from({ length: SENDERS }, one);
    for (const sender of senders) sender.tell.burst(receivers, 10, 20);
    const asked = Array.from({ length: 100 }, async (_, i) => {
      const ref = one();
      const answer = await (i % 2 ? ref.ask.echo(i) : ref.ask.later(i));
      if (answer !== i) throw new Error(`${ref.path} answered ${answer} instead of ${i}`);
    });
    asks += asked.length;
    await Promise.all(asked);
    // What the senders have sent is there, and what the receivers have got is handled.
    await Promise.all(senders.map((each) => each.ask.where()));
    await Promise.all(receivers.map((each) => each.ask.where()));
  }
  const ms = performance.now() - began;
  const messages = await reckon(all);
  const missedWakes = system.stats().workers.reduce((sum, each) => sum + each.missedWakes, 0);
  const moves = moved(system);
  return { moves, messages, asks, missedWakes, msPerMove: ms / moves };
}

/** How many messages there were; throws when one is missing, or came out of turn. */
async function reckon(all: readonly ActorRef<Wanderer>[]): Promise<number> {
  const accounts = new Map(await Promise.all(all.map(async (each) => [each.path, await each.ask.account()] as const)));
  let messages = 0;
  for (const [path, { sent, wrong }] of accounts) {
    if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join("; "));
    for (const [to, count] of sent) {
      const got = new Map(accounts.get(to)?.got).get(path) ?? 0;
      if (got !== count) throw new Error(`${to} has got ${got} of ${count} messages of ${path}`);
      messages += count;
    }
  }
  return messages;
}
