// Names of the messages that the behaviors send.
export declare const go: u32;
export declare const grow: u32;
export declare const result: u32;
export declare const sum: u32;
