// node examples/sources/connections.js
// A thousand TCP connections, an actor pinned to this thread for each; one of them crashes, and the others do not notice.
// prints:
//   1000 connections, 1000 actors
//   one has crashed: what is this?
//   999 echoes after that, and its socket is closed
import { connect, createServer } from "node:net";
import { Actor, createSystem } from "zanni";

const COUNT = 1000;

class Connection extends Actor {
  #socket = this.init.socket;
  onStart() {
    // Messages to an actor that was made with spawnHere may hold anything; sockets stay on their thread.
    this.#socket.on("data", (bytes) => this.init.self().tell.data(bytes));
    this.#socket.on("close", () => this.init.self().tell.closed());
  }
  data(bytes) {
    const text = bytes.toString();
    if (text === "?") throw new Error("what is this?");
    this.#socket.write(`${text}!`);
  }
  closed() {
    this.ctx.stop();
  }
  onStop() {
    this.#socket.destroy();
  }
}

const system = await createSystem({ logger: false });
const events = system.events();
const connections = [];
const server = createServer((socket) => {
  const connection = system.spawnHere(Connection, { socket, self: () => connection }, { restart: "temporary" });
  connections.push(connection);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

const clients = await Promise.all(
  Array.from(
    { length: COUNT },
    () =>
      new Promise((resolve, reject) => {
        const client = connect(port, "127.0.0.1", () => resolve(client)).on("error", reject);
      }),
  ),
);
const answer = (client, text) =>
  new Promise((resolve) => {
    client.once("data", (bytes) => resolve(bytes.toString()));
    client.once("close", () => resolve("closed"));
    client.write(text);
  });
const greetings = await Promise.all(clients.map((client) => answer(client, "hello")));
const met = greetings.filter((each) => each === "hello!").length;
console.log(`${met} connections, ${connections.length} actors`);

const ended = answer(clients[500], "?");
for await (const event of events) {
  if (event.type !== "crash") continue;
  console.log(`one has crashed: ${event.error.message}`);
  break;
}
const outcome = await ended;
const again = await Promise.all(clients.filter((_, i) => i !== 500).map((client) => answer(client, "still there?")));
const echoes = again.filter((each) => each === "still there?!").length;
console.log(`${echoes} echoes after that, and its socket is ${outcome}`);
for (const client of clients) client.destroy();
server.close();
await system.stop();
