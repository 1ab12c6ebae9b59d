// A thread of the search: plays what it is given, one after the other.
import { parentPort } from "node:worker_threads";
import { Explorer, load, type Outcome } from "zanni/core/explore";
import { scenario } from "./scenarios.ts";

/** A scenario by its name; `bug`: of the seeded build, with the trace that finds it replayed. */
export interface Search {
  readonly play: string;
  readonly preemptions: number;
  /** Random executions from this seed instead. */
  readonly random?: { readonly seed: number; readonly executions: number } | undefined;
  readonly bug?: number;
}
export interface Found {
  readonly outcome: Outcome;
  /** What the replay of the trace fails with. */
  readonly replayed: string | undefined;
}

const modules = new Map<"model" | "seeded", WebAssembly.Module>();
function build(name: "model" | "seeded"): WebAssembly.Module {
  const module = modules.get(name) ?? load(name);
  modules.set(name, module);
  return module;
}

parentPort?.on("message", ({ play, preemptions, random, bug }: Search) => {
  const explorer =
    bug === undefined
      ? new Explorer(scenario(play), build("model"))
      : new Explorer(scenario(play), build("seeded"), bug);
  const outcome = explorer.explore({ preemptions, ...(random && { random }) });
  const replayed = bug === undefined ? undefined : explorer.replay(outcome.failure?.trace ?? "");
  parentPort?.postMessage({ outcome, replayed } satisfies Found);
});
