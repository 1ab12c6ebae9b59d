// The same function, many times: what gives a value its field. An engine learns for each function in the source which name
// it stores in what, and does so fast as long as that is always the same; one function for all fields would learn nothing.
// A small struct is decoded in four fifths of the time so. Where types have more fields than there are functions here, some
// share one.
export type Setter = (into: { [name: string]: unknown }, name: string, value: unknown) => void;

// biome-ignore format: one line each
const setters: readonly Setter[] = [
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
  (o, n, v) => { o[n] = v; },
];

let last = 0;

/** For a name that every object inherits: also where that is frozen, and so cannot be stored. */
export const define: Setter = (into, name, value) => {
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
};

/** For one field of one type. */
export function nextSetter(): Setter {
  return setters[last++ % setters.length] as Setter;
}
