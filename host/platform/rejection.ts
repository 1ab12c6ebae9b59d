interface Rejection {
  readonly reason: unknown;
  preventDefault(): void;
}

/** Platform.unheard, where rejections that nobody looks at are events. */
export function unheard(isDealtWith: (reason: unknown) => boolean): () => void {
  const listener = ((event: Rejection) => {
    if (isDealtWith(event.reason)) event.preventDefault();
  }) as unknown as (event: Event) => void;
  globalThis.addEventListener(unhandled, listener);
  return () => globalThis.removeEventListener(unhandled, listener);
}

const unhandled = "unhandledrejection";
