import { createSystem, Worker } from "/zanni/zanni.js";
import * as actors from "./actors.js";

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

const system = await createSystem({
  actors,
  worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
  workers: 2,
  logger: false,
});

const greeter = system.spawn(actors.Greeter, undefined, { name: "greeter" });
const shop = system.supervise({ name: "shop", maxRestarts: 100 }, (sup) => ({
  counter: sup.spawn(actors.Counter, undefined, { name: "counter" }),
}));
const { counter } = shop.children;

async function refresh(value) {
  const [{ restarts }] = await shop.status();
  show("value", value);
  show("restarts", restarts);
}

document.getElementById("add").onclick = async () => refresh(await counter.ask.add(1));
document.getElementById("crash").onclick = async () => {
  await counter.ask.crash().catch(() => {});
  await refresh(await counter.ask.add(0));
};

show("mode", system.mode);
show("hello", await greeter.ask.hello("page"));
await refresh(0);
document.body.classList.add("ready");

for await (const { type, actor, error } of system.events()) {
  const line = document.createElement("li");
  line.textContent = error ? `${type} ${actor}: ${error.message}` : `${type} ${actor}`;
  document.getElementById("events").prepend(line);
}
