import { type Dataset, type FileReport, releaseDataset } from '../dataset/dataset.js';
import { readDataset } from '../dataset/read.js';
import { ExitCode, Failure, messageOf } from '../failure.js';
import type { Io } from '../io.js';
import { longHistories } from '../model/long-histories.js';
import type { Checkpoint } from '../pipeline/checkpoint.js';
import { type ClaimedOutput, claimOutput } from '../pipeline/claim-output.js';
import { explainDiskFull } from '../pipeline/disk-full.js';
import { arrange, learnFrom } from '../pipeline/learn.js';
import { type Manifest, manifestOf } from '../pipeline/manifest.js';
import { WithinMemory } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import { type Ending, keepOutcome } from '../pipeline/outcome.js';
import { fastReading, inputBytes, startChildren } from '../pipeline/read.js';
import { serve, writeAudienceOf } from '../pipeline/recommend.js';
import { openBadRows } from '../pipeline/rejected-rows.js';
import { type Run, startRun } from '../pipeline/run.js';
import { orInterrupted, stopping, TimeIsUp } from '../pipeline/stopping.js';
import { type Settled, settle } from '../pipeline/tune.js';
import { inputReport, inputWarnings } from '../report/input-report.js';
import { megabytes, plural, thousands } from '../report/quantities.js';
import type { RunRecord } from '../report/summary.js';

/**
 * The main job: read, learn, recommend, write.
 *
 * @returns the exit code: 0, or 3 where somebody could not be served.
 * @param io when its signal fires, everything stops at once and nothing is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function recommend(options: Options, io: Io): Promise<number> {
  const { interrupted } = io;
  const run = startRun(options, io);
  const { users, items, interactions } = options;
  const paths = [users, items, interactions].filter((path) => path !== undefined);
  const record: RunRecord = { paths, files: [], stages: [], retries: run.retries };
  const stop = stopping(interrupted, options.maxDuration);
  let output: ClaimedOutput | undefined;
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  try {
    const memory = new WithinMemory(run, options, stop.stop, () => stageOf(record));
    const claimed = await claimOutput(run, options, stop.signal);
    output = claimed;
    await orInterrupted(stop.signal, () => work(run, options, claimed, memory, record));
    const exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    ending = { exitCode, error: null, message: servedText(run, options, record), interrupted: false };
    return exitCode;
  } catch (thrown) {
    const isStopped = stop.signal.aborted;
    const why = isStopped ? thrown : explainDiskFull(thrown, run, options.output);
    const error = unfinished(why, isStopped, run, options, output?.checkpoint, record);
    const exitCode = error instanceof Failure ? error.exitCode : ExitCode.unexpected;
    ending = { exitCode, error: messageOf(error), message: '', interrupted: interrupted.aborted };
    throw error;
  } finally {
    stop.clear();
    output?.destination.abandon();
    await run.end();
    output?.release();
    await keepOutcome(run, options, record, ending);
  }
}

/**
 * Decides whether the finished work of a run that did not come to its end stays for another, and adds that to the error.
 * @param isStopped whether it was stopped, and did not fail.
 */
function unfinished(
  error: unknown,
  isStopped: boolean,
  run: Run,
  options: Options,
  checkpoint: Checkpoint | undefined,
  record: RunRecord,
): unknown {
  const isTimeUp = error instanceof TimeIsUp;
  // What was refused stays as it was; what failed before it had finished anything leaves nothing to go on with.
  const hasWork = checkpoint !== undefined && checkpoint.finished !== '';
  const mayResume = checkpoint !== undefined && (isTimeUp || options.resume);
  const isKept = mayResume && (isStopped || (!run.directory.isKept && hasWork));
  if (isKept) run.directory.keep(true);
  if (!(error instanceof Failure)) return error;
  const far = isTimeUp ? ` while ${stageOf(record)}; no output file was written` : '';
  const isShort = error.exitCode === ExitCode.noMemory;
  const missed =
    isShort && !options.resume && hasWork ? '; its finished work is gone; with --resume it would have stayed' : '';
  const rest = isKept ? '; --resume goes on with what is done' : missed;
  return far + rest === '' ? error : new Failure(error.exitCode, `${error.message}${far}${rest}`, { cause: error });
}

function stageOf({ stages }: RunRecord): string {
  return stages.at(-1)?.stage ?? 'waiting';
}

/** Reads, learns, recommends and writes, and keeps a record of it. */
async function work(
  run: Run,
  options: Options,
  { destination, checkpoint }: ClaimedOutput,
  memory: WithinMemory,
  record: RunRecord,
): Promise<void> {
  const stage = async <T>(name: string, done: () => Promise<T>): Promise<T> => {
    const startedAt = run.seconds();
    const taken = { stage: name, seconds: () => run.seconds() - startedAt };
    record.stages.push(taken);
    try {
      return await done();
    } finally {
      const seconds = taken.seconds();
      taken.seconds = () => seconds;
      run.memory.look();
    }
  };
  await memory.read();
  const { dataset, reports } = await stage('reading', () => read(run, options, memory));
  record.files = reports;
  record.dataset = dataset;
  tellLongHistories(run, dataset, options.method.settings.longestHistory);
  await memory.learn(dataset);
  const key = checkpoint && goOn(run, checkpoint, manifestOf(options, dataset));
  const { settings, auto } = await stage('tuning', () => settleOnce(run, dataset, options, checkpoint, key));
  record.method = { name: options.method.name, settings, auto };
  if (auto) run.info(`auto: ${auto.explanation}`);
  if (auto?.table) run.debug(auto.table);
  let audience = '';
  const learned = await stage('learning', () => {
    memory.arrange(dataset);
    const arranged = arrange(run, dataset, settings, key);
    audience = writeAudienceOf(run, options, dataset, settings);
    // All that is large of it lies in files now.
    releaseDataset(dataset);
    return learnFrom(run, arranged, settings);
  });
  const served = await stage('recommending', () => serve(run, options, dataset, audience, learned, destination));
  await run.pool.close('gently');
  // The last that is waited for: once the file is in its place, nothing stops the run any more and says that there is none.
  await destination.commit();
  const lost = lostOf(run, dataset);
  const failed = run.lost.filter(({ what }) => what === 'user').length;
  record.served = { ...served, cold: withoutHistory(dataset), failed, lost };
  if (lost.length > 0) run.warn(`not all could be worked:\n  ${lost.join('\n  ')}\n  ${WHEN_LOST}`);
}

const WHEN_LOST = 'all else is done; run it again, with a smaller -j where memory may be short';

/** What a run that did its work says at last. */
function servedText(run: Run, { output }: Options, { served }: RunRecord): string {
  if (!served) return '';
  const to = output === '-' ? '' : ` → ${output}`;
  const memory = `${megabytes(run.memory.peak.bytes)} at most`;
  const empty = served.empty > 0 ? ` (${thousands(served.empty)} more: nothing is left for them)` : '';
  return `${plural(served.users, 'user')} served${empty}, ${plural(served.rows, 'row')}, ${run.seconds().toFixed(1)} s, ${memory}${to}`;
}

/** Begins to keep finished work, and says what there is already. @returns its key. @throws Failure 65 where that is of other data. */
function goOn(run: Run, checkpoint: Checkpoint, manifest: Manifest): string {
  const key = checkpoint.begin(manifest);
  if (checkpoint.finished !== '')
    run.info(`going on with an interrupted run, which had finished ${checkpoint.finished}`);
  return key;
}

/** The settings to learn with: those that an interrupted run found, where it came so far. */
async function settleOnce(
  run: Run,
  dataset: Dataset,
  { method }: Options,
  checkpoint: Checkpoint | undefined,
  key: string | undefined,
): Promise<Settled> {
  const find = () => settle(run, dataset, method);
  return checkpoint && key && method.tuned ? checkpoint.settings(key, run.warn, find) : find();
}

function withoutHistory({ interactions, served }: Dataset): number {
  let count = 0;
  for (let user = 0; user < served; user++) if (interactions.start[user] === interactions.start[user + 1]) count++;
  return count;
}

function tellLongHistories(run: Run, { interactions }: Dataset, most: number): void {
  const users = longHistories(interactions, most).length;
  if (users === 0) return;
  run.info(
    `${plural(users, 'user')} with more than ${plural(most, 'item')}: pairs are counted of the latest (--max-history)`,
  );
}

async function read(
  run: Run,
  options: Options,
  memory: WithinMemory,
): Promise<{ dataset: Dataset; reports: FileReport[] }> {
  const total = inputBytes(options);
  let done = 0;
  startChildren(run, total);
  const rejects = openBadRows(options.badRows, options.safeCsv, run.info);
  try {
    const { dataset, reports } = await readDataset({
      ...options,
      badRows: rejects.badRows,
      ...fastReading(run),
      beforeFolding: (rows) => memory.fold(rows),
      onBytes: (count) => {
        done += count;
        run.progress.at('reading', done, total);
      },
    });
    run.info(inputReport(dataset, reports, options.verbose));
    for (const warning of inputWarnings(reports, options.badRows)) run.warn(warning);
    await rejects.close();
    return { dataset, reports };
  } finally {
    rejects.abandon();
  }
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
