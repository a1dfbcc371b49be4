import { type Dataset, releaseDataset } from '../../dataset/dataset.js';
import { clockOf, countingInteractions, countingMean, type WithEvidenceRules } from '../../dataset/evidence-rules.js';
import { sampleKeysOf } from '../../evaluation/split.js';
import type { Destination } from '../../files/writing.js';
import type { Settings } from '../../model/settings.js';
import { needsGram } from '../../model/signals.js';
import type { PlannedStage } from '../../report/progress.js';
import { factsOf } from '../../saved-model/facts.js';
import { stashDataset, writeModel } from '../../saved-model/write.js';
import { asOptions } from '../../tuning/tuning-report.js';
import { readModel } from '../../workers/run-files.js';
import { manifestOf } from '../finished/manifest.js';
import type { Options } from '../options.js';
import { outputColumns, whatToKeep } from '../output/output-columns.js';
import type { OutputRun } from '../output/output-run.js';
import { readInputs, reportLongHistories } from '../reading/read.js';
import { effectiveNow } from '../rules/offer.js';
import type { PlannedRules } from '../rules/plan.js';
import { readWithRules } from '../rules/read.js';
import { arrange, learnFrom, writeFactors } from './learn.js';
import type { Method } from './method.js';
import { mostFits } from './tune.js';
import { reuseOrTune } from './tuned-file.js';

/** Takes what the caller needs from the dataset, whose memory is released before learning. */
type TakeFromData<T> = (dataset: WithEvidenceRules<Dataset>, settings: Settings, rules: PlannedRules) => T;

/** Reads the files of a run, finds the settings and learns. @returns also the answer of `take`, and `save`, which writes the model. */
export async function learnFiles<T>(job: OutputRun, options: Options, take: TakeFromData<T>) {
  const { run, record } = job;
  const stash = run.directory.file('dataset');
  const { arranged, ...files } = await arrangeFiles(job, options, take, 1, stash);
  const { settings } = files;
  const learned = await job.stages.take('learning', () => learnFrom(run, arranged, settings));
  const { method, version, eventWeights, dayOrder } = options;
  const all = record.dataset ?? files.dataset;
  const explanation = record.method?.auto?.explanation ?? null;
  const facts = {
    ...{ version, learned: run.startedAt.toISOString(), now: effectiveNow(run, options), eventWeights, dayOrder },
    ...files.counted,
    method: { name: method.name, settings, explanation },
  };
  const save = (destination: Destination) =>
    writeModel(
      destination,
      factsOf(facts, all, record.files, learned.model.counts),
      stash,
      readModel(learned.model, settings),
    );
  return { ...files, learned, save };
}

/**
 * Reads the files of a run, finds the settings and arranges the data for learning. `counted` says which interactions count as evidence.
 * @param jobs how many processes share the work. @param stash the file for the data that goes into the model file, if there will be one.
 */
export async function arrangeFiles<T>(
  { run, memory, stages, record, checkpoint }: OutputRun,
  options: Options,
  take: TakeFromData<T>,
  jobs: number,
  stash = '',
) {
  await memory.read(options);
  const read = (extraColumns: readonly string[]) =>
    readInputs(run, { ...options, ...whatToKeep(options), extraColumns }, (rows) => memory.fold(rows));
  const { data, rules } = await stages.take('reading', () => readWithRules(run, options, options.top, read));
  const { reports, dataset: all } = data;
  const dataset = countingInteractions(all);
  // Computed now, because this memory is released before the model is written.
  const counted = { evidence: { ...all.evidence, now: clockOf(all) || undefined }, countingMean: countingMean(all) };
  // Refuses an unknown column before anything is learned.
  outputColumns(options.outputColumns, options.format, dataset);
  const { method } = options;
  reportLongHistories(run, dataset, method.settings.longestHistory);
  record.files = reports;
  record.dataset = all;
  await memory.learn(dataset, options);
  const key = checkpoint?.begin(manifestOf(options, all), run.info);

  const tune = () => reuseOrTune(run, options, all);
  const { settings, auto } = await stages.take('tuning', () =>
    checkpoint && method.tuned ? checkpoint.settings(run.warn, tune) : tune(),
  );
  record.method = { name: method.name, settings, auto };
  if (auto) run.info(`auto: ${auto.explanation}`);
  if (auto?.table) run.debug(auto.table);
  if (auto) run.info(`for the nightly job: ${asOptions(settings)}`);

  return stages.take('learning', async () => {
    memory.arrange(dataset);
    const factors = writeFactors(run, dataset, () => sampleKeysOf(dataset), settings);
    const arranged = { ...arrange(run, dataset, settings, key, jobs), factors };
    const answer = take(dataset, settings, rules);
    if (options.model !== undefined) stashDataset(stash, all, arranged.facts.popularity);
    // Everything large is in files now.
    for (const each of [dataset, all]) releaseDataset(each);
    return { dataset, arranged, settings, answer, counted };
  });
}

/** Bytes of a row in a file. */
const ROW_BYTES = 24;

/** The stage before those of `stagesOf`. Weights are measured shares of the time of a run on 2 million rows without tuning. */
export const READING: PlannedStage = { stage: 'reading', weight: 0.15 };

/** The stages of a run with that method after reading. @param bytes of its input; 0, for pipes, is taken to mean the most tuning. */
export function stagesOf({ settings, tuned }: Method, bytes: number): PlannedStage[] {
  return [
    { stage: 'tuning', weight: tuned ? 0.5 * mostFits(bytes / ROW_BYTES) : 0 },
    { stage: 'counting', weight: needsGram(settings) ? 0.2 : 0 },
    { stage: 'learning', weight: settings.method === 'none' ? 0 : 0.35 },
    { stage: 'recommending', weight: 0.3 },
  ];
}
