import { ALGORITHMS, type Algorithm } from '../model/algorithms.js';
import { HYPER_PARAMETERS, type HyperParameter } from '../model/hyper-parameters.js';
import { DEFAULT_SETTINGS } from '../model/settings.js';
import { parametersOf } from '../pipeline/method.js';

/** The text of `recommend help algorithms`. */
export function algorithmsHelp(): string {
  const lines = ['Algorithms (--algorithm NAME):', ''];
  lines.push(
    '  auto          the default: ridge, with settings tuned on held-out items where the gain is beyond noise',
  );
  for (const { name, summary, paper } of ALGORITHMS) {
    lines.push(`  ${name.padEnd(12)}  ${summary}`, `${' '.repeat(16)}${paper}`);
  }
  lines.push('', 'Settings (--set KEY=VALUE, repeatable; auto never changes a setting that you give):', '');
  for (const { key, setting, letter, low, high, whole, effect } of HYPER_PARAMETERS) {
    const range = `${whole ? 'whole, ' : ''}${low} to ${high}`;
    lines.push(`  ${key}${letter ? ` (${letter})` : ''}: ${effect}`);
    lines.push(
      `${' '.repeat(16)}${range}; default ${DEFAULT_SETTINGS[setting]}${otherDefaults(setting)}${availability(key)}`,
    );
  }
  lines.push('', 'The formulas are in docs/method.md.', '');
  return lines.join('\n');
}

/** The algorithms that have the setting with another default. */
function otherDefaults(setting: HyperParameter['setting']): string {
  const others = ALGORITHMS.filter(
    ({ settings }) =>
      settings[setting] !== DEFAULT_SETTINGS[setting] &&
      parametersOf(settings).some((parameter) => parameter.setting === setting),
  );
  if (others.length === 0) return '';
  return `; ${others.map(({ name, settings }) => `${name} ${settings[setting]}`).join(', ')}`;
}

/** Which algorithms have the setting, or do not, whichever list is shorter. */
function availability(key: string): string {
  const hasIt = ({ settings }: Algorithm) => parametersOf(settings).some((parameter) => parameter.key === key);
  const without = ALGORITHMS.filter((algorithm) => !hasIt(algorithm));
  if (without.length === 0) return '';
  const isRare = without.length > ALGORITHMS.length / 2;
  const named = (isRare ? ALGORITHMS.filter(hasIt) : without).map(({ name }) => name).join(', ');
  return isRare ? `; only in ${named}` : `; not in ${named}`;
}
