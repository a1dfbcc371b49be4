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
    /** By item, what the pool and the list hold: its place among these; −1 for others. */
    const placeOf = new Int32Array(items).fill(-1);
    let members: readonly number[] = [];
    let relevance = new Float64Array(0);
    const near = new Nearness();
    /** Candidates before this one know whom their rows speak for. */
    let connected = 0;

    const connect = (member: number) => {
      if (near.isSettled[member] === 1) return;
      const item = members[member]!;
      const { part, from, to } = rows.row(item);
      const { index, value } = part;
      if (Number.isNaN(largest[item])) largest[item] = value.subarray(from, to).reduce((a, b) => Math.max(a, b), 0);
      for (let e = from; e < to; e++) {
        const other = placeOf[index[e]!]!;
        if (other >= 0 && value[e]! > 0) near.add(member, other, value[e]! / largest[item]! / 2);
      }
      near.settle(member);
    };
    return {
      reach: POOL,
      begin() {
        for (const item of members) placeOf[item] = -1;
        members = [];
      },
      took(item) {
        // What is there before the choice begins is taken in then; what comes from behind the pool is near nobody in it.
        if (members.length > 0 && placeOf[item]! >= 0) near.enter(placeOf[item]!);
      },
      choice: {
        begin(draft, pool, scores) {
          const listed = [...draft.items];
          members = [...pool, ...listed.filter((item) => !pool.includes(item))];
          members.forEach((item, member) => {
            placeOf[item] = member;
          });
          near.begin(members.length);
          connected = 0;
          for (const item of listed) connect(placeOf[item]!);
          for (const item of listed) near.enter(placeOf[item]!);
          const [most = 0, least = 0] = [scores[0], scores.at(-1)];
          relevance = scores.map((score) => (most > least ? (score - least) / (most - least) : 1));
        },
        worth(at) {
          while (connected <= at) connect(connected++);
          return (1 - weight) * relevance[at]! - weight * near.nearest[at]!;
        },
        mostWorth: (at) => (1 - weight) * relevance[at]!,
      },
    };
  },
};

/** How near the members of a group are to the nearest of those in the list. What is said of a pair in either direction adds up. */
class Nearness {
  /** By member, once it is settled. */
  nearest = new Float64Array(0);
  #isListed = new Uint8Array(0);
  /** By member: 1 where all is said of it and those in the list. */
  isSettled = new Uint8Array(0);
  /** Of what is said: by member its last edge, by edge the one before it, −1 for none, whom it leads to, and what it adds. */
  #last = new Int32Array(0);
  #before = new Int32Array(1024);
  #to = new Uint32Array(1024);
  #share = new Float64Array(1024);
  #count = 0;
  /** By member; all 0 between two calls. */
  #sum = new Float64Array(0);

  begin(members: number): void {
    if (members > this.#last.length) {
      this.nearest = new Float64Array(members);
      this.#isListed = new Uint8Array(members);
      this.isSettled = new Uint8Array(members);
      this.#last = new Int32Array(members);
      this.#sum = new Float64Array(members);
    }
    this.nearest.fill(0);
    this.#isListed.fill(0);
    this.isSettled.fill(0);
    this.#last.fill(-1);
    this.#count = 0;
  }

  /** Says how near two members are, in one direction. */
  add(one: number, other: number, share: number): void {
    if (this.#count + 2 > this.#to.length) this.#grow();
    this.#push(one, other, share);
    this.#push(other, one, share);
  }

  /** Takes note that all is said of this member and those in the list. */
  settle(member: number): void {
    this.isSettled[member] = 1;
    this.#eachSum(member, (other, sum) => {
      if (this.#isListed[other] === 1) this.nearest[member] = Math.max(this.nearest[member]!, sum);
    });
  }

  /** Takes a settled member into the list. */
  enter(member: number): void {
    this.#isListed[member] = 1;
    this.#eachSum(member, (other, sum) => {
      if (this.isSettled[other] === 1) this.nearest[other] = Math.max(this.nearest[other]!, sum);
    });
  }

  #eachSum(member: number, use: (other: number, sum: number) => void): void {
    const [before, to, sum] = [this.#before, this.#to, this.#sum];
    for (let edge = this.#last[member]!; edge >= 0; edge = before[edge]!) sum[to[edge]!]! += this.#share[edge]!;
    for (let edge = this.#last[member]!; edge >= 0; edge = before[edge]!) {
      use(to[edge]!, sum[to[edge]!]!);
      sum[to[edge]!] = 0;
    }
  }

  #push(from: number, to: number, share: number): void {
    this.#before[this.#count] = this.#last[from]!;
    this.#to[this.#count] = to;
    this.#share[this.#count] = share;
    this.#last[from] = this.#count++;
  }

  #grow(): void {
    const doubled = <T extends { set(from: T): void; length: number }>(from: T, type: new (length: number) => T) => {
      const to = new type(2 * from.length);
      to.set(from);
      return to;
    };
    this.#before = doubled(this.#before, Int32Array);
    this.#to = doubled(this.#to, Uint32Array);
    this.#share = doubled(this.#share, Float64Array);
  }
}
