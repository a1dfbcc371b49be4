import { type Dataset, releaseDataset } from '../dataset/dataset.js';
import type { Destination } from '../files/writing.js';
import type { Settings } from '../model/settings.js';
import type { Model } from '../ranking/model.js';
import { modelOf } from '../ranking/model.js';
import { factsOf } from '../saved-model/facts.js';
import { stashDataset, writeModel } from '../saved-model/write.js';
import { asOptions } from '../tuning/tuning-report.js';
import { readLearnedRows, readStatistics } from '../workers/run-files.js';
import { type Arranged, arrange, type Learned, learnFrom } from './learn.js';
import { manifestOf } from './manifest.js';
import type { Options } from './options.js';
import { areCarried } from './output-columns.js';
import type { OutputRun } from './output-run.js';
import { readInputs, tellLongHistories } from './read.js';
import { reuseOrTune } from './tuned-file.js';

/** What was arranged to be learned from. */
export interface ArrangedFiles<T> {
  dataset: Dataset;
  arranged: Arranged;
  settings: Settings;
  /** What was asked of the data. */
  answer: T;
}

/** What was learned from files. */
export interface LearnedFiles<T> extends Omit<ArrangedFiles<T>, 'arranged'> {
  learned: Learned;
  /** Writes the model. */
  save: (destination: Destination) => Promise<void>;
}

type Ask<T> = (dataset: Dataset, settings: Settings) => T;

/**
 * Reads the files of a run, finds the settings and learns.
 * @param ask takes what it needs of the data, which is let go before anything is learned.
 */
export async function learnFiles<T>(job: OutputRun, options: Options, ask: Ask<T>): Promise<LearnedFiles<T>> {
  const { run, record } = job;
  const stash = run.directory.file('dataset');
  const keep = (dataset: Dataset, { facts }: Arranged) => {
    if (options.model !== undefined) stashDataset(stash, dataset, facts.popularity);
  };
  const { arranged, ...files } = await arrangeFiles(job, options, ask, 1, keep);
  const { dataset, settings } = files;
  const learned = await job.stages.take('learning', () => learnFrom(run, arranged, settings));
  const { method, version, eventWeights } = options;
  const explanation = record.method?.auto?.explanation ?? null;
  const facts = {
    ...{ version, learned: run.startedAt.toISOString(), eventWeights },
    method: { name: method.name, settings, explanation },
  };
  const save = (destination: Destination) =>
    writeModel(destination, factsOf(facts, dataset, record.files, learned.model.counts), stash, modelFrom(learned));
  return { ...files, learned, save };
}

/**
 * Reads the files of a run, finds the settings and arranges what there is to learn from.
 * @param jobs how many share the work. @param keep sees the data last.
 */
export async function arrangeFiles<T>(
  { run, memory, stages, record, checkpoint }: OutputRun,
  options: Options,
  ask: Ask<T>,
  jobs: number,
  keep: (dataset: Dataset, arranged: Arranged) => void = () => {},
): Promise<ArrangedFiles<T>> {
  await memory.read();
  const { dataset, reports } = await stages.take('reading', () =>
    readInputs(
      run,
      {
        ...options,
        // Lists that are made of the model later may want titles.
        titles: options.titles || options.model !== undefined,
        keepColumns: areCarried(options.outputColumns),
      },
      (rows) => memory.fold(rows),
    ),
  );
  const { method } = options;
  tellLongHistories(run, dataset, method.settings.longestHistory);
  record.files = reports;
  record.dataset = dataset;
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

  return stages.take('learning', async () => {
    memory.arrange(dataset);
    const arranged = arrange(run, dataset, settings, key, jobs);
    const answer = ask(dataset, settings);
    keep(dataset, arranged);
    // All that is large of it lies in files now.
    releaseDataset(dataset);
    return { dataset, arranged, settings, answer };
  });
}

/** The model in this process, its rows normalised. */
function modelFrom({ model, settings }: Learned): Model {
  const parts = model.rows.map(({ path }) => readLearnedRows(path));
  const from = model.rows.map((file) => file.from);
  return modelOf(model.counts, parts, from, readStatistics(model.statistics), settings);
}
