import type { Dataset } from '../input/dataset.js';
import { letGo } from '../memory.js';
import type { Settings } from '../model/settings.js';
import { firstRows } from '../model/sparse.js';
import { headerLine } from '../output/lines.js';
import { quotedArrays } from '../output/quoted-cells.js';
import { quoted, quotedCells, safelyQuoted } from '../output/quoting.js';
import type { Served } from '../output/summary.js';
import type { Destination } from '../output/writing.js';
import { audienceOf, scoringCosts } from '../ranking/audience.js';
import { planShards, WORTH_A_SHARD } from '../shards/plan.js';
import type { ScoreJob } from '../shards/protocol.js';
import { writeArrays } from '../storage/array-file.js';
import { readAudience, writeAudience } from '../storage/run-files.js';
import { workAll } from './handing-on.js';
import { keptLists } from './kept-lists.js';
import { type Learned, tellPlan } from './learning.js';
import type { Options } from './options.js';
import type { Place } from './place.js';
import type { Run } from './run.js';

/** Writes who is served, and with what, to a file of the run. @returns its path. */
export function writeAudienceOf(run: Run, options: Options, dataset: Dataset, settings: Settings): string {
  const path = run.directory.file('audience');
  const audience = audienceOf(dataset, (byUser) => firstRows(byUser, dataset.served), settings, options);
  writeAudience(path, audience);
  const { value } = audience.signals;
  if (value.buffer !== dataset.interactions.value.buffer) letGo(value);
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
  tellPlan(run, 'recommending', shards.length);
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
