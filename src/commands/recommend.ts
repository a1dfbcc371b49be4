import { statSync } from 'node:fs';
import type { Dataset } from '../input/dataset.js';
import { readDataset } from '../input/read.js';
import { type Evidence, evidenceOf } from '../model/evidence.js';
import { fitCosts, type RowFacts, signalCounts } from '../model/fit.js';
import { scalesOf } from '../model/scales.js';
import { DEFAULT_SETTINGS, type Settings } from '../model/settings.js';
import { firstRows, joined } from '../model/sparse.js';
import { type Destination, openDestination } from '../output/destination.js';
import { headerLine } from '../output/lines.js';
import { type Progress, progressOn } from '../output/progress.js';
import { quotedArrays, quotedCells } from '../output/quoting.js';
import { plural, understood } from '../output/report.js';
import { type Audience, scoringCosts, signalsOf } from '../ranking/audience.js';
import { planShards } from '../shards/plan.js';
import { Pool } from '../shards/pool.js';
import type { FitJob, ScoreJob } from '../shards/protocol.js';
import { writeArrays } from '../storage/array-file.js';
import { RunDirectory } from '../storage/run-directory.js';
import { writeAudience, writeEvidence, writeScales } from '../storage/run-files.js';
import type { Options } from './options.js';
import { openBadRows } from './rejects.js';

/** A shard of less work than this, in additions, costs more to hand out than to do. */
const WORTH_A_SHARD = 2_000_000;

/** What a run needs while it lasts, and what is left behind by none. */
interface Run {
  options: Options;
  directory: RunDirectory;
  pool: Pool;
  progress: Progress;
  say: (text: string) => void;
  startedAt: number;
}

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
      const dataset = await read(run);
      const learned = await learn(run, dataset);
      const served = await serve(run, dataset, learned, opened);
      await opened.commit();
      await run.pool.close('gently');
      run.progress.stop();
      const seconds = ((performance.now() - run.startedAt) / 1000).toFixed(1);
      const to = options.output === '-' ? '' : ` → ${options.output}`;
      run.say(`${plural(served.users, 'user')} served, ${plural(served.rows, 'row')}, ${seconds} s${to}\n`);
    });
  } finally {
    run.progress.stop();
    destination?.abandon();
    await run.pool.close('at once');
    run.directory.remove();
  }
}

function startRun(options: Options): Run {
  const progress = progressOn(process.stderr, options.quiet);
  const warn = (text: string) => process.stderr.write(`recommend: warning: ${text}\n`);
  return {
    options,
    directory: new RunDirectory(),
    pool: new Pool({ size: options.workers, onRetry: warn }),
    progress,
    say: (text) => {
      if (!options.quiet) process.stderr.write(text);
    },
    startedAt: performance.now(),
  };
}

async function orInterrupted(interrupted: AbortSignal, work: () => Promise<void>): Promise<void> {
  const stopped = new Promise<never>((_, reject) => {
    interrupted.addEventListener('abort', () => reject(interrupted.reason), { once: true });
  });
  await Promise.race([work(), stopped]);
}

async function read(run: Run): Promise<Dataset> {
  const { options, progress } = run;
  const { users, items, interactions } = options;
  const total = [users, items, interactions].reduce((bytes, path) => bytes + sizeOf(path), 0);
  let done = 0;
  const { badRows, close } = openBadRows(options.badRows);
  try {
    const { dataset, reports } = await readDataset({
      users,
      items,
      interactions,
      delimiter: options.delimiter,
      named: options.named,
      attributeColumns: options.attributeColumns,
      duplicates: options.duplicates,
      ratings: options.ratings,
      eventWeights: options.eventWeights,
      badRows,
      onBytes: (count) => {
        done += count;
        progress.at('reading', done, total);
      },
    });
    progress.pause(() => run.say(understood(dataset, reports, options.verbose)));
    return dataset;
  } finally {
    close();
  }
}

/** What learning leaves behind for scoring: the places of the rows, and their lengths by signal. */
interface Learned {
  counts: ReturnType<typeof signalCounts>;
  rows: { path: string; from: number }[];
  scalesPath: string;
  rowLength: Float64Array;
}

async function learn(run: Run, dataset: Dataset): Promise<Learned> {
  const settings: Settings = DEFAULT_SETTINGS;
  const evidence = evidenceOf(dataset, settings);
  const counts = signalCounts(evidence);
  const signals = counts.items + counts.preferences + counts.groups;
  const evidencePath = run.directory.file('evidence');
  writeEvidence(evidencePath, evidence);

  const job: FitJob = { kind: 'fit', evidence: evidencePath, settings, rows: run.directory.file('rows') };
  const shards = planShards(fitCosts(evidence), WORTH_A_SHARD);
  tellPlan(run, 'learning', shards.length, evidence);
  const facts: RowFacts = {
    sum: new Float64Array(signals),
    largest: new Float64Array(signals),
    length: new Float64Array(signals),
  };
  const rows: Learned['rows'] = [];
  const work = shards.reduce((total, shard) => total + shard.cost, 0);
  let done = 0;
  await run.pool.run(job, shards, (answer, shard) => {
    if (answer.kind !== 'fit') return;
    rows.push({ path: answer.path, from: shard.from });
    facts.sum.set(answer.sum, shard.from);
    facts.largest.set(answer.largest, shard.from);
    facts.length.set(answer.length, shard.from);
    done += shard.cost;
    run.progress.at('learning', done, work);
  });
  const scalesPath = run.directory.file('scales');
  writeScales(scalesPath, scalesOf(evidence, facts, counts, settings));
  return { counts, rows, scalesPath, rowLength: facts.length };
}

async function serve(
  run: Run,
  dataset: Dataset,
  learned: Learned,
  destination: Destination,
): Promise<{ users: number; rows: number }> {
  const { options, directory, progress } = run;
  const audience = audienceOf(dataset, options.includeSeen);
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
    audience: audiencePath,
    scales: learned.scalesPath,
    rows: learned.rows,
    cells,
    counts: learned.counts,
    listLength: options.top,
    withTitles: options.titles,
  };
  const shards = planShards(scoringCosts(audience, learned.rowLength), WORTH_A_SHARD);
  tellPlan(run, 'recommending', shards.length);
  const served = { users: 0, rows: 0 };
  let wanted = await destination.write(headerLine(options.titles));
  await run.pool
    .run(job, shards, async (answer) => {
      if (answer.kind !== 'score') return;
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

/** Whom to serve, and with what: a user's signals, and what they are not offered. */
function audienceOf(dataset: Dataset, includeSeen: boolean): Audience {
  const { served, offered } = dataset;
  const history = firstRows(dataset.interactions, served);
  const excluded = firstRows(dataset.excluded, served);
  return {
    signals: signalsOf(history, firstRows(dataset.preferences, served), firstRows(dataset.groups, served)),
    barred: includeSeen ? excluded : joined([history, excluded], served, history.columns),
    offered,
  };
}

function sizeOf(path: string | undefined): number {
  if (path === undefined || path === '-') return 0;
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function tellPlan(run: Run, what: string, shards: number, evidence?: Evidence): void {
  if (!run.options.verbose) return;
  const seconds = ((performance.now() - run.startedAt) / 1000).toFixed(2);
  const baskets = evidence ? `, from ${plural(evidence.baskets.rows, 'basket')}` : '';
  run.progress.pause(() =>
    run.say(
      `${seconds} s: ${what} in ${plural(shards, 'shard')} on ${run.pool.childrenFor(shards)} of ${run.options.workers} workers${baskets}\n`,
    ),
  );
}
