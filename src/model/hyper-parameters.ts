import type { Settings } from './settings.js';

/** The settings that are numbers, and can be set by hand. */
type NumberSetting = {
  [K in keyof Settings]: number extends Settings[K] ? K : never;
}[keyof Settings];

/** A setting as `--set key=value` names it. */
export interface HyperParameter {
  key: string;
  setting: NumberSetting;
  /** Its letter in the documents. */
  letter: string;
  low: number;
  high: number;
  whole: boolean;
  effect: string;
}

export const HYPER_PARAMETERS: readonly HyperParameter[] = [
  whole('neighbors', 'K', 1, 10_000, 'targets kept for each item; memory and time grow with it'),
  real(
    'lambda',
    'λ',
    1e-6,
    1e6,
    'regularisation of ridge and ease; raise it for noisy data, lower it for plenty of data',
  ),
  real('dropout', 'δ', 0, 1000, 'regularisation of ridge by which popular items explain less'),
  whole('steps', '', 1, 100, 'solver steps for each row of ridge; 3 are as good as an exact solve'),
  real('basketDamping', 'c', 0, 2, 'how much less a pair counts when its user has many items'),
  real('sourceDamping', 'a', 0, 2, 'how much the popularity of a history item is divided out'),
  real('targetDamping', 'b', -1, 2, 'how much the popularity of a target is divided out; higher finds rarer items'),
  real('candidateDamping', 's', 0, 2, 'the same, for choosing the candidates of an item'),
  real('power', 'p', 0.1, 10, 'exponent of the weights; above 1 the strongest count more'),
  real('lowRankWeight', 'η', 0, 1000, 'weight of the tastes that most users share, beside the rows of ridge'),
  real('popularityWeight', 'β', 0, 1e6, 'how many items of history popularity is worth'),
  real('popularityHalfLife', 'τ', 0, 1000, 'popularity halves over this share of the interactions; 0: never'),
  real('recency', 'ρ', 0, 10, 'the k-th latest item of a history counts k^-ρ; 0: all the same'),
  real('popularityGrowth', 'θ', 0, 1, 'popularity counts n^θ times as much beside n items of history'),
  real('follow', 'κ', 0, 1000, 'weight of what followed the latest items, beside the history'),
  real('preferenceWeight', 'γ', 0, 1000, 'weight of a stated preference'),
  real('groupWeight', 'ω', 0, 1000, 'weight of a user’s groups, beside popularity'),
  real('coldGroupWeight', 'ω₀', 0, 1000, 'the same, for users without a history'),
  real(
    'attributeWeight',
    'α',
    0,
    1000,
    'weight of a shared attribute, compared with a user; 0: attributes are not learned from',
  ),
  whole('attributeReach', '', 2, 1e9, 'attribute values on more items than this are not learned from'),
  real('groupSmoothing', 'm', 0, 1e9, 'everybody’s taste counts as this many interactions, beside the group’s own'),
  whole('groupTargets', '', 1, 1e6, 'items kept for each group of users'),
];

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

function real(setting: NumberSetting, letter: string, low: number, high: number, effect: string): HyperParameter {
  const key = setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return { key, setting, letter, low, high, whole: false, effect };
}

function whole(...parameter: Parameters<typeof real>): HyperParameter {
  return { ...real(...parameter), whole: true };
}
