import type { SparseVector } from '../kernels/sums.js';
import { rowOf, type SparseRows } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { Audience } from './audience.js';
import type { List, ListRules } from './list-rules.js';
import { type Offer, offerOf, type Prior, weighed } from './list-rules.js';
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
 * A user costs what their signals touch. Items that no signal reaches score their prior alone, so they are taken from a list
 * ordered by it until the next one cannot enter any more; the lists are the same as if everything had been scored.
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
  /** By item: the generation in which it was last touched, excluded or a candidate. Each user is a generation. */
  readonly #touched: Uint32Array;
  readonly #excludedIn: Uint32Array;
  readonly #candidateIn: Uint32Array;
  readonly #count: number;
  /** By item: what the signals of the user add, if `#scatteredFor` is their generation; empty if single items are never looked up. */
  readonly #scattered: Float64Array;
  #scatteredFor = 0;
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
    this.#touched = new Uint32Array(items);
    this.#excludedIn = new Uint32Array(items);
    this.#candidateIn = new Uint32Array(audience.candidates ? items : 0);
    this.#scattered = new Float64Array(rules || audience.candidates || scores.lowRank?.isWholeModel ? items : 0);
    this.#count = count;
  }

  /** The N best offered items that the user may get, by falling score, then rising item index; or the list that rules make of them. */
  recommend(user: number, count = this.#count): List {
    const scores = this.#begin(user);
    const rules = this.#rules;
    if (!rules) return this.#best(user, scores, this.#offer, count);
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
    const scores = this.#begin(user);
    const top = this.#topOf(this.#considered(this.#count));
    const known = new Map<number, number>();
    const lowRankOf = (item: number) => {
      const value = known.get(item) ?? this.#scores.lowRank!.of(item);
      known.set(item, value);
      return value;
    };
    variants.forEach(({ prior, lowRankWeight }, k) => {
      this.#rank(scores, { ...this.#offer, prior }, prior.weight, top);
      onList(this.#bestOf(top, this.#count, undefined, (item) => lowRankWeight * lowRankOf(item)).items, k);
    });
  }

  /** The best items for the current user. */
  #best(user: number, scores: SparseVector, offer: Offer, count: number): List {
    const top = this.#topOf(this.#considered(count));
    if (this.#isAllLowRank || this.#candidates) this.#rankEach(user, scores, offer, top);
    else this.#rank(scores, offer, this.#popularity, top);
    return this.#bestOf(top, count, offer.factor && ((item) => this.#scoreOf(item, scores, offer)));
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
   * Empties the heap into a list of the best.
   * @param scoreOf the score of an item; undefined: its score in the heap plus the part that is not sparse. @param lowRankOf this part, if
   * it is known already.
   */
  #bestOf(top: TopN, count: number, scoreOf?: (item: number) => number, lowRankOf?: (item: number) => number): List {
    const scores = new Float64Array(top.size);
    const items = top.drain(scores).slice();
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
    const ofBest = new Float64Array(best.size);
    return { items: best.drain(ofBest).slice(), scores: ofBest };
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
    if (isOut || offered[item] === 0 || this.#excludedIn[item] === generation) return Number.NaN;
    if (this.#touched[item] !== generation && isSparse) return prior.weight[item]!;
    if (this.#scatteredFor !== generation) for (let at = 0; at < count; at++) this.#scattered[index[at]!] = value[at]!;
    this.#scatteredFor = generation;
    const own =
      this.#touched[item] === generation ? this.#scattered[item]! + this.#popularity[item]! : this.#popularity[item]!;
    const sum = isSparse ? own : own + this.#scores.lowRank!.of(item);
    return factor ? weighed(sum, factor[item]!) : sum;
  }

  #topOf(count: number): TopN {
    const size = Math.min(count, this.#touched.length);
    const top = this.#tops.get(size) ?? new TopN(size);
    this.#tops.set(size, top);
    return top;
  }

  /** Adds up a user's scores, and marks the items that are touched, excluded or candidates. */
  #begin(user: number): SparseVector {
    const generation = ++this.#generation;
    for (const { start, index } of this.#excluded)
      for (let e = start[user]!; e < start[user + 1]!; e++) this.#excludedIn[index[e]!] = generation;
    for (const item of this.#candidates ? rowOf(this.#candidates, user) : []) this.#candidateIn[item] = generation;
    const scores = this.#scores.of(user);
    for (let at = 0; at < scores.count; at++) this.#touched[scores.index[at]!] = generation;
    return scores;
  }

  /** Puts the best items for the current user into the heap. @param popularity what touched items score besides what signals add. */
  #rank({ count, index, value }: SparseVector, offer: Offer, popularity: Float64Array, top: TopN): void {
    const { offered, factor } = offer;
    const { weight, order } = offer.prior;
    const generation = this.#generation;
    const excludedIn = this.#excludedIn;
    let threshold = top.threshold;
    for (let at = 0; at < count; at++) {
      const item = index[at]!;
      const sum = value[at]! + popularity[item]!;
      const score = factor ? weighed(sum, factor[item]!) : sum;
      if (score < threshold || offered[item] === 0 || excludedIn[item] === generation) continue;
      top.offer(item, score);
      threshold = top.threshold;
    }
    for (let at = 0; at < order.length; at++) {
      const item = order[at]!;
      if (this.#touched[item] === generation || excludedIn[item] === generation) continue;
      if (!top.offer(item, weight[item]!)) break;
    }
  }

  /** The same, item by item: for the user's candidates, or for all items if every one has to be scored. */
  #rankEach(user: number, scores: SparseVector, offer: Offer, top: TopN): void {
    const some = this.#candidates && rowOf(this.#candidates, user);
    const count = some ? some.length : this.#touched.length;
    const isSparse = !this.#isAllLowRank;
    for (let at = 0; at < count; at++) {
      const item = some ? some[at]! : at;
      const score = this.#scoreOf(item, scores, offer, isSparse);
      if (!Number.isNaN(score)) top.offer(item, score);
    }
  }
}
