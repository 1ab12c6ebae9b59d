// Tracing: while somebody listens to traces, messages carry a number, and what is sent while one is handled carries the
// same. Nothing is paid otherwise: a traced message is one with an extension, which is looked at only then.
import { FRAME_NAME, FRAME_SENDER, FRAME_SENDER_GENERATION, FRAME_STAMP, FRAME_TRACE } from "../../assembly/layout.ts";
import type { HostCell, Traced } from "./cell.ts";
import { pathOf } from "./children.ts";
import { whileThere } from "./elsewhere.ts";
import { traceText } from "./event.ts";
import { nameOf } from "./hash.ts";
import type { Thread } from "./thread.ts";

/** A traced message is about to be handled. */
export function traceDelivered(thread: Thread, actor: HostCell, frame: number): Traced {
  const { u32, f64 } = thread.views;
  const trace = f64[(frame + FRAME_TRACE) >>> 3] as number;
  const begun = thread.now();
  const ms = Math.max(0, begun - (f64[(frame + FRAME_STAMP) >>> 3] as number));
  const message = nameOf(u32[(frame + FRAME_NAME) >>> 2] as number);
  const sender = u32[(frame + FRAME_SENDER) >>> 2] as number;
  const from = pathAt(thread, sender, u32[(frame + FRAME_SENDER_GENERATION) >>> 2] as number);
  actor.life.trace = trace;
  thread.event({ type: "delivered", actor: actor.path, message, from, trace: traceText(trace), ms });
  return { message, from, trace, begun };
}

export function traceProcessed(thread: Thread, actor: HostCell, { message, from, trace, begun }: Traced): void {
  actor.life.trace = 0;
  const ms = thread.now() - begun;
  thread.event({ type: "processed", actor: actor.path, message, from, trace: traceText(trace), ms });
}

/** The message in hand is done with, if one that is traced was. */
export function endTrace(thread: Thread, actor: HostCell): void {
  const traced = actor.rare?.traced;
  if (!actor.rare || !traced) return;
  actor.rare.traced = undefined;
  traceProcessed(thread, actor, traced);
}

/** Whoever sent it, if he is still there. */
function pathAt(thread: Thread, cell: number, generation: number): string | undefined {
  return cell === 0 ? undefined : whileThere(thread, { cell, generation }, (init) => pathOf(thread, init));
}
