// node examples/wire-actors.js
// Messages of declared types: checked, sent as bytes of the type, and read lazily by whoever needs a part of them.
//
// prints:
//   the archive keeps 3 orders of ann, bob
//   the router has looked at nothing but their clients
//   refused: the message does not fit: items.0.count is -1, not a whole number from 0 to 65535
import { Actor, createSystem, receive } from "zanni";
import { wire } from "zanni/wire";

const Order = wire.struct("Order", {
  client: wire.string,
  items: wire.list(wire.struct("Item", { sku: wire.string, count: wire.u16 })),
  note: wire.optional(wire.string),
});

class Archive extends Actor {
  #orders = [];
  keep = receive(Order, (order) => void this.#orders.push(order));
  clients() {
    return { count: this.#orders.length, names: [...new Set(this.#orders.map(({ client }) => client))] };
  }
}

class Router extends Actor {
  // Only this one field is read; the rest stays bytes.
  route = receive(
    Order,
    (order) => {
      if (order.client !== "") this.init.tell.keep(order);
    },
    { lazily: true },
  );
}

const system = await createSystem({ logger: false });
const archive = system.spawn(Archive);
const router = system.spawn(Router, archive);
for (const client of ["ann", "bob", "", "ann"]) {
  await router.ask.route({ client, items: [{ sku: "tea", count: 2 }] });
}
const { count, names } = await archive.ask.clients();
console.log(`the archive keeps ${count} orders of ${names.join(", ")}`);
console.log("the router has looked at nothing but their clients");
await router.ask
  .route({ client: "eve", items: [{ sku: "tea", count: -1 }] })
  .catch(({ message }) => console.log(`refused: ${message}`));
await system.stop();
