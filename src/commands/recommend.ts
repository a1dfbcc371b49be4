import { statSync } from 'node:fs';
import { ExitCode, Failure } from '../failure.js';
import type { Dataset, FileReport } from '../input/dataset.js';
import { readDataset } from '../input/read.js';
import { longHistories } from '../model/long-histories.js';
import { firstRows } from '../model/sparse.js';
import { type Destination, openAlone, openDestination } from '../output/destination.js';
import { headerLine } from '../output/lines.js';
import { quoted, quotedArrays, quotedCells, safelyQuoted } from '../output/quoting.js';
import { plural, understood } from '../output/report.js';
import { type RunRecord, type Served, summaryOf } from '../output/summary.js';
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
 * @returns the exit code: 0, or 3 where somebody could not be served.
 * @param interrupted when it fires, everything stops at once and nothing is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function recommend(options: Options, interrupted: AbortSignal): Promise<number> {
  const run = startRun(options);
  const record: RunRecord = { files: [], seconds: [], retries: run.retries };
  let destination: Destination | undefined;
  let ending: { exitCode: number; error: string | null } = { exitCode: ExitCode.unexpected, error: 'unexpected' };
  try {
    const opened = await openAlone(options.output, {
      wait: options.lockWait,
      onWait: (who) => run.say(`${options.output} is being written by ${who}: waiting\n`),
      interrupted,
    });
    destination = opened;
    await orInterrupted(interrupted, () => work(run, options, opened, record));
    ending = { exitCode: run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed, error: null };
    return ending.exitCode;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    ending = { exitCode: error instanceof Failure ? error.exitCode : ExitCode.unexpected, error: message };
    throw error;
  } finally {
    run.progress.stop();
    destination?.abandon();
    await run.end();
    if (options.summary !== undefined) await writeSummary(options.summary, run, options, record, ending);
  }
}

/** Reads, learns, recommends and writes, and keeps a record of it. */
async function work(run: Run, options: Options, destination: Destination, record: RunRecord): Promise<void> {
  const stage = async <T>(name: string, done: () => Promise<T>): Promise<T> => {
    const startedAt = run.seconds();
    const result = await done();
    record.seconds.push({ stage: name, seconds: run.seconds() - startedAt });
    return result;
  };
  const { dataset, reports } = await stage('reading', () => read(run, options));
  record.files = reports;
  record.dataset = dataset;
  tellLongHistories(run, dataset, options.method.settings.longestHistory);
  const settled = await stage('tuning', () => settle(run, dataset, options.method));
  const { settings, explanation, trials, tuning, cold } = settled;
  const auto = explanation === undefined ? undefined : { explanation, tuning, cold };
  record.method = { name: options.method.name, settings, auto };
  if (explanation !== undefined) run.say(`auto: ${explanation}\n`);
  if (trials !== undefined) run.tell(`${trials}\n`);
  const learned = await stage('learning', () => learn(run, dataset, settings));
  const served = await stage('recommending', () => serve(run, options, dataset, learned, destination));
  await destination.commit();
  const lost = lostOf(run, dataset);
  record.served = { ...served, cold: withoutHistory(dataset), lost };
  await run.pool.close('gently');
  run.progress.stop();
  const to = options.output === '-' ? '' : ` → ${options.output}`;
  const empty = served.empty > 0 ? ` (${served.empty.toLocaleString('en')} more: nothing is left for them)` : '';
  run.say(
    `${plural(served.users, 'user')} served${empty}, ${plural(served.rows, 'row')}, ${run.seconds().toFixed(1)} s${to}\n`,
  );
  // Whatever the options: who and what is missing has to be known.
  if (lost.length > 0) process.stderr.write(`recommend: not all could be worked:\n  ${lost.join('\n  ')}\n`);
}

function withoutHistory({ interactions, served }: Dataset): number {
  let count = 0;
  for (let user = 0; user < served; user++) if (interactions.start[user] === interactions.start[user + 1]) count++;
  return count;
}

/** Writes the summary, whole or not at all. That it cannot be written is told, and does not fail a run that did its work. */
async function writeSummary(
  path: string,
  run: Run,
  options: Options,
  record: RunRecord,
  ending: { exitCode: number; error: string | null },
): Promise<void> {
  const { version, method: _, ...typed } = options;
  const shown = { ...typed, eventWeights: Object.fromEntries(options.eventWeights) };
  const ended = { ...ending, seconds: run.seconds(), startedAt: run.startedAt };
  let file: Destination | undefined;
  try {
    file = openDestination(path);
    await file.write(await summaryOf(version, shown, record, ended));
    await file.commit();
  } catch (error) {
    process.stderr.write(`recommend: warning: no summary: ${error instanceof Error ? error.message : error}\n`);
  } finally {
    file?.abandon();
  }
}

function tellLongHistories(run: Run, { interactions }: Dataset, most: number): void {
  const users = longHistories(interactions, most).length;
  if (users === 0) return;
  run.say(
    `${plural(users, 'user')} with more than ${plural(most, 'item')}: pairs are counted of the latest (--max-history)\n`,
  );
}

async function read(run: Run, options: Options): Promise<{ dataset: Dataset; reports: FileReport[] }> {
  const { users, items, interactions } = options;
  const total = [users, items, interactions].reduce((bytes, path) => bytes + sizeOf(path), 0);
  let done = 0;
  const { badRows, close } = openBadRows(options.badRows, options.safeCsv);
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
    return { dataset, reports };
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
): Promise<Omit<Served, 'cold' | 'lost'>> {
  const { directory, progress } = run;
  const audience = audienceOf(dataset, (byUser) => firstRows(byUser, dataset.served), learned.settings, options);
  const audiencePath = directory.file('audience');
  writeAudience(audiencePath, audience);
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
    audience: audiencePath,
    cells,
    listLength: options.top,
    withTitles: options.titles,
  };
  const shards = planShards(scoringCosts(audience, learned.rowLength), WORTH_A_SHARD);
  tellPlan(run, 'recommending', shards.length);
  const served = { users: 0, rows: 0, short: 0, empty: 0 };
  let wanted = await destination.write(headerLine(options.titles));
  await run.pool
    .run(
      job,
      shards,
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
      ({ from }, { message: why }) => void run.lost.push({ what: 'user', index: from, why }),
    )
    .catch((error) => {
      // `| head` has what it wants: no more work, and no failure.
      if (!(error instanceof ReaderLeft)) throw error;
    });
  return served;
}

/** Who and what could not be worked, each in a sentence. */
function lostOf({ lost }: Run, dataset: Dataset): string[] {
  if (lost.length === 0) return [];
  const { userIds, itemIds, attributeNames, groupNames } = dataset;
  const signals = [
    ...itemIds.map((id) => `item ${id}`),
    ...attributeNames.map((name) => `attribute ${name}`),
    ...groupNames.map((name) => `group ${name}`),
  ];
  return lost.map(({ what, index, why }) =>
    what === 'user' ? `user ${userIds[index]} got no list: ${why}` : `${signals[index]} was not learned: ${why}`,
  );
}

class ReaderLeft extends Error {}

function sizeOf(path: string | undefined): number {
  if (path === undefined || path === '-') return 0;
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
