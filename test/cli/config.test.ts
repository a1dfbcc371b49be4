import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS_WITH_OPTIONS } from '../../src/cli/commands.js';
import { withConfig } from '../../src/cli/config.js';
import { Failure } from '../../src/failure.js';
import { shellWords } from '../exports.js';
import { temporaryFolders } from '../files/temporary.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

/** Writes a configuration into a new folder. @returns its path. */
function configOf(config: object | string): string {
  const path = join(newFolder(), 'c.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return path;
}

/** The message that refuses the configuration, without its folder and the final line about --help. */
async function refusal(config: object | string, ...typed: string[]): Promise<string> {
  const path = configOf(config);
  const { failure } = await withConfig([...typed, '--config', path]);
  if (!(failure instanceof Failure)) throw new Error('it is not refused');
  expect(failure.exitCode).toBe(2);
  return failure.message.replace(path, 'c.json').split('\n(recommend --help')[0] ?? '';
}

const CANDIDATES = [
  '7',
  '0.5',
  '30s',
  '7d',
  '1G',
  'a=1',
  'utf-8',
  'price > 1',
  '2026-01-31',
  'genre=2',
  'price > 1=2',
  'x.csv',
];

/** Valid values for an option: two if it takes several. */
function valuesFor({ argChoices, parseArg, variadic, long, defaultValue }: Option): string[] {
  const isTaken = (value: string) => {
    try {
      parseArg?.(value, defaultValue);
      return true;
    } catch (error) {
      if (error instanceof InvalidArgumentError) return false;
      throw error;
    }
  };
  const [first, second = first] = (argChoices ?? CANDIDATES).filter(isTaken);
  if (first === undefined || second === undefined) throw new Error(`no value for ${long}`);
  const parse = (all: readonly string[]) => all.reduce((before, value) => parseArg?.(value, before), defaultValue);
  try {
    return variadic || !isDeepStrictEqual(parse([first, second]), parse([second])) ? [first, second] : [first];
  } catch {
    return [first];
  }
}

const names = [...COMMANDS_WITH_OPTIONS.keys()];
/** The options that commander parses from a command line. */
function optsOf(command: Command, argv: readonly string[]): object {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  expect(command.parseOptions([...argv]).unknown).toEqual([]);
  return command.opts();
}

describe.each(names)('each option of %s', (name) => {
  const start = name === 'recommend' ? [] : [name];
  const command = async () => (await COMMANDS_WITH_OPTIONS.get(name)?.())?.command('') as Command;
  const settable = async () => (await command()).options.filter(({ long }) => !/^--(config|version)$/.test(long ?? ''));

  test('means the same in a configuration as on the command line, which takes precedence', async () => {
    for (const option of await settable()) {
      const long = option.long ?? '';
      const values = option.required ? valuesFor(option) : [];
      const typed = option.required ? values.flatMap((value) => [long, value]) : [long];
      const path = configOf({ [long.slice(2)]: !option.required || (values.length > 1 ? values : values[0]) });
      const { argv, failure } = await withConfig([...start, '--config', path]);
      expect(failure).toBeUndefined();
      const folder = join(path, '..', '/');
      const flat = JSON.stringify(optsOf(await command(), argv.slice(start.length))).replaceAll(folder, '');
      expect(flat).toBe(JSON.stringify(optsOf(await command(), typed)));
      const both = await withConfig([...start, ...typed, '--config', path]);
      expect(both).toEqual({ argv: [...start, ...typed], failure: undefined });
    }
  });

  test('refuses a value of the wrong type', async () => {
    for (const { long = '', required } of await settable()) {
      const value = required ? true : 'yes';
      const wanted = required ? 'text or a number' : 'true or false';
      expect(await refusal({ [long.slice(2)]: value }, ...start)).toMatch(
        new RegExp(`^c\\.json:1:2: "${long.slice(2)}" cannot be .*: expected ${wanted}$`),
      );
    }
  });
});

test('file names are relative to the configuration; keywords, absolute paths and "-" stay as they are', async () => {
  const path = configOf({ users: ['a.csv', '-', '/b.csv'], 'bad-rows': 'skip', output: '../c.csv' });
  const { argv } = await withConfig(['-n', '3', '--config', path]);
  const folder = join(path, '..');
  const files = ['--users', join(folder, 'a.csv'), '--users', '-', '--users', '/b.csv'];
  expect(argv).toEqual([...files, '--bad-rows', 'skip', '--output', join(folder, '..', 'c.csv'), '-n', '3']);
  const rejects = await withConfig(['evaluate', `--config=${configOf({ 'bad-rows': 'bad.csv' })}`]);
  expect(rejects.argv).toEqual(['evaluate', '--bad-rows', expect.stringMatching(/^\/.*\/bad\.csv$/)]);
});

test('long numbers keep their digits', async () => {
  const { argv } = await withConfig(['--config', configOf('{"user-col": 12345678901234567890, "item-col": ["1.50"]}')]);
  expect(argv).toEqual(['--user-col', '12345678901234567890', '--item-col', '1.50']);
});

test.each<[string, string, string[]]>([
  ['{"topp": 3}', 'c.json:1:2: there is no option "topp"; did you mean "top"?', []],
  ['{\n  "n": 3}', 'c.json:2:3: there is no option "n"; did you mean "top"?', []],
  ['{"--titles": true}', 'c.json:1:2: there is no option "--titles"; did you mean "titles"?', []],
  ['{"split": "time"}', 'c.json:1:2: "split" is an option of recommend evaluate, not of recommend', []],
  ['{"config": "d.json"}', 'c.json:1:2: "config" can only be given on the command line', ['evaluate']],
  ['{"top": 3,\n "top": 4}', 'c.json:2:2: "top" is set twice', []],
  ['{"top": "ten"}', 'c.json:1:2: "top" cannot be "ten": expected a whole number from 1 to 100000.', []],
  ['{"top": [1, 2]}', 'c.json:1:2: "top" cannot be [1,2]: expected one value', []],
  ['{"format": "xml"}', 'c.json:1:2: "format" cannot be "xml": allowed choices are csv, wide, jsonl, parquet.', []],
  ['{"set": {"lambda": 3}}', 'c.json:1:2: "set" cannot be {"lambda":3}: expected text or a number', []],
  ['[]', 'c.json:1:1: expected an object, {"option": value, …}', []],
])('%s is refused', async (text, message, typed) => {
  expect(await refusal(text, ...typed)).toBe(message);
});

test('invalid JSON is refused with the line and column of the error', () => {
  const text = JSON.stringify({ users: ['a.csv', 'b.csv'], top: 12, titles: true, set: ['lambda=3'] }, undefined, 1);
  const outside = [...text.matchAll(/"[^"]*"|[^"]/g)].flatMap(({ 0: part, index }) => (part.length > 1 ? [] : index));
  return fc.assert(
    fc.asyncProperty(fc.constantFrom(...outside), async (at) => {
      const lines = text.slice(0, at).split('\n');
      const message = await refusal(`${text.slice(0, at)}@${text.slice(at)}`);
      expect(message).toMatch(new RegExp(`^c\\.json:${lines.length}:${(lines.at(-1) ?? '').length + 1}: not JSON: `));
    }),
    { numRuns: 30 },
  );
});

describe('a run', () => {
  const world = () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'conf'));
    const events = Array.from({ length: 60 }, (_, k) => `u${k % 12},i${(k * k) % 7}\n`);
    writeFileSync(join(folder, 'conf', 'e.csv'), `user_id,item_id\n${events.join('')}`);
    return folder;
  };
  const withFile = (folder: string, config: object, ...typed: string[]) => {
    writeFileSync(join(folder, 'conf', 'c.json'), JSON.stringify(config));
    return runInProcess([...typed, '--config', 'conf/c.json'], { folder, terminal: false });
  };

  test('with a configuration gives the same lists as with typed options, and a typed short option overrides it', async () => {
    const folder = world();
    const rest = ['--algorithm', 'cosine', '-j', '1'];
    const typed = await runInProcess(['-u', 'conf/e.csv', '-n', '2', ...rest], { folder, terminal: false });
    const config = { users: 'e.csv', top: 3, algorithm: 'cosine', workers: 1 };
    const configured = await withFile(folder, config, '-n2');
    expect(configured).toEqual(typed);
    expect(typed.code).toBe(0);
  });

  test('with --dry-run shows a command that needs no configuration', async () => {
    const folder = world();
    const config = { users: ['e.csv'], 'dry-run': true, set: ['lambda=3'], 'log-format': 'text' };
    const { code, stdout } = await withFile(folder, config, '--set', 'lambda=4', '--algorithm', 'ridge');
    expect(code).toBe(0);
    const command = stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
    expect(command).toMatch(
      /^recommend --users conf\/e\.csv --log-format text --set lambda=4 --algorithm ridge --delimiter ,/,
    );
    const frozen = await runInProcess([...shellWords(command).slice(1), '-j', '1'], { folder });
    expect(frozen.code).toBe(0);
    const described = await withFile(folder, { users: ['e.csv'], output: 'd.txt' }, 'describe');
    expect(described).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(folder, 'conf', 'd.txt'), 'utf8')).toMatch(
      /\n {2}recommend --users conf\/e\.csv --delimiter/,
    );
  });

  test('with an invalid configuration still uses its log format and metrics file to report the error', async () => {
    const folder = world();
    const config = { tpo: 3, 'log-format': 'json', 'metrics-file': 'm.prom' };
    const { code, stdout, stderr } = await withFile(folder, config);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ type: 'exit_error', exit_code: 2 });
    expect(readFileSync(join(folder, 'conf', 'm.prom'), 'utf8')).toMatch(/^recommend_exit_code\{.*\} 2$/m);
  });

  test.each<[string[], number, string]>([
    [['--config', 'absent.json'], 66, '--config absent.json: no such file in '],
    [['--config', '.'], 2, '--config .: cannot be read; expected a JSON file of at most 1 MB'],
    [['--config', 'a', '--config', 'b'], 2, '--config takes one file, and a was given already'],
    [['--tpo', '--config', 'a'], 2, "unknown option '--tpo'"],
    [['-u', 'a', '--config', 'conf/e.csv', 'b'], 2, 'an option has to say what this file is'],
  ])('%j ends with %i', async (args, code, message) => {
    const ended = await runInProcess(args, { folder: world(), terminal: false });
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
  });
});
