import { statSync } from 'node:fs';
import type { Dataset } from '../input/dataset.js';
import { readDataset } from '../input/read.js';
import { firstRows } from '../model/sparse.js';
import { type Destination, openDestination } from '../output/destination.js';
import { headerLine } from '../output/lines.js';
import { quotedArrays, quotedCells } from '../output/quoting.js';
import { plural, understood } from '../output/report.js';
import { audienceOf, scoringCosts } from '../ranking/audience.js';
import { planShards, WORTH_A_SHARD } from '../shards/plan.js';
import type { ScoreJob } from '../shards/protocol.js';
import { writeArrays } from '../storage/array-file.js';
import { writeAudience } from '../storage/run-files.js';
import { orInterrupted } from './interruption.js';
import { type Learned, learn, tellPlan } from './learning.js';
import type { Options } from './options.js';
import { rangeWorkers } from './reading.js';
import { openBadRows } from './rejects.js';
import { type Run, startRun } from './run.js';
import { settle } from './tuning.js';

/**
 * The main job: read, learn, recommend, write.
 *
 * @param interrupted when it fires, everything stops at once and nothing is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function recommend(options: Options, interrupted: AbortSignal): Promise<void> {
  const run = startRun(options);
  let destination: Destination | undefined;
  try {
    const opened = openDestination(options.output);
    destination = opened;
    await orInterrupted(interrupted, async () => {
      const dataset = await read(run, options);
      const { settings, explanation, trials } = await settle(run, dataset, options.method);
      if (explanation !== undefined) run.say(`auto: ${explanation}\n`);
      if (trials !== undefined) run.tell(`${trials}\n`);
      const learned = await learn(run, dataset, settings);
      const served = await serve(run, options, dataset, learned, opened);
      await opened.commit();
      await run.pool.close('gently');
      run.progress.stop();
      const to = options.output === '-' ? '' : ` → ${options.output}`;
      run.say(
        `${plural(served.users, 'user')} served, ${plural(served.rows, 'row')}, ${run.seconds().toFixed(1)} s${to}\n`,
      );
    });
  } finally {
    run.progress.stop();
    destination?.abandon();
    await run.end();
  }
}

async function read(run: Run, options: Options): Promise<Dataset> {
  const { users, items, interactions } = options;
  const total = [users, items, interactions].reduce((bytes, path) => bytes + sizeOf(path), 0);
  let done = 0;
  const { badRows, close } = openBadRows(options.badRows);
  try {
    const { dataset, reports } = await readDataset({
      ...options,
      badRows,
      rangeWorkers: rangeWorkers(run),
      onBytes: (count) => {
        done += count;
        run.progress.at('reading', done, total);
      },
    });
    run.say(understood(dataset, reports, options.verbose));
    return dataset;
  } finally {
    close();
  }
}

async function serve(
  run: Run,
  options: Options,
  dataset: Dataset,
  learned: Learned,
  destination: Destination,
): Promise<{ users: number; rows: number }> {
  const { directory, progress } = run;
  const audience = audienceOf(dataset, (byUser) => firstRows(byUser, dataset.served), {
    recency: learned.settings.recency,
    includeSeen: options.includeSeen,
  });
  const audiencePath = directory.file('audience');
  writeAudience(audiencePath, audience);
  const cells = directory.file('cells');
  writeArrays(cells, {
    ...quotedArrays('users', quotedCells(dataset.userIds.slice(0, dataset.served))),
    ...quotedArrays('items', quotedCells(dataset.itemIds)),
    ...(options.titles ? quotedArrays('titles', quotedCells(dataset.titles)) : {}),
  });
  const job: ScoreJob = {
    kind: 'score',
    model: learned.model,
    settings: learned.settings,
    audience: audiencePath,
    cells,
    listLength: options.top,
    withTitles: options.titles,
  };
  const shards = planShards(scoringCosts(audience, learned.rowLength), WORTH_A_SHARD);
  tellPlan(run, 'recommending', shards.length);
  const served = { users: 0, rows: 0 };
  let wanted = await destination.write(headerLine(options.titles));
  await run.pool
    .run(job, shards, async (answer) => {
      if (wanted) wanted = await destination.write(answer.csv);
      if (!wanted) throw new ReaderLeft();
      served.users += answer.users;
      served.rows += answer.rows;
      progress.at('recommending', served.users, dataset.served, served.users);
    })
    .catch((error) => {
      // `| head` has what it wants: no more work, and no failure.
      if (!(error instanceof ReaderLeft)) throw error;
    });
  return served;
}

class ReaderLeft extends Error {}

function sizeOf(path: string | undefined): number {
  if (path === undefined || path === '-') return 0;
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
