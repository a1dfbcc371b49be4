import type { RowWriter } from '../../matrix/row-writer.js';
import { rowLengths } from '../../matrix/sparse.js';
import { TopN } from '../../matrix/top-n.js';
import type { Evidence } from '../evidence.js';
import { inversePower, type Settings } from '../settings.js';

/** How many items after and before an item are looked at. */
const REACH = 10;
/** σ: how much an item that came before counts, compared with one that came after. */
const BACKWARD = 0.3;
/** δ: how far a target's popularity is divided out. */
const DAMPING = 0.2;
/** m: rows of little evidence add up to less, to one half with this much. */
const SHRINKAGE = 10;

/**
 * Learns which items follow which: a Markov chain (Rendle et al., "Factorizing personalized Markov chains for next-basket
 * recommendation", WWW 2010) that looks a few items ahead and forgets with the distance, as SLIST does (Choe et al., "Session-aware linear
 * item-item models for session-based recommendation", WWW 2021). An item that came before counts too, though less, because the items of one
 * basket or evening often have no order of their own:
 *
 *     F_ij   = Σ over users who had j as the g-th item after i, g ≤ 10   g^(-½)
 *            + σ · the same over users who had j as the g-th item before i
 *     row_ij = F_ij · d_j^(-δ), over its K largest, in all S / (S + m), S = Σ_j F_ij
 *
 * @returns a function that writes the row of the items that follow an item.
 */
export function followRow(
  { popularity, offered, items, sequences, basketsByItem, users }: Evidence,
  settings: Settings,
) {
  const factor = popularity.map((d, item) => (d > 0 && offered[item] === 1 ? inversePower(d, DAMPING) : 0));
  const atGap = Float64Array.from({ length: REACH + 1 }, (_, gap) => (gap > 0 ? inversePower(gap, 0.5) : 0));
  const sum = new Float64Array(items);
  const best = new TopN(Math.min(settings.neighbors, items));
  const weightOf = (item: number) => sum[item]! * factor[item]!;
  return (source: number, out: RowWriter): void => {
    if (!sequences) return;
    const { start, items: inOrder } = sequences;
    const touched: number[] = [];
    let evidence = 0;
    const add = (item: number, weight: number) => {
      if (sum[item] === 0) touched.push(item);
      sum[item]! += weight;
      evidence += weight;
    };
    for (let e = basketsByItem.start[source]!; e < basketsByItem.start[source + 1]!; e++) {
      const user = basketsByItem.index[e]!;
      if (user >= users) break;
      // The latest come first.
      const ofUser = inOrder.subarray(start[user]!, start[user + 1]!);
      const at = ofUser.indexOf(source);
      // An item without a time is not in the sequence.
      if (at < 0) continue;
      for (let gap = 1; gap <= Math.min(REACH, at); gap++) add(ofUser[at - gap]!, atGap[gap]!);
      for (let gap = 1; gap <= REACH && at + gap < ofUser.length; gap++) add(ofUser[at + gap]!, BACKWARD * atGap[gap]!);
    }
    for (const item of touched) if (weightOf(item) > 0) best.offer(item, weightOf(item));
    const kept = best.drain().sort();
    const total = kept.reduce((all, item) => all + weightOf(item), 0);
    // The total is 0 only if nothing was kept, and then nothing is written.
    const scale = evidence / (evidence + SHRINKAGE) / total;
    for (const item of kept) out.add(item, weightOf(item) * scale);
    for (const item of touched) sum[item] = 0;
  };
}

/** What each row costs: histories are searched for the item, and few are long. */
export function followCosts({ basketsByItem, sequences }: Evidence): Float64Array {
  return sequences ? rowLengths(basketsByItem).map((users) => 1 + users * (2 * REACH + 10)) : new Float64Array(0);
}
