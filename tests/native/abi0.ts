// An interface that never was.
export declare function post(cell: u32): i32;
