import { type Dataset, type FileReport, releaseDataset } from '../dataset/dataset.js';
import { readDataset } from '../dataset/read.js';
import { ExitCode, Failure, messageOf } from '../failure.js';
import { LISTS } from '../files/lists-file.js';
import { JOURNAL } from '../files/run-directory.js';
import type { Io } from '../io.js';
import { longHistories } from '../model/long-histories.js';
import { openPlace, type Place } from '../pipeline/claim-output.js';
import { explainDiskFull } from '../pipeline/disk-full.js';
import { dataEntry, refuseOtherData } from '../pipeline/fingerprint.js';
import { orInterrupted } from '../pipeline/interruption.js';
import type { KeptWork } from '../pipeline/kept.js';
import { arrange, learnFrom } from '../pipeline/learn.js';
import { WithinMemory } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import { type Ending, keepOutcome } from '../pipeline/outcome.js';
import { fastReading, inputBytes, startChildren } from '../pipeline/read.js';
import { serve, writeAudienceOf } from '../pipeline/recommend.js';
import { openBadRows } from '../pipeline/rejected-rows.js';
import { type Run, startRun } from '../pipeline/run.js';
import { stopping, TimeIsUp } from '../pipeline/stopping.js';
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
  let place: Place | undefined;
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  try {
    const memory = new WithinMemory(run, options, stop.stop, () => stageOf(record));
    const opened = await openPlace(run, options, stop.signal);
    place = opened;
    await orInterrupted(stop.signal, () => work(run, options, opened, memory, record));
    const exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    ending = { exitCode, error: null, message: servedText(run, options, record), interrupted: false };
    return exitCode;
  } catch (thrown) {
    const isStopped = stop.signal.aborted;
    const why = isStopped ? thrown : explainDiskFull(thrown, run, options.output);
    const error = unfinished(why, isStopped, run, options, place, record);
    const exitCode = error instanceof Failure ? error.exitCode : ExitCode.unexpected;
    ending = { exitCode, error: messageOf(error), message: '', interrupted: interrupted.aborted };
    throw error;
  } finally {
    stop.clear();
    place?.file?.kept.close();
    place?.destination.abandon();
    await run.end();
    place?.leave();
    await keepOutcome(run, options, record, ending);
  }
}

/**
 * What is said of a run that did not come to its end. Where another is to go on with it, what is finished stays.
 * @param isStopped whether it was stopped, and did not fail.
 */
function unfinished(
  error: unknown,
  isStopped: boolean,
  run: Run,
  options: Options,
  place: Place | undefined,
  record: RunRecord,
): unknown {
  const isTimeUp = error instanceof TimeIsUp;
  const kept = isTimeUp || options.resume ? place?.file?.kept : undefined;
  // What was refused stays as it was; what failed before it had finished anything leaves nothing to go on with.
  const isKept = kept !== undefined && (isStopped || (!run.directory.isKept && kept.told !== ''));
  if (isKept) run.directory.keep(true);
  const far = isTimeUp ? ` while ${stageOf(record)}; no output file was written` : '';
  const rest = isKept ? '; --resume goes on with what is done' : missed(error, options, place);
  if (!(error instanceof Failure) || far + rest === '') return error;
  return new Failure(error.exitCode, `${error.message}${far}${rest}`, { cause: error });
}

/** What a run that is short of memory would have kept, had it been asked to. */
function missed(error: unknown, { resume }: Options, place: Place | undefined): string {
  const isShort = error instanceof Failure && error.exitCode === ExitCode.noMemory;
  if (!isShort || resume || !place?.file || place.file.kept.told === '') return '';
  return '; what was done is gone, with --resume it stays for the next run';
}

function stageOf({ stages }: RunRecord): string {
  return stages.at(-1)?.stage ?? 'waiting';
}

/** Reads, learns, recommends and writes, and keeps a record of it. */
async function work(
  run: Run,
  options: Options,
  { destination, file }: Place,
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
  if (file) goOn(run, options, file.kept, dataset);
  const { settings, auto } = await stage('tuning', () => settleOnce(run, dataset, options, file?.kept));
  record.method = { name: options.method.name, settings, auto };
  if (auto) run.info(`auto: ${auto.explanation}`);
  if (auto?.table) run.debug(auto.table);
  let audience = '';
  const learned = await stage('learning', () => {
    memory.arrange(dataset);
    const arranged = arrange(run, dataset, settings);
    audience = writeAudienceOf(run, options, dataset, settings);
    // All that is large of it lies in files now.
    releaseDataset(dataset);
    return learnFrom(run, arranged, settings, file?.kept);
  });
  const served = await stage('recommending', () => serve(run, options, dataset, audience, learned, destination, file));
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

/** Sees that what is kept is of this data, and says so. @throws Failure 65, and leaves it, where it is not. */
function goOn(run: Run, options: Options, kept: KeptWork, dataset: Dataset): void {
  const data = dataEntry(dataset, options);
  if (kept.data) refuseOtherData(kept.data, data, run.directory.path);
  else kept.keepData(data);
  run.directory.keep(false);
  run.directory.discardAllBut(new Set([JOURNAL, LISTS, ...kept.names]));
  if (kept.told !== '') run.info(`going on with a run that was cut, which has ${kept.told}`);
}

/** The settings to learn with: those of the run that was cut, where it came so far. */
async function settleOnce(
  run: Run,
  dataset: Dataset,
  { method }: Options,
  kept: KeptWork | undefined,
): Promise<Settled> {
  if (kept?.settled) return kept.settled;
  const settled = await settle(run, dataset, method);
  kept?.keepSettled(settled);
  return settled;
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
