// npm run web [-- PORT]: a page with two worker threads over shared memory. The two headers are what it takes.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const types = { html: "text/html", js: "text/javascript" };
const here = new URL("./", import.meta.url);
const zanni = new URL("../../build/", import.meta.url);

const server = createServer(({ url }, response) => {
  const name = url.split("/").at(-1).replace(/\?.*/, "") || "index.html";
  try {
    const body = readFileSync(new URL(name, url.startsWith("/zanni/") ? zanni : here));
    response.writeHead(200, {
      "Content-Type": types[name.split(".").at(-1)] ?? "text/plain",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});

server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () => {
  console.log(`http://localhost:${server.address().port}/`);
});
