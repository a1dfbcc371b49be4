import { forEachChunk } from './chunks.js';

/**
 * Writes to `into` the numbers at some places. @param into as long as `at`, of the same type as `numbers`.
 *
 * A loop over arrays of several types takes three times as long, so numbers of four bytes are copied as what they are in memory.
 */
export function gather<T extends Uint32Array | Float32Array | Float64Array>(numbers: T, at: Uint32Array, into: T): T {
  if (numbers instanceof Float64Array) gatherDoubles(numbers, at, into as Float64Array);
  else gatherWords(wordsOf(numbers), at, wordsOf(into as Uint32Array | Float32Array));
  return into;
}

function wordsOf({ buffer, byteOffset, length }: Uint32Array | Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

function gatherWords(words: Uint32Array, at: Uint32Array, into: Uint32Array): void {
  forEachChunk(at.length, (from, to) => {
    for (let k = from; k < to; k++) into[k] = words[at[k]!]!;
  });
}

function gatherDoubles(numbers: Float64Array, at: Uint32Array, into: Float64Array): void {
  forEachChunk(at.length, (from, to) => {
    for (let k = from; k < to; k++) into[k] = numbers[at[k]!]!;
  });
}
