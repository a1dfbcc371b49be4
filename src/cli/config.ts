import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { withNumbersAsText } from '../csv/formats/flat-records.js';
import { messageOf, noInput, usageFailure } from '../failure.js';
import { smallTextOf } from '../files/stats.js';
import { closest } from '../understanding/closest.js';
import { COMMANDS_WITH_OPTIONS } from './commands.js';
import { FileOrWord, without } from './values.js';

/** Options that a configuration file cannot set. */
const TYPED_ONLY = ['config', 'version'];

/**
 * Replaces `--config FILE` in a command line by the options of that file, in front of the typed ones and without those that were typed too.
 * Code that reads the command line later need not know about the file.
 * @returns `failure` 2 or 66 where the file is wrong. `argv` still has its valid options, so that log and metrics go where the file says.
 */
export async function withConfig(argv: readonly string[]): Promise<{ argv: readonly string[]; failure?: unknown }> {
  const name = argv.slice(0, COMMANDS_WITH_OPTIONS.has(argv[0] ?? '') ? 1 : 0);
  const typed = argv.slice(name.length);
  const command = (await COMMANDS_WITH_OPTIONS.get(name[0] ?? 'recommend')?.())?.command('');
  const file = command && configTyped(command, typed);
  if (!command || file === undefined) return { argv };
  const words: string[] = [];
  let failure: unknown;
  const note = (error: unknown) => {
    failure ??= error;
    return [];
  };
  try {
    const text = textOf(file);
    for (const [name, value] of Object.entries(objectIn(text, file)))
      words.push(...(await wordsOf(name, value, text, command, file).catch(note)));
  } catch (error) {
    note(error);
  }
  return { argv: [...name, ...words, ...without(typed, ['--config'])], failure };
}

/** The file of `--config`; undefined where none was typed, or where the command line makes no sense, which parsing it will report later. */
function configTyped(command: Command, typed: readonly string[]): string | undefined {
  try {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    const { operands, unknown } = command.parseOptions([...typed]);
    const isSound = unknown.length === 0 && operands.length <= command.registeredArguments.length;
    return isSound ? command.opts().config : undefined;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  const text = smallTextOf(file);
  if (text !== undefined && existsSync(file)) return text.replace(/^\uFEFF/, '');
  if (text !== undefined) throw noInput(`--config ${file}: no such file in ${process.cwd()}`);
  throw usageFailure(`--config ${file}: cannot be read; expected a JSON file of at most 1 MB`);
}

/** @throws Failure 2 with file, line and column. */
function objectIn(text: string, file: string): object {
  const wrong = (at: number, why: string) => usageFailure(`${placeOf(text, at, file)}: ${why}`);
  try {
    JSON.parse(text);
  } catch (error) {
    const why = messageOf(error);
    throw wrong(Number(/position (\d+)/.exec(why)?.[1] ?? strayToken(text)), `not JSON: ${why.replace(/\s+/g, ' ')}`);
  }
  // Numbers keep all their digits.
  const value: unknown = JSON.parse(withNumbersAsText(text));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw wrong(0, 'expected an object, {"option": value, …}');
}

/** Where JSON is wrong if Node's message has no position: the end of the shortest prefix whose error is not just that it ends too early. */
function strayToken(text: string): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    try {
      JSON.parse(text.slice(0, middle + 1));
      low = middle + 1;
    } catch (error) {
      if (/^Unexpected token/.test(messageOf(error))) high = middle;
      else low = middle + 1;
    }
  }
  return low;
}

function placeOf(text: string, at: number, file: string): string {
  const lines = text.slice(0, at).split('\n');
  return `${file}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

/** Where a name stands. @throws Failure 2 where it stands twice: JSON.parse silently takes the last one. */
function keyPlace(text: string, name: string, file: string): string {
  const key = new RegExp(`${JSON.stringify(name).replace(/[^\w"-]/g, '\\$&')}\\s*:`, 'g');
  const [first = 0, second] = Array.from(text.matchAll(key), ({ index }) => index);
  if (second !== undefined) throw usageFailure(`${placeOf(text, second, file)}: "${name}" is set twice`);
  return placeOf(text, first, file);
}

/** A setting as words of a command line; none where the option was typed too. @throws Failure 2 where the option cannot have that value. */
async function wordsOf(name: string, value: unknown, text: string, command: Command, file: string): Promise<string[]> {
  const place = keyPlace(text, name, file);
  const option = command.options.find(({ long }) => long === `--${name}` && !TYPED_ONLY.includes(name));
  if (!option) throw usageFailure(`${place}: ${await unknownName(name, command)}`);
  const refused = (wanted: string) => usageFailure(`${place}: "${name}" cannot be ${JSON.stringify(value)}: ${wanted}`);
  const isTyped = command.getOptionValueSource(option.attributeName()) === 'cli';
  if (!option.required) {
    if (typeof value !== 'boolean') throw refused('expected true or false');
    return value && !isTyped ? [`--${name}`] : [];
  }
  const words = [value].flat().map((each) => {
    if (typeof each !== 'string' && typeof each !== 'number') throw refused('expected text or a number');
    return besideFile(option, String(each), file);
  });
  const parse = option.parseArg ?? ((word: string) => word);
  const parsed = (all: readonly string[]) =>
    all.reduce<unknown>((before, word) => parse(word, before), option.defaultValue);
  try {
    // If the last value alone parses to the same, the others would be dropped silently.
    const isDropped = isDeepStrictEqual(parsed(words), parsed(words.slice(-1)));
    if (words.length > 1 && !option.variadic && isDropped) throw refused('expected one value');
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw refused(error.message.replace(/^[A-Z]/, (first) => first.toLowerCase()));
  }
  return isTyped ? [] : words.flatMap((word) => [`--${name}`, word]);
}

/** File names are relative to the folder of the configuration; all other values stay as they are. */
function besideFile(option: Option, value: string, file: string): string {
  const isFile = option instanceof FileOrWord ? !option.words.includes(value) : /<(files?|dir)\b/.test(option.flags);
  if (!isFile || value === '' || value === '-' || isAbsolute(value) || dirname(file) === '.') return value;
  return join(dirname(file), value);
}

async function unknownName(name: string, command: Command): Promise<string> {
  if (TYPED_ONLY.includes(name)) return `"${name}" can only be given on the command line`;
  const owners: string[] = [];
  for (const load of COMMANDS_WITH_OPTIONS.values()) {
    const other = (await load()).command('');
    if (other.options.some(({ long }) => long === `--${name}`)) owners.push(other.name());
  }
  if (owners.length > 0) return `"${name}" is an option of ${owners.join(' and ')}, not of ${command.name()}`;
  const byLetter = command.options.find(({ short }) => short === `-${name}`)?.long?.slice(2);
  const names = command.options.flatMap(({ long }) => long?.slice(2) ?? []);
  const near = byLetter ?? closest(name.replace(/^-+/, ''), names);
  return `there is no option "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}
