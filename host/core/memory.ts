// Typed views of the core's memory, which may grow in any call into the core that takes memory:
//
//   shared      old views keep their length. They are renewed before what lies beyond them is touched: another thread may have
//               grown it.
//   unshared    old views are detached, and read as nothing. The core says so from within that call, and they are renewed: `views.u8`
//               is good always, a `u8` kept over such a call never.
import { HEADER, HEADER_LIMIT } from "../../assembly/layout.ts";

const LIMIT = (HEADER + HEADER_LIMIT) >>> 2;

export class Views {
  readonly memory: WebAssembly.Memory;
  u8: Uint8Array;
  u32: Uint32Array;
  i32: Int32Array;
  f64: Float64Array;
  /** For what is not aligned. */
  data: DataView;
  readonly #shared: boolean;
  /** Pages when the views were made. */
  #pages = -1;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    const { buffer } = memory;
    this.#shared = !(buffer instanceof ArrayBuffer);
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.data = new DataView(buffer);
    this.#pages = this.u32[LIMIT] as number;
  }

  /** Views of it stay what they are, whoever grows it. */
  get lasts(): boolean {
    return this.#shared;
  }

  /** A word that other threads write too, in the one order that all threads see. */
  load(address: number): number {
    this.reach(address);
    const at = address >>> 2;
    // Where there are no other threads it is a plain access: engines have trouble with code that met both memories.
    return (this.#shared ? Atomics.load(this.i32, at) : (this.i32[at] as number)) >>> 0;
  }

  store(address: number, value: number): void {
    this.reach(address);
    const at = address >>> 2;
    if (this.#shared) Atomics.store(this.i32, at, value);
    else this.i32[at] = value;
  }

  /** Before `address` is touched, which a call into the core has just answered. */
  reach(address: number): void {
    if (address >= this.u8.length) this.renew();
  }

  /** After a call into the core that may have met memory another thread grew. */
  refresh(): void {
    if (this.u32[LIMIT] !== this.#pages) this.renew();
  }

  /** It has grown, or may have. */
  renew(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.data = new DataView(buffer);
    this.#pages = this.u32[LIMIT] as number;
  }
}
