import { type Dataset, releaseDataset } from '../dataset/dataset.js';
import type { Destination } from '../files/writing.js';
import type { Model } from '../ranking/model.js';
import { modelOf } from '../ranking/model.js';
import { factsOf } from '../saved-model/facts.js';
import { stashDataset, writeModel } from '../saved-model/write.js';
import { asOptions } from '../tuning/tuning-report.js';
import { readLearnedRows, readStatistics } from '../workers/run-files.js';
import { arrange, type Learned, learnFrom } from './learn.js';
import { manifestOf } from './manifest.js';
import { nowOf } from './offer.js';
import type { Options } from './options.js';
import { areCarried } from './output-columns.js';
import type { OutputRun } from './output-run.js';
import { readInputs, tellLongHistories } from './read.js';
import { type PlannedRules, planRules, readRules } from './rules.js';
import { reuseOrTune } from './tuned-file.js';

/** What was learned from files. */
export interface LearnedFiles<T> {
  dataset: Dataset;
  learned: Learned;
  /** What was asked of the data. */
  answer: T;
  /** Writes the model. */
  save: (destination: Destination) => Promise<void>;
}

/**
 * Reads the files of a run, finds the settings and learns.
 * @param ask takes what it needs of the data, which is let go before anything is learned.
 */
export async function learnFiles<T>(
  { run, memory, stages, record, checkpoint }: OutputRun,
  options: Options,
  ask: (dataset: Dataset, settings: Learned['settings'], rules: PlannedRules) => T,
): Promise<LearnedFiles<T>> {
  await memory.read();
  const read = await readRules(options.rules, options);
  const { dataset, reports } = await stages.take('reading', () =>
    readInputs(run, { ...options, ...whatModelsKeep(options) }, (rows) => memory.fold(rows)),
  );
  const { method, version, eventWeights, dayOrder } = options;
  tellLongHistories(run, dataset, method.settings.longestHistory);
  record.files = reports;
  record.dataset = dataset;
  const rules = planRules(read, dataset, { listLength: options.top, now: nowOf(run, options) }, run.warn);
  await memory.learn(dataset);
  const key = checkpoint?.begin(manifestOf(options, dataset), run.info);

  const tune = () => reuseOrTune(run, options, dataset);
  const { settings, auto } = await stages.take('tuning', () =>
    checkpoint && method.tuned ? checkpoint.settings(run.warn, tune) : tune(),
  );
  record.method = { name: method.name, settings, auto };
  if (auto) run.info(`auto: ${auto.explanation}`);
  if (auto?.table) run.debug(auto.table);
  if (auto) run.info(`for the nightly job: ${asOptions(settings)}`);

  const stash = run.directory.file('dataset');
  const { learned, answer } = await stages.take('learning', async () => {
    memory.arrange(dataset);
    const arranged = arrange(run, dataset, settings, key);
    const answer = ask(dataset, settings, rules);
    if (options.model !== undefined) stashDataset(stash, dataset, arranged.facts.popularity);
    // All that is large of it lies in files now.
    releaseDataset(dataset);
    return { learned: await learnFrom(run, arranged, settings), answer };
  });
  const explanation = auto?.explanation ?? null;
  const facts = {
    ...{ version, learned: run.startedAt.toISOString(), now: nowOf(run, options), eventWeights, dayOrder },
    method: { name: method.name, settings, explanation },
  };
  const save = (destination: Destination) =>
    writeModel(destination, factsOf(facts, dataset, reports, learned.model.counts), stash, modelFrom(learned));
  return { dataset, learned, answer, save };
}

/** Lists that are made of a model later may want titles, and rules columns. */
function whatModelsKeep({ model, titles, outputColumns }: Options) {
  return model === undefined ? { titles, keepColumns: areCarried(outputColumns) } : { titles: true, keepColumns: true };
}

/** The model in this process, its rows normalised. */
function modelFrom({ model, settings }: Learned): Model {
  const parts = model.rows.map(({ path }) => readLearnedRows(path));
  const from = model.rows.map((file) => file.from);
  return modelOf(model.counts, parts, from, readStatistics(model.statistics), settings);
}
