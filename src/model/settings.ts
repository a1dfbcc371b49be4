/** What the method is told. Every one of these changes results; letters are those of docs/architecture.md. */
export interface Settings {
  /** c ≥ 0: a basket of d items counts d^(-c) per pair. 0: every pair alike; 1: every basket alike. */
  basketDamping: number;
  /** a in 0..1: how far a source item's own popularity is divided out. */
  sourceDamping: number;
  /** b in 0..1: how far a target item's popularity is divided out; higher finds rarer items. */
  targetDamping: number;
  /** s in 0..1: as b, when the candidates of a row are chosen. */
  candidateDamping: number;
  /** K ≥ 1: targets kept in the row of an item. Memory and scoring time grow with it. */
  neighbors: number;
  /** α ≥ 0: what an attribute value that items share counts beside a user who has them. 0: attributes are not learned from. */
  attributeWeight: number;
  /** An attribute value on more items than this says nothing about any one of them. */
  attributeReach: number;
  /** β ≥ 0: how many items of history popularity counts as. */
  popularityWeight: number;
  /** m ≥ 0: interactions of the average user that a group of users is believed to have had, beside its own. */
  groupSmoothing: number;
  /** Targets kept in the row of a group. */
  groupTargets: number;
}

/**
 * The defaults. c, a, b and s were ranked on gowalla for rows without ridge, and stood above the cosine-like ones on
 * lastfm and goodbooks as well; α gained on tags and on a grocery's categories and cost film genres half a percent.
 * docs/architecture.md has the figures.
 */
export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze({
  basketDamping: 0.75,
  sourceDamping: 0.7,
  targetDamping: 0.25,
  candidateDamping: 0.25,
  neighbors: 200,
  attributeWeight: 0.3,
  attributeReach: 2000,
  popularityWeight: 3,
  groupSmoothing: 200,
  groupTargets: 500,
});

/**
 * x^(-p) for x > 0, by way of the logarithm: its parts are the same software in every V8, which `Math.pow` has not
 * always been, so that the same input gives the same bytes on every Node version.
 */
export function inversePower(x: number, p: number): number {
  if (p === 0) return 1;
  if (p === 0.5) return 1 / Math.sqrt(x);
  if (p === 1) return 1 / x;
  return Math.exp(-p * Math.log(x));
}
