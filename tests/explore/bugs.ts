// The seeded bugs: wrong lines that the `seeded` build holds, one switched on at a time by its number, each
// with a play that must find it. They are the explorer's own test.
export interface Bug {
  readonly number: number;
  readonly name: string;
  readonly scenario: string;
  readonly preemptions: number;
}

export const bugs: Bug[] = [
  { number: 1, name: "idle without looking again", scenario: "cycle", preemptions: 2 },
  { number: 2, name: "scheduling twice", scenario: "wake: two senders", preemptions: 2 },
  { number: 3, name: "a plain store to idle", scenario: "cycle", preemptions: 2 },
  { number: 4, name: "the last element of the deque without CAS", scenario: "deque: owner", preemptions: 3 },
  { number: 5, name: "bottom restored wrongly", scenario: "deque: owner", preemptions: 3 },
  { number: 6, name: "a claim without CAS", scenario: "mailbox", preemptions: 2 },
  { number: 7, name: "freeing twice", scenario: "reuse: a stale id", preemptions: 1 },
  { number: 8, name: "published before the link is written", scenario: "mailbox", preemptions: 2 },
  { number: 9, name: "parking without looking again", scenario: "wake: two senders", preemptions: 2 },
  { number: 10, name: "SYS missed while going idle", scenario: "control", preemptions: 2 },
  { number: 11, name: "SYS missed while going back to BLOCKED", scenario: "blocked: a kill", preemptions: 2 },
  { number: 12, name: "SYS lowered after the system word was taken", scenario: "control", preemptions: 3 },
  { number: 13, name: "a stale kill reaches the next tenant", scenario: "reuse: a stale kill", preemptions: 2 },
  { number: 14, name: "a stale id reaches the next tenant", scenario: "reuse: a stale id", preemptions: 2 },
  { number: 15, name: "a targeted wake suppressed by another's", scenario: "wake: targeted", preemptions: 2 },
  { number: 16, name: "a chunk claimed without CAS", scenario: "pool: two", preemptions: 2 },
  { number: 17, name: "a hint published before it is written", scenario: "deque: owner", preemptions: 2 },
  { number: 19, name: "told before what it is told of has come", scenario: "shed", preemptions: 2 },
  { number: 20, name: "idle between two rounds of a mailbox with priorities", scenario: "ranks", preemptions: 2 },
  { number: 21, name: "a stop that overtakes what is of low priority", scenario: "ranks", preemptions: 2 },
  { number: 22, name: "a hint lost with its thread", scenario: "death: of a sender", preemptions: 0 },
  { number: 23, name: "a death between control and flag", scenario: "death: of a sender", preemptions: 0 },
  { number: 24, name: "a message run twice after a death", scenario: "death: of an owner, while", preemptions: 0 },
  {
    number: 25,
    name: "what a drain had taken, lost with its thread",
    scenario: "death: of an owner, while",
    preemptions: 1,
  },
  { number: 26, name: "a takeover that looks at its own cells only", scenario: "death: of a sender", preemptions: 0 },
  { number: 27, name: "a renewed queue taken for the old one", scenario: "death: of an owner, while", preemptions: 1 },
  {
    number: 28,
    name: "a caller that dies before it wakes whom it called",
    scenario: "death: of a sender",
    preemptions: 0,
  },
  { number: 29, name: "a new home that is named too late", scenario: "move: while another sends", preemptions: 2 },
  {
    number: 30,
    name: "a takeover that takes what another is handing over",
    scenario: "death: of a thread that hands over",
    preemptions: 1,
  },
  {
    number: 31,
    name: "a successor that forgets priorities before it has sorted",
    scenario: "death: of an owner that deals by priorities, and",
    preemptions: 0,
  },
  {
    number: 32,
    name: "the news of a death lost with who hears them",
    scenario: "death: of a thread that answers or has asked, and",
    preemptions: 0,
  },
  {
    number: 33,
    name: "a successor's answer taken for one of the dead",
    scenario: "death: of a thread that answers",
    preemptions: 1,
  },
  {
    number: 34,
    name: "a message sent again by a successor",
    scenario: "death: of a thread that sends what",
    preemptions: 0,
  },
  {
    number: 35,
    name: "a newborn that is the last in line, and is not known as such",
    scenario: "birth",
    preemptions: 2,
  },
  { number: 36, name: "a limit passed while what is there is being taken", scenario: "limit", preemptions: 2 },
  {
    number: 37,
    name: "a cell given back while its sender is about to queue it",
    scenario: "death: of an owner whose actor is over",
    preemptions: 2,
  },
  {
    number: 38,
    name: "a cell queued by a successor that looked at it before it was over",
    scenario: "death: of a thread whose successor is slow",
    preemptions: 2,
  },
  {
    number: 39,
    name: "a limit passed while a message is handed on",
    scenario: "limit: what is handed on",
    preemptions: 2,
  },
  {
    number: 40,
    name: "a message that a dead thread did not hand on, and had counted",
    scenario: "death: of a thread that hands on",
    preemptions: 1,
  },
  { number: 41, name: "the ring of a deque looked up before its top", scenario: "deque: it grows", preemptions: 2 },
  { number: 42, name: "a larger ring published before the copies", scenario: "deque: it grows", preemptions: 2 },
  {
    number: 43,
    name: "a kill that waits until all that was sent is handled",
    scenario: "native: a kill comes",
    preemptions: 2,
  },
  { number: 18, name: "the settlement of a BLOCKED cell lost", scenario: "blocked: a handler", preemptions: 2 },
];
