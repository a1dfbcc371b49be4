import type { ListRule } from './list-rule.js';
import { share } from './numbers.js';

/** Times the length of the list: among so many of the best it chooses. */
const POOL = 5;

/**
 * Maximal marginal relevance (Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
 * summaries", SIGIR 1998): next comes the candidate with the largest
 *
 *     (1 − d) · relevance − d · max over the items in the list   similarity
 *
 * Relevance is the score, from 0 for the last of the pool to 1 for its first. Similarity is the model's own, from 0 to 1 and the same
 * in both directions:  (w_ij / max_k w_ik + w_ji / max_k w_jk) / 2,  where w_ij ≥ 0 is what having i says for j; a weight below 0 is
 * none. So it is 1 where each is what the other speaks for most.
 */
export const diversity: ListRule<number, number, number> = {
  flags: '--diversity <share>',
  description: 'less of the same in a list: 0 (off) to 1',
  parse: share,
  plan: (weight) => weight,
  act(weight, { items, rows }) {
    /** By item: the largest weight of its row; NaN not known yet. */
    const largest = new Float64Array(items).fill(Number.NaN);
    const largestOf = (item: number) => {
      const { part, from, to } = rows.row(item);
      let most = 0;
      for (let e = from; e < to; e++) if (part.value[e]! > most) most = part.value[e]!;
      return most;
    };
    /** What the list and the pool hold, the pool first; by item its place among these, or −1. */
    let members: number[] = [];
    const placeOf = new Int32Array(items).fill(-1);
    /** Who is near whom, in both directions: chains of edges that begin at `head`, by member. */
    let head = new Int32Array(0);
    const edges: { to: number; share: number; next: number }[] = [];
    let relevance = new Float64Array(0);
    /** By candidate: how near the nearest in the list is, and how near the one that enters. */
    let nearest = new Float64Array(0);
    let nearness = new Float64Array(0);

    const addEdge = (from: number, to: number, share: number) => {
      edges.push({ to, share, next: head[from]! });
      head[from] = edges.length - 1;
    };
    const addRow = (item: number, member: number) => {
      if (Number.isNaN(largest[item])) largest[item] = largestOf(item);
      const { part, from, to } = rows.row(item);
      for (let e = from; e < to; e++) {
        const other = placeOf[part.index[e]!]!;
        if (other < 0 || !(part.value[e]! > 0)) continue;
        const half = part.value[e]! / largest[item]! / 2;
        addEdge(member, other, half);
        addEdge(other, member, half);
      }
    };
    const enter = (item: number) => {
      const first = head[placeOf[item]!]!;
      for (let at = first; at >= 0; at = edges[at]!.next) nearness[edges[at]!.to]! += edges[at]!.share;
      for (let at = first; at >= 0; at = edges[at]!.next) {
        const { to } = edges[at]!;
        if (nearness[to]! > nearest[to]!) nearest[to] = nearness[to]!;
        nearness[to] = 0;
      }
    };
    return {
      reach: POOL,
      begin() {
        for (const item of members) placeOf[item] = -1;
        members = [];
      },
      took(item) {
        // What is there before the choice begins is taken in then.
        if (members.length > 0) enter(item);
      },
      choice: {
        begin(draft, pool, scores) {
          const listed = draft.items;
          members = [...pool, ...listed.filter((item) => !pool.includes(item))];
          members.forEach((item, place) => {
            placeOf[item] = place;
          });
          head = new Int32Array(members.length).fill(-1);
          nearest = new Float64Array(members.length);
          nearness = new Float64Array(members.length);
          edges.length = 0;
          members.forEach(addRow);
          const [most = 0, least = 0] = [scores[0], scores.at(-1)];
          relevance = scores.map((score) => (most > least ? (score - least) / (most - least) : 1));
          listed.forEach(enter);
        },
        worth: (at) => (1 - weight) * relevance[at]! - weight * nearest[at]!,
      },
    };
  },
};
