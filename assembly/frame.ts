// The message frame: its header as layout.ts draws it, reserved from the pool, filled by the sender,
// given back by whoever handled it.
import {
  EXTENSION_BYTES,
  FLAG_EXTENDED,
  FRAME_DUE,
  FRAME_FLAGS,
  FRAME_KIND,
  FRAME_PAYLOAD,
  FRAME_SIZE,
  FRAME_STAMP,
  FRAME_TICKET,
  FRAME_TRACE,
} from "./layout";
import { allocate, allocateControl, allocateSmallest } from "./pool";

/** A frame for `bytes` of payload, the words that must be zero set so; 0 when memory is used up. The caller owns it. */
export function reserve(bytes: u32): u32 {
  const frame = allocate(FRAME_PAYLOAD + bytes);
  if (frame != 0) blank(frame, bytes);
  return frame;
}

/** The same for up to 16 bytes. */
export function reserveSmallest(bytes: u32): u32 {
  const frame = allocateSmallest();
  if (frame != 0) blank(frame, bytes);
  return frame;
}

/** The same with a time stamp, and room for what few messages carry, before the payload. */
export function reserveStamped(bytes: u32, now: f64): u32 {
  const frame = allocate(FRAME_PAYLOAD + EXTENSION_BYTES + bytes);
  if (frame == 0) return 0;
  blank(frame, bytes);
  store<u8>(frame + FRAME_FLAGS, FLAG_EXTENDED);
  store<f64>(frame + FRAME_STAMP, now);
  store<f64>(frame + FRAME_DUE, 0);
  store<f64>(frame + FRAME_TRACE, 0);
  return frame;
}

/** For control: from the reserve when memory is used up. */
export function reserveControl(bytes: u32): u32 {
  const frame = allocateControl(FRAME_PAYLOAD + bytes);
  if (frame != 0) blank(frame, bytes);
  return frame;
}

function blank(frame: u32, bytes: u32): void {
  store<u32>(frame + FRAME_SIZE, bytes);
  store<u32>(frame + FRAME_KIND, 0); // kind, priority, form, flags
  store<u64>(frame + FRAME_TICKET, 0);
}
