import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/dataset/read.js';
import { inputReport } from '../../src/report/input-report.js';
import { inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

/** The input report on the given events. */
async function reportOn(events: string, rest = {}): Promise<string> {
  const { dataset, reports } = await readDataset(inputsOf(folder.file('events.csv', events), rest));
  return inputReport(dataset, reports, false);
}

/** One event per user with the given strengths. */
const rated = (...strengths: (number | string)[]) =>
  `user,item,rating\n${strengths.map((strength, at) => `u${at},a,${strength}\n`).join('')}`;

describe('the report on columns', () => {
  it('lists attributes, numbers, words and unused columns separately', async () => {
    const long = (word: string, at: number) =>
      `${word} ${Array.from({ length: 12 }, (_, n) => `${at}x${n}yz`).join(' ')}`;
    const words = ['boat', 'boat', 'car', 'car', 'bus', ...new Array<string>(25).fill('')];
    const rows = words.map((word, at) => `i${at},k${at % 2},${word && long(word, at)},c${at},${at}.50\n`);
    const items = folder.file('items.csv', `item_id,kind,about,code,price\n${rows.join('')}`);
    const report = await reportOn('user,item\nu,i0\n', { items });
    expect(report).toContain(
      '  attributes  kind (2 values)\n  numbers  price (3 bands from 0.5 to 29.5)\n  words  about (2 of 63 words)\n',
    );
    expect(report).toContain('  not used  code (nearly every value stands alone)\n');
  });
});

describe('the report on strengths', () => {
  it('states the weight of a point on a rating scale', async () => {
    expect(await reportOn(rated(1, 3, 5, 5))).toContain(
      "  rating  a scale from 1 to 5: a user's mean weighs 1, each point above it 0.2 more, each point below 0.2 less; no rating is a dislike\n",
    );
  });

  it('states which values of a scale are dislikes', async () => {
    expect(await reportOn(rated(-1, 1, 1))).toContain(
      'a scale from -1 to 1: values below 0 are dislikes, all others weigh 1\n',
    );
    expect(await reportOn(rated(-1, -0.5, 0, 3, 5, 5))).toContain(
      'a scale from -1 to 5: values up to 0.5 are dislikes,',
    );
  });

  it('gives examples of the weights of counts', async () => {
    expect(await reportOn(rated(1, 1, 2, 70))).toContain('  rating  counts: 1 weighs 1, 10 weigh 1.5, 100 weigh 2;');
  });

  it('states that a single grade gives every row the same weight', async () => {
    expect(await reportOn(rated(1, 1), { ratings: 'scale' })).toContain(
      '  rating  a single grade: every row weighs 1\n',
    );
  });

  it('lists rows and weight of each event type, the most frequent first', async () => {
    const events = 'user,item,event\nu,a,buy\nu,b,View\nv,a,view\nv,b,remove_from_cart\n';
    const report = await reportOn(events);
    expect(report).toContain(
      '  events  View: 2 rows of weight 1; buy: 1 row of weight 5; remove_from_cart: 1 row of weight 0\n',
    );
    expect(report).toContain('  skipped  1 row of a type of event that weighs 0, the first on line 5\n');
  });

  it('shortens a long list of event types', async () => {
    const events = Array.from({ length: 30 }, (_, row) => row % 15)
      .map((at) => `u,a,type ${at}\n`)
      .join('');
    expect(await reportOn(`user,item,event\n${events}`)).toContain('type 11: 2 rows of weight 1; and 3 rarer types\n');
  });

  it('mentions strengths only if there are any, and counts empty cells', async () => {
    expect(await reportOn('user,item\nu,a\n')).not.toContain('rating');
    expect(await reportOn(rated(1, '', 2, ''))).toContain('  rating  empty in 2 rows: counted as plain interactions\n');
  });
});
