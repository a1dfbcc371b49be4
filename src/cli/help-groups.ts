import { Command, type HelpConfiguration, Option } from 'commander';

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

/** One short line per option: the description names the choices where there is room, and help topics have the rest. */
export const HELP: HelpConfiguration = {
  optionDescription({ description, defaultValue, defaultValueDescription }: Option): string {
    const isValue = typeof defaultValue === 'string' || (typeof defaultValue === 'number' && defaultValue !== 0);
    const shown = defaultValueDescription ?? (isValue ? defaultValue : undefined);
    return shown === undefined ? description : `${description} (default: ${shown})`;
  },
};

/** A command without options. @param name '' for the main one. @param examples the lines at the top of its help. */
export function newCommand(name: string, description: string, usage: string, examples: readonly string[]): Command {
  return new Command(`recommend ${name}`.trim())
    .description(description)
    .usage(usage)
    .addHelpText('before', examplesText(examples));
}

export function examplesText(examples: readonly string[]): string {
  return `Examples:\n${examples.map((example) => `  ${example}\n`).join('')}`;
}

export function modelOption(description = 'the model that recommend fit wrote'): Option {
  return new Option('--model <file>', description);
}

export function outputOption(description = 'where to write it'): Option {
  return new Option('-o, --output <file>', description).default('-', 'stdout');
}
