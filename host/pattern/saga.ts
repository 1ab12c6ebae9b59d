// Steps that are undone when a later one fails (Garcia-Molina and Salem, "Sagas", 1987): for what no transaction spans.
import { asError, ZanniError } from "../errors.ts";
import { abortable, known } from "../options.ts";
import { type RetryOptions, retry } from "./retry.ts";

/** For `saga`. */
export interface SagaOptions {
  /** No further step begins; what is done is undone. */
  readonly signal?: AbortSignal;
  /** How often undoing is tried. Default 3 attempts. */
  readonly undo?: Omit<RetryOptions, "signal">;
}

/** Steps, and how each is undone. */
export interface Saga<Done extends object> {
  /**
   * `run` gets what the steps before it gave, by name; `undo` gets what this one gave. Steps run one after the other.
   */
  step<N extends string, R>(
    name: N,
    run: (done: Readonly<Done>) => R | Promise<R>,
    undo?: (result: R, error: Error) => unknown,
  ): Saga<Done & { readonly [K in N]: R }>;
  /**
   * What each step gave. Rejects with ERR_SAGA_FAILED, with the step's error as its cause: `details.step` failed,
   * `details.undone` were undone, the latest first, and `details.left` could not be: each { step, error }.
   */
  run(options?: SagaOptions): Promise<Done>;
}

interface Step {
  readonly name: string;
  readonly run: (done: object) => unknown;
  readonly undo: ((result: unknown, error: Error) => unknown) | undefined;
}

/**
 * @example
 * const { payment } = await saga("order")
 *   .step("stock", () => stock.ask.reserve(items), (id) => stock.ask.release(id))
 *   .step("payment", () => bank.ask.charge(total), (id) => bank.ask.refund(id))
 *   .run();
 */
export function saga(name: string): Saga<object> {
  return sagaOf(name, []);
}

function sagaOf(name: string, steps: readonly Step[]): Saga<object> {
  return {
    step(step, run, undo) {
      if (steps.some((each) => each.name === step))
        throw new TypeError(`the saga "${name}" has a step "${step}" already`);
      return sagaOf(name, [...steps, { name: step, run, undo: undo as Step["undo"] }]) as never;
    },
    run: (options = {}) => {
      known("run", options, ["signal", "undo"]);
      abortable(options.signal);
      return execute(name, steps, options);
    },
  };
}

async function execute(name: string, steps: readonly Step[], { signal, undo = {} }: SagaOptions): Promise<object> {
  const done: Record<string, unknown> = {};
  const finished: Step[] = [];
  for (const step of steps) {
    try {
      signal?.throwIfAborted();
      done[step.name] = await step.run(done);
      finished.push(step);
    } catch (thrown) {
      const cause = asError(thrown);
      const { undone, left } = await compensate(finished, done, cause, undo);
      const rest = left.length > 0 ? `; not undone: ${left.map(({ step }) => step).join(", ")}` : "";
      throw new ZanniError("ERR_SAGA_FAILED", `"${name}" failed in "${step.name}": ${cause.message}${rest}`, {
        cause,
        details: { step: step.name, undone, left },
      });
    }
  }
  return done;
}

/** The latest first. One that cannot be undone keeps none of the others from it. */
async function compensate(
  finished: readonly Step[],
  done: { readonly [step: string]: unknown },
  cause: Error,
  options: Omit<RetryOptions, "signal">,
): Promise<{ undone: readonly string[]; left: readonly { step: string; error: Error }[] }> {
  const undone: string[] = [];
  const left: { step: string; error: Error }[] = [];
  for (const { name, undo } of [...finished].reverse()) {
    if (!undo) continue;
    try {
      await retry(() => undo(done[name], cause), options);
      undone.push(name);
    } catch (error) {
      left.push({ step: name, error: asError(error) });
    }
  }
  return { undone, left };
}
