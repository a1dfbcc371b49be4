import { Help } from 'commander';
import { ALGORITHMS, type Algorithm } from '../model/algorithms.js';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS, type HyperParameter } from '../model/settings.js';
import { parametersOf } from '../pipeline/learning/method.js';

/** The text of `recommend help algorithms`. */
export function algorithmsHelp(): string {
  const help = new Help();
  help.prepareContext({ helpWidth: 79 });
  const item = (term: string, width: number, text: string) => help.formatItem(term, width, text, help);
  return [
    'Algorithms (--algorithm NAME):',
    '',
    item('auto', 12, 'the default: ridge, with settings tuned on held-out items where the gain is beyond noise'),
    ...ALGORITHMS.map(({ name, summary, paper }) => item(name, 12, `${summary}\n${paper}`)),
    '',
    'Settings (--set KEY=VALUE, repeatable; auto never changes one that you give):',
    '',
    ...HYPER_PARAMETERS.map(({ key, setting, letter, low, high, whole, effect }) => {
      const range = `${whole ? 'whole, ' : ''}${low} to ${high}; default ${DEFAULT_SETTINGS[setting]}`;
      const term = letter ? `${key} (${letter})` : key;
      return item(term, 24, `${effect}\n${range}${otherDefaults(setting)}${availability(key)}`);
    }),
    '',
    'The formulas are in docs/method.md.',
    '',
  ].join('\n');
}

/** The algorithms that have another default for the setting. */
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
