// npm run churn [-- --millions 10]: spawns and stops a million actors, ten times. What is in use afterwards, on the heap and
// in the core, is what it was after the first million, but for 5 %.
import { createSystem } from "zanni";
import * as actors from "../bench/actors.ts";
import { options } from "../options.ts";

const { millions } = options({ millions: 10 });
const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error("start it with --expose-gc, as npm run churn does");

const system = await createSystem({ actors, logger: false });
let first: { heap: number; core: number } | undefined;
let worst = 1;
for (let million = 1; million <= millions; million++) {
  const began = performance.now();
  for (let batch = 0; batch < 10; batch++) {
    const refs = Array.from({ length: 100_000 }, () => system.spawn(actors.Idle));
    await Promise.all(refs.map((ref) => ref.stop()));
  }
  const ms = performance.now() - began;
  if (system.stats().active !== 0) throw new Error(`${system.stats().active} actors are left`);
  collect();
  const used = { heap: process.memoryUsage().heapUsed, core: system.stats().memory.used };
  first ??= used;
  const ratio = Math.max(used.heap / first.heap, used.core / first.core);
  worst = Math.max(worst, ratio);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  console.log(
    `${million}M: heap ${mb(used.heap)}, core ${mb(used.core)}, ${ratio.toFixed(3)} of the first, ${ms.toFixed(0)} ms`,
  );
}
await system.stop();
console.log(worst <= 1.05 ? "memory stays" : `memory grew to ${worst.toFixed(3)} of the first million's`);
process.exitCode = worst <= 1.05 ? 0 : 1;
