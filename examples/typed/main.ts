// npx tsc -p examples/typed && node build/typed/main.js
// The compiler knows every message: its name, what it takes, what it gives, and that it can be sent.
// prints:
//   mean 20.5
//   alarm: south, 31
//   warmest of 1000: south, 39.9
//   refused: the message does not fit: celsius is "hot", not a number
import { createSystem, isZanniError, Worker } from "zanni";
import * as actors from "./actors.js";
import { Alarms, type Reading, Search, Station } from "./actors.js";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const system = await createSystem({ actors, worker, workers: 2, logger: false });

const { children } = system.supervise({ name: "weather", strategy: "rest-for-one" }, (sup) => {
  const alarms = sup.spawn(Alarms);
  const station = sup.spawn(Station, { alarms });
  return { alarms, station };
});
const { alarms, station } = children;

const at = new Date();
station.tell.command({ type: "Limit", celsius: 30 });
await station.ask.record({ sensor: "north", celsius: 10, at });
await station.ask.record({ sensor: "south", celsius: 31, at });
const mean: number | undefined = await station.ask.mean();
console.log(`mean ${mean}`);
for await (const { sensor, celsius } of alarms.ask.raised()) console.log(`alarm: ${sensor}, ${celsius}`);

const readings = Array.from(
  { length: 1000 },
  (_, i): Reading => ({ sensor: i % 2 ? "south" : "north", celsius: ((i * 7) % 400) / 10, at }),
);
const parts = [0, 250, 500, 750].map((from) => readings.slice(from, from + 250));
const warmest: Reading[] = [];
for await (const each of system.pool(Search).map(parts, (search, part) => search.warmest(part))) warmest.push(each);
warmest.sort((a, b) => b.celsius - a.celsius);
console.log(`warmest of ${readings.length}: ${warmest[0]?.sensor}, ${warmest[0]?.celsius}`);

try {
  // @ts-expect-error the compiler has seen it; what comes from elsewhere is checked when it arrives
  await station.ask.record({ sensor: "north", celsius: "hot", at });
} catch (error) {
  if (isZanniError(error, "ERR_INVALID_MESSAGE")) console.log(`refused: ${error.message}`);
}
await system.stop();
