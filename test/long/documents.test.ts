import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { put, rowsIn } from '../cli/data.js';
import { blocksOf, commandsOf, missingPiece, runCommand } from '../cli/documents.js';
import { EVENTS, evaluated, eventsCsv, USERS, world } from '../cli/evaluation.js';
import { root, runInProcess } from '../cli/run.js';
import { shop } from '../cli/shop.js';
import { expectedOf, exportNames, shellQuoted } from '../exports.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

const PAGES = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', ...PAGES];
const RUN = ['README.md', 'guide', 'cookbook', 'formats', 'operations', 'faq'].map((name) =>
  name.endsWith('.md') ? name : `docs/${name}.md`,
);
const textOf = (document: string) => readFileSync(join(root, document), 'utf8');

describe('the examples in the documents', () => {
  test.each(RUN)(
    'the commands in %s run unchanged and print the output shown there',
    async (document) => {
      const folder = newFolder();
      const path = shop(folder);
      const wrong: string[] = [];
      for (const command of blocksOf(document).flatMap(commandsOf)) {
        const { code, stdout, stderr } = await runCommand(command, folder, path);
        const output = stderr + stdout;
        const isRefused = command.shown?.startsWith('recommend: ') === true;
        if ((code !== 0) !== isRefused)
          wrong.push(`${document}:${command.line}: exit code ${code}: ${command.text}\n${output}`);
        const missing = command.shown === undefined ? undefined : missingPiece(command.shown, output);
        if (missing !== undefined) wrong.push(`${document}:${command.line}: shown, but not so:\n${missing}\n${output}`);
      }
      expect(wrong.join('\n')).toBe('');
    },
    120_000,
  );

  test('every code block is run, or has a kind without commands', () => {
    const kinds = RUN.flatMap(blocksOf).map(({ kind }) => kind);
    expect([...new Set(kinds)].sort()).toEqual(['', 'bash', 'crontab', 'csv', 'sh']);
    const unmarked = RUN.flatMap(blocksOf).filter((block) => block.kind === '' && commandsOf(block).length === 0);
    expect(unmarked.filter(({ text }) => /^\s*(\$ )?recommend -/m.test(text))).toEqual([]);
    expect(blocksOf('docs/cookbook.md').length).toBeGreaterThan(30);
  });

  /** The arguments of each `recommend evaluate` command in a text. */
  const commandsIn = (text: string) =>
    [...text.matchAll(/^ *recommend evaluate (-.+)$/gm)].map(([, args = '']) => args);

  test('the commands in docs/evaluation.md and in the help of evaluate run unchanged', async () => {
    const folder = newFolder();
    world(folder);
    const likes = EVENTS.filter((_, at) => at % 8 < 6);
    put(folder, 'ratings.csv', eventsCsv(EVENTS, ['user', 'item', 'rating', 'time']));
    put(folder, 'orders.csv', eventsCsv(EVENTS));
    put(folder, 'train.csv', eventsCsv(likes));
    put(folder, 'test.csv', eventsCsv(EVENTS.filter((event) => !likes.includes(event))));
    put(folder, 'movies.csv', readFileSync(join(folder, 'items.csv')));
    put(folder, 'profiles.csv', readFileSync(join(folder, 'users.csv')));
    const help = await runInProcess(['evaluate', '--help'], { folder });
    const commands = [...commandsIn(textOf('docs/evaluation.md')), ...commandsIn(help.stdout)];
    expect(commands).toHaveLength(5);
    const answers = await Promise.all(commands.map((command) => evaluated(folder, command.split(' '))));
    for (const { answer } of answers) expect(answer).toMatch(/^held out: |^\{/m);
    expect(rowsIn(join(folder, 'users.csv'))).toHaveLength(USERS * 2 * 2);
  });
});

test('docs/formats.md lists every export, with the command that its fixture needs', () => {
  const rows = [
    ...textOf('docs/formats.md').matchAll(
      /^\| \[(.+?)\]\(\.\.\/fixtures\/exports\/(.+?)\/README\.md\) \| `(.+)` \|$/gm,
    ),
  ];
  const inTable = rows.map(([, title, name, command]) => ({ name, title, command }));
  const known = exportNames.filter((name) => expectedOf(name).files !== undefined);
  const right = known.map((name) => {
    const { command, then = command } = expectedOf(name);
    const [heading = ''] = textOf(`fixtures/exports/${name}/README.md`).split('\n');
    return { name, title: heading.slice(2), command: `recommend ${shellQuoted(then)}` };
  });
  expect(inTable).toEqual(right);
  const refused = exportNames.filter((name) => !known.includes(name));
  for (const name of refused) expect(textOf('docs/formats.md')).toContain(`(../fixtures/exports/${name}/README.md)`);
});

describe('links', () => {
  /** The anchors that GitHub gives to the headings of a document. */
  const anchorsOf = (document: string) =>
    [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    );

  test.each(DOCUMENTS)('in %s lead to existing files and headings', (document) => {
    const prose = textOf(document).replace(/^```[\s\S]*?^```$/gm, '');
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const path = file === '' ? document : normalize(join(dirname(document), file));
        return !existsSync(join(root, path)) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  test('in README.md lead to every page', () => {
    const readme = textOf('README.md');
    expect(PAGES.filter((page) => !readme.includes(`(${page}`))).toEqual([]);
  });
});
