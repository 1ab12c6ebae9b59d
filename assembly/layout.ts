// Every offset, size, tag, state and code of the shared memory: integers only, without types, so that
// the AssemblyScript compiler and the TypeScript compiler read this very file. There is no other copy.
//
// The memory from low to high addresses:
//
//   0 ──────── 1024 ───────── 4096 ──────────── … ─────────── … ───────── … ──────────── end
//   │ null page │ system header │ worker blocks │ chunk states │ chunk metas │ arena of chunks │
//
// "Who writes": S = any thread, by an atomic. O = the worker that owns the thing, plainly. B = boot only.

// ---- the system header ----------------------------------------------------------------------------
export const HEADER = 1024;
export const HEADER_LAYOUT = 0; //        B  hash of this file: two versions must not meet
export const HEADER_WORKERS = 4; //       B  how many worker blocks there are
export const HEADER_THIEVES = 8; //       B  index of the first worker that steals (0 or 1)
export const HEADER_STATES = 12; //       B  address of the chunk states
export const HEADER_METAS = 16; //        B  address of the chunk metas
export const HEADER_FIRST = 20; //        B  index of the first chunk of the arena
export const HEADER_MAXIMUM = 24; //      B  chunk index the memory may grow to
export const HEADER_LISTENING = 28; //    S  how many listen to events; 0: none are sent
export const HEADER_ROOT = 32; //         B  the root's cell
export const HEADER_ROOT_GENERATION = 36; // B
export const HEADER_EPOCH = 40; //        B  f64, ms on the machine's clock when the system began
export const HEADER_BUDGET = 48; //       B  messages per turn, for cells that say nothing else
export const HEADER_SLICE = 52; //        B  µs per slice
export const HEADER_RECEPTION = 80; //    B  the cell that knows topics and groups
export const HEADER_RECEPTION_GENERATION = 84; // B
export const HEADER_TRACING = 88; //      S  how many listen to traces; 0: no message is traced
export const HEADER_DROWSY = 92; //       S  1: all workers were parked; who is not any more tells the system's thread
export const HEADER_LIMIT = 64; //        S  first chunk index that does not exist yet
export const HEADER_FRONTIER = 68; //     S  advisory: chunks from here on were never used
export const HEADER_FREED = 72; //        S  advisory: how many chunks below the frontier are free
export const HEADER_USED = 76; //         S  chunks in use
export const HEADER_INJECTOR = 128; //    S  { renewals | newest ready cell for whoever comes }; linked by CELL_LINK
export const HEADER_SEARCHING = 192; //   S  whoever looks for work, or has summoned somebody to, and 1 more; 0: nobody does
export const HEADER_SLEEPING = 256; //    S  how many thieves are parked
export const HEADER_BYTES = 3072;

// ---- a worker's block -----------------------------------------------------------------------------
export const WORKER_FIRST = 4096;
export const WORKER_BYTES = 65536;
export const WORKERS_MAX = 128;
export const WORKER_PARKED = 0; //        S  AWAKE, PARKED or SUMMONED; the word the thread waits on
export const WORKER_ALERT = 4; //         S  1: control came for a cell in a turn here; its head is looked at before the next message
export const WORKER_INBOX = 64; //        S  { renewals | newest ready cell pinned here, queued by others }
export const WORKER_REMOTE = 128; //      S  blocks of this worker's chunks, freed by others
export const WORKER_LOAD = 132; //        S  actors placed here
export const WORKER_FIFO_HEAD = 192; //   O  ready cells pinned here: the young, then the others, oldest first
export const WORKER_FIFO_TAIL = 196; //   O
export const WORKER_YOUNG = 628; //       O  the last of the young; 0: there are none
export const WORKER_BORN = 632; //        O  of these, the one born last in this turn; 0: none was
export const WORKER_PUSHING = 636; //     O  the cell that it made ready last, or sent to, noted before; others read it
export const WORKER_NEXT = 200; //        O  run-next slot: a cell that is ready, and claimed
export const WORKER_NEXT_GENERATION = 204; // O
export const WORKER_CURRENT = 208; //     O  the cell in its turn, for the one who catches a trap
export const WORKER_TICK = 212; //        O  takes so far
export const WORKER_SEED = 216; //        O  state of the generator that picks victims
export const WORKER_TOKEN = 220; //       O  1 while this worker holds the search token
export const WORKER_REPLIES = 224; //     O  the cell that takes this thread's replies
export const WORKER_REPLIES_GENERATION = 228; // O
export const WORKER_NOW = 240; //         O  f64, the clock as take() read it last
export const WORKER_HANDED = 236; //      O  the frame about to be handed to the run-next cell,
export const WORKER_HANDED_TO = 248; //   O  which is this
export const WORKER_INTENT = 304; //      O  the newest frame that a drain is about to take, until it is listed
export const WORKER_INTENT_CELL = 308; // O  from this cell
export const WORKER_EXPIRING = 252; //    O  the ticket whose deadline has passed, until the notice is under way
export const WORKER_MARK = 300; //        O  what links of cells in the FIFO say
export const WORKER_MOVING = 296; //      O  the frame on its way from one of a mailbox's lists to another
export const WORKER_BACKLOG = 232; //     O  cells drawn from the injector that found no room in the deque
export const WORKER_OUT_CELL = 256; //    O  what take() hands to the host: the cell,
export const WORKER_OUT_GENERATION = 260; // its generation,
export const WORKER_OUT_SLOT = 264; //       the host's number for it,
export const WORKER_OUT_BITS = 268; //       control bits (SYSTEM_*),
export const WORKER_OUT_SYSTEM = 272; //     system frames at WORKER_SYSTEM,
export const WORKER_OUT_COUNT = 276; //      user frames at WORKER_BATCH,
export const WORKER_OUT_BLOCKED = 280; //    1 when it is BLOCKED: a turn for control only
export const WORKER_ANNOUNCING = 292; // O  1 between bringing work and having woken whom it takes; others glance
export const WORKER_OUT_CASE = 288; //       0, or why a native cell is handed out (NATIVE_*), or MESSAGES, or HANDOVER,
export const WORKER_OUT_TO = 312; //         to this worker
export const WORKER_PROGRESS = 284; //    O  the frame of the batch whose handler was begun last, set by the host; 0: none
export const WORKER_LIFE = 316; //        O  how many have died as this worker: whoever adopts the block is the next
export const WORKER_SENT = 624; //        O  the frame that was pushed last, noted in the same breath: no thread ends in between
export const WORKER_METER = 320; //       O  counters, f64 each
export const WORKER_TOP = 640; //         S  deque: where thieves take (i64)
export const WORKER_BOTTOM = 704; //      S  deque: where the owner pushes and pops (i64)
export const WORKER_RING = 712; //        S  the deque's entries: { address | RING_SHIFT: log2 of how many }, only ever more
export const WORKER_POOL = 768; //        O  per class: current chunk, first chunk with room (2 x u32)
export const WORKER_RESERVE = 896; //     O  blocks kept back for control: first, count
export const WORKER_RESERVE_COUNT = 900;
export const WORKER_PENDING_COUNT = 904; // O  blocks of others, freed here, not yet handed over
export const WORKER_PASSED = 908; //      O  the host's: the number of the value that was last named in a frame
export const WORKER_FREED = 912; //       O  of these, the last 8, see trail.ts
export const WORKER_TRAIL = 944; //       O  messages sent last, 8, the same
export const WORKER_PENDING = 1024; //    O  per owner: newest, oldest, count (3 x u32)
export const WORKER_WHEEL_TICK = 3072; // O  i64, the last ms that was expired
export const WORKER_WHEEL_COUNT = 3080; // O  timers armed
export const WORKER_WHEEL = 3136; //      O  4 levels of 64 slots, each the address of its first timer
export const WORKER_SYSTEM = 4352; //     O  frame addresses for the host: system lane
export const WORKER_BATCH = 8192; //      O  frame addresses for the host: user lane
export const WORKER_DEQUE = 16384; //     S  its first ring: hints { generation | cell }, 8 bytes each
export const WORKER_DESK = 49152; //      O  the host's: a payload that fill() brings into its frame

export const DESK_BYTES = 16384;
export const SYSTEM_BATCH_MAX = 256;
export const BATCH_MAX = 1024;
export const RING_FIRST = 12; // log2: 4,096 entries, which the block has room for
export const RING_MAX = 20; //          1,048,576, in 8 MiB
export const RING_SHIFT = 63;

export const AWAKE = 0;
export const PARKED = 1;
export const SUMMONED = 2;

// ---- counters (WORKER_METER), one writer each -----------------------------------------------------
export const METER_SENT = 0;
export const METER_HANDLED = 8;
export const METER_DEAD = 16;
export const METER_CREATED = 24;
export const METER_STOPPED = 32;
export const METER_RESTARTS = 40;
export const METER_STEALS = 48;
export const METER_TURNS = 56;
export const METER_PARKS = 64;
export const METER_WAKES = 72; //       wakes this worker gave to others
export const METER_MISSED = 80; //      time-outs that found work nobody announced: must stay 0
export const METER_BUSY = 88; //        ms spent in turns
export const METER_ASKS = 96;
export const METER_TIMEOUTS = 104;
export const METER_QUEUE = 112; //      pinned cells that are ready
export const METER_EVENTS = 120; //     events posted to the system's thread
export const METER_EVENTS_SEEN = 128; // of these, taken there (written by that thread)
export const METER_LATENCY_SUM = 136; // sampled time in mailbox, ms
export const METER_LATENCY_COUNT = 144;
export const METER_LATENCY = 152; //    16 buckets: bucket k counts samples under 2^k µs, the last all others
export const METER_BUCKETS = 18;
export const METER_MOVES = 296; //      actors handed over to other workers

// ---- the pool -------------------------------------------------------------------------------------
export const CHUNK_SHIFT = 16;
export const CHUNK = 65536;
export const BLOCK_MIN = 64;
export const BLOCK_MAX = 32768;
export const BLOCK_LINK = 60; //  a free block's link; also CELL_LINK, so a free cell's words stay
export const BLOCK_AHEAD = 56; // of a block that others freed, no cell nor ticket: see trail.ts
export const CLASSES = 12;
export const CLASS_CELL = 10; //  128 bytes; chunks are never used for anything else
export const CLASS_TICKET = 11; // likewise
export const CLASS_RUN = 15; //   whole chunks in a row
export const CLASS_RESERVE = 2; // 256 bytes
export const RESERVE_BLOCKS = 64;
export const RESERVE_BYTES = 256;
export const PENDING_MAX = 64; // blocks freed for another worker before they are handed over
export const STATE_FREE = 0; //   chunk states: 0, or 1 + the owner's index | class << STATE_CLASS
export const CLASS_CLAIMED = 14; // a chunk that is not set up yet
export const STATE_CLASS = 8; //  written by the owner; whoever frees a block reads both here, not in the owner's meta
export const META_BYTES = 64; //  a line each: neighbours belong to different workers
export const META_FREE = 0; //    O  (all of a chunk's meta) first free block
export const META_BUMP = 4; //       bytes carved so far
export const META_LIVE = 8; //       blocks in use
export const META_NEXT = 12; //      chunks of this class with room
export const META_PREVIOUS = 16;
export const META_LISTED = 20;
export const META_RUN = 24; //       length of a run of chunks

// ---- the cell -------------------------------------------------------------------------------------
//
//   HEAD    63 ── 56 55 ─────── 32 31 ─────────────── 6 5 ────────────────────── 0
//           │ runner │ generation │ newest frame >> 6  │ ─ STOPPED SYS BLOCKED RUNNING OWNED │
//   SYSTEM  │   ─    │ generation │ newest system frame │ SETTLED RESUME RESTART KILL START CLOSED │
//   LINK                         │ next cell >> 6      │ incarnation of the queue, 0: in none │ DOOMED │
//
// First line: what senders read. Second line: the owner's.
export const CELL_BYTES = 128;
export const CELL_HEAD = 0; //           S
export const CELL_SYSTEM = 8; //         S
export const CELL_WORKER = 16; //        O  home: the worker it is pinned to, or HOME_ANY; changed while the cell is in its turn
export const CELL_BEHAVIOR = 20; //      B  0: the host's; else an index into the table
export const CELL_CAPACITY = 24; //      B  messages
export const CELL_LIMIT = 28; //         B  bytes
export const CELL_TAKEN = 32; //         O  messages drained so far; senders glance at it
export const CELL_TAKEN_BYTES = 36; //   O
export const CELL_HANDLED = 40; //       O  messages handled so far; senders glance at it
export const CELL_HANDLED_BYTES = 44; // O
export const CELL_SLOT = 48; //          O  the host's number for it; native: its state, when that is a block of its own
export const CELL_INIT = 52; //          O  the frame it was started with, kept for restarts
export const CELL_BUDGET = 56; //        B  messages per turn, 0: the system's; MOVABLE; what happens over the limit in the top bits
export const CELL_LINK = 60; //          S  next in FIFO, inbox, injector or free list: one of them at a time, and which
export const CELL_LIST = 64; //          O  drained frames, in reading order
export const CELL_HAND = 68; //          O  the frame being handled, until its handler has settled
export const CELL_KEPT = 72; //          O  a host's: frames put aside, and outboxes; a supervisor's: the cell of its parent
export const CELL_SYSTEM_LIST = 76; //   O  system frames taken, in reading order
export const CELL_PROCESSED = 80; //     O
export const CELL_RESTARTS = 84; //      O  a supervisor's: its parent's number for it
export const CELL_WAITS = 88; //         S  a host's, BLOCKED: the newest ticket whose answer it awaits; linked by TICKET_LINK
export const CELL_RANKED = 92; //        O  a host's: 0 until a message of another priority came; then the number of the next, and
export const CELL_HIGH = 96; //          O  what is not dealt yet: first and last of each,
export const CELL_NORMAL = 104; //       O
export const CELL_LOW = 112; //          O
export const CELL_LATER = 120; //        O  and a notice with all that came after it, which nothing overtakes
export const CELL_STATE = 88; //         O  a native behavior's own state
export const CELL_STATE_BYTES = 40;
export const BEHAVIOR_TABLE = 65536; //  behaviors from here on are addresses of { count, name and table index of each }
export const BUDGET_MASK = 0x03ffffff;
export const FOUND = 0x04000000; //       in CELL_BUDGET: it was found by looking at all cells, see takeover.ts
export const MOVABLE = 0x08000000; //     in CELL_BUDGET: it may be handed over to another worker
export const POLICY_SHIFT = 28; //       in CELL_BUDGET:
export const POLICY_BLOCK = 0; //        the sender waits,
export const POLICY_FAIL = 1; //         its send throws,
export const POLICY_DROP_NEWEST = 2; //  what it sends is dropped,
export const POLICY_SOFT = 3; //         or, from here on, the receiver sheds; CAPACITY and LIMIT are twice the limits
export const POLICY_DROP_OLDEST = 3;
export const POLICY_COALESCE = 4;
export const HOME_ANY = 0xffffffff;
export const UNLIMITED = 0xffffffff; // as a capacity: nothing is counted either

export const GENERATION_MASK = 0xffffff; // a cell that has had so many tenants takes no more
export const LINK_QUEUE = 0x3e; //  in CELL_LINK: which incarnation of the queue it is in,
export const LINK_DOOMED = 1; //    and that whoever takes it out gives it back to the pool
export const LINK_LAST = 1; //       of a newborn: no younger sibling follows it
export const RENEWAL = 0x80000000; // in the upper half of WORKER_INBOX: its owner is to look for ready cells itself

export const POINTER_MASK = 0xffffffc0;
export const OWNED = 1; //    queued or in its turn: the step to OWNED queues, once
export const RUNNING = 2; //  claimed by a worker
export const BLOCKED = 4; //  takes no user message: awaits, failed, or not started
export const SYS = 8; //      look into the system word
export const STOPPED = 16; // no tenant

export const SYSTEM_CLOSED = 1;
export const SYSTEM_START = 2; //   once it has started: put the mailbox in order (it is over its limits, or of several priorities)
export const SYSTEM_KILL = 4;
export const SYSTEM_RESTART = 8;
export const SYSTEM_RESUME = 16;
export const SYSTEM_SETTLED = 32;
export const SYSTEM_BITS = 62;

// ---- the frame ------------------------------------------------------------------------------------
//
//    0      4      8       12      16     20              24     28     32       36     40      44
//   │ PUSH │ NEXT │ COUNT │ BYTES │ SIZE │ KIND│P│FORM│F │ NAME │ TAGS │ SENDER │ GEN  │ TICKET │ GEN │
//   48: [extension, 32 bytes, with FLAG_EXTENDED] payload: SIZE bytes, or up to two numbers inline
export const FRAME_PUSH = 0; //     the frame pushed before this one; never overwritten
export const FRAME_NEXT = 4; //     reading order, written by the owner; until then what trail.ts says, written by the sender
export const FRAME_COUNT = 8; //    running total of messages of this mailbox, this one included
export const FRAME_BYTES = 12; //   running total of bytes
export const FRAME_SIZE = 16; //    bytes of payload
export const FRAME_KIND = 20; //    u8
export const FRAME_PRIORITY = 21; // u8, PRIORITY_*
export const FRAME_FORM = 22; //    u8, how the payload is written
export const FRAME_FLAGS = 23; //   u8
export const FRAME_NAME = 24; //    hash of the message's name
export const FRAME_TAGS = 28; //    inline: 4 bits per argument, the count in the top 4
export const FRAME_SENDER = 32;
export const FRAME_SENDER_GENERATION = 36;
export const FRAME_TICKET = 40; //  where the reply goes; 0: nobody waits
export const FRAME_TICKET_GENERATION = 44;
// In an init frame, which is in no mailbox:
export const INIT_HELD = 0; //      native: how many RESTARTs it had been sent when it was held last
export const INIT_WATCHERS = 4; //  native: frames of those who watch, linked by NEXT
export const INIT_CHILD = 8; //     the parent's number for its child
export const INIT_ORDINAL = 12; //  how many of its definition, when it has no name of its own
export const INIT_STATE_BYTES = 44; // native: size of a state in a block of its own
// In a frame on which others hang, whether messages put aside or an outbox, itself hanging on a cell:
export const SHELF_FIRST = 0;
export const SHELF_NEXT = 4; //     the cell's next one
export const SHELF_LAST = 8;
export const SHELF_LEAVING = 12; // the one that is about to be sent
export const FRAME_PAYLOAD = 48;
export const FRAME_STAMP = 48; //   with FLAG_EXTENDED: f64 ms, 0: not sampled
export const FRAME_DUE = 56; //     f64 ms, 0: it does not expire
export const FRAME_TRACE = 64; //   f64, 0: not traced
export const EXTENSION_BYTES = 32;

export const PRIORITY_NORMAL = 0;
export const PRIORITY_HIGH = 1;
export const PRIORITY_LOW = 2;
export const PRIORITY_MASK = 0xff00; // in the word at FRAME_KIND

export const FLAG_EXTENDED = 1;
export const FLAG_UNLIMITED = 8; // its sender ends, and cannot wait for room
export const FLAG_HERE = 4; //      of an init: the actor is pinned to its thread, its messages go by reference
export const FLAG_PRIVATE = 2; //   not a user's message: neither counted nor limited

export const KIND_TELL = 1;
export const KIND_STOP = 2;
export const KIND_REPLY = 3; //     the asked one answered: a value
export const KIND_FAILURE = 4; //   the asked one answered: an error
export const KIND_TIMEOUT = 5; //   the deadline came first
export const KIND_INIT = 6;
export const KIND_CHILD_FAILED = 7;
export const KIND_CHILD_STOPPED = 8;
export const KIND_WATCH = 9;
export const KIND_DESCRIBE = 10;
export const KIND_FIND = 11;
export const KIND_CANCEL = 12;
export const KIND_EVENT = 13;
export const KIND_LOG = 14;
export const KIND_ERRAND = 15; //       user lane: something its thread holds, to be run in the actor's turn
export const KIND_LINK = 16; //         another actor shares its fate,
export const KIND_UNLINK = 17; //       or does so no longer
export const KIND_LINK_FAILED = 18; //  user lane: one of those has failed
export const KIND_HEALTH = 19; //       user lane: is it well?
export const KIND_FAIL = 20; //         its parent found that it is not
export const KIND_HOLD = 21; //         its instance is to end, and it waits for RESTART
export const KIND_CHILD_STARTED = 22;
export const KIND_ROOM = 24; //         user lane: tell whose turn it is to send when this is reached
export const KIND_ITEMS = 25; //        to whoever asked: items of a stream, more to come
export const KIND_CREDIT = 26; //       and back: so many more
export const KIND_CHILDREN_LOST = 27; // to a parent: children that lived on a thread that has died
export const KIND_SUCCEEDED = 28; //    to every thread: another has taken the place of one that died
export const KIND_KNOWN = 29; //        which of these asks and links do you know of?
export const KIND_STASH = 30; //        hanging on a cell: messages put aside,
export const KIND_OUTBOX = 31; //       and what waits for room elsewhere
export const KIND_MOVED = 32; //        hanging on a cell: what an actor takes along to another thread
export const KIND_TERMINATED = 33; //   user lane: whom it watches is gone
export const KIND_UNWATCH = 34; //      to a thread: that watch is of no interest any more
export const KIND_DECLARED = 35; //     to a thread: that message has a declared type
export const KIND_STIRRED = 36; //      to the system's thread: a worker has work, after all were parked
export const KIND_CIRCLE = 37; //      to one that may wait for room: a circle may have closed
export const KIND_STOP_WANTED = 23; //  to an actor that takes no message, and from there to its parent

export const FORM_INLINE = 0;
export const FORM_PACKED = 1;
export const FORM_DECLARED = 4; //   one value of a declared wire type, whose mark is in TAGS
export const FORM_WORDS = 3; //     plain values, a word or two for each, and their texts (host/actor/words.ts)

export const TAG_UNDEFINED = 0;
export const TAG_NULL = 1;
export const TAG_FALSE = 2;
export const TAG_TRUE = 3;
export const TAG_NUMBER = 4;
export const TAG_REF = 5; //        for native actors: { generation | cell }
export const TAG_FAILED = 6; //     to native actors: instead of the answer asked for
export const TAG_TEXT = 7; //       in FORM_WORDS
export const TAG_RECORD = 8; //     likewise, as all that follow
export const TAG_LIST = 9;
export const TAG_DATE = 10;

// ---- the ticket: a frame reserved for the reply, and its timer -------------------------------------
export const TICKET_BYTES = 128;
export const TICKET_STATE = 64; //     S  { generation | life, claimant and 1 more | state }: who moves it from PENDING settles the ask
export const TICKET_ASKER = 72; //     O  index of the asker's worker
export const TICKET_VALUE = 76; //        frame with a reply too long for the ticket, or 0
export const TICKET_TIMER = 80; //     O  a timer of the asker's wheel
export const TICKET_SLOT = 96; //      O  the asker's number for it, or SLOT_NATIVE
export const TICKET_TO = 100; //       O  native: who takes the answer, by what name
export const TICKET_TO_GENERATION = 104; // O
export const TICKET_NAME = 108; //     O
export const TICKET_LINK = 108; //     O  of a host's: the ticket awaited before this one, by the same actor,
export const TICKET_FROM = 112; //     O  which is this
export const SLOT_NATIVE = 0xffffffff;
export const SLOT_DONE = 0xfffffffe; // its answer has been taken
export const TICKET_FREE = 0;
export const TICKET_PENDING = 1;
export const TICKET_ANSWERED = 2;
export const TICKET_EXPIRED = 3;
export const TICKET_CLAIMANT = 8; // shift, 8 bits;
export const TICKET_LIFE = 16; //    shift: a successor answers too

// ---- the timer ------------------------------------------------------------------------------------
export const TIMER_NEXT = 0; //     O
export const TIMER_PREVIOUS = 4; // O  the timer before, or its slot; 0: not armed
export const TIMER_DUE = 8; //      O  i64 ms
export const WHEEL_BITS = 6;
export const WHEEL_SLOTS = 64;
export const WHEEL_LEVELS = 4;

// ---- outcomes -------------------------------------------------------------------------------------
export const SENT = 0; //          send(), post(): in the mailbox
export const GONE = 1; //          no such tenant: a dead letter
export const FULL = 2;
export const NO_MEMORY = 3;

export const NOTHING = 0; //       transitions of the head: nothing is owed,
export const SCHEDULE = 1; //      or the cell must be queued,
export const REFUSED = 2; //       or there is no such tenant,
export const BUSY = 3; //          or look again: something came in,
export const OVER = 4; //          or the mailbox is at its limit

export const TAKE_IDLE = 0; //     take(): no work here
export const TAKE_SLICE = 1; //    take(): the slice is over, look after the event loop

export const MESSAGES = 7; //       a host's cell has messages, and no control
export const HANDOVER = 6; //       take(): a host's cell that would do better on another worker
export const NATIVE_CONTROL = 1; // a native cell has control for the host,
export const NATIVE_STOP = 2; //    or is to end: it said so, or the stop is in hand,
export const NATIVE_UNKNOWN = 3; // or the message in hand is none of its,
export const NATIVE_ROOM = 5; //      or the message in hand asks for room,
export const NATIVE_UNANSWERED = 4; // or it was asked, is handled, and has got no answer

export const TURN_DRY = 0; //      release(): the batch is handled, go on or go idle
export const TURN_YIELD = 1; //    the batch is handled, or as much as the turn allows: queue it again
export const TURN_BLOCK = 2; //    the message after those is in hand and unfinished
export const TURN_WAIT = 3; //     a turn for control is over, the cell stays BLOCKED
export const TURN_UNBLOCK = 4; //  the message in hand, if any, is finished: go on

// ---- trap codes (debug and model builds) ----------------------------------------------------------
export const TRAP_DOUBLE_FREE = 2;
export const TRAP_LIST = 4;
export const TRAP_TIMER = 5;
export const TRAP_TICKET = 6;
export const TRAP_RANGE = 7;
