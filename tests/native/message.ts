// The names of the messages that this module sends: what a file of this name declares, the host supplies.
export declare const add: u32;
export declare const answered: u32;
export declare const double: u32;
export declare const note: u32;
