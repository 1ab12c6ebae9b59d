// Names cross as numbers: FNV-1a, 32 bits, over UTF-16 units (Fowler, Noll, Vo). Stable across threads and builds.
const known = new Map<number, string>();

export function hashOf(name: string): number {
  const hash = fnv(name);
  known.set(hash, name);
  return hash;
}

/** Of a text that nobody will ask for. */
export function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A name that another thread could only give by its digits, as this thread knows it. */
export function rename(name: string): string {
  return name.startsWith("#") ? nameOf(Number.parseInt(name.slice(1), 16)) : name;
}

/** The name of a hash that this thread has met, else its digits. */
export function nameOf(hash: number): string {
  return known.get(hash) ?? `#${hash.toString(16)}`;
}
