import type { Settings } from './settings.js';

/** The settings that are numbers, and can be set by hand. */
type NumberSetting = {
  [K in keyof Settings]: number extends Settings[K] ? K : never;
}[keyof Settings];

/** A setting as `--set key=value` names it. */
export interface HyperParameter {
  key: string;
  setting: NumberSetting;
  /** Its letter in docs/method.md. */
  letter: string;
  low: number;
  high: number;
  whole: boolean;
  effect: string;
}

export const HYPER_PARAMETERS: readonly HyperParameter[] = [
  whole('neighbors', 'neighbors', 'K', 1, 10_000, 'targets kept for each item; memory and time grow with it'),
  real(
    'lambda',
    'lambda',
    'λ',
    1e-6,
    1e6,
    'regularisation of ridge and ease; more for noisy data, less for much of it',
  ),
  whole('steps', 'steps', '', 1, 100, 'steps of the solver for each row of ridge; 3 are as good as an exact solve'),
  real('basket-damping', 'basketDamping', 'c', 0, 2, 'how much less a pair says when its user has many items'),
  real('source-damping', 'sourceDamping', 'a', 0, 2, 'how far the popularity of an item in the history is divided out'),
  real(
    'target-damping',
    'targetDamping',
    'b',
    -1,
    2,
    'how far a target’s popularity is divided out; higher finds rarer items',
  ),
  real('candidate-damping', 'candidateDamping', 's', 0, 2, 'the same, when the candidates of an item are chosen'),
  real('power', 'power', 'p', 0.1, 10, 'weights are raised to it; above 1 the strongest count more'),
  real('popularity-weight', 'popularityWeight', 'β', 0, 1e6, 'how many items of history popularity counts as'),
  real(
    'popularity-half-life',
    'popularityHalfLife',
    'τ',
    0,
    1000,
    'popularity halves with this share of the time spanned; 0: never',
  ),
  real('recency', 'recency', 'ρ', 0, 10, 'the k-th latest item of a history counts k^-ρ; 0: all alike'),
  real('preference-weight', 'preferenceWeight', 'γ', 0, 1000, 'what a stated preference counts'),
  real('group-weight', 'groupWeight', 'ω', 0, 1000, 'what the groups of a user count beside popularity'),
  real('cold-group-weight', 'coldGroupWeight', 'ω₀', 0, 1000, 'the same for users without a history'),
  real(
    'attribute-weight',
    'attributeWeight',
    'α',
    0,
    1000,
    'what a shared attribute counts beside a user; 0: not learned from',
  ),
  whole(
    'attribute-reach',
    'attributeReach',
    '',
    2,
    1e9,
    'an attribute value on more items than this is not learned from',
  ),
  real(
    'group-smoothing',
    'groupSmoothing',
    'm',
    0,
    1e9,
    'interactions with an item that everybody’s taste counts as beside a group’s own',
  ),
  whole('group-targets', 'groupTargets', '', 1, 1e6, 'items kept for each group of users'),
];

/** @throws RangeError that says what would do, for a key or value that is none. */
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

function real(
  key: string,
  setting: NumberSetting,
  letter: string,
  low: number,
  high: number,
  effect: string,
): HyperParameter {
  return { key, setting, letter, low, high, whole: false, effect };
}

function whole(
  key: string,
  setting: NumberSetting,
  letter: string,
  low: number,
  high: number,
  effect: string,
): HyperParameter {
  return { key, setting, letter, low, high, whole: true, effect };
}
