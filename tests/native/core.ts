// The core's exports as a behavior module imports them; the module name is this file's.
export declare function tell(cell: u32, generation: u32, name: u32, a: u64, b: u64): i32;
export declare function stop(cell: u32, generation: u32): i32;
export declare function stopSelf(): void;
export declare function spawn(home: u32, behavior: u32, init: u32, capacity: u32, limit: u32, budget: u32): u32;
export declare function generation(cell: u32): u32;
