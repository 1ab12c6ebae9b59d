// The system's statistics, read from the counters in shared memory: it costs no message, and works while the
// observed thread is stuck.
import {
  HEADER,
  HEADER_LIMIT,
  HEADER_THIEVES,
  HEADER_USED,
  METER_BUCKETS,
  METER_BUSY,
  METER_CREATED,
  METER_DEAD,
  METER_HANDLED,
  METER_LATENCY,
  METER_LATENCY_COUNT,
  METER_LATENCY_SUM,
  METER_MISSED,
  METER_MOVES,
  METER_PARKS,
  METER_QUEUE,
  METER_RESTARTS,
  METER_SENT,
  METER_STEALS,
  METER_STOPPED,
  METER_TURNS,
  WORKER_BOTTOM,
  WORKER_BYTES,
  WORKER_FIRST,
  WORKER_METER,
  WORKER_TOP,
} from "../assembly/layout.ts";
import type { Views } from "./core/memory.ts";

/** One thread that runs actors. */
export interface WorkerStats {
  /** As in the event `move`, and in `placement`. */
  readonly id: number;
  /** Share of its time spent in turns, 0 to 1, since the system began. */
  readonly utilisation: number;
  /** Times that an actor was run. */
  readonly turns: number;
  /** Turns of actors that were another's until then. */
  readonly steals: number;
  /** Movable actors that it handed over to others. */
  readonly moves: number;
  /** Actors that wait for a turn. */
  readonly runQueue: number;
  /** Times that it slept because there was nothing to do. */
  readonly parks: number;
  /** Time-outs that found work nobody had announced: anything but 0 is a bug of zanni. */
  readonly missedWakes: number;
}

/**
 * Read from shared counters: costs no message. Times in milliseconds. A thread that is busy tells what it has sent and handled
 * at least every 16 turns, and with each slice; of one that dies the rest is not counted.
 */
export interface SystemStats {
  readonly created: number;
  readonly active: number;
  readonly sent: number;
  readonly processed: number;
  readonly deadLetters: number;
  readonly restarts: number;
  /** Time in mailbox, of one message in 64. */
  readonly latency: { readonly mean: number; readonly p50: number; readonly p99: number };
  /** Bytes. */
  readonly memory: { readonly used: number; readonly reserved: number };
  readonly uptime: number;
  readonly workers: readonly WorkerStats[];
}

export function readStats(views: Views, blocks: number, uptime: number): SystemStats {
  const { f64, u32 } = views;
  const meter = (worker: number, which: number) =>
    f64[(WORKER_FIRST + worker * WORKER_BYTES + WORKER_METER + which) >>> 3] as number;
  const sum = (which: number) => {
    let total = 0;
    for (let worker = 0; worker < blocks; worker++) total += meter(worker, which);
    return total;
  };
  const created = sum(METER_CREATED);
  const first = u32[(HEADER + HEADER_THIEVES) >>> 2] as number;
  const workers: WorkerStats[] = [];
  for (let worker = first; worker < blocks; worker++) {
    const block = (WORKER_FIRST + worker * WORKER_BYTES) >>> 2;
    const deque = (u32[block + WORKER_BOTTOM / 4] as number) - (u32[block + WORKER_TOP / 4] as number);
    workers.push({
      id: worker - first,
      utilisation: uptime > 0 ? Math.min(1, meter(worker, METER_BUSY) / uptime) : 0,
      turns: meter(worker, METER_TURNS),
      steals: meter(worker, METER_STEALS),
      moves: meter(worker, METER_MOVES),
      runQueue: meter(worker, METER_QUEUE) + Math.max(0, deque),
      parks: meter(worker, METER_PARKS),
      missedWakes: meter(worker, METER_MISSED),
    });
  }
  const samples = sum(METER_LATENCY_COUNT);
  return {
    created,
    active: created - sum(METER_STOPPED),
    sent: sum(METER_SENT),
    processed: sum(METER_HANDLED),
    deadLetters: sum(METER_DEAD),
    restarts: sum(METER_RESTARTS),
    latency: {
      mean: samples > 0 ? sum(METER_LATENCY_SUM) / samples : 0,
      p50: percentile(0.5, samples, (bucket) => sum(METER_LATENCY + bucket * 8)),
      p99: percentile(0.99, samples, (bucket) => sum(METER_LATENCY + bucket * 8)),
    },
    memory: {
      used: (u32[(HEADER + HEADER_USED) >>> 2] as number) * 65_536,
      reserved: (u32[(HEADER + HEADER_LIMIT) >>> 2] as number) * 65_536,
    },
    uptime,
    workers,
  };
}

/** Upper end of the bucket in which that share of the samples is reached, ms. */
function percentile(share: number, samples: number, count: (bucket: number) => number): number {
  let seen = 0;
  for (let bucket = 0; bucket < METER_BUCKETS; bucket++) {
    seen += count(bucket);
    if (samples > 0 && seen >= samples * share) return 2 ** bucket / 1000;
  }
  return 0;
}
