import { drained, type Offer, type Prior, weighed } from '../kernels/best.js';
import { rowOf, type SparseRows, type SparseVector } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { Audience } from './audience.js';
import { type List, type ListRules, offerOf } from './list-rules.js';
import type { Model } from './model.js';
import type { Scores } from './scores.js';

/** The part that is not sparse is added to the scores of this many of the best items. */
const CONSIDERED = 100;

/** What may differ between lists that are made of the same sums. */
export interface ScoreVariant {
  prior: Prior;
  /** The factor of the part that is not sparse. */
  lowRankWeight: number;
}

/**
 * Makes lists by the one scoring formula:  score(user, item) = prior_item + Σ over the user's signals   strength · model[signal, item].
 *
 * A user costs what their signals touch (`kernels/best.ts`).
 *
 * If the model has a part that is not sparse (`low-rank.ts`), it is added only for the items that are best without it, 100 or as many as
 * are wanted: adding it for more gave the same accuracy.
 *
 * Rules say which items may be recommended and how scores are weighed, and then make the list from the best items. If these do not fill
 * it, they get more.
 */
export class Recommender {
  readonly #scores: Scores;
  /** users × items that they are not recommended. */
  readonly #excluded: readonly SparseRows[];
  readonly #candidates: SparseRows | undefined;
  readonly #popularity: Float64Array;
  readonly #offer: Offer;
  readonly #rules: ListRules | undefined;
  readonly #items: number;
  /** By item: the generation in which it was last a candidate or touched. Each user is a generation. */
  readonly #candidateIn: Uint32Array;
  /** Empty, like the next, if single items are never looked up. */
  readonly #touched: Uint32Array;
  /** By item: what the signals of the user add, if `#scatteredFor` is their generation. */
  readonly #scattered: Float64Array;
  #scatteredFor = 0;
  readonly #count: number;
  /** Heaps to use again, by size. */
  readonly #tops = new Map<number, TopN>();
  #generation = 0;

  /**
   * @param count N, the length of a list; lists are shorter only where the catalogue is.
   * @param scores of the model, for the audience's signals. @param rules undefined: the best items are the list.
   */
  constructor(model: Omit<Model, 'rows'>, audience: Audience, count: number, scores: Scores, rules?: ListRules) {
    const { items } = model.counts;
    this.#scores = scores;
    this.#excluded = audience.had ? [audience.had, audience.excluded] : [audience.excluded];
    this.#candidates = audience.candidates;
    this.#popularity = model.scales.prior;
    this.#offer = offerOf(model.scales.prior, audience.offered);
    this.#rules = rules;
    this.#items = items;
    this.#candidateIn = new Uint32Array(audience.candidates ? items : 0);
    const lookedUp = rules || audience.candidates || scores.lowRank?.isWholeModel ? items : 0;
    this.#touched = new Uint32Array(lookedUp);
    this.#scattered = new Float64Array(lookedUp);
    this.#count = count;
  }

  /** The N best offered items that the user may get, by falling score, then rising item index; or the list that rules make of them. */
  recommend(user: number, count = this.#count): List {
    return this.#withScores(user, (scores) => {
      const rules = this.#rules;
      return rules ? this.#underRules(user, scores, count, rules) : this.#best(user, scores, this.#offer, count);
    });
  }

  #underRules(user: number, scores: SparseVector, count: number, rules: ListRules): List {
    const offer = rules.offerFor(user);
    const scoreOf = (item: number) => this.#scoreOf(item, scores, offer);
    for (let wanted = rules.candidatesFor(count); ; wanted *= 4) {
      const best = this.#best(user, scores, offer, wanted);
      const list = rules.listFrom(user, best, count, best.items.length < wanted, scoreOf);
      if (list) return list;
    }
  }

  /**
   * Makes the list of the user under each of the variants.
   * @param onList gets each list and the index of its variant; a list is valid until the next.
   */
  recommendWith(user: number, variants: ScoreVariant[], onList: (items: Uint32Array, k: number) => void): void {
    const known = new Map<number, number>();
    const lowRankOf = (item: number) => {
      const value = known.get(item) ?? this.#scores.lowRank!.of(item);
      known.set(item, value);
      return value;
    };
    this.#withScores(user, () => {
      variants.forEach(({ prior, lowRankWeight }, k) => {
        const best = this.#scores.best({ ...this.#offer, prior }, prior.weight, this.#considered(this.#count));
        onList(this.#listOf(best, this.#count, undefined, (item) => lowRankWeight * lowRankOf(item)).items, k);
      });
    });
  }

  /** The best items for the current user. */
  #best(user: number, scores: SparseVector, offer: Offer, count: number): List {
    const considered = this.#considered(count);
    const best =
      this.#isAllLowRank || this.#candidates
        ? this.#bestOfEach(user, scores, offer, considered)
        : this.#scores.best(offer, this.#popularity, considered);
    return this.#listOf(best, count, offer.factor && ((item) => this.#scoreOf(item, scores, offer)));
  }

  /** How many items to rank for a list of `count`. */
  #considered(count: number): number {
    return this.#isSparse || this.#isAllLowRank ? count : Math.max(count, CONSIDERED);
  }

  /** Whether every item has to be scored: the part that is not sparse is added to all of them, not to the best only. */
  get #isAllLowRank(): boolean {
    return !this.#isSparse && this.#scores.lowRank!.isWholeModel;
  }

  /** Whether the part that is not sparse adds nothing for the current user. */
  get #isSparse(): boolean {
    return this.#scores.lowRank?.isEmpty ?? true;
  }

  /**
   * The list of the best items.
   * @param scoreOf the score of an item; undefined: its score so far plus the part that is not sparse. @param lowRankOf this part, if it is
   * known already.
   */
  #listOf(
    { index, value }: SparseVector,
    count: number,
    scoreOf?: (item: number) => number,
    lowRankOf?: (item: number) => number,
  ): List {
    const items = index.slice();
    const scores = value.slice();
    if (this.#isSparse || this.#isAllLowRank) return { items, scores };
    const best = this.#topOf(count);
    if (scoreOf) for (const item of items) best.offer(item, scoreOf(item));
    else {
      const added = new Float64Array(items.length);
      if (lowRankOf)
        items.forEach((item, at) => {
          added[at] = lowRankOf(item);
        });
      else this.#scores.lowRank!.ofEach(items, added);
      for (let at = 0; at < items.length; at++) best.offer(items[at]!, scores[at]! + added[at]!);
    }
    const found = drained(best);
    return { items: found.index.slice(), scores: found.value };
  }

  /** The score of an item for the current user; NaN if they may not get it. @param isSparse leaves out the part that is not sparse. */
  #scoreOf(
    item: number,
    { count, index, value }: SparseVector,
    { offered, factor, prior }: Offer,
    isSparse = this.#isSparse,
  ): number {
    const generation = this.#generation;
    const isOut = this.#candidates !== undefined && this.#candidateIn[item] !== generation;
    if (isOut || offered[item] === 0 || this.#scores.barred[item] !== 0) return Number.NaN;
    if (this.#touched[item] !== generation && isSparse) return prior.weight[item]!;
    if (this.#scatteredFor !== generation) for (let at = 0; at < count; at++) this.#scattered[index[at]!] = value[at]!;
    this.#scatteredFor = generation;
    const own =
      this.#touched[item] === generation ? this.#scattered[item]! + this.#popularity[item]! : this.#popularity[item]!;
    const sum = isSparse ? own : own + this.#scores.lowRank!.of(item);
    return factor ? weighed(sum, factor[item]!) : sum;
  }

  #topOf(count: number): TopN {
    const size = Math.min(count, this.#items);
    const top = this.#tops.get(size) ?? new TopN(size);
    this.#tops.set(size, top);
    return top;
  }

  /** Adds up a user's scores, and makes lists with them while the items that the user must not get are barred. */
  #withScores<T>(user: number, make: (scores: SparseVector) => T): T {
    const generation = ++this.#generation;
    for (const item of this.#candidates ? rowOf(this.#candidates, user) : []) this.#candidateIn[item] = generation;
    const scores = this.#scores.of(user);
    const { count, index } = scores;
    if (this.#touched.length > 0) for (let at = 0; at < count; at++) this.#touched[index[at]!] = generation;
    this.#bar(user, 1);
    try {
      return make(scores);
    } finally {
      this.#bar(user, 0);
    }
  }

  /** Marks the items that a user must not get. */
  #bar(user: number, mark: number): void {
    const { barred } = this.#scores;
    for (const { start, index } of this.#excluded)
      for (let e = start[user]!; e < start[user + 1]!; e++) barred[index[e]!] = mark;
  }

  /** The best items for the current user, each scored alone: of the user's candidates, or of all items. */
  #bestOfEach(user: number, scores: SparseVector, offer: Offer, wanted: number): SparseVector {
    const top = this.#topOf(wanted);
    const some = this.#candidates && rowOf(this.#candidates, user);
    const count = some ? some.length : this.#items;
    const isSparse = !this.#isAllLowRank;
    for (let at = 0; at < count; at++) {
      const item = some ? some[at]! : at;
      const score = this.#scoreOf(item, scores, offer, isSparse);
      if (!Number.isNaN(score)) top.offer(item, score);
    }
    return drained(top);
  }
}
