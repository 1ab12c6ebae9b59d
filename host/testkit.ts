// zanni/testkit: actors under test, on one thread, with a clock and a schedule of the test's own.
export type { Probe, Received } from "./testkit/probe.ts";
export { createTestSystem, type TestOptions, type TestSystem, withSeeds } from "./testkit/system.ts";
