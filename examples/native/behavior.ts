// Behaviors that they spawn.
export declare const tree: u32;
