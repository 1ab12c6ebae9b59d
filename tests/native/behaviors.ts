// placeholder for the build
export function noop(cell: u32, frame: u32): void {}
