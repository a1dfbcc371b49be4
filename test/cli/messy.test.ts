import { expect, test } from 'vitest';
import { temporaryFolders } from '../storage/temporary.js';
import { EVENTS, put } from './data.js';
import { run } from './run.js';

const newFolder = temporaryFolders();

test('ids that are not UTF-8 stop the run before two of them turn into one', async () => {
  const folder = newFolder();
  put(folder, 'latin.csv', Buffer.from('user,item\nJos\xe9,a\nJos\xe8,b\n', 'latin1'));
  const { code, stdout, stderr } = await run(['-u', 'latin.csv'], { folder });
  expect(code).toBe(65);
  expect(stdout).toBe('');
  expect(stderr).toContain('latin.csv:2: the id "Jos\uFFFD" is not UTF-8');
});

test('a column of times that cannot be read can be left out', async () => {
  const folder = newFolder();
  put(folder, 'dates.csv', 'user,item,date\na,x,12/1/2010\nb,x,1/1/2010\nb,z,1/1/2010\n');
  const refused = await run(['-u', 'dates.csv'], { folder });
  expect(refused.code).toBe(65);
  expect(refused.stderr).toContain('--time-col none');
  const { code, stdout } = await run(['-u', 'dates.csv', '--time-col', 'none', '-q'], { folder });
  expect(code).toBe(0);
  expect(stdout).toContain('\na,z,1,');
});

test('a catalogue whose ids are not those of the events is warned of', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  put(folder, 'items.csv', 'id\nOAK\nELM\n');
  const { code, stderr } = await run(['-u', 'events.csv', '-i', 'items.csv'], { folder });
  expect(code).toBe(0);
  expect(stderr).toContain('not one item that anybody had is in the catalogue');
});

test('a users file without an item column says how it was read and how to name the column', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', 'user,rating\na,4\n');
  const { code, stderr } = await run(['-u', 'events.csv'], { folder });
  expect(code).toBe(65);
  expect(stderr).toContain('events.csv was read as profiles');
  expect(stderr).toContain('--item-col');
});

test('a header that cannot be read stops the run even where bad rows are skipped', async () => {
  const folder = newFolder();
  put(folder, 'header.csv', 'us"er,item\na,x\nb,y\n');
  const { code, stdout, stderr } = await run(['-u', 'header.csv', '--bad-rows', 'skip'], { folder });
  expect(code).toBe(65);
  expect(stdout).toBe('');
  expect(stderr).toContain('header.csv:1: a quote (") inside a cell');
});
