// A small web server for pages under test: files below the given folders, with or without the headers that isolate.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** What a page needs so that its memory can be shared with workers. */
const isolating = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export interface Site {
  readonly url: string;
  close(): void;
}

/** `folders`: what lies at which path, "/build/" for instance. */
export async function serve(
  folders: Record<string, string>,
  options: { isolated: boolean; port?: number },
): Promise<Site> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const found = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
    try {
      if (!found) throw new Error("no such folder");
      const body = readFileSync(join(found[1], path.slice(found[0].length) || "index.html"));
      response.writeHead(200, {
        "Content-Type": types[extname(path) || ".html"] ?? "application/octet-stream",
        "Cache-Control": "no-store",
        ...(options.isolated ? isolating : {}),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
