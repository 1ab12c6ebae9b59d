// A message that is checked on arrival, by any Standard Schema: zod, valibot, arktype, or a declared wire type.
import { ZanniError } from "../errors.ts";
import { known, wrong } from "../options.ts";
import { type Crossing, crossingOf } from "../wire/crossing.ts";
import type { InferIn, InferOut, StandardIssue, StandardResult, StandardSchemaV1 } from "../wire/standard.ts";

/**
 * A handler that gets what the schema makes of its message. What does not fit is refused with ERR_INVALID_MESSAGE and the
 * schema's issues; its actor lives on, and a tell becomes a dead letter. Senders are typed by the schema's input.
 *
 * @example
 * class Station extends Actor {
 *   record = receive(SensorReading, (reading) => reading.value);
 * }
 */
// biome-ignore lint/suspicious/noExplicitAny: schemas of any types
export function receive<S extends StandardSchemaV1<any, any>, R, const O extends ReceiveOptions = object>(
  schema: S,
  handler: (value: O extends { readonly lazily: true } ? Readonly<InferOut<S>> : InferOut<S>) => R,
  options?: O,
): (value: InferIn<S>) => R {
  known("receive", options ?? {}, ["lazily"]);
  const standard = (schema as Partial<S> | undefined)?.["~standard"];
  if (typeof standard?.validate !== "function") wrong("schema", schema, 'a Standard Schema: it has "~standard"');
  if (typeof handler !== "function") wrong("handler", handler, "a function (value) => …");
  const checked = (result: StandardResult<InferOut<S>>): R => {
    if (result.issues) throw invalid(result.issues);
    return handler(result.value);
  };
  const checking = (value: InferIn<S>): R => {
    const result = standard.validate(value);
    // A schema that checks asynchronously makes the handler asynchronous.
    return result instanceof Promise ? (result.then(checked) as R) : checked(result);
  };
  const crossing = crossingOf(schema);
  if (crossing) received.set(checking, { crossing, handler, lazily: options?.lazily === true });
  return checking;
}

/** How `receive` reads what it declares. */
export interface ReceiveOptions {
  /**
   * With a wire.struct: fields are read when the handler asks for them. They are getters of the value then, which `{ ...value }`
   * does not copy; `value.toJSON()` gives all of it. Default false.
   */
  readonly lazily?: boolean;
}

/** A handler whose message has a declared type, and so comes as bytes of that type, checked when they were written. */
export interface Received {
  readonly crossing: Crossing;
  readonly handler: (value: never) => unknown;
  readonly lazily: boolean;
}

const received = new WeakMap<object, Received>();

export function receivedBy(handler: object): Received | undefined {
  return received.get(handler);
}

function invalid(issues: readonly StandardIssue[]): ZanniError {
  const plain = issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
  }));
  const text = plain.map(({ path, message }) => (path === "" ? message : `${path} ${message}`)).join("; ");
  return new ZanniError("ERR_INVALID_MESSAGE", `the message does not fit: ${text}`, { details: { issues: plain } });
}
