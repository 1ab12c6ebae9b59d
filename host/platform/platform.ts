// What the outside world must give: a clock, a turn of the event loop, a way to wait for a word of shared
// memory, threads. One file per platform supplies it; nothing else asks where it runs.

/** What zanni needs of a Worker; the Web API's own has it. */
export interface WorkerLike {
  postMessage(value: unknown, transfer?: unknown): void;
  terminate(): unknown;
  addEventListener(type: "message" | "error" | "messageerror" | "exit", listener: (event: WorkerEvent) => void): void;
}

export interface WorkerEvent {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly message?: string;
  readonly filename?: string;
  preventDefault?(): void;
}

/** The thread's other end, seen from inside a worker. */
export interface Parent {
  post(value: unknown): void;
  onMessage(listener: (value: unknown) => void): void;
  /** Lets the thread end when nothing else holds it. */
  close(): void;
}

export interface Platform {
  readonly name: "node" | "browser" | "edge";
  /** Milliseconds, monotonic, the same on every thread of the process. */
  clock(): number;
  /** Runs `fn` in a later turn of the event loop. */
  later(fn: () => void): void;
  /** Work came while a later turn is awaited: where such a turn may never come, another is asked for. */
  nudge?(): void;
  /** Somebody waits for an answer: keeps the request alive until released, where that is needed. */
  keep?(): () => void;
  /** False: an idle thread parks at once; the clock stands still, and polling would not end. Default true. */
  readonly polls?: boolean;
  /** Calls `fn` after `ms`; the handle cancels it. */
  after(ms: number, fn: () => void): { cancel(): void };
  /** Holds the process until released. */
  hold(): { release(): void };
  /** Resolves when the word is notified; undefined: it has another value already. */
  wait(words: Int32Array, index: number, value: number): Promise<unknown> | undefined;
  readonly cores: number;
  /** Memory of one thread is reserved whole as well, because untouched pages cost nothing. False: it grows. */
  readonly reserves: boolean;
  /** A named channel for whoever watches the process from outside of the program, where there is such a thing. */
  channel?(name: string): { readonly hasSubscribers: boolean; publish(message: unknown): void };
  variable(name: string): string | undefined;
  /** What was compressed (gzip) and written as text (base64), where there is a faster way than the Web's. */
  inflate?(text: string): Uint8Array<ArrayBuffer>;
  /** The bytes of a file or of what a server answers. */
  read(url: URL): Promise<Uint8Array<ArrayBuffer>>;
  worker(url: URL, options: { readonly name?: string }): WorkerLike;
  /**
   * Where a thread's end is no event "exit": a thread holds something by that name for its life, and whoever waits for it
   * gets it when the thread is no more. Undefined: there is an event, or no telling.
   */
  readonly lives?: { hold(name: string): Promise<void>; ended(name: string): Promise<void> } | undefined;
  /** Asks about each rejection that nobody looks at whether it is dealt with; else all is as without. Answers how that ends. */
  unheard?(isDealtWith: (reason: unknown) => boolean): () => void;
  parent(): Parent | undefined;
}
