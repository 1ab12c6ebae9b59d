// An actor that eats all the memory of its thread; started with a small heap by deaths.test.ts.
import { createSystem, Worker } from "zanni";
import * as actors from "./actors.ts";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const system = await createSystem({ actors, worker, workers: 1, logger: false });
const hog = system.spawn(actors.Hog, undefined);
const eaten = hog.ask({ timeout: "1m" }).eat();
const restarts = hog.ask({ timeout: "1m" }).restarts();
console.log(await eaten.catch((error: Error) => error.message));
console.log(await restarts);
await system.stop();
