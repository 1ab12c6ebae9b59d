// What may be sent, as types: the compiler refuses the rest and says why. host/wire/value.ts checks the same
// at run time. "thread" = between workers of one process, "node" = over the network or into a store.

declare const why: unique symbol;

/** The type a value is given when it may not be sent. The reason shows up in the compiler's error. */
export interface NotSendable<Reason extends string> {
  readonly [why]: Reason;
}

type Atom =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: handlers return void
  | void
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | DataView
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

// biome-ignore-start lint/suspicious/noExplicitAny: these types look into anything
/** Nothing of these can live in a frame. */
type HostObject =
  | SharedArrayBuffer
  | MessagePort
  | ReadableStream<any>
  | WritableStream<any>
  | TransformStream<any, any>;

export type IsAny<T> = 0 extends 1 & T ? true : false;
declare const refBrand: unique symbol;
export interface RefBrand {
  readonly [refBrand]: true;
}
declare const hereBrand: unique symbol;
export interface HereBrand {
  readonly [hereBrand]: true;
}

type Mode = "thread" | "node";

/** An interface, so that recursive unions (such as Json) are looked into lazily instead of without end. */
interface CheckedArray<E, M extends Mode> {
  readonly length: number;
  readonly [index: number]: Check<E, M>;
}

type Check<T, M extends Mode> =
  IsAny<T> extends true
    ? T
    : unknown extends T
      ? NotSendable<"an unknown value cannot be checked; parse it with a schema or type it as Json">
      : // Before what may be sent: where the libraries are older, shared memory has the shape of other memory.
        T extends HostObject
        ? NotSendable<"shared memory, ports and streams cannot be sent; pass an ActorRef, or return a generator">
        : T extends Atom
          ? T
          : T extends RefBrand
            ? T
            : T extends HereBrand
              ? NotSendable<"this ref is pinned to its thread (spawnHere); spawn() the actor to share it">
              : T extends ((...args: never) => unknown) | (abstract new (...args: never) => unknown)
                ? NotSendable<"functions and closures cannot be sent; pass an ActorRef and tell it instead">
                : T extends symbol
                  ? NotSendable<"symbols cannot be sent">
                  : T extends PromiseLike<unknown>
                    ? NotSendable<"await the promise first">
                    : T extends AbortSignal
                      ? NotSendable<"pass the signal as an ask option: ref.ask({ signal }).method()">
                      : T extends Map<infer K, infer V>
                        ? Map<Check<K, M>, Check<V, M>>
                        : T extends ReadonlyMap<infer K, infer V>
                          ? ReadonlyMap<Check<K, M>, Check<V, M>>
                          : T extends Set<infer E>
                            ? Set<Check<E, M>>
                            : T extends ReadonlySet<infer E>
                              ? ReadonlySet<Check<E, M>>
                              : T extends WeakMap<any, any> | WeakSet<any> | WeakRef<any>
                                ? NotSendable<"weak collections cannot be sent">
                                : T extends readonly unknown[]
                                  ? number extends T["length"]
                                    ? CheckedArray<T[number], M>
                                    : { [K in keyof T as K extends `${number}` ? K : never]: Check<T[K], M> }
                                  : T extends object
                                    ? { [K in keyof T]: Check<T[K], M> }
                                    : never;
// biome-ignore-end lint/suspicious/noExplicitAny: these types look into anything

/** `T` itself when every part of it may cross, otherwise `T` with the offending parts replaced by `NotSendable<reason>`. */
export type Sendable<T> = [T] extends [Check<T, "thread">] ? T : Check<T, "thread">;
export type IsSendable<T> = [T] extends [Check<T, "thread">] ? true : false;

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
