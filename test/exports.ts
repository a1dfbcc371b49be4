import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures, runInProcess } from './cli/run.js';

export const exportsFolder = join(fixtures, 'exports');

/** The folders of exports. */
export const exportNames = readdirSync(exportsFolder).sort();

/** What is right: this, or any of these; null stands for "nothing". */
export type OneOf<T> = T | readonly (T | null)[];

export interface ExpectedFile {
  kind: OneOf<string>;
  rows: OneOf<number>;
  /** Role → column. */
  roles: Record<string, OneOf<string>>;
  /** What the numbers of the rating column are: `scale`, `thumbs` or `count`. */
  rating?: OneOf<string>;
}

/** The `expected.json` of an export. */
export interface Expected {
  /** What people type first: the names of the files. */
  command: string[];
  /** Where the command must be refused: with which exit code, and what the message says among other things. */
  error?: { exit: number; says: string[] };
  /** The arguments of the command that the error message prints and that works; without them there is none. */
  then?: string[];
  files?: Record<string, ExpectedFile>;
  /** Users served, items that may be recommended, pairs of user and item that count. */
  data?: { users: OneOf<number>; items: OneOf<number>; interactions: OneOf<number> };
  /** Each of these is in some warning; none: there must be no warning; undefined: there may be. */
  warnings?: string[];
  /** Columns of lists, and how their cells are split. */
  splits?: Record<string, string>;
  /** Columns that may take a role without a warning where the expected one is gone. */
  also?: Record<string, string[]>;
}

export function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(join(exportsFolder, name, 'expected.json'), 'utf8'));
}

/** What `describe --format json` writes, as far as it is looked at here. */
export interface Description {
  inputs: DescribedInput[];
  data: { users: number; items: number; interactions: number };
  warnings: string[];
  /** The full command, every guess written out. */
  command: string;
}

export interface DescribedInput {
  path: string;
  kind: string;
  rows: number;
  /** Role → column. */
  columns: Record<string, string>;
  rating?: string;
  splits?: Record<string, string>;
}

export interface Described {
  code: number | null;
  stderr: string;
  /** Undefined where the files were refused. */
  description: Description | undefined;
}

/** What `recommend describe` makes of these inputs. */
export async function describeInputs(args: readonly string[], folder: string): Promise<Described> {
  const { code, stdout, stderr } = await runInProcess(['describe', ...args, '--format', 'json'], {
    folder,
    terminal: false,
  });
  return { code, stderr, description: code === 0 ? JSON.parse(stdout) : undefined };
}

/** True where the value is the right one, or one of those. */
export function isOneOf<T>(right: OneOf<T> | undefined, value: T | undefined): boolean {
  if (Array.isArray(right)) return right.includes(value ?? null);
  return right === value;
}

/** The right value that is nearest: the actual one where it is right. */
export function nearest<T>(right: OneOf<T> | undefined, value: T | undefined): unknown {
  return isOneOf(right, value) ? value : right;
}

/** Arguments as a shell takes them apart again. */
export function shellQuoted(args: readonly string[]): string {
  return args
    .map((arg) => (/^[\w.,:/=@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** The words of a command line, as a shell would cut it. */
export function shellWords(command: string): string[] {
  const words = command.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/gs);
  return [...words].map(([word]) =>
    word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_, single, double, escaped) =>
      single !== undefined ? single : double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : escaped,
    ),
  );
}
