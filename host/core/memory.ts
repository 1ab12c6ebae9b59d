// Typed views of the core's memory. Where memory grows, they are renewed before an address beyond them is used.
export class Views {
  readonly memory: WebAssembly.Memory;
  u8: Uint8Array;
  u32: Uint32Array;
  i32: Int32Array;
  f64: Float64Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    const { buffer } = memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  /** Before `address` is touched: true when the views were renewed. */
  reach(address: number): boolean {
    if (address < this.u8.length) return false;
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    return true;
  }
}
