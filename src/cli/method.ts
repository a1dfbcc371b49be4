import { closest } from '../dataset/closest.js';
import { ExitCode, Failure } from '../failure.js';
import { ALGORITHMS, type Algorithm, algorithmNamed } from '../model/algorithms.js';
import { HYPER_PARAMETERS, type HyperParameter, withHyperParameter } from '../model/hyper-parameters.js';
import { DEFAULT_SETTINGS, type ItemRowMethod, type Settings } from '../model/settings.js';

/** How to learn: settings, and whether they are only where the data takes over. */
export interface Method {
  /** As it was asked for. */
  name: string;
  settings: Settings;
  /** `auto`: the settings are tuned on held-out items. */
  tuned: boolean;
  /** Settings that were set by hand, which tuning leaves alone. */
  fixed: ReadonlySet<keyof Settings>;
}

export const AUTO = 'auto';
export const METHOD_NAMES: readonly string[] = [AUTO, ...ALGORITHMS.map(({ name }) => name)];

/** Settings that change nothing, by the way item rows are made. */
const WITHOUT_EFFECT: Readonly<Record<ItemRowMethod, readonly (keyof Settings)[]>> = {
  ridge: [],
  normalised: ['lambda', 'steps'],
  jaccard: ['lambda', 'steps', 'sourceDamping', 'targetDamping', 'candidateDamping'],
  ease: ['neighbors', 'steps', 'candidateDamping'],
  none: [
    'neighbors',
    'lambda',
    'steps',
    'basketDamping',
    'sourceDamping',
    'targetDamping',
    'candidateDamping',
    'power',
    'recency',
    'attributeWeight',
    'attributeReach',
  ],
};

/** The settings by hand that a method has. */
export function parametersOf({ method }: Pick<Settings, 'method'>): HyperParameter[] {
  return HYPER_PARAMETERS.filter(({ setting }) => !WITHOUT_EFFECT[method].includes(setting));
}

/**
 * The method of a name and of settings by hand, "key=value" each.
 * @param option names the place of an error.
 * @throws Failure 2 where one of them is none.
 */
export function methodOf(name: string, assignments: readonly string[], option: string): Method {
  const algorithm = name === AUTO ? { settings: DEFAULT_SETTINGS } : algorithmNamed(name);
  if (!algorithm) {
    throw refused(option, `there is no algorithm ${JSON.stringify(name)}${instead(name, METHOD_NAMES)}`);
  }
  let settings: Settings = algorithm.settings;
  const fixed = new Set<keyof Settings>();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const [key, value] = at < 0 ? [assignment, undefined] : [assignment.slice(0, at), assignment.slice(at + 1)];
    const place = option === '--algorithm' ? `--set ${assignment}` : `${option} ${name}:${assignment}`;
    const { setting } = parameterNamed(key.trim(), name, settings, place);
    if (value === undefined) throw refused(place, `${key.trim()} has no value; KEY=VALUE is wanted`);
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

/** @throws Failure 2 where there is no such setting, or the algorithm makes nothing of it. */
function parameterNamed(key: string, algorithm: string, settings: Settings, place: string): HyperParameter {
  const known = parametersOf(settings);
  const parameter = known.find((each) => each.key === key);
  if (parameter) return parameter;
  const keys = known.map((each) => each.key);
  if (key === '') throw refused(place, 'the setting has no name; KEY=VALUE is wanted');
  if (HYPER_PARAMETERS.some((each) => each.key === key)) {
    throw refused(place, `${algorithm} has no ${key}. It has ${keys.join(', ')}`);
  }
  throw refused(place, `there is no setting ${JSON.stringify(key)}${instead(key, keys)}`);
}

/** What could have been meant, and all that there is. */
function instead(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return `${near === undefined ? '.' : `; is it ${near}?`} There are ${known.join(', ')}`;
}

function refused(place: string, reason: string): Failure {
  return new Failure(ExitCode.usage, `${place}: ${reason} (recommend help algorithms)`);
}

/** The method of a name with settings behind it, as `--algorithms` takes them: "ridge:lambda=24:neighbors=100". */
export function methodOfSpec(spec: string): Method {
  const [name = '', ...assignments] = spec.split(':');
  return { ...methodOf(name, assignments, '--algorithms'), name: spec };
}

/** The text of `recommend help algorithms`. */
export function algorithmsHelp(): string {
  const lines = ['Algorithms (--algorithm NAME):', ''];
  lines.push('  auto          the default: ridge, its settings moved where held-out items say so beyond noise');
  for (const { name, summary, paper } of ALGORITHMS) {
    lines.push(`  ${name.padEnd(12)}  ${summary}`, `${' '.repeat(16)}${paper}`);
  }
  lines.push('', 'Settings (--set KEY=VALUE, as often as wanted; under auto what is set by hand stays):', '');
  for (const { key, setting, letter, low, high, whole, effect } of HYPER_PARAMETERS) {
    const range = `${whole ? 'whole, ' : ''}${low} to ${high}`;
    lines.push(`  ${key}${letter ? ` (${letter})` : ''}: ${effect}`);
    lines.push(`${' '.repeat(16)}${range}; default ${DEFAULT_SETTINGS[setting]}${differing(setting)}${lacking(key)}`);
  }
  lines.push('', 'The formulas are in docs/architecture.md.', '');
  return lines.join('\n');
}

/** The algorithms whose default differs, of those that have the setting. */
function differing(setting: HyperParameter['setting']): string {
  const others = ALGORITHMS.filter(
    ({ settings }) =>
      settings[setting] !== DEFAULT_SETTINGS[setting] &&
      parametersOf(settings).some((parameter) => parameter.setting === setting),
  );
  if (others.length === 0) return '';
  return `; ${others.map(({ name, settings }) => `${name} ${settings[setting]}`).join(', ')}`;
}

/** Which algorithms do without the setting. */
function lacking(key: string): string {
  const hasIt = ({ settings }: Algorithm) => parametersOf(settings).some((parameter) => parameter.key === key);
  const without = ALGORITHMS.filter((algorithm) => !hasIt(algorithm));
  if (without.length === 0) return '';
  const isRare = without.length > ALGORITHMS.length / 2;
  const named = (isRare ? ALGORITHMS.filter(hasIt) : without).map(({ name }) => name).join(', ');
  return isRare ? `; only in ${named}` : `; not in ${named}`;
}
