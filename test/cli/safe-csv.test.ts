import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put, rowsOf } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
const EVENTS = 'user,item\n=ann,+oak\n=ann,elm\nbob,+oak\nbob,-ash\n@cat,elm\n';
const ITEMS = 'item,title\n+oak,Oak\nelm,"=HYPERLINK(""http://x"")"\n-ash,@Ash\n';

test('--safe-csv puts a quote before ids and titles that a spreadsheet would execute, and before no others', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  put(folder, 'items.csv', ITEMS);
  const args = ['-u', 'events.csv', '-i', 'items.csv', '--titles', '-j', '1', '-q'];
  const plain = await runInProcess(args, { folder });
  const safe = await runInProcess([...args, '--safe-csv'], { folder });
  expect([plain.code, safe.code]).toEqual([0, 0]);
  const guarded = (text = '') => (/^[=+\-@]/.test(text) ? `'${text}` : text);
  const expected = rowsOf(plain.stdout).map((row) => ({
    ...row,
    user_id: guarded(row.user_id),
    item_id: guarded(row.item_id),
    title: guarded((row as { title?: string }).title),
  }));
  expect(rowsOf(safe.stdout)).toEqual(expected);
  expect(new Set(expected.map((row) => row.title))).toContain('\'=HYPERLINK("http://x")');
  for (const { rank, score } of rowsOf(safe.stdout)) expect(`${rank},${score}`).toMatch(/^\d+,-?\d/);
});

test('--safe-csv also applies to the file of --bad-rows and to the --per-user file of evaluate', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', `${EVENTS}=cmd|calc\n`);
  put(folder, 'test.csv', 'user,item\n=ann,-ash\nbob,elm\n');
  const args = ['evaluate', '-u', 'events.csv', '--test', 'test.csv', '--algorithms', 'popular', '-j', '1', '-q'];
  const more = ['--safe-csv', '--bad-rows', 'bad.csv', '--per-user', 'users.csv'];
  const { code, stderr } = await runInProcess([...args, ...more], { folder });
  expect(code, stderr).toBe(0);
  const read = (name: string) => parse<Record<string, string>>(readFileSync(join(folder, name)), { columns: true });
  expect(read('bad.csv').map(({ row }) => row)).toEqual(["'=cmd|calc"]);
  expect(new Set(read('users.csv').map(({ user_id }) => user_id))).toEqual(new Set(["'=ann", 'bob']));
});
