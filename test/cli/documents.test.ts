import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put, rowsIn } from './data.js';
import { EVENTS, evaluated, eventsCsv, USERS, world } from './evaluation.js';
import { root, runInProcess } from './run.js';

const newFolder = temporaryFolders();

describe('what the documents show', () => {
  test('README’s evaluation of the books comes to the figures that stand there', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, command = '', shown = ''] = /^\$ recommend (evaluate .+)\n([\s\S]*?)^```/m.exec(readme) ?? [];
    const { code, stdout, stderr } = await runInProcess([...command.split(' '), '-q'], { folder: root });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = shown.split('\n').filter((line) => line !== '' && line !== '…');
    expect(lines.length).toBeGreaterThan(5);
    const answer = stdout.split('\n');
    expect(answer.filter((line) => lines.includes(line)).slice(0, lines.length)).toEqual(lines);
  });

  /** What stands behind `recommend evaluate` in a text, by command. */
  const commandsIn = (text: string) =>
    [...text.matchAll(/^ *recommend evaluate (-.+)$/gm)].map(([, args = '']) => args);

  test('the commands of docs/evaluation.md and of the help run as they stand there', async () => {
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
    const commands = [
      ...commandsIn(readFileSync(join(root, 'docs', 'evaluation.md'), 'utf8')),
      ...commandsIn(help.stdout),
    ];
    expect(commands).toHaveLength(5);
    const answers = await Promise.all(commands.map((command) => evaluated(folder, command.split(' '))));
    for (const { answer } of answers) expect(answer).toMatch(/^held out: |^\{/);
    expect(rowsIn(join(folder, 'users.csv'))).toHaveLength(USERS * 2 * 2);
  });
});
