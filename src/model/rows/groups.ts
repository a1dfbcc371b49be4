import type { RowWriter } from '../../matrix/row-writer.js';
import { rowLengths, rowOf } from '../../matrix/sparse.js';
import { TopN } from '../../matrix/top-n.js';
import type { Evidence } from '../evidence.js';
import type { Settings } from '../settings.js';

/**
 * The rows of user groups ("country:FR"): what is liked there more, or less, than elsewhere.
 *
 *     row_j = p_j · (n_gj − e) / (e + m),   e = n_g · p_j        n_gj interactions of the group with j, n_g all of them, p_j the share of j
 *
 * Added to popularity of the same weight it makes the popularity within the group: p_j times its lift, drawn towards
 * everybody's where little was expected (m pseudo interactions, at the rate of all users), since a handful of
 * interactions does not show a taste.
 *
 * @returns a function that writes the row of a group.
 */
export function groupRow(evidence: Evidence, { groupSmoothing, groupTargets }: Settings) {
  const { usersByGroup, popularity, offered, items } = evidence;
  const counts = new Float64Array(items);
  const total = popularity.reduce((a, b) => a + b, 0);
  const largest = new TopN(Math.min(groupTargets, items));
  return (group: number, out: RowWriter): void => {
    // Read only when needed: most models have no groups.
    const { start, index } = evidence.likes ?? evidence.baskets;
    counts.fill(0);
    let size = 0;
    for (const user of rowOf(usersByGroup, group)) {
      for (let e = start[user]!; e < start[user + 1]!; e++) {
        counts[index[e]!]!++;
        size++;
      }
    }
    // A group whose users have done nothing has an empty row.
    if (size === 0) return;
    const excess = (item: number) => {
      const share = popularity[item]! / total;
      const expected = size * share;
      // Nobody likes the item: nothing was expected, and nothing came.
      return share === 0 ? 0 : (share * (counts[item]! - expected)) / (expected + groupSmoothing);
    };
    for (let item = 0; item < items; item++) {
      if (offered[item] === 1) largest.offer(item, Math.abs(excess(item)));
    }
    for (const item of largest.drain().sort()) {
      const value = excess(item);
      if (value !== 0) out.add(item, value);
    }
  };
}

/** What each group's row costs to learn. */
export function groupCosts({ usersByGroup, items }: Evidence): Float64Array {
  return rowLengths(usersByGroup).map((users) => items + users);
}
