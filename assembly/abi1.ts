// What a native module may call, imported under this file's name: version 1 of that interface. host/core/native.ts
// refuses modules that were built for another. Users import native.ts, which is made of it.
export declare function post(
  cell: u32,
  generation: u32,
  name: u32,
  tags: u32,
  a: f64,
  b: f64,
  sender: u32,
  senderGeneration: u32,
  ticket: u32,
  ticketGeneration: u32,
): i32;
export declare function reply(
  ticket: u32,
  generation: u32,
  kind: u32,
  form: u32,
  value: u32,
  size: u32,
  tags: u32,
  a: f64,
  b: f64,
): bool;
export declare function request(
  cell: u32,
  generation: u32,
  name: u32,
  tags: u32,
  a: f64,
  b: f64,
  answer: u32,
  ms: f64,
): bool;
export declare function spawn(home: u32, behavior: u32, init: u32, capacity: u32, limit: u32, budget: u32): u32;
export declare function generation(cell: u32): u32;
export declare function stateOf(cell: u32): u32;
export declare function stop(cell: u32, generation: u32): i32;
export declare function stopSelf(): void;
