// The numbers that a program of the tests takes after `--`: --count 100, or --count=100. An unknown name is an error.
import { parseArgs } from "node:util";

export function options<T extends Record<string, number>>(defaults: T, args = process.argv.slice(2)): T {
  const names = Object.keys(defaults);
  const { values } = parseArgs({ args, options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
  const given = Object.entries(values).map(([name, value]) => [name, Number(value)] as const);
  const wrong = given.find(([, value]) => Number.isNaN(value));
  if (wrong) throw new TypeError(`--${wrong[0]} takes a number, not ${values[wrong[0]]}`);
  return { ...defaults, ...Object.fromEntries(given) };
}
