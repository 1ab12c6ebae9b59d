#!/usr/bin/env node
// zanni: one command with subcommands. Exit codes: 0 the same or safe, 1 breaking, 2 wrong use.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compare, type Lock, lockOf } from "../wire/lock.ts";
import { isWireType, type WireType } from "../wire/type.ts";

const help = `zanni wire lock TYPES [--file zanni.lock.json]
  Writes down what the wire types that the module TYPES exports look like. Commit the file.

zanni wire check TYPES [--file zanni.lock.json]
  Compares them with the file, field by field. Exit 0: the same, or safe; 1: breaking; 2: wrong use.`;

class WrongUse extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof WrongUse ? `${error.message}\n\n${help}` : error);
  process.exitCode = 2;
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  const [area, verb, module, ...more] = positionals;
  if (values.help || area === undefined) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  if (area !== "wire" || (verb !== "lock" && verb !== "check")) {
    throw new WrongUse(`there is no "zanni ${positionals.join(" ")}"`);
  }
  if (module === undefined || more.length > 0) throw new WrongUse(`zanni wire ${verb} takes one module`);
  const types = await typesOf(module);
  return verb === "lock" ? lock(types, values.file) : check(types, values.file);
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, file: { type: "string", default: "zanni.lock.json" } },
    });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}

async function typesOf(module: string): Promise<{ readonly [name: string]: WireType<unknown> }> {
  const file = resolve(module);
  if (!existsSync(file)) throw new WrongUse(`there is no file ${module}`);
  const exported = (await import(pathToFileURL(file).href)) as { readonly [name: string]: unknown };
  const types = Object.fromEntries(
    Object.entries(exported).filter((entry): entry is [string, WireType<unknown>] => isWireType(entry[1])),
  );
  if (Object.keys(types).length === 0) throw new WrongUse(`${module} exports no wire types`);
  return types;
}

function lock(types: { readonly [name: string]: WireType<unknown> }, file: string): number {
  writeFileSync(file, `${JSON.stringify(lockOf(types), undefined, 2)}\n`);
  console.log(`${file}: ${Object.keys(types).length} types`);
  return 0;
}

function check(types: { readonly [name: string]: WireType<unknown> }, file: string): number {
  if (!existsSync(file)) throw new WrongUse(`there is no ${file}; zanni wire lock writes it`);
  const changes = compare(readLock(file), lockOf(types));
  for (const { at, breaking, what } of changes) console.log(`${breaking ? "breaking" : "safe    "}  ${at} ${what}`);
  if (changes.length === 0) console.log("the same");
  return changes.some(({ breaking }) => breaking) ? 1 : 0;
}

function readLock(file: string): Lock {
  let found: Lock;
  try {
    found = JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch (error) {
    throw new WrongUse(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (found?.version !== 1 || typeof found.types !== "object") throw new WrongUse(`${file} is no lock of version 1`);
  return found;
}
