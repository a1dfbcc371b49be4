import { type Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { secondsOf } from '../events/clock.js';
import type { EventWeights } from '../events/event-types.js';
import { misuse, usageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { usableCores } from '../process/cores.js';
import { HELP } from './help-groups.js';
import { insteadOf, operandFailure } from './operands.js';

/** The longest list that can be requested. */
export const MOST_ITEMS_A_USER = 100_000;

/** Prints what a user asked for instead of a run: help, the version. */
export type Print = (text: string) => void;

/** A command: it declares its options, converts what was typed, and runs. The code that runs is loaded only once the options make sense. */
export interface CliCommand<Options> {
  command(version: string): Command;
  /** @param command parsed. @param argv the words that were parsed. @throws Failure 2 where they make no sense. */
  options(command: Command, version: string, argv: readonly string[]): Options;
  /** @returns the exit code. */
  run(options: Options, io: Io, argv: readonly string[]): Promise<number>;
}

/**
 * Parses the arguments of a command. @param print standard output by default.
 * @returns its options; undefined where help or the version was printed. @throws Failure 2 where the command refuses them.
 */
export function parse<Options>(
  { command: declared, options }: CliCommand<Options>,
  argv: readonly string[],
  version: string,
  print?: Print,
): Options | undefined {
  const command = declared(version);
  const complaint: string[] = [];
  const firstOption = argv.findIndex((word) => word.startsWith('-'));
  const leading = firstOption < 0 ? argv : argv.slice(0, firstOption);
  const takesOperands = command.registeredArguments.length > 0;
  if (leading.length > 0 && !takesOperands) throw operandFailure(command.name(), leading, argv);
  command
    .allowExcessArguments(!takesOperands)
    .configureHelp(HELP)
    .showHelpAfterError(`(${command.name()} --help shows the options)`)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void complaint.push(text), ...(print && { writeOut: print }) });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    const message = complaint.join('').replace(/^error: /, '');
    const [, unknown = ''] = /unknown option '(.+)'/.exec(message) ?? [];
    const wayOut = insteadOf(unknown, command, argv);
    throw misuse([message.trim(), ...wayOut].join('\n'), error);
  }
  if (command.args.length > 0 && !takesOperands) throw operandFailure(command.name(), command.args, argv);
  return options(command, version, argv);
}

const HOW_TO_FIT = 'to make one: recommend fit --users EVENTS.csv --model shop.rec';

/** The model to ask. @throws Failure 2 where none is given. */
export function requiredModel(model: string | undefined): string {
  return given(model, '--model FILE', `the model that recommend fit wrote\n${HOW_TO_FIT}`);
}

/** The value of a required option. @throws Failure 2 where it is missing. */
export function given<T>(value: T | undefined, option: string, what: string): T {
  if (value !== undefined) return value;
  throw usageFailure(`${option} is missing: ${what}`);
}

/** An option that takes a file, or one of a few words instead. */
export class FileOrWord extends Option {
  readonly words: readonly string[];

  constructor(flags: string, description: string, words: readonly string[]) {
    super(flags, description);
    this.words = words;
  }
}

export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}

export function workersOption(): Option {
  return number('-j, --workers <count>', 'maximum child processes', 1, 1024).default(usableCores(), 'all cores');
}

/** @throws Failure 2 where more than one output is `-`. @param outputs by option. */
export function refuseTwoOnStdout(outputs: Readonly<Record<string, string | undefined>>): void {
  const toStdout = Object.entries(outputs).flatMap(([option, path]) => (path === '-' ? [option] : []));
  if (toStdout.length > 1) throw usageFailure(`only one of ${toStdout.join(' and ')} can go to standard output`);
}

export function reportOption(): Option {
  return new Option('--report <file>', 'also write a page with plots, as HTML').argParser((text: string) =>
    required(text, () => !/\.(?!html?$)[a-z]{2,7}$/i.test(text), 'The page is HTML: expected a name like report.html.'),
  );
}

export function seedOption(): Option {
  return number('--seed <number>', 'random seed', 0, 2 ** 32 - 1).default(1);
}

/** An option that takes a whole number within bounds. */
export function number(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((text: string) => {
    const complaint = `Expected a whole number from ${least} to ${most}.`;
    return required(wholeNumber(text), (value) => value >= least && value <= most, complaint);
  });
}

/** NaN for anything but digits. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Reads a number with a unit, as in `10m`. @returns NaN for any other text. @param units how much one of each unit is. */
function quantity(text: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]?)$/.exec(text.trim()) ?? [];
  return Number(number) * (Object.hasOwn(units, unit) ? (units[unit] ?? 0) : Number.NaN);
}

/** A time as people write it: `90`, `90s`, `10m`, `2h`. In seconds. */
export function seconds(text: string): number {
  const value = quantity(text, { '': 1, s: 1, m: 60, h: 3600 });
  return required(value, (seconds) => !Number.isNaN(seconds), 'Expected a time like 30s, 10m or 2h.');
}

/** A time above 0, in seconds. */
export function positiveSeconds(text: string): number {
  return required(seconds(text), (value) => value > 0, 'Expected a time above 0, like 30m or 2h.');
}

/** A time of at least one second, in seconds. */
export function interval(text: string): number {
  return required(seconds(text), (value) => value >= 1, 'Expected a time of at least 1s.');
}

function required<T>(value: T, isSound: (value: T) => boolean, complaint: string): T {
  if (isSound(value)) return value;
  throw new InvalidArgumentError(complaint);
}

/** An age in days, `30d`; Infinity for `never`. */
export function days(text: string): number {
  const value = text.trim() === 'never' ? Number.POSITIVE_INFINITY : quantity(text, { d: 1 });
  return required(value, (age) => !Number.isNaN(age), 'Expected days like 30d, or never.');
}

/** A day or a time, `2026-01-31` or `2026-01-31T12:00Z`; in seconds since 1970. */
export function date(text: string): number {
  const seconds = secondsOf(text.trim()) ?? Number.NaN;
  return required(seconds, Number.isFinite, 'Expected a date like 2026-01-31 or 2026-01-31T12:00Z.');
}

/** An age as people write it, `30d` or `12h`, in seconds. */
export function age(text: string): number {
  const value = quantity(text, { d: 86_400, h: 3600 });
  return required(value, (seconds) => seconds > 0, 'Expected an age above 0, in days or hours: 30d, 12h.');
}

export function finite(text: string): number {
  return required(text.trim() === '' ? Number.NaN : Number(text), Number.isFinite, 'Expected a number.');
}

/** An amount of memory as people write it: `500M`, `2G`, `1.5GB` (thousands), `2GiB` (1,024s). In bytes. */
export function bytes(text: string): number {
  const [, number = '', unit = '', binary] = /^(\d+(?:\.\d+)?)([KMGT])(?:(i)?B)?$/i.exec(text.trim()) ?? [];
  if (number === '') throw new InvalidArgumentError('Expected an amount like 500M or 2G.');
  return Math.round(Number(number) * (binary ? 1024 : 1000) ** ('KMGT'.indexOf(unit.toUpperCase()) + 1));
}

/** A column separator: a few characters, a word for a tab, or a character by its number, as in `\\u0001`. */
export function delimiter(text: string): string {
  const characters = /^(\\t|tab)$/i.test(text)
    ? '\t'
    : text.replace(/\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_, long, short) =>
        String.fromCharCode(Number.parseInt(long ?? short, 16)),
      );
  if (/^[^"\r\n]{1,8}$/.test(characters)) return characters;
  throw new InvalidArgumentError(
    'Expected 1 to 8 characters, none of them a quote ("tab" for a tab, "\\u0001" for Hive\'s).',
  );
}

/** The name of an encoding, as TextDecoder knows it. */
export function encoding(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError('Expected the name of an encoding, like windows-1252, iso-8859-2 or shift_jis.');
  }
}

/** Weights by type of event, "view=1,cart=3". */
export function eventWeights(text: string): EventWeights {
  const weights = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [, name = '', weight = ''] = /^(.*)=([^=]*)$/s.exec(entry) ?? [];
    const value = weight.trim() === '' ? Number.NaN : Number(weight);
    if (name.trim() === '' || !Number.isFinite(value)) {
      throw new InvalidArgumentError(`"${entry.trim()}" is not TYPE=NUMBER; expected a list like "view=1,cart=3".`);
    }
    weights.set(name.trim(), value);
  }
  return weights;
}

/** Collects the values of an option that may be given several times. */
export function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Parses an option that takes one value, and refuses a second one, which would replace the first. */
export function once(option: string): (text: string, before?: string) => string {
  return (text, before) => {
    if (before === undefined) return text;
    throw new InvalidArgumentError(`${option} takes one file, and ${before} was given already.`);
  };
}

/** The value of a rating column that means "not rated", or "none". */
export function unrated(text: string): number | 'none' {
  if (text === 'none') return text;
  const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return required(value, Number.isFinite, 'Expected a number, or none.');
}

/** A share of all, from 0 to 1. */
export function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  return required(value, (part) => part >= 0 && part <= 1, 'Expected a share from 0 to 1, like 0.3.');
}

/** How much to hold out: a share below 1, or a count. */
export function holdout(text: string): number {
  const value = /^\d+$|^0?\.\d+$/.test(text) ? Number(text) : Number.NaN;
  const isSound = (value > 0 && value < 1) || (Number.isSafeInteger(value) && value >= 1);
  return required(value, () => isSound, 'Expected a share between 0 and 1, or a whole number from 1.');
}

/** Names separated by commas, none empty. */
export function names(text: string): string[] {
  const all = text.split(',').map((name) => name.trim());
  return required(all, () => all.every((name) => name !== ''), 'Expected names separated by commas.');
}

/** Columns separated by commas, none empty; a " around a part of one lets it have commas. */
export function columns(text: string): string[] {
  const all = [...`${text},`.matchAll(/((?:"(?:[^"]|"")*"|[^",])*),/g)].map(([, column = '']) =>
    column.replace(/"((?:[^"]|"")*)"/g, (_, inside: string) => inside.replaceAll('""', '"')).trim(),
  );
  return required(all, () => all.every((name) => name !== ''), 'Expected columns separated by commas.');
}

/** List lengths separated by commas; returned in rising order, none twice. */
export function listLengths(text: string): number[] {
  const all = text.split(',').map((part) => wholeNumber(part.trim()));
  if (all.every((length) => length >= 1 && length <= MOST_ITEMS_A_USER)) return [...new Set(all)].sort((a, b) => a - b);
  throw new InvalidArgumentError(`Expected whole numbers from 1 to ${MOST_ITEMS_A_USER}, separated by commas.`);
}

/** Removes options, with their values, from the arguments. @param options names of options that take a value. */
export function without(argv: readonly string[], options: readonly string[]): string[] {
  return argv.filter((word, at) => {
    const isOption = options.some((option) => word === option || word.startsWith(`${option}=`));
    return !isOption && !options.includes(argv[at - 1] ?? '');
  });
}

/** Removes options that other commands have; they keep their defaults. */
export function leaveOut(command: Command, names: readonly string[]): void {
  const options = command.options as Option[];
  for (const name of names) {
    const at = options.findIndex(({ long }) => long === name);
    if (at < 0) throw new RangeError(`there is no ${name}`);
    options.splice(at, 1);
  }
}
