// An edge worker that answers by asking actors: GET /any/path counts, GET /crash crashes the counter.
// Deploy it as any Worker: the bundler takes core.wasm along as a module.
import core from "zanni/core.wasm";
import { Actor, createSystem } from "zanni/edge";

class Hits extends Actor {
  #hits = new Map();
  hit(path) {
    const hits = (this.#hits.get(path) ?? 0) + 1;
    this.#hits.set(path, hits);
    return hits;
  }
  crash() {
    throw new Error("a request asked for it");
  }
}

// One system per isolate, opened by its first request: nothing may start at global scope.
let opened;
async function open() {
  const system = await createSystem({ core });
  return system.spawn(Hits, undefined, { name: "hits" });
}

export default {
  async fetch(request) {
    opened ??= open();
    const hits = await opened;
    const { pathname } = new URL(request.url);
    try {
      if (pathname === "/crash") await hits.ask.crash();
      return Response.json({ path: pathname, hits: await hits.ask.hit(pathname) });
    } catch (error) {
      return Response.json({ error: error.code, message: error.message }, { status: 500 });
    }
  },
};
