// A few of what `npm run pausing` plays: the main thread pauses, and each of three workers.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pausing } from "./pausing.ts";
import { withPauses } from "./places.ts";

const test = suite("pausing");
test("a method that is there no more is told", () => {
  assert.throws(() => withPauses("    sendControl(to) {\n    }\n", 1), /no method is called sendNotice any more/);
});
for (const [what, ...options] of [
  ["crowds", "--count", "4", "--workers", "3"],
  ["crowds", "--count", "4", "--workers", "3", "--death", "0.0015"],
  ["trees", "--runs", "40", "--workers", "3"],
  ["bonds", "--count", "10", "--workers", "3", "--death", "0.01"],
] as const) {
  test(`${what} ${options.join(" ")}`, async () => {
    const { code, output } = await pausing(what, options, 0.02, "pipe");
    assert.is(code, 0, output);
    assert.ok((output.match(/^a thread pauses$/gm) ?? []).length > 3, output);
  });
}
test.run();
