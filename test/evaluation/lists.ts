import type { Lists } from '../../src/evaluation/lists.js';

/** Converts arrays of items to the program's representation of lists. */
export function listsOf(...lists: readonly (readonly number[])[]): Lists {
  const start = [0];
  for (const list of lists) start.push(start[start.length - 1]! + list.length);
  return { start: Uint32Array.from(start), items: Uint32Array.from(lists.flat()) };
}
