// Prefetching, in AssemblyScript: WebAssembly has no instruction for it.

/**
 * Reads a byte of each cache line of the bytes `from` to `to`, so that they are in the cache when they are needed. What it returns has to
 * become part of a result, or the optimiser drops the reads.
 */
// @ts-ignore: AssemblyScript's own
@inline
export function fetched(from: usize, to: usize): u32 {
  let read: u32 = 0;
  for (let at = from; at < to; at += 64) read |= <u32>load<u8>(at);
  return read;
}
