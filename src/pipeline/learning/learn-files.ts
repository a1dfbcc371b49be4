import { releaseDataset } from '../../dataset/dataset.js';
import { clockOf, countingInteractions, countingMean } from '../../dataset/evidence-rules.js';
import { sampleKeysOf } from '../../evaluation/split.js';
import type { Destination } from '../../files/writing.js';
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
import { readWithRules } from '../rules/read.js';
import { arrange, learnFrom, writeFactors } from './learn.js';
import type { Method } from './method.js';
import { mostFits } from './tune.js';
import { reuseOrTune } from './tuned-file.js';

/**
 * Reads the files of a run, finds the settings and arranges the data for learning. @param jobs how many processes share the work.
 * @returns also `release`, which frees the memory of the data, and `learn`, which does that and learns.
 */
export async function arrangeFiles(job: OutputRun, options: Options, jobs = 1) {
  const { run, memory, stages, record, checkpoint } = job;
  await memory.read(options);
  const read = (extraColumns: readonly string[]) =>
    readInputs(run, { ...options, ...whatToKeep(options), extraColumns }, (rows) => memory.fold(rows));
  const { data, rules } = await stages.take('reading', () => readWithRules(run, options, options.top, read));
  const { reports, dataset: all } = data;
  const dataset = countingInteractions(all);
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

  const arranged = await stages.take('learning', async () => {
    memory.arrange(dataset);
    const factors = writeFactors(run, dataset, () => sampleKeysOf(dataset), settings);
    return arrange(run, dataset, factors, settings, key, jobs);
  });
  const release = () => {
    for (const each of [dataset, all]) releaseDataset(each);
  };
  /** @returns also `save`, which writes the model. */
  const learn = async () => {
    const stash = run.directory.file('dataset');
    if (options.model !== undefined) stashDataset(stash, all, arranged.facts.popularity);
    const facts = {
      ...{ version: options.version, learned: run.startedAt.toISOString(), now: effectiveNow(run, options) },
      ...{ eventWeights: options.eventWeights, dayOrder: options.dayOrder },
      ...{ evidence: { ...all.evidence, now: clockOf(all) || undefined }, countingMean: countingMean(all) },
      method: { name: method.name, settings, explanation: auto?.explanation ?? null },
    };
    // Everything large is in files now.
    release();
    const learned = await learnFrom(run, arranged, settings);
    const save = (destination: Destination) => {
      const ofModel = factsOf(facts, all, reports, learned.model.counts);
      return writeModel(destination, ofModel, stash, readModel(learned.model, settings));
    };
    return { learned, save };
  };
  return { dataset, rules, settings, arranged, release, learn: () => stages.take('learning', learn) };
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
