import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

/** Ann has all of six items; bob and cy two each. */
const EVENTS = `user,item\n${['a', 'b', 'c', 'd', 'e', 'f'].map((item) => `ann,${item}\n`).join('')}bob,a\nbob,b\ncy,c\ncy,d\n`;

test('a history longer than --max-history is reported, and all its items stay out of the list of its user', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', EVENTS);
  const { code, stdout, stderr } = await runInProcess(['-u', 'e.csv', '--algorithm', 'ridge', '--max-history', '3'], {
    folder,
  });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(
    '\n1 user with more than 3 items: pairs are counted among the latest of these (--max-history)\n',
  );
  expect(stdout).not.toContain('ann,');
  expect(stdout).toContain('bob,');
  const whole = await runInProcess(['-u', 'e.csv', '--algorithm', 'ridge', '--max-history', '6'], { folder });
  expect(whole.stderr).not.toContain('max-history');
});
