// Typed views of the core's memory. What threads share is reserved whole. Memory of one thread may grow, in any call into the core
// that takes memory: views of it are detached then, and read as nothing. The core says so from within that call, and they are
// renewed: `views.u8` is good always, a `u8` kept over such a call never.

export class Views {
  readonly memory: WebAssembly.Memory;
  declare u8: Uint8Array;
  declare u32: Uint32Array;
  declare i32: Int32Array;
  declare f64: Float64Array;
  /** For what is not aligned. */
  declare data: DataView;
  /** They stay what they are. */
  readonly lasts: boolean;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.lasts = !(memory.buffer instanceof ArrayBuffer);
    this.renew();
  }

  /** A word that other threads write too, in the one order that all threads see. */
  load(address: number): number {
    const at = address >>> 2;
    // Where there are no other threads it is a plain access: engines have trouble with code that met both memories.
    return (this.lasts ? Atomics.load(this.i32, at) : (this.i32[at] as number)) >>> 0;
  }

  store(address: number, value: number): void {
    const at = address >>> 2;
    if (this.lasts) Atomics.store(this.i32, at, value);
    else this.i32[at] = value;
  }

  /** It has grown. */
  renew(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.data = new DataView(buffer);
  }
}
