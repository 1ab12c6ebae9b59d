// The buffers that messages share: of the codec for values of any type, and of declared types.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isZanniError, type ZanniError } from "zanni";
import { wire } from "zanni/wire";
import { ValueCodec } from "../../host/wire/value.ts";

const test = suite("buffers");

const MIB = 2 ** 20;
const make = () => new ValueCodec({ portable: () => undefined, revive: (portable) => portable });

test("each message is written where the one before it was", () => {
  const codec = make();
  const first = codec.encode([{ some: "text" }], "args");
  const [{ buffer, byteOffset }, copy] = [first, first.slice()];
  for (let i = 0; i < 10_000; i++) codec.encode([{ some: "other text", more: i }], "args");
  const last = codec.encode([{ some: "text" }], "args");
  assert.is(last.buffer, buffer);
  assert.is(last.byteOffset, byteOffset);
  assert.equal(last, copy);
});

test("what one large message takes is given back with those after it", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  /** Engines give it back some time after they have collected it. */
  const used = async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 20; i++) {
      gc();
      await new Promise(setImmediate);
      least = Math.min(least, process.memoryUsage().arrayBuffers);
    }
    return least;
  };
  const codec = make();
  const Blob = wire.struct("Blob", { bytes: wire.bytes });
  const send = (size: number) => {
    const value = { bytes: new Uint8Array(size) };
    const bytes = codec.encode([value], "args");
    assert.is((codec.decode(bytes, 0, bytes.length) as (typeof value)[])[0]?.bytes.length, size);
    assert.is(Blob.decode(Blob.encode(value)).bytes.length, size);
    return bytes.buffer;
  };
  send(100);
  const before = await used();
  send(16 * MIB);
  send(100);
  const left = (await used()) - before;
  assert.ok(left < MIB, `${left} bytes are left`);
  // Where all are large, they share as well.
  send(16 * MIB);
  assert.is(send(16 * MIB), send(16 * MIB));
});

test("a getter that sends while it is read has a buffer of its own, also for much", () => {
  const codec = make();
  for (const size of [10, 5000, 4 * MIB]) {
    const value = {
      before: "b".repeat(100),
      get between() {
        codec.encode(["t".repeat(size)], "args");
        codec.encode(["little"], "args");
        return "between";
      },
      after: ["a".repeat(3000), new Uint8Array(2 * MIB)],
    };
    const bytes = codec.encode([value], "args");
    assert.equal(codec.decode(bytes, 0, bytes.length), [{ ...value }], `${size}`);
  }
});

test("what changes between two looks at it is refused, and the next message is as any other", () => {
  const codec = make();
  const changing = (then: () => unknown) => {
    let looks = 0;
    return {
      list: [1, 2],
      get x() {
        return looks++ === 0 ? 1 : then();
      },
    };
  };
  const cause = new Error("no more");
  const refused = (then: () => unknown): ZanniError => {
    try {
      codec.encode([changing(then)], "args");
    } catch (error) {
      assert.ok(isZanniError(error, "ERR_NOT_SENDABLE"), String(error));
      return error as ZanniError;
    }
    throw new Error("it was not refused");
  };
  const thrown = refused(() => {
    throw cause;
  });
  assert.is(thrown.details["at"], "args[0].x");
  assert.is(thrown.cause, cause);
  assert.match(refused(() => () => 1).message, /^args\[0\]\.x is a function/);
  assert.match(refused(() => Symbol("s")).message, /^args\[0\]\.x is a symbol/);
  const bytes = codec.encode([{ list: [1, 2] }], "args");
  assert.equal(codec.decode(bytes, 0, bytes.length), [{ list: [1, 2] }]);
});

test.run();
