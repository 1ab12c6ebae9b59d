// Frames that an actor keeps outside of its mailbox: what it has put aside, and what waits in its outboxes. They hang on its
// cell, so that they outlive its thread.
//
//   cell ──KEPT──▶ shelf ──NEXT──▶ shelf …        a shelf is a frame too
//                    └─FIRST──▶ frame ──NEXT──▶ frame …
//
// Without memory for a shelf the frames are known to JavaScript only.
import {
  CELL_KEPT,
  EXTENSION_BYTES,
  FLAG_PRIVATE,
  FORM_PACKED,
  FRAME_FLAGS,
  FRAME_FORM,
  FRAME_KIND,
  FRAME_NEXT,
  FRAME_PAYLOAD,
  FRAME_SENDER,
  FRAME_SENDER_GENERATION,
  FRAME_SIZE,
  SHELF_FIRST,
  SHELF_LAST,
  SHELF_LEAVING,
  SHELF_NEXT,
  WORKER_SENT,
} from "../../assembly/layout.ts";
import type { Core } from "../core/abi.ts";
import type { Views } from "../core/memory.ts";
import type { ValueCodec } from "../wire/value.ts";
import type { Address, Shelf } from "./holder.ts";

/** What it takes of a thread. */
interface Store {
  readonly core: Core;
  readonly views: Views;
  readonly codec: ValueCodec;
}

interface Sender extends Store {
  /** Where its worker's block lies. */
  readonly block: number;
}

/** 0: there is no memory for it. */
export function openShelf(
  { core, views, codec }: Store,
  cell: number,
  kind: number,
  to: Address,
  note: unknown,
): number {
  const bytes = codec.encode([note], "note");
  const shelf = core.reserve(bytes.length) >>> 0;
  if (shelf === 0) return 0;
  const { u8, u32 } = views;
  u8[shelf + FRAME_KIND] = kind;
  u8[shelf + FRAME_FORM] = FORM_PACKED;
  u8.set(bytes, shelf + FRAME_PAYLOAD);
  for (const word of [SHELF_FIRST, SHELF_LAST, SHELF_LEAVING]) u32[(shelf + word) >>> 2] = 0;
  u32[(shelf + FRAME_SENDER) >>> 2] = to.cell;
  u32[(shelf + FRAME_SENDER_GENERATION) >>> 2] = to.generation;
  u32[(shelf + SHELF_NEXT) >>> 2] = u32[(cell + CELL_KEPT) >>> 2] as number;
  u32[(cell + CELL_KEPT) >>> 2] = shelf;
  return shelf;
}

/** It is empty, or its frames are somebody else's. */
export function closeShelf({ core, views }: Store, cell: number, shelf: number): void {
  if (shelf === 0) return;
  const { u32 } = views;
  let before = (cell + CELL_KEPT) >>> 2;
  while (u32[before] !== shelf) before = ((u32[before] as number) + SHELF_NEXT) >>> 2;
  u32[before] = u32[(shelf + SHELF_NEXT) >>> 2] as number;
  core.drop(shelf);
}

/** Behind all others. */
export function put({ views: { u32 } }: Store, shelf: number, frame: number): void {
  if (shelf === 0) return;
  u32[(frame + FRAME_NEXT) >>> 2] = 0;
  const last = u32[(shelf + SHELF_LAST) >>> 2] as number;
  u32[(last === 0 ? shelf + SHELF_FIRST : last + FRAME_NEXT) >>> 2] = frame;
  u32[(shelf + SHELF_LAST) >>> 2] = frame;
}

/**
 * The first is about to be sent, or taken in hand: gone() or putBack() follows. Should the thread die before, its successor knows
 * which it was.
 */
export function takeFirst({ views: { u32 }, block }: Sender, shelf: number, frame: number): void {
  if (shelf === 0) return;
  u32[(block + WORKER_SENT) >>> 2] = 0;
  u32[(shelf + SHELF_LEAVING) >>> 2] = frame;
  const next = u32[(frame + FRAME_NEXT) >>> 2] as number;
  u32[(shelf + SHELF_FIRST) >>> 2] = next;
  if (next === 0) u32[(shelf + SHELF_LAST) >>> 2] = 0;
}

/** It is somebody else's. */
export function gone({ views: { u32 } }: Store, shelf: number): void {
  if (shelf !== 0) u32[(shelf + SHELF_LEAVING) >>> 2] = 0;
}

/** It did not get far. */
export function putBack({ views: { u32 } }: Store, shelf: number, frame: number): void {
  if (shelf === 0) return;
  const first = u32[(shelf + SHELF_FIRST) >>> 2] as number;
  u32[(frame + FRAME_NEXT) >>> 2] = first;
  if (first === 0) u32[(shelf + SHELF_LAST) >>> 2] = frame;
  u32[(shelf + SHELF_FIRST) >>> 2] = frame;
  u32[(shelf + SHELF_LEAVING) >>> 2] = 0;
}

/** A message that has been counted as handled, as it is; 0: no memory. */
export function copyOf({ core, views }: Store, frame: number): number {
  const { u32 } = views;
  const bytes = (u32[(frame + FRAME_SIZE) >>> 2] as number) + EXTENSION_BYTES;
  const copy = core.reserve(bytes) >>> 0;
  if (copy === 0) return 0;
  views.u8.copyWithin(copy, frame, frame + FRAME_PAYLOAD + bytes);
  views.u8[copy + FRAME_FLAGS] = (views.u8[copy + FRAME_FLAGS] as number) | FLAG_PRIVATE;
  return copy;
}

export function shelvesOf({ views, codec }: Store, cell: number): Shelf[] {
  const { u8, u32 } = views;
  const word = (at: number) => u32[at >>> 2] as number;
  const shelves: Shelf[] = [];
  for (let at = word(cell + CELL_KEPT); at !== 0; at = word(at + SHELF_NEXT)) {
    const frames: number[] = [];
    for (let frame = word(at + SHELF_FIRST); frame !== 0; frame = word(frame + FRAME_NEXT)) frames.push(frame);
    const to = { cell: word(at + FRAME_SENDER), generation: word(at + FRAME_SENDER_GENERATION) };
    const [note] = codec.decode(u8, at + FRAME_PAYLOAD, word(at + FRAME_SIZE)) as unknown[];
    shelves.push({ at, kind: u8[at + FRAME_KIND] as number, to, note, frames });
  }
  return shelves;
}
