// node examples/sources/stages.js
// Ingestion, validation, processing and storage, each an actor that knows topics only; what is not valid goes no further.
// prints:
//   ingested 6, validated 4, processed 4, stored 4
//   refused: "" and "x y"
//   stored: ADA, GRACE, EDSGER, BARBARA
import { Actor, createSystem, topic } from "zanni";

const ingested = topic("pipeline.ingested");
const validated = topic("pipeline.validated");
const processed = topic("pipeline.processed");
const stored = topic("pipeline.stored");

class Ingestion extends Actor {
  take(line) {
    this.ctx.publish(ingested, line);
  }
}
class Validation extends Actor {
  onStart() {
    this.ctx.subscribe(ingested, (line) => {
      if (/^\w+$/.test(line)) this.ctx.publish(validated, line);
    });
  }
}
class Processing extends Actor {
  onStart() {
    this.ctx.subscribe(validated, (line) => this.ctx.publish(processed, line.toUpperCase()));
  }
}
class Storage extends Actor {
  #rows = [];
  onStart() {
    this.ctx.subscribe(processed, (row) => {
      this.#rows.push(row);
      this.ctx.publish(stored, row);
    });
  }
  rows() {
    return this.#rows;
  }
}

const system = await createSystem({ logger: false });
const counts = new Map([ingested, validated, processed, stored].map(({ name }) => [name, []]));
const done = [];
for (const each of [ingested, validated, processed, stored]) {
  const values = system.subscribe(each);
  done.push(
    (async () => {
      for await (const value of values) counts.get(each.name).push(value);
    })(),
  );
}
const storage = system.spawn(Storage);
system.spawn(Processing);
system.spawn(Validation);
const ingestion = system.spawn(Ingestion);
// Everybody listens before the first line comes.
await storage.ask.rows();
const lines = ["ada", "", "grace", "x y", "edsger", "barbara"];
for (const line of lines) ingestion.tell.take(line);
while ((await storage.ask.rows()).length < 4);
const rows = await storage.ask.rows();
await system.stop();
await Promise.all(done);

console.log([...counts].map(([name, values]) => `${name.split(".")[1]} ${values.length}`).join(", "));
const refused = counts.get(ingested.name).filter((line) => !counts.get(validated.name).includes(line));
console.log(`refused: ${refused.map((line) => JSON.stringify(line)).join(" and ")}`);
console.log(`stored: ${rows.join(", ")}`);
