import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/*
 * npm run accuracy -- --data FOLDER [--only online-retail,gowalla] [--algorithms ridge,auto]
 *
 * Prints a row for each data set, split and algorithm, from `recommend evaluate` with its default seed. Data sets that are not in the
 * folder are left out.
 */

const PROGRAM = fileURLToPath(new URL('../../bin/recommend.js', import.meta.url));
const BY_TIME = ['--split', 'time', '--holdout', '0.1'];
const NEXT_ITEM = ['--split', 'last', '--holdout', '1'];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string' },
    algorithms: { type: 'string', default: 'ridge,auto' },
  },
});
if (options.data === undefined) throw new Error('--data names the folder of the data sets');
const folder = options.data;

/** The runs; file names are relative to the folder of the data set. */
const RUNS: { data: string; users: string; items?: string; test?: string; at: number; splits: string[][] }[] = [
  { data: 'ml-latest-small', users: 'ratings.csv', at: 10, splits: [BY_TIME, NEXT_ITEM] },
  { data: 'ml-latest-small', users: 'ratings.csv', items: 'movies.csv', at: 10, splits: [BY_TIME, NEXT_ITEM] },
  { data: 'online-retail', users: 'onlineretail.csv', at: 10, splits: [BY_TIME, NEXT_ITEM] },
  { data: 'complete-journey', users: 'transactions.csv', at: 10, splits: [BY_TIME, NEXT_ITEM] },
  { data: 'gowalla', users: 'train.csv', test: 'test.csv', at: 20, splits: [[]] },
  { data: 'lastfm', users: 'train.csv', test: 'test.csv', at: 20, splits: [[]] },
  { data: 'goodbooks', users: 'train.csv', test: 'test.csv', at: 20, splits: [[]] },
  { data: 'citeulike-t', users: 'train.csv', items: 'items.csv', test: 'test.csv', at: 50, splits: [[]] },
];

process.stdout.write('data,items,split,algorithm,recall,ndcg,hit_rate,at\n');
for (const { data, users, items, test, at, splits } of RUNS) {
  const path = (file: string) => join(folder, data, file);
  if ((options.only && !options.only.split(',').includes(data)) || !existsSync(path(users))) continue;
  for (const split of splits) {
    const files = [
      '--users',
      path(users),
      ...(items ? ['--items', path(items)] : []),
      ...(test ? ['--test', path(test)] : []),
    ];
    const how = ['--algorithms', options.algorithms, '--at', `${at}`, '--format', 'csv', '-q'];
    const run = spawnSync(process.execPath, [PROGRAM, 'evaluate', ...files, ...split, ...how], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${data}: ${run.stderr}`);
    const figures = run.stdout.split('\n').map((line) => line.split(','));
    const figure = (algorithm: string, metric: string) =>
      figures.find(([name, group, what]) => name === algorithm && group === 'all' && what === metric)?.[4];
    for (const algorithm of [...options.algorithms.split(','), 'popular']) {
      const values = ['recall', 'ndcg', 'hit_rate'].map((metric) => figure(algorithm, metric));
      process.stdout.write(`${[data, items ?? '', split[1] ?? test, algorithm, ...values, at].join(',')}\n`);
    }
  }
}
