/** How the rows of items are made from the pairs that were counted. */
export type ItemRowMethod = 'normalised' | 'jaccard' | 'ridge' | 'ease' | 'als' | 'none';

/** How the items of a basket are weighted before pairs are added up. */
export type Weighting = 'plain' | 'binary' | 'tfidf' | 'bm25';

/** The settings of the model. Every one of them changes results; the letters are those of docs/method.md. */
export interface Settings {
  method: ItemRowMethod;
  weighting: Weighting;
  /** 0: item rows are learned from attributes alone, without what users did. */
  userWeight: 0 | 1;
  /** Pairs are counted among this many of a user's liked items at most, the latest where there are times. */
  longestHistory: number;
  /** c ≥ 0: a basket of d items counts d^(-c) per pair. 0: every pair alike; 1: every basket alike. */
  basketDamping: number;
  /** a in 0..1: how far the popularity of both items of a pair is divided out before the ridge, and the source's after it. */
  sourceDamping: number;
  /** b in 0..1: how far a target item's popularity is divided out; higher finds rarer items. */
  targetDamping: number;
  /** s in 0..1: as b, when the candidates of a row are chosen. */
  candidateDamping: number;
  /** K ≥ 1: targets kept in the row of an item. Memory and scoring time grow with it. */
  neighbors: number;
  /** λ > 0 of the ridge, in means of the diagonal of the scaled Gram matrix; for ease in means of d_i; for als as it is. */
  lambda: number;
  /** δ ≥ 0 of the ridge: its diagonal grows by this share of itself. */
  dropout: number;
  /** Steps of conjugate gradient for each row of the ridge. */
  steps: number;
  /** p > 0: every weight of the item rows is raised to it. */
  power: number;
  /** η ≥ 0: the weight of the tastes that most users share, beside the rows of a ridge (`low-rank.ts`). */
  lowRankWeight: number;
  /** α ≥ 0: the weight of an attribute value that items share, compared with a user who has them. 0: attributes are not learned from. */
  attributeWeight: number;
  /** Attribute values on more items than this are not learned from. */
  attributeReach: number;
  /** β ≥ 0: how many items of history popularity counts as. */
  popularityWeight: number;
  /** τ ≥ 0: the weight of a like in popularity halves for every share τ of all interactions that came after it; 0: all count alike. */
  popularityHalfLife: number;
  /** ρ ≥ 0: the k-th latest item of a history counts k^(-ρ); without effect where there are no times. */
  recency: number;
  /** θ in 0..1: beside a history of n items popularity counts n^θ times as much; without effect where there are no times. */
  popularityGrowth: number;
  /** κ ≥ 0: the weight of what follows the latest items, in histories; without effect where there are no times. */
  follow: number;
  /** γ ≥ 0: the weight of a stated preference; at 1 users without a history see what they asked for first. */
  preferenceWeight: number;
  /** ω ≥ 0: the weight of a user's groups beside popularity; at 1 popularity becomes that within the group. */
  groupWeight: number;
  /** ω₀ ≥ 0: the same for users without a history; with n items of history it is ω + (ω₀ − ω) / (1 + n)². */
  coldGroupWeight: number;
  /** m ≥ 0: this many interactions at everybody's rate are added to those of a group with an item. */
  groupSmoothing: number;
  /** Targets kept in the row of a group. */
  groupTargets: number;
}

/**
 * The fixed defaults: `--algorithm ridge`, and where `auto` starts. docs/method.md has the figures they were
 * chosen by.
 */
export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze({
  method: 'ridge',
  weighting: 'plain',
  userWeight: 1,
  longestHistory: 5000,
  basketDamping: 0.5,
  sourceDamping: 0.5,
  targetDamping: 0.15,
  candidateDamping: 0.25,
  neighbors: 200,
  lambda: 12,
  dropout: 1,
  steps: 3,
  power: 1,
  lowRankWeight: 0.3,
  attributeWeight: 0.5,
  attributeReach: 2000,
  popularityWeight: 3,
  popularityHalfLife: 0.05,
  recency: 0.5,
  popularityGrowth: 0.5,
  follow: 0,
  preferenceWeight: 1,
  groupWeight: 0.5,
  coldGroupWeight: 1,
  groupSmoothing: 50,
  groupTargets: 500,
});

/**
 * x^(-p) for x > 0, through exp and log: `Math.pow` has differed between V8 versions, and the same input has to give the
 * same bytes on every Node version.
 */
export function inversePower(x: number, p: number): number {
  if (p === 0) return 1;
  if (p === 0.5) return 1 / Math.sqrt(x);
  if (p === 1) return 1 / x;
  return Math.exp(-p * Math.log(x));
}
