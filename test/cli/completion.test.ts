import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/cli/evaluate-options.js';
import { recommend } from '../../src/cli/recommend-options.js';
import { ALGORITHMS } from '../../src/model/algorithms.js';
import { HYPER_PARAMETERS } from '../../src/model/settings.js';
import { BALANCES } from '../../src/workers/balance.js';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { runInProcess } from './run.js';

const newFolder = temporaryFolders();
const COMMANDS = [
  ...['fit', 'score', 'serve', 'explain', 'similar', 'audience', 'export'],
  ...['read', 'plan', 'merge', 'status'],
  ...['describe', 'evaluate', 'diff', 'help', 'completion'],
];
const allNames = (options: readonly { short?: string | undefined; long?: string | undefined }[]) =>
  [...options.flatMap(({ short, long }) => [short, long]), '-h', '--help'].filter((name) => name !== undefined);

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(['completion', shell], { folder: newFolder() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('in bash', () => {
  /** The words to which bash completes the last one, in a folder with a few files. */
  async function completed(...words: string[]): Promise<string[]> {
    const folder = newFolder();
    put(folder, 'completion.bash', await scriptFor('bash'));
    for (const name of ['ratings.csv', 'ratios and more.csv', 'skipped.csv']) put(folder, name, '');
    const script = `source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _recommend; IFS=$'\\n'; echo "\${COMPREPLY[*]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'recommend', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\n').filter((line) => line !== '');
  }

  test('the first word is a command or an option', async () => {
    expect(await completed('')).toEqual([...COMMANDS, ...allNames(recommend.command('').options)]);
    expect(await completed('ev')).toEqual(['evaluate']);
  });

  test('an option is completed to the options of its command', async () => {
    expect(await completed('--bal')).toEqual(['--balance']);
    expect(await completed('evaluate', '')).toEqual(allNames(evaluate.command('').options));
    expect(await completed('evaluate', '--bal')).toEqual([]);
  });

  test('a value is completed to the choices of its option, with a space or with =', async () => {
    expect(await completed('--balance', '')).toEqual([...BALANCES]);
    expect(await completed('--balance', '=', 'ran')).toEqual(['random']);
    expect(await completed('--balance', '=')).toEqual([...BALANCES]);
    expect(await completed('evaluate', '-u', 'x', '--split', 'ti')).toEqual(['time']);
    expect(await completed('--top', '')).toEqual([]);
  });

  test('algorithms and settings are completed to those of the program', async () => {
    expect(await completed('--algorithm', '')).toEqual(['auto', ...ALGORITHMS.map(({ name }) => name)]);
    expect(await completed('evaluate', '--algorithms', 'auto,ri')).toEqual(['auto,ridge']);
    expect(await completed('--set', '')).toEqual(HYPER_PARAMETERS.map(({ key }) => `${key}=`));
  });

  test('a value of an option that takes a file is completed to files', async () => {
    expect((await completed('--users', 'rat')).sort()).toEqual(['ratings.csv', 'ratios and more.csv']);
    expect(await completed('-u', 'ratings.csv', 'ski')).toEqual(['skipped.csv']);
    expect(await completed('--bad-rows', 'sk')).toEqual(['skip', 'skipped.csv']);
  });

  test('help is completed to topics, and completion to shells', async () => {
    expect(await completed('help', 'n')).toEqual(['nightly']);
    expect(await completed('help', 'al')).toEqual(['algorithms']);
    expect(await completed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });
});

describe.each([
  ['zsh', ['-n'], (name: string) => `${name}[`],
  [
    'fish',
    ['--no-execute'],
    (name: string) => (name.startsWith('--') ? ` -l ${name.slice(2)} ` : ` -s ${name.slice(1)} `),
  ],
])('in %s', (shell, checkOnly, asWritten) => {
  test('the script has every command and option, and no syntax errors if the shell is installed', async () => {
    const script = await scriptFor(shell);
    for (const name of allNames([...recommend.command('').options, ...evaluate.command('').options])) {
      expect(script).toContain(asWritten(name));
    }
    for (const word of [...COMMANDS, ...BALANCES, 'nightly']) expect(script).toContain(word);
    const path = join(newFolder(), 'script');
    put(join(path, '..'), 'script', script);
    const { error, status, stderr } = spawnSync(shell, [...checkOnly, path], { encoding: 'utf8' });
    if (error) console.warn(`${shell} is not installed: its script is checked as text only`);
    else expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

test('an unknown or missing shell is refused with the list of supported shells', async () => {
  const folder = newFolder();
  const fihs = await runInProcess(['completion', 'fihs'], { folder });
  expect(fihs).toMatchObject({ code: 2, stdout: '' });
  expect(fihs.stderr).toContain(
    'there is no shell "fihs"; did you mean: recommend completion fish\n(shells: bash, fish, zsh)',
  );
  const none = await runInProcess(['completion'], { folder });
  expect(none.stderr).toContain('recommend completion needs a shell\n(shells: bash, fish, zsh)');
});
