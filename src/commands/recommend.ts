import { releaseDataset } from '../dataset/dataset.js';
import { ExitCode, Failure, messageOf } from '../failure.js';
import { isTerminal } from '../files/destination.js';
import type { Io } from '../io.js';
import { unfinished } from '../pipeline/checkpoint.js';
import { type ClaimedOutput, claimOutput } from '../pipeline/claim-output.js';
import { explainFolder } from '../pipeline/folder-failures.js';
import { arrange, learnFrom } from '../pipeline/learn.js';
import { checkFormat } from '../pipeline/list-output.js';
import { manifestOf } from '../pipeline/manifest.js';
import { WithinMemory } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import { type Ending, keepOutcome, servedText, warnOfLost } from '../pipeline/outcome.js';
import { READING, stagesOf } from '../pipeline/planned-stages.js';
import { inputBytes, readInputs, tellLongHistories } from '../pipeline/read.js';
import { serve } from '../pipeline/recommend.js';
import { planRules, readRules, useColumns } from '../pipeline/rules.js';
import { type Run, Stages, startRun } from '../pipeline/run.js';
import { planServing, servedUsers } from '../pipeline/serving.js';
import { orInterrupted, stopping } from '../pipeline/stopping.js';
import { keptIn, reuseOrTune } from '../pipeline/tuned-file.js';
import type { RunRecord } from '../report/summary.js';
import { asOptions } from '../tuning/tuning-report.js';
import { inputPaths } from '../understanding/inputs.js';

/**
 * The main job: read, learn, recommend, write. @returns the exit code: 0, or 3 where somebody could not be served.
 * @param io when its signal fires, everything stops at once and nothing is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function recommend(options: Options, io: Io): Promise<number> {
  const { interrupted } = io;
  const run = startRun({ ...options, stages: [READING, ...stagesOf(options.method, inputBytes(options))] }, io);
  const stages = new Stages(run);
  const record: RunRecord = { paths: inputPaths(options), files: [], stages: stages.taken, retries: run.retries };
  const stop = stopping(interrupted, options.maxDuration);
  let output: ClaimedOutput | undefined;
  let ending: Ending = { exitCode: ExitCode.unexpected, error: 'unexpected', message: '', interrupted: false };
  try {
    // A file that is not ours is refused before anything is read, let alone removed.
    if (options.tuned !== undefined) keptIn(options.tuned);
    const memory = new WithinMemory(run, options, stop.stop, () => stages.current);
    await checkFormat(options, isTerminal(options.output, io.stdout));
    const claimed = await claimOutput(run, options, stop.signal, stop.stop);
    output = claimed;
    await orInterrupted(stop.signal, () => writeLists(run, options, claimed, memory, stages, record));
    const exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    ending = { exitCode, error: null, message: servedText(run, options, record), interrupted: false };
    return exitCode;
  } catch (thrown) {
    const isStopped = stop.signal.aborted;
    const lost = output?.lost();
    // It is the other run's to remove.
    if (lost) run.directory.keep(true);
    const why = isStopped ? thrown : (lost ?? explainFolder(thrown, run, options.output));
    const error = unfinished(
      why,
      isStopped,
      run,
      options.resume,
      lost ? undefined : output?.checkpoint,
      stages.current,
    );
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

/** Reads, learns, recommends and writes, and keeps a record of it. */
async function writeLists(
  run: Run,
  options: Options,
  { destination, checkpoint }: ClaimedOutput,
  memory: WithinMemory,
  stages: Stages,
  record: RunRecord,
): Promise<void> {
  await memory.read();
  const rules = await readRules(options.rules, options);
  const { dataset, reports } = await stages.take('reading', () =>
    readInputs(run, { ...options, keepColumns: useColumns(rules) }, (rows) => memory.fold(rows)),
  );
  tellLongHistories(run, dataset, options.method.settings.longestHistory);
  record.files = reports;
  record.dataset = dataset;
  const plannedRules = planRules(
    rules,
    dataset,
    { ...options, listLength: options.top, now: run.startedAt.getTime() / 1000 },
    run.warn,
  );
  await memory.learn(dataset);
  const key = checkpoint?.begin(manifestOf(options, dataset), run.info);

  const tune = () => reuseOrTune(run, options, dataset);
  const { settings, auto } = await stages.take('tuning', () =>
    checkpoint && options.method.tuned ? checkpoint.settings(run.warn, tune) : tune(),
  );
  record.method = { name: options.method.name, settings, auto };
  if (auto) run.info(`auto: ${auto.explanation}`);
  if (auto?.table) run.debug(auto.table);
  if (auto) run.info(`for the nightly job: ${asOptions(settings)}`);

  const { learned, serving } = await stages.take('learning', async () => {
    memory.arrange(dataset);
    const arranged = arrange(run, dataset, settings, key);
    const serving = planServing(run, plannedRules, dataset, servedUsers(dataset), settings);
    // All that is large of it lies in files now.
    releaseDataset(dataset);
    return { learned: await learnFrom(run, arranged, settings), serving };
  });
  const served = await stages.take('recommending', () => serve(run, options, dataset, serving, learned, destination));
  await run.pool.close('gently');
  // Awaited last: once the file is in place, nothing may stop the run any more and say that there is none.
  await destination.commit();
  record.served = { ...served, ...warnOfLost(run, dataset) };
}
