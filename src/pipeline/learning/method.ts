import { ExitCode, Failure } from '../../failure.js';
import { ALGORITHMS, algorithmNamed } from '../../model/algorithms.js';
import {
  DEFAULT_SETTINGS,
  HYPER_PARAMETERS,
  type HyperParameter,
  type ItemRowMethod,
  type Settings,
  withHyperParameter,
} from '../../model/settings.js';
import { didYouMean } from '../../understanding/closest.js';

/** How to learn: an algorithm and its settings. */
export interface Method {
  /** As the user named it. */
  name: string;
  settings: Settings;
  /** True for `auto`: tuning on held-out items starts from the settings. */
  tuned: boolean;
  /** Settings that the user set, which tuning leaves alone. */
  fixed: ReadonlySet<keyof Settings>;
}

export const AUTO = 'auto';
export const METHOD_NAMES: readonly string[] = [AUTO, ...ALGORITHMS.map(({ name }) => name)];

/** Settings without effect if items have no rows. */
const OF_ITEM_ROWS: readonly (keyof Settings)[] = [
  'dropout',
  'steps',
  'basketDamping',
  'sourceDamping',
  'targetDamping',
  'candidateDamping',
  'power',
  'lowRankWeight',
  'attributeWeight',
  'attributeReach',
];

/** Settings without effect, by the method of item rows. */
const WITHOUT_EFFECT: Readonly<Record<ItemRowMethod, readonly (keyof Settings)[]>> = {
  ridge: [],
  normalised: ['lambda', 'dropout', 'steps', 'lowRankWeight'],
  jaccard: ['lambda', 'dropout', 'steps', 'lowRankWeight', 'sourceDamping', 'targetDamping', 'candidateDamping'],
  ease: ['neighbors', 'dropout', 'steps', 'lowRankWeight', 'candidateDamping'],
  als: ['neighbors', ...OF_ITEM_ROWS],
  none: ['lambda', 'recency', ...OF_ITEM_ROWS],
};

/** More settings without effect if nothing is learned from items. */
const WITHOUT_ITEMS: readonly (keyof Settings)[] = ['neighbors', 'popularityGrowth'];

/** The settings that a method has. */
export function parametersOf({ method, follow }: Pick<Settings, 'method' | 'follow'>): HyperParameter[] {
  const unused = method === 'none' && follow === 0 ? WITHOUT_ITEMS : [];
  return HYPER_PARAMETERS.filter(({ setting }) => ![...WITHOUT_EFFECT[method], ...unused].includes(setting));
}

/**
 * The method with that name, and settings that the user gave as "key=value". @param option the option that named it, for error messages.
 * @throws Failure 2 for an unknown name or setting, or a value that is out of range.
 */
export function methodOf(name: string, assignments: readonly string[], option: string): Method {
  const algorithm = name === AUTO ? { settings: DEFAULT_SETTINGS } : algorithmNamed(name);
  if (!algorithm) {
    throw refused(option, `unknown algorithm ${JSON.stringify(name)}${suggestion(name, METHOD_NAMES)}`);
  }
  let settings: Settings = algorithm.settings;
  const fixed = new Set<keyof Settings>();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const [key, value] = at < 0 ? [assignment, undefined] : [assignment.slice(0, at), assignment.slice(at + 1)];
    const place = option === '--algorithm' ? `--set ${assignment}` : `${option} ${name}:${assignment}`;
    const { setting } = parameterNamed(key.trim(), name, settings, place);
    if (value === undefined) throw refused(place, `${key.trim()} has no value; expected KEY=VALUE`);
    try {
      settings = withHyperParameter(settings, key.trim(), value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refused(place, error.message);
    }
    fixed.add(setting);
  }
  return { name, settings, tuned: name === AUTO, fixed };
}

/** @throws Failure 2 if there is no such setting, or it has no effect on the algorithm. */
function parameterNamed(key: string, algorithm: string, settings: Settings, place: string): HyperParameter {
  const known = parametersOf(settings);
  const parameter = known.find((each) => each.key === key);
  if (parameter) return parameter;
  const keys = known.map((each) => each.key);
  if (key === '') throw refused(place, 'the setting has no name; expected KEY=VALUE');
  if (HYPER_PARAMETERS.some((each) => each.key === key)) {
    throw refused(place, `${algorithm} has no setting ${key}; it has ${keys.join(', ')}`);
  }
  throw refused(place, `unknown setting ${JSON.stringify(key)}${suggestion(key, keys)}`);
}

function suggestion(word: string, known: readonly string[]): string {
  return `${didYouMean(word, known, String, '.')} Known: ${known.join(', ')}`;
}

function refused(place: string, reason: string): Failure {
  return new Failure(ExitCode.usage, `${place}: ${reason} (recommend help algorithms)`);
}

/** The method and settings of a text like "ridge:lambda=24:neighbors=100", as `evaluate --algorithms` takes it. */
export function methodOfSpec(spec: string): Method {
  const [name = '', ...assignments] = spec.split(':');
  return { ...methodOf(name, assignments, '--algorithms'), name: spec };
}
