import type { RowWriter } from '../../matrix/row-writer.js';
import { rowLengths } from '../../matrix/sparse.js';
import { TopN } from '../../matrix/top-n.js';
import type { Evidence } from '../evidence.js';
import { inversePower, type Settings } from '../settings.js';

/** How many items after an item are looked at. */
const REACH = 5;
/** How far a target's popularity is divided out. */
const DAMPING = 0.3;

/**
 * Learns which items follow which: a Markov chain (Rendle et al., "Factorizing personalized Markov chains for next-basket
 * recommendation", WWW 2010) that looks a few items ahead and forgets with the distance, as SLIST does (Choe et al., "Session-aware linear
 * item-item models for session-based recommendation", WWW 2021):
 *
 *     F_ij = Σ over users who had j as the g-th item after i, g ≤ 5   1/g
 *     row_ij = F_ij · d_j^(-0.3), divided by the sum of the row over its K largest
 *
 * @returns a function that writes the row of the items that follow an item.
 */
export function followRow(
  { popularity, offered, items, sequences, basketsByItem, users }: Evidence,
  settings: Settings,
) {
  const factor = popularity.map((d, item) => (d > 0 && offered[item] === 1 ? inversePower(d, DAMPING) : 0));
  const sum = new Float64Array(items);
  const best = new TopN(Math.min(settings.neighbors, items));
  const weightOf = (item: number) => sum[item]! * factor[item]!;
  return (source: number, out: RowWriter): void => {
    if (!sequences) return;
    const { start, items: inOrder } = sequences;
    const touched: number[] = [];
    for (let e = basketsByItem.start[source]!; e < basketsByItem.start[source + 1]!; e++) {
      const user = basketsByItem.index[e]!;
      if (user >= users) break;
      const first = start[user]!;
      const at = inOrder.subarray(first, start[user + 1]!).indexOf(source);
      // An item without a time is not found: at is -1, and nothing is added.
      for (let gap = 1; gap <= Math.min(REACH, at); gap++) {
        const item = inOrder[first + at - gap]!;
        if (sum[item] === 0) touched.push(item);
        sum[item]! += 1 / gap;
      }
    }
    for (const item of touched) if (weightOf(item) > 0) best.offer(item, weightOf(item));
    const kept = best.drain().sort();
    const total = kept.reduce((all, item) => all + weightOf(item), 0);
    for (const item of kept) out.add(item, weightOf(item) / total);
    for (const item of touched) sum[item] = 0;
  };
}

/** What each row costs: histories are searched for the item, and few are long. */
export function followCosts({ basketsByItem, sequences }: Evidence): Float64Array {
  return sequences ? rowLengths(basketsByItem).map((users) => 1 + users * (REACH + 10)) : new Float64Array(0);
}
