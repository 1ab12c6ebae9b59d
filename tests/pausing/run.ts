// npm run pausing -- crowds [--chance 0.02] [its own options]: bonds, crowds, trees, deaths or moves, with threads that pause by chance
// where another may see half of something.
import { pausing } from "./pausing.ts";

const PROGRAMS = ["bonds", "crowds", "deaths", "moves", "trees"];
const [what = "crowds", ...rest] = process.argv.slice(2);
if (!PROGRAMS.includes(what)) throw new TypeError(`${what} is none of ${PROGRAMS.join(", ")}`);
const at = rest.indexOf("--chance");
const [, chance = "0.02"] = at >= 0 ? rest.splice(at, 2) : [];
const { code } = await pausing(what, rest, Number(chance), "inherit");
process.exitCode = code;
