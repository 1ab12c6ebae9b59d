// What makes it easy for an engine.

/**
 * So many of it, each for one who needs it often; in the source one, which is slower. The build makes them (rollup.config.mjs).
 *
 * An engine learns for each function in the source what it gets from where, and what it calls, and for each of its closures what
 * that is bound to, as long as there is one: what has a function and a closure for itself, it compiles for that. What all share
 * learns nothing.
 */
export const many = <F>(_count: number, one: F): readonly F[] => [one];

export type Plain = { [name: string]: unknown };

/**
 * Makes what plain objects begin as that are to have these fields, most of them: by a constructor of their own, from which the
 * engine learns how large they become. It is told beforehand that a field may be anything: taken for a small number first, and
 * found to be none, what has been compiled is thrown away.
 */
export function blank(names: readonly string[]): () => Plain {
  function Blank() {}
  Blank.prototype = Object.prototype;
  const New = Blank as unknown as new () => Plain;
  for (const anything of [undefined, 0]) {
    const first = new New();
    for (const name of names) if (!(name in Object.prototype)) first[name] = anything;
  }
  return () => new New();
}
