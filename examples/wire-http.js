// node examples/wire-http.js
// Declared wire types over HTTP: MessagePack or JSON, as the client likes; what does not fit is answered with its place.
//
// prints:
//   as MessagePack: 200, 3 readings, mean 21.5
//   as JSON: 200, 3 readings, mean 21.5
//   wrong: 400, character 23 is "\"", expected a number, "NaN", "Infinity" or "-Infinity"
//   broken: 400, byte 0 is 0x91, expected an array that ends before the bytes do
import { createServer } from "node:http";
import { Actor, createSystem } from "zanni";
import { wire } from "zanni/wire";
import { fromJson, toJson } from "zanni/wire/json";

const Readings = wire.list(wire.struct("Reading", { sensor: wire.string, value: wire.f64 }));
const Summary = wire.struct("Summary", { count: wire.u32, mean: wire.f64 });
const BYTES = "application/msgpack";

class Station extends Actor {
  summary(readings) {
    const sum = readings.reduce((total, { value }) => total + value, 0);
    return { count: readings.length, mean: sum / readings.length };
  }
}

const system = await createSystem();
const station = system.spawn(Station);
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const binary = request.headers["content-type"] === BYTES;
  try {
    const readings = binary ? Readings.decode(body) : fromJson(Readings, body.toString());
    const summary = await station.ask.summary(readings);
    response.end(binary ? Summary.encode(summary) : toJson(Summary, summary));
  } catch (error) {
    response.writeHead(error.code === "ERR_MALFORMED" ? 400 : 500).end(error.message);
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const post = (body, type) => fetch(url, { method: "POST", body, headers: { "content-type": type } });

const readings = [20, 21.5, 23].map((value, i) => ({ sensor: `s${i}`, value }));
const show = (how, { status }, { count, mean }) => console.log(`as ${how}: ${status}, ${count} readings, mean ${mean}`);
const bytes = await post(Readings.encode(readings), BYTES);
show("MessagePack", bytes, Summary.decode(new Uint8Array(await bytes.arrayBuffer())));
const text = await post(toJson(Readings, readings), "application/json");
show("JSON", text, fromJson(Summary, await text.text()));
const wrong = await post('[{"sensor":"s","value":"warm"}]', "application/json");
console.log(`wrong: ${wrong.status}, ${await wrong.text()}`);
const broken = await post(new Uint8Array([0x91]), BYTES);
console.log(`broken: ${broken.status}, ${await broken.text()}`);
server.close();
server.closeAllConnections();
await system.stop();
