import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedFolder, temporaryFolders } from '../files/temporary.js';
import { listsOf, put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const folder = sharedFolder();
const newFolder = temporaryFolders();

const run = (...args: string[]) => runInProcess(args, { folder });

/** Runs a command that has to succeed. @returns its stdout. */
async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args, '-q');
  expect(code, stderr).toBe(0);
  return stdout;
}

interface Event {
  user: string;
  item: string;
  rating: number;
  time: number;
}

const csvOf = (events: readonly Event[]) =>
  `user,item,rating,time\n${events.map(({ user, item, rating, time }) => `${user},${item},${rating},${time}\n`).join('')}`;
const DAY = 86_400;

/** Ratings with times, by users of two tastes. */
const RATINGS: Event[] = Array.from({ length: 60 }, (_, user) =>
  Array.from({ length: 4 + (user % 7) }, (_, k) => ({
    user: `u${user}`,
    item: `i${(user * 7 + k * 13 + (user % 2) * 20) % 40}`,
    rating: 1 + ((user + k * 3) % 5),
    time: 1_700_000_000 + ((user * 7 + k * 11) % 50) * DAY,
  })),
)
  .flat()
  .filter(({ user, item }, at, all) => all.findIndex((one) => one.user === user && one.item === item) === at);
const of = (user: string) => RATINGS.filter((event) => event.user === user);

/** The list of a user without the id of the user, to compare it with the lists of others. */
const listOf = (csv: string, user: string) => listsOf(csv).get(user);
const scoresOf = (csv: string, user: string) =>
  csv
    .split('\n')
    .filter((line) => line.startsWith(`${user},`))
    .map((line) => line.slice(user.length));

describe('a model of ratings with times', () => {
  const EVIDENCE = ['--half-life', '40d', '--min-rating', '2', '--since', '2023-11-20'];
  const RIDGE = ['--algorithm', 'ridge', '--set', 'follow=0.5', ...EVIDENCE];
  let plain = '';

  beforeAll(async () => {
    put(folder, 'ratings.csv', csvOf(RATINGS));
    await good('-u', 'ratings.csv', ...RIDGE, '-o', 'plain.csv', '--model', 'ratings.rec');
    plain = readFileSync(join(folder, 'plain.csv'), 'utf8');
  });

  test('a run that saves its model writes the same lists as one that does not', async () => {
    expect(await good('-u', 'ratings.csv', ...RIDGE)).toBe(plain);
  });

  test.each([
    ['all users of the model', ['-j', '4']],
    ['the users of the same file', ['-u', 'ratings.csv', '-j', '1']],
  ])('score for %s gives the same bytes as the run, for any number of workers', async (_, more) => {
    expect(await good('score', '--model', 'ratings.rec', ...more)).toBe(plain);
  });

  test('score ranks a new history like that of a known user, and merges new events into known histories', async () => {
    const [half, rest] = [of('u6').slice(0, 3), of('u6').slice(3)];
    expect(rest.length).toBeGreaterThan(2);
    const changed = { ...of('u13')[1]!, rating: 1, time: 1_700_000_000 + 60 * DAY };
    const later = { user: 'u13', item: 'i39', rating: 5, time: 1_700_000_000 + 61 * DAY };
    const merged = [...of('u13').map((event) => (event.item === changed.item ? changed : event)), later];
    const as = (user: string, events: readonly Event[]) => events.map((event) => ({ ...event, user }));
    const strange = { ...of('u0')[0]!, user: 'odd', item: 'never-seen' };
    put(
      folder,
      'new.csv',
      csvOf([...as('new6', of('u6')), ...half, changed, later, ...as('new13', merged), ...of('u20'), strange]),
    );
    const { code, stdout, stderr } = await run('score', '--model', 'ratings.rec', '-u', 'new.csv', '--include-seen');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('3 of 6 users known to the model\n');
    expect(stderr).toMatch(
      /^1 of \d+ interactions are with none of the model's 40 items \(like "never-seen"\), and left out$/m,
    );
    expect([...listsOf(stdout).keys()]).toEqual(['new6', 'u6', 'u13', 'new13', 'u20', 'odd']);
    expect(scoresOf(stdout, 'new6')).toEqual(scoresOf(stdout, 'u6'));
    expect(scoresOf(stdout, 'u13')).toEqual(scoresOf(stdout, 'new13'));
    const all = await good('score', '--model', 'ratings.rec', '--include-seen');
    for (const user of ['u6', 'u20']) expect(scoresOf(stdout, user)).toEqual(scoresOf(all, user));
    expect(listOf(stdout, 'u13')).not.toEqual(listOf(all, 'u13'));
  });

  test.each([
    [
      'only unknown items',
      'user,item,rating\na,x,3\nb,y,4\n',
      65,
      /2 of 2 interactions are with none .*\(like "x"\): there is nothing to go by\n {2}do the ids match\? --item-col/,
    ],
    [
      'ratings of another scale',
      'user,item,rating\na,i1,80\nb,i2,4\n',
      65,
      /"rating" goes from 4 to 80, and the model was learned from ratings from 1 to 5/,
    ],
    [
      'mostly unknown items',
      'user,item,rating\na,x,3\na,y,3\nb,i2,4\n',
      0,
      /warning: 2 of 3 interactions .*, and left out$/m,
    ],
  ])('score reports %s', async (_, csv, expected, message) => {
    put(folder, 'odd.csv', csv);
    const { code, stderr } = await run('score', '--model', 'ratings.rec', '-u', 'odd.csv', '-o', 'odd.lists.csv');
    expect([code, stderr]).toEqual([expected, expect.stringMatching(message)]);
  });
});

test('ages count back from the latest interaction of the model, even for a single user, or from --now', async () => {
  put(folder, 'ratings.csv', csvOf(RATINGS));
  const dayOf = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);
  const latestOf = (events: readonly Event[]) => Math.max(...events.map(({ time }) => time));
  const isBackBy = ({ time }: Event, clock: number) => time < clock - 20 * DAY;
  const isLate = (event: Event) => isBackBy(event, latestOf(RATINGS)) && !isBackBy(event, latestOf(of(event.user)));
  const { user = '', item } = RATINGS.find(isLate) ?? {};
  await good('fit', '-u', 'ratings.csv', '--algorithm', 'cosine', '--model', 'aged.rec');
  const window = ['-n', '40', '--seen-window', '20d'];
  const own = listOf(await good('-u', 'ratings.csv', '--algorithm', 'cosine', ...window), user);
  expect(own).toContain(item);
  put(folder, 'one.csv', csvOf(of(user)));
  const options = ['--model', 'aged.rec', ...window];
  expect(listOf(await good('score', ...options, '-u', 'one.csv'), user)).toEqual(own);
  const explained = JSON.parse(await good('explain', ...options, '--user', user, '--format', 'json'));
  expect(explained.items.map(({ item_id }: { item_id: string }) => item_id)).toEqual(own);
  const later = await good('score', ...options, '--now', dayOf(latestOf(RATINGS) + 30 * DAY));
  expect(later).toBe(await good('score', '--model', 'aged.rec', '-n', '40', '--include-seen'));
});

test('--exclude-previous may name only other users, but at least one of its items must be known', async () => {
  put(folder, 'ratings.csv', csvOf(RATINGS));
  await good('fit', '-u', 'ratings.csv', '--algorithm', 'cosine', '--model', 'others.rec');
  put(folder, 'new.csv', csvOf(of('u6').map((event) => ({ ...event, user: 'new' }))));
  put(folder, 'previous.csv', 'user_id,item_id\nu1,i1\nsomebody,i2\n');
  const options = ['--model', 'others.rec', '--exclude-previous', 'previous.csv'];
  const plain = await good('score', '--model', 'others.rec', '-u', 'new.csv');
  expect(await good('score', ...options, '-u', 'new.csv')).toBe(plain);
  expect(await good('explain', ...options, '--user', 'u6')).toContain('Recommended');
  put(folder, 'previous.csv', 'user_id,item_id\nsomebody,elsewhere\n');
  const refused = await run('score', ...options, '-u', 'new.csv');
  expect([refused.code, refused.stderr]).toEqual([65, expect.stringContaining('not one of its 1 row is known')]);
});

describe('a model of profiles, a catalogue and purchases', () => {
  const FILES = ['-u', 'profiles.csv', '--interactions', 'orders.csv'];
  const OUT = ['-n', '5', '--format', 'jsonl', '--output-columns', 'user_id,item_id,score,title,colour,reasons'];
  const RUN = [...FILES, '-i', 'items.csv', '--algorithm', 'cosine', ...OUT];
  const JUNE = ['--now', '2026-06-15', '--where', 'item.colour != "green" or user.country = "fr"'];
  let plain = '';

  beforeAll(async () => {
    const orders = RATINGS.map(({ user, item, rating }) => `${user},${item},${rating}\n`).join('');
    put(folder, 'orders.csv', `customer,product,quantity\n${orders}`);
    const kinds = ['red', 'green', 'blue'];
    const until = (k: number) => (k % 4 === 0 ? '2026-06-30' : '2027-12-31');
    const items = Array.from({ length: 44 }, (_, k) => `i${k},"Item, ${k}",${kinds[k % 3]},${until(k)}\n`).join('');
    put(folder, 'items.csv', `item,title,colour,available_until\n${items}`);
    const countries = ['fr', 'de', ''];
    const profile = (_: unknown, k: number) =>
      `u${k + 20},${countries[k % 3]},${k % 4 === 0 ? 'blue|red:-1' : ''},${k % 5 === 0 ? 'i1|i2:2' : ''},${k % 6 === 0 ? 'i3' : ''}\n`;
    const profiles = Array.from({ length: 50 }, profile).join('');
    put(folder, 'profiles.csv', `user,country,preferences,history,exclude\n${profiles}`);
    await good(...RUN, ...JUNE, '-o', 'lists.jsonl', '--model', 'shop.rec');
    plain = readFileSync(join(folder, 'lists.jsonl'), 'utf8');
  });

  test('score gives the bytes of the run, from the model alone and with the same files', async () => {
    expect(plain.split('\n')).toHaveLength(51);
    expect(await good('score', '--model', 'shop.rec', ...OUT, ...JUNE)).toBe(plain);
    expect(await good('score', '--model', 'shop.rec', ...FILES, ...OUT, ...JUNE)).toBe(plain);
  });

  test('availability is decided when lists are made, not when the model was learned', async () => {
    const july = ['--now', '2026-07-15'];
    const lists = await good('score', '--model', 'shop.rec', ...OUT, ...july);
    expect(lists).toBe(await good(...RUN, ...july));
    expect(plain).toMatch(/"item_id":"i8"/);
    expect(lists).not.toMatch(/"item_id":"i8"/);
    const { code, stderr } = await run('score', '--model', 'shop.rec', '--where', 'colour = "pink"');
    expect([code, stderr]).toEqual([65, expect.stringContaining('holds for none of')]);
  });

  test('new profiles are scored by the attributes and groups of the model, even if there are only a few', async () => {
    // In the model, u44 has a preference and a country, but no history column; u20 has every column filled.
    const one =
      'user,country,preferences,history,exclude,shoe size\nnobody,,,,,\nnew,de,blue|red:-1,i1,i3,43\nu44,,,,,\nu20,,,,,\n';
    put(folder, 'one.csv', one);
    const out = await good('score', '--model', 'shop.rec', '-u', 'one.csv', ...OUT, ...JUNE);
    const lists: { user: string; items: { item: string }[] }[] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lists).toHaveLength(4);
    const linesOf = (text: string, id: string) => text.split('\n').find((line) => line.includes(`"${id}"`));
    for (const id of ['u44', 'u20']) expect(linesOf(out, id)).toBe(linesOf(plain, id));
    expect(linesOf(out, 'new')).not.toBe(linesOf(out, 'nobody')?.replace('nobody', 'new'));
    expect(linesOf(out, 'new')).not.toMatch(/"i[13]"/);
  });

  test('a file that is not a model, or a truncated model, is refused with 65', async () => {
    const { code, stderr } = await run('score', '--model', 'items.csv');
    expect([code, stderr]).toEqual([65, expect.stringMatching(/items\.csv is not an array file; learn it again/)]);
    const elsewhere = newFolder();
    const rec = readFileSync(join(folder, 'shop.rec'));
    writeFileSync(join(elsewhere, 'cut.rec'), rec.subarray(0, rec.length - 8));
    expect((await run('score', '--model', join(elsewhere, 'cut.rec'))).code).toBe(65);
  });
});

describe('invalid commands are refused and change no file', () => {
  test.each([
    [['fit', '-u', 'ratings.csv'], 2, '--model FILE is missing: where to write the model'],
    [['score', '-o', 'x.csv'], 2, '--model FILE is missing: the model that recommend fit wrote'],
    [['score', '--model', 'none.rec'], 66, '--model none.rec cannot be opened: recommend fit --model makes one'],
    [
      ['fit', '-u', 'ratings.csv', '--model', 'orders.csv'],
      65,
      'orders.csv is no model that recommend wrote; it stays as',
    ],
    [['-u', 'ratings.csv', '--model', 'orders.csv', '-o', 'x.csv'], 65, 'orders.csv is no model that recommend wrote'],
    [['fit', '-u', 'ratings.csv', '--model', 'ratings.csv'], 2, '--model ratings.csv is also an input'],
    [['-u', 'ratings.csv', '--model', 'x.csv', '-o', 'x.csv'], 2, '--output and --model name the same file'],
    [['score', '--model', 'ratings.rec', '-o', 'ratings.rec'], 2, '--output ratings.rec is also an input'],
    [
      ['score', '--model', 'ratings.rec', '--interactions', 'ratings.csv'],
      2,
      '--users is missing: without it, all users',
    ],
    [
      ['score', '--model', 'ratings.rec', '--events-where', 'rating > 3'],
      2,
      '--users is missing: without it, all users',
    ],
    [['fit', '-u', 'ratings.csv', '--model', '-'], 2, '--model -: name a plain file, which later runs can read'],
    [['score', '--model', 'ratings.rec', '--ratings', 'count'], 2, "unknown option '--ratings'"],
    [['fit', '-u', 'ratings.csv', '--model', 'no/m.rec'], 73, 'the folder no does not exist'],
  ])('%j', async (args, expected, message) => {
    const before = ['orders.csv', 'ratings.csv', 'ratings.rec'].map((name) => readFileSync(join(folder, name)));
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    const after = ['orders.csv', 'ratings.csv', 'ratings.rec'].map((name) => readFileSync(join(folder, name)));
    expect(after).toEqual(before);
  });
});
