// A thread of the bare core: takes turns for ever, spins a while when idle, then sleeps until it is called.
import { parentPort, workerData } from "node:worker_threads";
import * as L from "../../assembly/layout.ts";
import { attachNative, type Modules } from "./native.ts";

const { modules, memory, index } = workerData as { modules: Modules; memory: WebAssembly.Memory; index: number };
const core = attachNative(modules, memory, index);
const words = new Int32Array(memory.buffer);
const parked = (L.WORKER_FIRST + index * L.WORKER_BYTES + L.WORKER_PARKED) >>> 2;
const over = (L.HEADER + L.HEADER_BYTES - 4) >>> 2;
parentPort?.postMessage("ready");
let idle = 0;
while (words[over] === 0) {
  if (core.take(1) !== L.TAKE_IDLE) idle = 0;
  else if (++idle > 2000) {
    idle = 0;
    if (core.park()) {
      Atomics.wait(words, parked, L.PARKED, 10);
      core.unpark();
    }
  }
}
