// Some hundred of the thousands that `npm run trees` plays.
import { suite } from "uvu";
import { playOnOne, playOnThreads } from "./trees.ts";

const trees = suite("trees of supervisors at random");

trees("on one thread: whatever fails, and whenever, comes back, with one instance", () => playOnOne({ runs: 200 }));

trees("on three", () => playOnThreads({ runs: 60, workers: 3 }));

trees.run();
