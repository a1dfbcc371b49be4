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
import type { ScoreJob } from '../workers/protocol.js';
import { readAudience, writeAudience } from '../workers/run-files.js';
import type { Place } from './claim-output.js';
import { workAll } from './handing-on.js';
import { keptLists } from './kept-lists.js';
import { type Learned, logPlan } from './learn.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** Writes who is served, and with what, to a file of the run. @returns its path. */
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
 * @param audience the file that says who is served.
 */
export async function serve(
  run: Run,
  options: Options,
  dataset: Pick<Dataset, 'userIds' | 'served' | 'itemIds' | 'titles'>,
  audience: string,
  learned: Learned,
  destination: Destination,
  file: Place['file'],
): Promise<Omit<Served, 'cold' | 'failed' | 'lost'>> {
  const { directory, progress } = run;
  const cells = directory.file('cells');
  const quote = options.safeCsv ? safelyQuoted : quoted;
  writeArrays(cells, {
    ...quotedArrays('users', quotedCells(dataset.userIds.slice(0, dataset.served), quote)),
    ...quotedArrays('items', quotedCells(dataset.itemIds, quote)),
    ...(options.titles ? quotedArrays('titles', quotedCells(dataset.titles, quote)) : {}),
  });
  const job: ScoreJob = {
    kind: 'score',
    model: learned.model,
    settings: learned.settings,
    audience,
    cells,
    listLength: options.top,
    withTitles: options.titles,
  };
  const shards = planShards(scoringCosts(readAudience(audience), learned.rowLength), WORTH_A_SHARD);
  logPlan(run, 'recommending', shards.length);
  const served = { users: 0, rows: 0, short: 0, empty: 0 };
  const header = headerLine(options.titles);
  const before = file && (await keptLists(file.kept, file.lists, header, shards));
  let wanted = before?.isBegun || (await destination.write(header));
  await workAll(
    run.pool,
    job,
    shards,
    before?.keeping,
    async (answer) => {
      if (wanted) wanted = await destination.write(answer.csv);
      if (!wanted) throw new ReaderLeft();
      served.users += answer.users - answer.empty;
      served.empty += answer.empty;
      served.rows += answer.rows;
      served.short += answer.short;
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

class ReaderLeft extends Error {}
