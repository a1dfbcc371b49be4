import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/dataset/read.js';
import { understood } from '../../src/report/understood.js';
import { inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

/** What is said of events given as text. */
async function saidOf(events: string, rest = {}): Promise<string> {
  const { dataset, reports } = await readDataset(inputsOf(folder.file('events.csv', events), rest));
  return understood(dataset, reports, false);
}

/** Events of one user each, with the given strengths. */
const rated = (...strengths: (number | string)[]) =>
  `user,item,rating\n${strengths.map((strength, at) => `u${at},a,${strength}\n`).join('')}`;

describe('understood, of columns', () => {
  it('tells words from attributes and both from what is not used', async () => {
    const long = (word: string, at: number) =>
      `${word} ${Array.from({ length: 12 }, (_, n) => `${at}x${n}yz`).join(' ')}`;
    const words = ['boat', 'boat', 'car', 'car', 'bus', ...new Array<string>(25).fill('')];
    const rows = words.map((word, at) => `i${at},k${at % 2},${word && long(word, at)},c${at},${at}.50\n`);
    const items = folder.file('items.csv', `item_id,kind,about,code,price\n${rows.join('')}`);
    const said = await saidOf('user,item\nu,i0\n', { items });
    expect(said).toContain(
      '  attributes  kind (2 values)\n  numbers  price (3 bands from 0.5 to 29.5)\n  words  about (2 words of 63)\n',
    );
    expect(said).toContain('  not used  code (nearly every value stands alone)\n');
  });
});

describe('understood, of strengths', () => {
  it('says of a scale what a point counts', async () => {
    expect(await saidOf(rated(1, 3, 5, 5))).toContain(
      "  rating  a scale from 1 to 5: a user's mean counts 1, a point above it 0.2 more, a point below 0.2 less; none excludes\n",
    );
  });

  it('says of thumbs what is a dislike', async () => {
    expect(await saidOf(rated(-1, 1, 1))).toContain('  rating  a scale from -1 to 1: what is below 0 is a dislike');
    expect(await saidOf(rated(-1, 0, 3, 5, 5))).toContain('a scale from -1 to 5: up to 0.5 is a dislike');
  });

  it('says of counts what some of them count', async () => {
    expect(await saidOf(rated(1, 1, 2, 70))).toContain('  rating  counts: 1 counts 1, 10 count 1.5, 100 count 2;');
  });

  it('says of a single grade that each counts the same', async () => {
    expect(await saidOf(rated(1, 1), { ratings: 'scale' })).toContain('  rating  one grade only: each counts 1\n');
  });

  it('says of each type of event how many rows it has and what they weigh, the commonest first', async () => {
    const events = 'user,item,event\nu,a,buy\nu,b,View\nv,a,view\nv,b,remove_from_cart\n';
    const said = await saidOf(events);
    expect(said).toContain(
      '  events  View: 2 rows of weight 1; buy: 1 row of weight 5; remove_from_cart: 1 row of weight 0\n',
    );
    expect(said).toContain('  skipped  1 row of a type of event that weighs 0, the first on line 5\n');
  });

  it('cuts a long list of types short', async () => {
    const events = Array.from({ length: 15 }, (_, at) => `u,a,type ${at}\n`).join('');
    expect(await saidOf(`user,item,event\n${events}`)).toContain('type 11: 1 row of weight 1; and 3 rarer types\n');
  });

  it('says nothing of strengths where there are none, and counts the empty ones', async () => {
    expect(await saidOf('user,item\nu,a\n')).not.toContain('rating');
    expect(await saidOf(rated(1, '', 2, ''))).toContain('  rating  empty in 2 rows: a plain interaction\n');
  });
});
