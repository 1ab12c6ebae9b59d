// Blocks by size class: 64 bytes to 32 KiB in powers of two, in chunks of 64 KiB; above that, runs of
// whole chunks. Two further classes, cells and tickets, keep their chunks for ever, so that a slow
// reader of a freed cell or ticket finds a generation there and nothing else.
//
// A chunk belongs to the worker that claimed it, which alone touches its meta. A block is
//
//   carved or popped   by its owner              plain stores
//   freed at home      onto its chunk's list     plain stores; an empty chunk goes back to all
//   freed elsewhere    onto a chain per owner, handed over by one CAS for every 64 (pendingMax) blocks
//   collected          by its owner, all at once, when it runs short or goes idle
//
// No locks: a chunk is claimed by CAS on its state word; a run, chunk by chunk, undone when one is taken.
//
// Its owner may die between any two stores: they are in such an order that a block is lost at worst, and mendPool() puts the
// lists of chunks together anew.
// Rejected: a free list across chunks (an empty chunk could not be found, so memory freed in one size
// would never serve another); a shared stack of free chunks (runs need neighbours, and popping invites ABA).
import { blank } from "./cell";
import { check, seeded } from "./check";
import {
  BLOCK_AHEAD,
  BLOCK_LINK,
  BLOCK_MAX,
  BLOCK_MIN,
  CELL_BYTES,
  CHUNK,
  CHUNK_SHIFT,
  CLASS_CELL,
  CLASS_CLAIMED,
  CLASS_RESERVE,
  CLASS_RUN,
  CLASSES,
  HEADER,
  HEADER_FIRST,
  HEADER_FREED,
  HEADER_FRONTIER,
  HEADER_LIMIT,
  HEADER_MAXIMUM,
  HEADER_USED,
  META_BUMP,
  META_BYTES,
  META_FREE,
  META_LISTED,
  META_LIVE,
  META_NEXT,
  META_PREVIOUS,
  META_RUN,
  RESERVE_BYTES,
  STATE_CLASS,
  STATE_FREE,
  TICKET_FREE,
  TICKET_STATE,
  TRAP_DOUBLE_FREE,
  TRAP_LIST,
  TRAP_RANGE,
  WORKER_FREED,
  WORKER_PENDING,
  WORKER_PENDING_COUNT,
  WORKER_POOL,
  WORKER_REMOTE,
  WORKER_RESERVE,
  WORKER_RESERVE_COUNT,
} from "./layout";
import { blockOf, here, me, metas, states, workers } from "./place";
import { blankBytes, pendingMax, reserveBlocks } from "./scale";
import { add32, cas32, glance32, load32, note32, store32, swap32 } from "./sync";
import { fetch, leave } from "./trail";

/** A block of at least `bytes`, 64-byte aligned, or 0 when memory is used up. Any thread; the block is the caller's. */
export function allocate(bytes: u32): u32 {
  if (bytes > <u32>BLOCK_MAX) return allocateRun((bytes + CHUNK - 1) >>> CHUNK_SHIFT);
  return allocateClass(classOf(bytes));
}

/** One of the smallest, as most messages need: the usual case is short, and part of whoever calls. So with freeSmallest(). */
export function allocateSmallest(): u32 {
  const chunk = load<u32>(entryOf(0));
  if (chunk != 0) {
    const meta = metaOf(chunk);
    const block = load<u32>(meta + META_FREE);
    if (block != 0) return pop(meta, block);
  }
  return allocateClass(0);
}

/** The same, from the reserve when memory is used up. For control, at most RESERVE_BYTES. */
export function allocateControl(bytes: u32): u32 {
  const block = allocate(bytes);
  if (block != 0 || bytes > <u32>RESERVE_BYTES) return block;
  const kept = load<u32>(here + WORKER_RESERVE);
  if (kept != 0) {
    store<u32>(here + WORKER_RESERVE, load<u32>(kept + BLOCK_LINK));
    store<u32>(here + WORKER_RESERVE_COUNT, load<u32>(here + WORKER_RESERVE_COUNT) - 1);
  }
  return kept;
}

export function allocateClass(cls: u32): u32 {
  const chunk = load<u32>(entryOf(cls));
  if (chunk != 0) {
    const block = carve(chunk, cls);
    if (block != 0) return block;
  }
  return refill(cls);
}

/** Gives a block back. Any thread; nobody may touch it afterwards, but cells and tickets by CAS on their generation. */
export function free(block: u32): void {
  check((block & (BLOCK_MIN - 1)) == 0, TRAP_RANGE);
  const chunk = block >>> CHUNK_SHIFT;
  const cls = classOfChunk(chunk);
  const owner = ownerOf(block);
  if (cls == CLASS_RUN) freeRun(chunk);
  else if (owner == me) freeHere(block, chunk, cls);
  else freeElsewhere(block, owner, cls);
}

/** Gives back one that most likely is of the smallest, from here. */
export function freeSmallest(block: u32): void {
  freeLikely(block, 0);
}

/** Gives back a cell, most likely from here. */
export function freeCell(block: u32): void {
  freeLikely(block, CLASS_CELL);
}

function freeLikely(block: u32, cls: u32): void {
  const chunk = block >>> CHUNK_SHIFT;
  if (glance32(stateOf(chunk)) == ((me + 1) | (cls << STATE_CLASS))) {
    const meta = metaOf(chunk);
    const live = load<u32>(meta + META_LIVE) - 1;
    // A chunk that stays in the list where it is.
    if (chunk == load<u32>(entryOf(cls)) || (live != 0 && load<u32>(meta + META_LISTED) != 0)) {
      push(meta, block, live);
      return;
    }
  }
  free(block);
}

/** Which class a living block is of. */
export function classAt(block: u32): u32 {
  return classOfChunk(block >>> CHUNK_SHIFT);
}

/** The worker whose chunk a living block is in. */
export function ownerOf(block: u32): u32 {
  return (glance32(stateOf(block >>> CHUNK_SHIFT)) & OWNER_MASK) - 1;
}

/** Owner only. Takes back what others freed, hands over what this worker freed for others, returns empty chunks. */
export function tidy(): void {
  flushAll();
  collect();
  trim();
}

/** Owner only: fills the reserve. False when there is no memory for it. */
export function fillReserve(): bool {
  while (load<u32>(here + WORKER_RESERVE_COUNT) < reserveBlocks) {
    const block = allocate(RESERVE_BYTES);
    if (block == 0) return false;
    keep(block);
  }
  return true;
}

/** Owner only: blocks freed by others come home. */
export function collect(): void {
  if (load32(here + WORKER_REMOTE) == 0) return;
  // Takes the whole chain; pairs with the CAS in flush(), which published the links.
  let block = swap32(here + WORKER_REMOTE, 0);
  while (block != 0) {
    const next = load<u32>(block + BLOCK_LINK);
    const chunk = block >>> CHUNK_SHIFT;
    const cls = classOfChunk(chunk);
    if (cls < <u32>CLASS_CELL) fetch(load<u32>(block + BLOCK_AHEAD));
    freeHere(block, chunk, cls);
    block = next;
  }
}

/** Owner only: hands every pending chain to its owner. */
export function flushAll(): void {
  if (load<u32>(here + WORKER_PENDING_COUNT) == 0) return;
  for (let owner: u32 = 0; owner < workers; owner++) flush(owner);
}

// ---- blocks at home -------------------------------------------------------------------------------

function carve(chunk: u32, cls: u32): u32 {
  const meta = metaOf(chunk);
  const block = load<u32>(meta + META_FREE);
  if (block != 0) return pop(meta, block);
  const bump = glance32(meta + META_BUMP);
  const size = sizeOf(cls);
  if (bump + size > <u32>CHUNK) return 0;
  if (MODEL) check(cls < <u32>CLASS_CELL || bump < blankBytes, TRAP_RANGE);
  store<u32>(meta + META_LIVE, load<u32>(meta + META_LIVE) + 1);
  note32(meta + META_BUMP, bump + size);
  return (chunk << CHUNK_SHIFT) + bump;
}

/**
 * The first free block of a chunk. Counted first: a chunk that counts too many is kept, one that counts too few would be given
 * away.
 */
function pop(meta: usize, block: u32): u32 {
  store<u32>(meta + META_LIVE, load<u32>(meta + META_LIVE) + 1);
  store<u32>(meta + META_FREE, load<u32>(block + BLOCK_LINK));
  return block;
}

function refill(cls: u32): u32 {
  const entry = entryOf(cls);
  collect();
  let chunk = load<u32>(entry);
  if (chunk != 0) {
    const block = carve(chunk, cls);
    if (block != 0) return block;
  }
  chunk = load<u32>(entry + 4);
  if (chunk != 0) {
    unlist(chunk, cls);
  } else {
    chunk = claim(1);
    if (chunk == 0) {
      trim();
      chunk = claim(1);
      if (chunk == 0) return 0;
    }
    const meta = metaOf(chunk);
    store<u32>(meta + META_FREE, 0);
    note32(meta + META_BUMP, 0);
    store<u32>(meta + META_LIVE, 0);
    store<u32>(meta + META_LISTED, 0);
    if (cls >= <u32>CLASS_CELL) blankAll(chunk, cls);
    // Publishes all of that to whoever looks at all cells.
    store32(stateOf(chunk), (me + 1) | (cls << STATE_CLASS));
  }
  store<u32>(entry, chunk);
  return carve(chunk, cls);
}

function freeHere(block: u32, chunk: u32, cls: u32): void {
  const meta = metaOf(chunk);
  if (cls == CLASS_RESERVE && load<u32>(here + WORKER_RESERVE_COUNT) < reserveBlocks) {
    keep(block);
    return;
  }
  const live = load<u32>(meta + META_LIVE) - 1;
  push(meta, block, live);
  if (chunk == load<u32>(entryOf(cls))) return;
  if (live == 0 && cls < <u32>CLASS_CELL) {
    if (load<u32>(meta + META_LISTED) != 0) unlist(chunk, cls);
    release(chunk, 1);
  } else if (load<u32>(meta + META_LISTED) == 0) {
    list(chunk, cls);
  }
}

/** Onto the list of its chunk, in which so many are in use then. */
function push(meta: usize, block: u32, live: u32): void {
  check(live != <u32>-1, TRAP_DOUBLE_FREE);
  if (DEBUG) check(!isFree(block, meta), TRAP_DOUBLE_FREE);
  store<u32>(block + BLOCK_LINK, load<u32>(meta + META_FREE));
  store<u32>(meta + META_FREE, block);
  store<u32>(meta + META_LIVE, live); // last, see pop()
}

function keep(block: u32): void {
  store<u32>(block + BLOCK_LINK, load<u32>(here + WORKER_RESERVE));
  store<u32>(here + WORKER_RESERVE, block);
  store<u32>(here + WORKER_RESERVE_COUNT, load<u32>(here + WORKER_RESERVE_COUNT) + 1);
}

/** Returns the current chunks that hold nothing: what one class does not use, another may. */
function trim(): void {
  for (let cls: u32 = 0; cls < <u32>CLASS_CELL; cls++) {
    const chunk = load<u32>(entryOf(cls));
    if (chunk == 0 || load<u32>(metaOf(chunk) + META_LIVE) != 0) continue;
    store<u32>(entryOf(cls), 0);
    release(chunk, 1);
  }
}

/** Whoever looks at all cells, or tickets, must not take old bytes for one. */
function blankAll(chunk: u32, cls: u32): void {
  const from = chunk << CHUNK_SHIFT;
  for (let at: u32 = 0; at < blankBytes; at += CELL_BYTES) {
    if (cls == CLASS_CELL) blank(from + at);
    else store<u64>(from + at + TICKET_STATE, TICKET_FREE);
  }
}

// ---- after the death of the owner -----------------------------------------------------------------

/** The successor's: the lists of chunks put together anew, and the reserve counted. */
export function mendPool(): void {
  for (let cls: u32 = 0; cls < <u32>CLASSES; cls++) store<u64>(entryOf(cls), 0); // the current chunk, and the list
  const limit = load32(HEADER + HEADER_LIMIT);
  for (let chunk = load<u32>(HEADER + HEADER_FIRST); chunk < limit; chunk++) {
    const state = load32(stateOf(chunk));
    if ((state & OWNER_MASK) != me + 1) continue;
    const cls = state >>> STATE_CLASS;
    const meta = metaOf(chunk);
    if (cls == CLASS_CLAIMED) release(chunk, 1);
    else if (cls == CLASS_RUN) chunk += load<u32>(meta + META_RUN) - 1;
    else {
      store<u32>(meta + META_LISTED, 0);
      const room = load<u32>(meta + META_FREE) != 0 || glance32(meta + META_BUMP) + sizeOf(cls) <= <u32>CHUNK;
      if (load<u32>(meta + META_LIVE) == 0 && cls < <u32>CLASS_CELL) release(chunk, 1);
      else if (room) list(chunk, cls);
    }
  }
  let kept: u32 = 0;
  for (let block = load<u32>(here + WORKER_RESERVE); block != 0; block = load<u32>(block + BLOCK_LINK)) kept++;
  store<u32>(here + WORKER_RESERVE_COUNT, kept);
}

/** The next block of that class after this one, in the chunks of all or of this worker alone; 0: there is no more. */
export function nextBlock(after: u32, cls: u32, own: bool): u32 {
  const limit = load32(HEADER + HEADER_LIMIT);
  let chunk = after == 0 ? load<u32>(HEADER + HEADER_FIRST) : after >>> CHUNK_SHIFT;
  let at: u32 = after == 0 ? 0 : (after & (CHUNK - 1)) + sizeOf(cls);
  for (; chunk < limit; chunk++) {
    const state = load32(stateOf(chunk));
    const fits = state >>> STATE_CLASS == cls && (!own || (state & OWNER_MASK) == me + 1);
    // A glance: what is carved later is nobody's concern who looks now.
    if (fits && at + sizeOf(cls) <= glance32(metaOf(chunk) + META_BUMP)) return (chunk << CHUNK_SHIFT) + at;
    at = 0;
  }
  return 0;
}

// ---- blocks of others -----------------------------------------------------------------------------

function freeElsewhere(block: u32, owner: u32, cls: u32): void {
  const entry = here + WORKER_PENDING + owner * 12;
  const newest = load<u32>(entry);
  store<u32>(block + BLOCK_LINK, newest);
  if (newest == 0) store<u32>(entry + 4, block);
  store<u32>(entry, block);
  const length = load<u32>(entry + 8) + 1;
  store<u32>(entry + 8, length);
  const before = leave(here + WORKER_FREED, length - 1, block);
  if (cls < <u32>CLASS_CELL) store<u32>(block + BLOCK_AHEAD, before);
  store<u32>(here + WORKER_PENDING_COUNT, load<u32>(here + WORKER_PENDING_COUNT) + 1);
  if (length >= pendingMax) flush(owner);
}

function flush(owner: u32): void {
  const entry = here + WORKER_PENDING + owner * 12;
  const newest = load<u32>(entry);
  if (newest == 0) return;
  const oldest = load<u32>(entry + 4);
  const remote = blockOf(owner) + WORKER_REMOTE;
  store<u32>(entry, 0);
  store<u32>(here + WORKER_PENDING_COUNT, load<u32>(here + WORKER_PENDING_COUNT) - load<u32>(entry + 8));
  store<u32>(entry + 8, 0);
  for (;;) {
    const old = load32(remote);
    store<u32>(oldest + BLOCK_LINK, old);
    // Publishes the chain; pairs with the swap in collect(). Push only: a stack that is taken whole has no ABA.
    if (cas32(remote, old, newest) == old) return;
  }
}

// ---- lists of chunks with room --------------------------------------------------------------------

function list(chunk: u32, cls: u32): void {
  const entry = entryOf(cls) + 4;
  const next = load<u32>(entry);
  const meta = metaOf(chunk);
  store<u32>(meta + META_NEXT, next);
  store<u32>(meta + META_PREVIOUS, 0);
  store<u32>(meta + META_LISTED, 1);
  if (next != 0) store<u32>(metaOf(next) + META_PREVIOUS, chunk);
  store<u32>(entry, chunk);
}

function unlist(chunk: u32, cls: u32): void {
  const meta = metaOf(chunk);
  check(load<u32>(meta + META_LISTED) == 1, TRAP_LIST);
  const next = load<u32>(meta + META_NEXT);
  const previous = load<u32>(meta + META_PREVIOUS);
  if (next != 0) store<u32>(metaOf(next) + META_PREVIOUS, previous);
  if (previous != 0) store<u32>(metaOf(previous) + META_NEXT, next);
  else store<u32>(entryOf(cls) + 4, next);
  store<u32>(meta + META_LISTED, 0);
}

// ---- chunks, any thread ---------------------------------------------------------------------------

function allocateRun(length: u32): u32 {
  let first = claim(length);
  if (first == 0) {
    tidy();
    first = claim(length);
    if (first == 0) return 0;
  }
  store<u32>(metaOf(first) + META_RUN, length);
  store32(stateOf(first), (me + 1) | (CLASS_RUN << STATE_CLASS));
  return first << CHUNK_SHIFT;
}

function freeRun(first: u32): void {
  release(first, load<u32>(metaOf(first) + META_RUN));
}

/** `length` neighbouring chunks, or 0. */
function claim(length: u32): u32 {
  const first = load<u32>(HEADER + HEADER_FIRST);
  const limit = load32(HEADER + HEADER_LIMIT);
  const frontier = glance32(HEADER + HEADER_FRONTIER); // advice where to look first; the last search takes all
  let chunk: u32 = 0;
  if (glance32(HEADER + HEADER_FREED) >= length) chunk = search(first, frontier, length);
  if (chunk == 0) chunk = search(frontier, limit, length);
  if (chunk == 0) chunk = search(first, limit, length);
  if (chunk == 0 && grow(length)) chunk = search(first, load32(HEADER + HEADER_LIMIT), length);
  if (chunk == 0) return 0;
  const end = chunk + length;
  const reach = glance32(HEADER + HEADER_FRONTIER);
  if (end > reach) note32(HEADER + HEADER_FRONTIER, end);
  if (chunk < reach) add32(HEADER + HEADER_FREED, <u32>-(<i32>(min(end, reach) - chunk)));
  add32(HEADER + HEADER_USED, length);
  return chunk;
}

function search(from: u32, to: u32, length: u32): u32 {
  let found: u32 = 0;
  for (let chunk = from; chunk < to; chunk++) {
    // Claims; pairs with the store in release(), which published that nobody uses the chunk.
    const free = seeded(16)
      ? claimCarelessly(chunk)
      : load32(stateOf(chunk)) == STATE_FREE && cas32(stateOf(chunk), STATE_FREE, claimed()) == STATE_FREE;
    if (free) {
      if (++found == length) return chunk + 1 - length;
    } else {
      for (; found > 0; found--) store32(stateOf(chunk - found), STATE_FREE);
    }
  }
  for (; found > 0; found--) store32(stateOf(to - found), STATE_FREE);
  return 0;
}

/** Seeded bug 16: a chunk claimed without CAS. */
function claimCarelessly(chunk: u32): bool {
  if (load32(stateOf(chunk)) != STATE_FREE) return false;
  store32(stateOf(chunk), claimed());
  return true;
}

/** This worker's, but not set up yet. */
function claimed(): u32 {
  return (me + 1) | (CLASS_CLAIMED << STATE_CLASS);
}

function release(first: u32, length: u32): void {
  add32(HEADER + HEADER_FREED, length);
  add32(HEADER + HEADER_USED, <u32>-(<i32>length));
  // The first one last: it says how many there are.
  for (let i = length; i > 0; i--) {
    store32(stateOf(first + i - 1), STATE_FREE); // pairs with the CAS in search()
  }
}

/** The host's, who sees memory by views: where it is not shared they are void once it has grown. */
declare function grown(): void;

/** More memory from the machine, where the system was set up to grow. */
function grow(length: u32): bool {
  if (MODEL) return false;
  const limit = load32(HEADER + HEADER_LIMIT);
  const maximum = load<u32>(HEADER + HEADER_MAXIMUM);
  if (limit + length > maximum) return false;
  const step = max(length, min(limit >>> 1, maximum - limit));
  let pages = memory.grow(step);
  if (pages < 0) pages = memory.grow(length);
  if (pages < 0) return false;
  // Another thread may have grown it too: the limit only rises.
  const now = <u32>memory.size();
  let old: u32;
  do old = load32(HEADER + HEADER_LIMIT);
  while (old < now && cas32(HEADER + HEADER_LIMIT, old, now) != old);
  grown();
  return true;
}

// ---- addresses ------------------------------------------------------------------------------------

const OWNER_MASK: u32 = (1 << STATE_CLASS) - 1;

export function classOf(bytes: u32): u32 {
  return bytes <= <u32>BLOCK_MIN ? 0 : 26 - clz<u32>(bytes - 1);
}

export function sizeOf(cls: u32): u32 {
  return cls < <u32>CLASS_CELL ? (<u32>BLOCK_MIN) << cls : <u32>CELL_BYTES;
}

export function stateOf(chunk: u32): usize {
  return states + (chunk << 2);
}

export function metaOf(chunk: u32): usize {
  return metas + chunk * META_BYTES;
}

/** Written by the owner before it handed a block out, and not changed while one lives. */
function classOfChunk(chunk: u32): u32 {
  return glance32(stateOf(chunk)) >>> STATE_CLASS;
}

function entryOf(cls: u32): usize {
  return here + WORKER_POOL + (cls << 3);
}

/** Debug only: walks the chunk's list. */
function isFree(block: u32, meta: usize): bool {
  if (MODEL || DEBUG) {
    let free = load<u32>(meta + META_FREE);
    while (free != 0) {
      if (free == block) return true;
      free = load<u32>(free + BLOCK_LINK);
    }
  }
  return false;
}
