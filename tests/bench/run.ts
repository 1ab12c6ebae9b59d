// npm run bench [-- ROW ...] [--runs N]: medians of 5 runs, beside the target and stored figures of others.
import { type Row, rows } from "./rows.ts";

const args = process.argv.slice(2);
const at = args.indexOf("--runs");
const runs = at >= 0 ? Number(args[at + 1]) : 5;
const wanted = args.filter((arg, i) => !arg.startsWith("--") && i !== at + 1);

const show = (n: number) => (n >= 100 ? n.toFixed(0) : n.toPrecision(3));

console.log("| row | workload | median | min to max | target | others |");
console.log("|---|---|---|---|---|---|");
for (const row of rows) {
  if (wanted.length > 0 && !wanted.some((id) => row.id.replace(/['n]+$/, "") === id || row.id === id)) continue;
  const samples: number[] = [];
  for (let i = 0; i < runs; i++) samples.push(await row.run());
  samples.sort((a, b) => a - b);
  const median = samples[Math.floor(runs / 2)] as number;
  const range = `${show(samples[0] as number)} to ${show(samples.at(-1) as number)}`;
  console.log(
    `| ${row.id} | ${row.name} | **${show(median)}** ${row.unit} | ${range} | ${verdict(row, median)} | ${row.peers} |`,
  );
}

function verdict({ target, more }: Row, median: number): string {
  const ratio = more ? target / median : median / target;
  return `${show(target)}${ratio <= 1 ? "" : ` (missed, ${ratio.toFixed(2)}x)`}`;
}
