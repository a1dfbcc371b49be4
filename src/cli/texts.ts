import { readdirSync, readFileSync } from 'node:fs';
import { usageFailure } from '../failure.js';
import { closest } from '../understanding/closest.js';
import { COMMANDS_WITH_OPTIONS } from './commands.js';
import type { Print } from './values.js';

/** The folders of texts that are printed verbatim: help topics, and the completions that the build makes. */
const TEXTS = {
  help: { what: 'topic', folder: new URL('../../docs/help/', import.meta.url), extension: '.md', absent: 'topics' },
  completion: { what: 'shell', folder: new URL('../../dist/completion/', import.meta.url), extension: '', absent: '' },
} as const;

/** Prints what `recommend help [TOPIC]` or `recommend completion SHELL` asks for. @throws Failure 2 for an unknown topic or shell. */
export async function printText(command: keyof typeof TEXTS, typed: string | undefined, print: Print): Promise<void> {
  if (typed === '-h' || typed === '--help') return printText('help', command === 'help' ? 'topics' : command, print);
  const { what, folder, extension, absent } = TEXTS[command];
  const name = typed ?? absent;
  if (command === 'help' && name === 'algorithms') {
    const { algorithmsHelp } = await import('./algorithms-help.js');
    return print(algorithmsHelp());
  }
  const load = command === 'help' && name !== 'recommend' ? COMMANDS_WITH_OPTIONS.get(name) : undefined;
  if (load) {
    const { parse } = await import('./values.js');
    parse(await load(), ['--help'], '', print);
    return;
  }
  const files = readdirSync(folder).map((file) => file.slice(0, file.length - extension.length));
  if (files.includes(name)) return print(readFileSync(new URL(name + extension, folder), 'utf8'));
  const [, ...others] = COMMANDS_WITH_OPTIONS.keys();
  const known = command === 'help' ? [...files, 'algorithms', ...others] : files;
  const near = closest(name, known);
  const meant = near === undefined ? '' : `; did you mean: recommend ${command} ${near}`;
  const unknown = name === '' ? `recommend ${command} needs a ${what}` : `there is no ${what} ${JSON.stringify(name)}`;
  throw usageFailure(`${unknown}${meant}\n(${what}s: ${known.sort().join(', ')})`);
}
