// npm start                 indexes node_modules
// npm start -- FOLDER       indexes that folder
// npm start -- FOLDER --json
import { resolve } from "node:path";
import { indexFolder } from "./index-folder.js";
import { progress } from "./progress.js";

const args = process.argv.slice(2);
const json = args.includes("--json");
const folder = resolve(args.find((arg) => !arg.startsWith("--")) ?? "node_modules");

const bar = progress(json ? undefined : process.stdout);
const { totals, digests, crashed, tree, stats } = await indexFolder(folder, bar.show).catch((error) => {
  if (error.syscall !== "scandir") throw error;
  console.error(`a folder cannot be read: ${error.path} (${error.code}); usage: npm start -- FOLDER`);
  process.exit(2);
});
bar.end();

if (json) {
  console.log(JSON.stringify({ totals, digests, crashed: crashed.map(({ path }) => path) }));
} else {
  const n = (value) => value.toLocaleString("en-US");
  const group = (value) => n(Math.round(value));
  console.log(`\n${folder}`);
  console.log(
    `  ${n(totals.files)} files, ${n(totals.words)} words, ${n(totals.lines)} lines, ${n(totals.bytes)} bytes`,
  );

  console.log("\nActor hierarchy:");
  const print = (node, depth) => {
    const { path, definition, worker, processed, restarts } = node;
    const facts =
      definition === "supervisor" ? "" : `  worker ${worker}, ${n(processed)} messages, ${n(restarts)} restarts`;
    if (path !== "") console.log(`${"  ".repeat(depth)}/${path}${facts}`);
    for (const child of node.children) print(child, depth + 1);
  };
  print(tree, 0);

  console.log("\nMost frequent words:");
  for (const [word, count] of totals.frequent) console.log(`  ${n(count).padStart(12)}  ${word}`);

  console.log(`\nCrashed readers: ${n(crashed.length)}`);
  const reasons = new Map();
  for (const { why } of crashed) {
    const kind = why.split(":")[0];
    reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of reasons) console.log(`  ${n(count).padStart(6)}  ${kind}`);
  for (const { path, why } of crashed.slice(0, 5)) console.log(`  ${path}: ${why}`);
  if (crashed.length > 5) console.log(`  and ${n(crashed.length - 5)} more`);

  console.log("\nSystem Statistics:");
  console.log(`  Actors created: ${n(stats.created)}`);
  console.log(`  Actors currently active: ${n(stats.active)}`);
  console.log(`  Messages sent: ${n(stats.sent)}`);
  console.log(`  Messages processed: ${n(stats.processed)}`);
  console.log(`  Average message latency: ${group(stats.latency.mean * 1000)}us`);
  console.log(`  System uptime: ${(stats.uptime / 1000).toFixed(1)}s`);
}
