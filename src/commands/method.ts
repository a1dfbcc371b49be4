import { ExitCode, Failure } from '../failure.js';
import { closest } from '../input/closest.js';
import { ALGORITHMS, algorithmNamed } from '../model/algorithms.js';
import { HYPER_PARAMETERS, withHyperParameter } from '../model/hyper-parameters.js';
import { DEFAULT_SETTINGS, type Settings } from '../model/settings.js';

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

/**
 * The method of a name and of settings by hand, "key=value" each.
 * @param option names the place of an error.
 * @throws Failure 2 where one of them is none.
 */
export function methodOf(name: string, assignments: readonly string[], option: string): Method {
  const algorithm = name === AUTO ? { settings: DEFAULT_SETTINGS } : algorithmNamed(name);
  if (!algorithm) {
    const near = closest(name, METHOD_NAMES);
    throw new Failure(
      ExitCode.usage,
      `${option}: there is no algorithm ${JSON.stringify(name)}${near ? `; is it ${near}?` : ''} There are ${METHOD_NAMES.join(', ')} (recommend help algorithms)`,
    );
  }
  let settings: Settings = algorithm.settings;
  const fixed = new Set<keyof Settings>();
  for (const assignment of assignments) {
    const [key = '', ...rest] = assignment.split('=');
    try {
      settings = withHyperParameter(settings, key.trim(), rest.join('='));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Failure(
        ExitCode.usage,
        `${option === '--algorithm' ? '--set' : option} ${assignment}: ${error.message} (recommend help algorithms)`,
      );
    }
    const parameter = HYPER_PARAMETERS.find((known) => known.key === key.trim());
    if (parameter) fixed.add(parameter.setting);
  }
  return { name, settings, tuned: name === AUTO, fixed };
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
    lines.push(`${' '.repeat(16)}${range}; default ${DEFAULT_SETTINGS[setting]}${differing(setting)}`);
  }
  lines.push('', 'The formulas are in docs/architecture.md.', '');
  return lines.join('\n');
}

/** The algorithms whose default differs, of those that use the setting as the family does. */
function differing(setting: (typeof HYPER_PARAMETERS)[number]['setting']): string {
  const others = ALGORITHMS.filter(({ settings }) => settings[setting] !== DEFAULT_SETTINGS[setting]);
  if (others.length === 0) return '';
  return `; ${others.map(({ name, settings }) => `${name} ${settings[setting]}`).join(', ')}`;
}
