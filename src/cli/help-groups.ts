import type { HelpConfiguration, Option } from 'commander';

/** The headings of the help. Options stand under them in the order in which they were added. */
export const Group = {
  have: 'What you have:',
  want: 'What you want:',
  rules: 'What lists may hold:',
  shape: 'How lists are shaped:',
  read: 'How files are read:',
  learn: 'How it learns:',
  run: 'How it runs:',
  report: 'What it reports:',
  help: 'Help:',
} as const;

/** One short line an option: the description names the choices where there is room, and help topics have the rest. */
export const HELP: HelpConfiguration = {
  optionDescription({ description, defaultValue, defaultValueDescription }: Option): string {
    const isValue = typeof defaultValue === 'string' || (typeof defaultValue === 'number' && defaultValue !== 0);
    const shown = defaultValueDescription ?? (isValue ? defaultValue : undefined);
    return shown === undefined ? description : `${description} (default: ${shown})`;
  },
};
