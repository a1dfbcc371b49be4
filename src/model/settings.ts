/** How the rows of items are made from the pairs that were counted. */
export type ItemRowMethod = 'normalised' | 'jaccard' | 'ridge' | 'ease' | 'als' | 'none';

/** How the items of a basket are weighted before pairs are added up. */
export type Weighting = 'plain' | 'binary' | 'tfidf' | 'bm25';

/**
 * The settings that are numbers and can be set by hand: the default, the letter in docs/method.md, the range, and the effect. docs/method.md
 * has the figures that the defaults were chosen by.
 */
const NUMBERS = {
  /** K ≥ 1: targets kept in the row of an item. Memory and scoring time grow with it. */
  neighbors: whole(200, 'K', 1, 10_000, 'targets kept for each item; memory and time grow with it'),
  /** λ > 0 of the ridge, in means of the diagonal of the scaled Gram matrix; for ease in means of d_i; for als as it is. */
  lambda: real(
    12,
    'λ',
    1e-6,
    1e6,
    'regularisation of ridge and ease; raise it for noisy data, lower it for plenty of data',
  ),
  /** δ ≥ 0 of the ridge: its diagonal grows by this share of itself. */
  dropout: real(1, 'δ', 0, 1000, 'regularisation of ridge by which popular items explain less'),
  /** Steps of conjugate gradient for each row of the ridge. */
  steps: whole(3, '', 1, 100, 'solver steps for each row of ridge; 3 are as good as an exact solve'),
  /** c ≥ 0: a basket of d items counts d^(-c) per pair. 0: every pair alike; 1: every basket alike. */
  basketDamping: real(0.5, 'c', 0, 2, 'how much less a pair counts when its user has many items'),
  /** a in 0..1: how far the popularity of both items of a pair is divided out before the ridge, and the source's after it. */
  sourceDamping: real(0.5, 'a', 0, 2, 'how much the popularity of a history item is divided out'),
  /** b in 0..1: how far a target item's popularity is divided out; higher finds rarer items. */
  targetDamping: real(0.15, 'b', -1, 2, 'how much the popularity of a target is divided out; higher finds rarer items'),
  /** s in 0..1: as b, when the candidates of a row are chosen. */
  candidateDamping: real(0.25, 's', 0, 2, 'the same, for choosing the candidates of an item'),
  /** p > 0: every weight of the item rows is raised to it. */
  power: real(1, 'p', 0.1, 10, 'exponent of the weights; above 1 the strongest count more'),
  /** η ≥ 0: the weight of the tastes that most users share, beside the rows of a ridge (`low-rank.ts`). */
  lowRankWeight: real(0.3, 'η', 0, 1000, 'weight of the tastes that most users share, beside the rows of ridge'),
  /** β ≥ 0: how many items of history popularity counts as. */
  popularityWeight: real(3, 'β', 0, 1e6, 'how many items of history popularity is worth'),
  /** τ ≥ 0: the weight of a like in popularity halves for every share τ of all interactions that came after it; 0: all count alike. */
  popularityHalfLife: real(0.05, 'τ', 0, 1000, 'popularity halves over this share of the interactions; 0: never'),
  /** ρ ≥ 0: the k-th latest item of a history counts k^(-ρ); without effect where there are no times. */
  recency: real(0.5, 'ρ', 0, 10, 'the k-th latest item of a history counts k^-ρ; 0: all the same'),
  /** θ in 0..1: beside a history of n items popularity counts n^θ times as much; without effect where there are no times. */
  popularityGrowth: real(0.5, 'θ', 0, 1, 'popularity counts n^θ times as much beside n items of history'),
  /** κ ≥ 0: the weight of what follows the latest items, in histories; without effect where there are no times. */
  follow: real(0, 'κ', 0, 1000, 'weight of what followed the latest items, beside the history'),
  /** γ ≥ 0: the weight of a stated preference; at 1 users without a history see what they asked for first. */
  preferenceWeight: real(1, 'γ', 0, 1000, 'weight of a stated preference'),
  /** ω ≥ 0: the weight of a user's groups beside popularity; at 1 popularity becomes that within the group. */
  groupWeight: real(0.5, 'ω', 0, 1000, 'weight of a user’s groups, beside popularity'),
  /** ω₀ ≥ 0: the same for users without a history; with n items of history it is ω + (ω₀ − ω) / (1 + n)². */
  coldGroupWeight: real(1, 'ω₀', 0, 1000, 'the same, for users without a history'),
  /** α ≥ 0: the weight of an attribute value that items share, compared with a user who has them. 0: attributes are not learned from. */
  attributeWeight: real(
    0.5,
    'α',
    0,
    1000,
    'weight of a shared attribute, compared with a user; 0: attributes are not learned from',
  ),
  /** Attribute values on more items than this are not learned from. */
  attributeReach: whole(2000, '', 2, 1e9, 'attribute values on more items than this are not learned from'),
  /** m ≥ 0: this many interactions at everybody's rate are added to those of a group with an item. */
  groupSmoothing: real(50, 'm', 0, 1e9, 'everybody’s taste counts as this many interactions, beside the group’s own'),
  /** Targets kept in the row of a group. */
  groupTargets: whole(500, '', 1, 1e6, 'items kept for each group of users'),
};
type NumberSetting = keyof typeof NUMBERS;

/** The settings of the model. Every one of them changes results. */
export interface Settings extends Record<NumberSetting, number> {
  method: ItemRowMethod;
  weighting: Weighting;
  /** 0: item rows are learned from attributes alone, without what users did. */
  userWeight: 0 | 1;
  /** Pairs are counted among this many of a user's liked items at most, the latest where there are times. */
  longestHistory: number;
}

/** The fixed defaults: `--algorithm ridge`, and where `auto` starts. */
export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze({
  method: 'ridge',
  weighting: 'plain',
  userWeight: 1,
  longestHistory: 5000,
  ...(Object.fromEntries(Object.entries(NUMBERS).map(([setting, { start }]) => [setting, start])) as Record<
    NumberSetting,
    number
  >),
});

/** A setting as `--set key=value` names it. */
export interface HyperParameter extends ReturnType<typeof real> {
  key: string;
  setting: NumberSetting;
}

export const HYPER_PARAMETERS: readonly HyperParameter[] = Object.entries(NUMBERS).map(([setting, parameter]) => ({
  key: setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`),
  setting: setting as NumberSetting,
  ...parameter,
}));

/** Settings by their `--set` names, in the documented order. */
export function byKey(settings: Partial<Settings>): { [key: string]: number } {
  const known = HYPER_PARAMETERS.filter(({ setting }) => setting in settings);
  return Object.fromEntries(known.map(({ key, setting }) => [key, Number(settings[setting])]));
}

/** @throws RangeError that says what is allowed, for an unknown key or a bad value. */
export function withHyperParameter(settings: Settings, key: string, text: string): Settings {
  const parameter = HYPER_PARAMETERS.find((candidate) => candidate.key === key);
  if (!parameter) {
    throw new RangeError(`there is no ${key}; there are ${HYPER_PARAMETERS.map((known) => known.key).join(', ')}`);
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const { low, high } = parameter;
  if (!(value >= low && value <= high) || (parameter.whole && !Number.isInteger(value))) {
    const kind = parameter.whole ? 'a whole number' : 'a number';
    throw new RangeError(`${key} is ${kind} from ${low} to ${high}, not ${JSON.stringify(text)}`);
  }
  return { ...settings, [parameter.setting]: value };
}

/** @param start the default. @param letter in the documents. */
function real(start: number, letter: string, low: number, high: number, effect: string) {
  return { start, letter, low, high, whole: false, effect };
}

function whole(...parameter: Parameters<typeof real>) {
  return { ...real(...parameter), whole: true };
}

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
