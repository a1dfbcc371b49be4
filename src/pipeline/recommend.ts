import { headerLine } from '../csv/list-lines.js';
import { quotedArrays } from '../csv/quoted-cells.js';
import { quoted, quotedCells, safelyQuoted } from '../csv/quoting.js';
import type { Dataset } from '../dataset/dataset.js';
import { writeArrays } from '../files/array-file.js';
import type { Destination } from '../files/writing.js';
import { release } from '../matrix/memory.js';
import { firstRows } from '../matrix/sparse.js';
import type { Settings } from '../model/settings.js';
import { audienceOf, scoringCosts } from '../ranking/audience.js';
import type { Served } from '../report/summary.js';
import { planShards, WORTH_A_SHARD } from '../workers/plan.js';
import type { RecommendJob } from '../workers/protocol.js';
import { readAudience, readLists, writeAudience } from '../workers/run-files.js';
import { shardOutput } from './checkpoint.js';
import { type Learned, logPlan } from './learn.js';
import type { Options } from './options.js';
import type { Run } from './run.js';
import { runShards } from './run-shards.js';

/** Writes the audience, the users served and their signals, to a file of the run. @returns its path. */
export function writeAudienceOf(run: Run, options: Options, dataset: Dataset, settings: Settings): string {
  const path = run.directory.file('audience');
  const audience = audienceOf(dataset, (byUser) => firstRows(byUser, dataset.served), settings, options);
  writeAudience(path, audience);
  const { value } = audience.signals;
  if (value.buffer !== dataset.interactions.value.buffer) release(value);
  return path;
}

/**
 * Makes the lists and writes them, in the order of the users.
 * @param audience the file that says who is served. @returns what was served.
 */
export async function serve(
  run: Run,
  options: Options,
  dataset: Pick<Dataset, 'userIds' | 'served' | 'itemIds' | 'titles'>,
  audience: string,
  learned: Learned,
  destination: Destination,
): Promise<Omit<Served, 'cold' | 'failed' | 'lost'>> {
  const { directory, progress } = run;
  const job: RecommendJob = {
    kind: 'recommend',
    model: learned.model,
    settings: learned.settings,
    audience,
    cells: writeCells(run, options, dataset),
    listLength: options.top,
    withTitles: options.titles,
    output: shardOutput(run, 'recommend', learned.key),
  };
  const shards = planShards(scoringCosts(readAudience(audience), learned.rowLength), WORTH_A_SHARD);
  logPlan(run, 'recommending', shards.length);
  const served = { users: 0, rows: 0, short: 0, empty: 0 };
  let isWanted = await destination.write(headerLine(options.titles));
  await runShards(
    run,
    job,
    shards,
    async (path) => {
      const lists = readLists(path);
      if (isWanted) isWanted = await destination.write(lists.csv);
      if (!isWanted) throw new ReaderLeft();
      // Files that no other run can use would only take room.
      if (learned.key === undefined) directory.discard([path]);
      served.users += lists.users - lists.empty;
      served.empty += lists.empty;
      served.rows += lists.rows;
      served.short += lists.short;
      const done = served.users + served.empty;
      progress.at('recommending', done, dataset.served, done);
    },
    ({ from }, why) => void run.lost.push({ what: 'user', index: from, why }),
  ).catch((error) => {
    // `| head` has what it wants: no more work, and no failure.
    if (!(error instanceof ReaderLeft)) throw error;
  });
  return served;
}

/** Writes the quoted cells that lists are put together from to a file of the run. @returns its path. */
function writeCells(
  { directory }: Run,
  { safeCsv, titles }: Options,
  dataset: Pick<Dataset, 'userIds' | 'served' | 'itemIds' | 'titles'>,
): string {
  const path = directory.file('cells');
  const quote = safeCsv ? safelyQuoted : quoted;
  writeArrays(path, {
    ...quotedArrays('users', quotedCells(dataset.userIds.slice(0, dataset.served), quote)),
    ...quotedArrays('items', quotedCells(dataset.itemIds, quote)),
    ...(titles ? quotedArrays('titles', quotedCells(dataset.titles, quote)) : {}),
  });
  return path;
}

class ReaderLeft extends Error {}
