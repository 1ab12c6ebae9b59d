// zanni/wire: declared wire types, usable without any actor system.
import type { ActorRef } from "./actor/types.ts";
import { wire as builder, type WireType } from "./wire/type.ts";

export type { InferIn, InferOut, StandardSchemaV1 } from "./wire/standard.ts";
export type { Infer, WireType } from "./wire/type.ts";

/** What `wire` has. */
export interface WireBuilder extends Omit<typeof builder, "ref"> {
  /** An ActorRef: it crosses in messages, checked by receive(); bytes of its own it has none. */
  ref<H>(): WireType<ActorRef<H>>;
}

/**
 * Builds wire types: plain MessagePack, structs as arrays in field order, unions as `[discriminant, ...fields]`.
 *
 * @example
 * const Reading = wire.struct("Reading", { sensor: wire.string, value: wire.f64, at: wire.timestamp });
 * type Reading = Infer<typeof Reading>;
 * const bytes = Reading.encode({ sensor: "north", value: 22.5, at: new Date() });
 */
export const wire: WireBuilder = builder;
