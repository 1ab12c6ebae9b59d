// A stand-in: an actor that takes every message, records it, and answers when the test says so.
import { FRAME_TICKET, FRAME_TICKET_GENERATION, WORKER_PROGRESS } from "../../assembly/layout.ts";
import { actor } from "../actor/behavior.ts";
import type { Ref } from "../actor/ref.ts";
import { anyMessage } from "../actor/registry.ts";
import type { Thread } from "../actor/thread.ts";
import type { ActorRef, AskOptions, Context, Spawner } from "../actor/types.ts";
import { ZanniError } from "../errors.ts";
import { known, milliseconds } from "../options.ts";

/** A message that a probe got. */
export interface Received<H> {
  readonly type: keyof H & string;
  readonly args: readonly unknown[];
}

/** A stand-in for an actor; made by `system.probe()`. */
export interface Probe<H> {
  /** To be given to whom it stands in for. */
  readonly ref: ActorRef<H>;
  /** All that came, the oldest first. */
  readonly received: readonly Received<H>[];
  /**
   * The oldest that this has not answered yet, once everything under way has been handled. If there is none, the clock
   * moves on by up to `timeout`; then it rejects with ERR_ASK_TIMEOUT.
   */
  next(options?: Pick<AskOptions, "timeout">): Promise<Received<H>>;
  /** Answers the oldest ask that still waits; an Error rejects it. Throws when nobody does. */
  reply(value: unknown): void;
}

/** What a probe needs of its system. */
export interface Stage {
  settle(): Promise<void>;
  /** Moves the clock until it holds, at most by so many ms. False: it did not come to hold. */
  advanceUntil(holds: () => boolean, ms: number): Promise<boolean>;
}

let made = 0;

export function probe<H>(spawner: Spawner, stage: Stage, name: string | undefined): Probe<H> {
  const received: Received<H>[] = [];
  const waiting: { waits(): boolean; resolve(value: unknown): void; reject(error: Error): void }[] = [];
  let seen = 0;
  const handlers = (_: undefined, { self }: Context) => {
    const thread = (self as unknown as Ref).carrier as Thread;
    const take = (type: string, args: readonly unknown[]) => {
      received.push({ type: type as keyof H & string, args });
      const waits = askInHand(thread);
      return waits && new Promise((resolve, reject) => waiting.push({ waits, resolve, reject }));
    };
    const get = (_: object, type: string) =>
      type === "then" ? undefined : (...args: readonly unknown[]) => take(type, args);
    return new Proxy({}, { get });
  };
  const def = actor(handlers, { reentrant: true, wireName: `probe.${++made}`, [anyMessage]: true } as object);
  const ref = spawner.spawn(def, undefined, name === undefined ? {} : { name }) as unknown as ActorRef<H>;
  return {
    ref,
    received,
    async next(options = {}) {
      known("next", options, ["timeout"]);
      const ms = milliseconds("timeout", options.timeout ?? 0);
      await stage.settle();
      if (seen >= received.length) await stage.advanceUntil(() => seen < received.length, ms);
      const next = received[seen];
      if (!next) {
        const what = `"${ref.path}" was sent nothing within ${ms} ms; advance() the clock, or next({ timeout })`;
        throw new ZanniError("ERR_ASK_TIMEOUT", what, { actor: ref.path });
      }
      seen++;
      return next;
    },
    reply(value) {
      let oldest = waiting.shift();
      while (oldest && !oldest.waits()) oldest = waiting.shift();
      if (!oldest) throw new TypeError(`nobody waits for an answer of "${ref.path}"`);
      if (value instanceof Error) oldest.reject(value);
      else oldest.resolve(value);
    },
  };
}

/** Does whoever has asked the message in hand still wait? Undefined: it was told. */
function askInHand({ views: { u32 }, block, core }: Thread): (() => boolean) | undefined {
  const frame = u32[(block + WORKER_PROGRESS) >>> 2] as number;
  const ticket = u32[(frame + FRAME_TICKET) >>> 2] as number;
  const generation = u32[(frame + FRAME_TICKET_GENERATION) >>> 2] as number;
  return ticket === 0 ? undefined : () => core.pending(ticket, generation) !== 0;
}
