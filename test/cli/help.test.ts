import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS_WITH_OPTIONS } from '../../src/cli/commands.js';
import { Group } from '../../src/cli/help-groups.js';
import { recommend } from '../../src/cli/recommend-options.js';
import { temporaryFolders } from '../files/temporary.js';
import { root, runInProcess } from './run.js';

const newFolder = temporaryFolders();
const TOPIC_FILES = readdirSync(join(root, 'docs/help'));
const [, ...OTHERS] = COMMANDS_WITH_OPTIONS.keys();
const TOPICS = [...TOPIC_FILES.map((file) => file.replace(/\.md$/, '')), 'algorithms', ...OTHERS];

async function printed(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(args, { folder: newFolder() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Lines that a terminal of 80 columns would wrap. */
const tooLong = (text: string) => text.split('\n').filter((line) => [...line].length >= 80);

describe.each([...COMMANDS_WITH_OPTIONS])('recommend %s --help', (name, load) => {
  const args = name === 'recommend' ? ['--help'] : [name, '--help'];

  test('fits into 80 columns', async () => {
    expect(tooLong(await printed(args))).toEqual([]);
  });

  test('has one line for each option, under the heading of its group', async () => {
    const [, ...groups] = (await printed(args)).split(/^(?=(?:What|How|Help).*:$)/m);
    const lines = groups.flatMap((group) => group.trimEnd().split('\n\n', 1)[0]?.split('\n') ?? []);
    const headings = lines.filter((line) => !line.startsWith(' '));
    expect(Object.values(Group)).toEqual(expect.arrayContaining(headings));
    const options = [...(await load()).command('').options.map(({ flags }) => flags), '-h, --help'];
    const shown = lines.filter((line) => line.startsWith(' ')).map((line) => line.trim().split(/ {2,}/));
    expect(shown.map(([flags]) => flags).sort()).toEqual(options.sort());
    expect(shown.filter(([, description = '']) => description === '')).toEqual([]);
  });
});

describe('recommend help', () => {
  test('lists all topics', async () => {
    const lines = (await printed(['help'])).split('\n');
    const listed = lines.flatMap((line) => /^ {4}(\w+) {2,}/.exec(line)?.[1] ?? []);
    expect(listed.sort()).toEqual([...TOPICS].sort());
    expect(await printed(['help', 'topics'])).toBe(lines.join('\n'));
    expect(await printed(['help', '--help'])).toBe(lines.join('\n'));
  });

  test('recommend completion --help prints the topic completion', async () => {
    expect(await printed(['completion', '--help'])).toBe(await printed(['help', 'completion']));
  });

  test.each(TOPICS)('%s fits into 80 columns and names only options and topics that exist', async (topic) => {
    const text = await printed(['help', topic]);
    expect(text.length).toBeGreaterThan(300);
    expect(tooLong(text)).toEqual([]);
    const commands = await Promise.all(Array.from(COMMANDS_WITH_OPTIONS.values(), (load) => load()));
    const known = commands.flatMap(({ command }) => command('').options);
    const names = new Set(['-h', '--help', '-9', ...known.flatMap(({ short, long }) => [short, long])]);
    const used = [...text.matchAll(/(?<=^|[\s(])--?[a-zA-Z][\w-]*/gm)].map(([option]) => option);
    expect(used.filter((option) => !names.has(option) && option !== '-USR1')).toEqual([]);
    const others = [...text.matchAll(/recommend help (\w+)/g)].map(([, other = '']) => other);
    expect([...TOPICS, 'TOPIC']).toEqual(expect.arrayContaining(others));
  });

  test('the choices of every option are in its description or in a topic', () => {
    const topics = TOPIC_FILES.map((file) => readFileSync(join(root, 'docs/help', file), 'utf8')).join('\n');
    for (const { description, argChoices = [], long } of recommend.command('').options) {
      for (const choice of argChoices) expect(`${description}\n${topics}`, `${long} ${choice}`).toContain(choice);
    }
  });

  test.each([
    ['inptu', 'there is no topic "inptu"; did you mean: recommend help input'],
    ['algorithm', 'there is no topic "algorithm"; did you mean: recommend help algorithms'],
    ['../method', 'there is no topic "../method"\n(topics: algorithms, audience, columns, '],
  ])('%s is not a topic, and the message names the nearest one or all', async (topic, message) => {
    const { code, stdout, stderr } = await runInProcess(['help', topic], { folder: newFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('help and completion load only the few source files that they need', () => {
  /** The source files that a file loads at once: its static imports of values, and theirs. */
  const loadedBy = (path: string, loaded = new Set<string>()): Set<string> => {
    if (loaded.has(path)) return loaded;
    loaded.add(path);
    const source = readFileSync(join(root, 'src', path), 'utf8');
    for (const [, target] of source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '(\.[^']*)\.js';/gm)) {
      loadedBy(normalize(join(dirname(path), `${target}.ts`)), loaded);
    }
    return loaded;
  };
  const text = [...loadedBy('cli/texts.ts', loadedBy('main.ts'))];
  const others = text.filter((path) => !/^(report|process)\//.test(path));
  expect(others.sort()).toEqual([
    'cli/commands.ts',
    'cli/texts.ts',
    'cli/version.ts',
    'csv/printable.ts',
    'failure.ts',
    'load-package.ts',
    'main.ts',
    'quantities.ts',
    'understanding/closest.ts',
  ]);
  const options = [...loadedBy('cli/recommend-options.ts')];
  const own = options.filter((path) => path !== 'csv/printable.ts');
  expect(own.filter((path) => /^(commands|ranking|csv)|read|run|pool/.test(path))).toEqual([]);
});
