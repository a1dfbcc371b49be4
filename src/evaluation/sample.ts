import { hashOf } from '../matrix/random.js';

/**
 * Draws some of many, without any twice, and keeps their order. Whoever is in a sample of 100 is in that of 1,000 too.
 *
 * @param members whole numbers below 2³², all different. @param size all of them where there are no more.
 * @param stream samples of one seed and different streams have nothing to do with each other.
 */
export function sample(members: Uint32Array, size: number, seed: number, stream: number): Uint32Array {
  if (members.length <= size) return members;
  const lots = Uint32Array.from(members, (member) => hashOf(seed, stream, member));
  const order = Uint32Array.from(members.keys()).sort((a, b) => lots[a]! - lots[b]! || a - b);
  return order
    .subarray(0, size)
    .sort()
    .map((at) => members[at]!);
}
