import type { Lists } from '../../src/evaluation/lists.js';

/** Lists given as arrays, in the form of the program. */
export function listsOf(...lists: readonly (readonly number[])[]): Lists {
  const start = [0];
  for (const list of lists) start.push(start[start.length - 1]! + list.length);
  return { start: Uint32Array.from(start), items: Uint32Array.from(lists.flat()) };
}
