// Declared wire types: bytes for a file, text for a log, and a newer version that reads what an older one wrote.
//
// prints:
//   written: 3 readings in 48 bytes
//   north 21.5 C
//   south 24 C
//   roof 19.25 C
//   {"sensor":"roof","value":19.25,"unit":"C"}
//   byte 0 is 0x1, expected an array
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wire } from "zanni/wire";
import { toJson } from "zanni/wire/json";

const Reading1 = wire.struct("Reading", { sensor: wire.string, value: wire.f64 });
const Reading2 = wire.struct("Reading", {
  sensor: wire.string,
  value: wire.f64,
  unit: wire.added(2, wire.string, "C"),
});

const folder = mkdtempSync(join(tmpdir(), "zanni-wire-"));
const file = join(folder, "readings");
const readings = [
  { sensor: "north", value: 21.5 },
  { sensor: "south", value: 24 },
  { sensor: "roof", value: 19.25 },
];
const bytes = wire.list(Reading1).encode(readings);
writeFileSync(file, bytes);
console.log(`written: ${readings.length} readings in ${bytes.length} bytes`);

const read = wire.list(Reading2).decode(readFileSync(file));
for (const { sensor, value, unit } of read) console.log(sensor, value, unit);
console.log(toJson(Reading2, read[2]));
try {
  Reading2.decode(new Uint8Array([1, 2, 3]));
} catch (error) {
  console.log(error.message);
}
rmSync(folder, { recursive: true });
