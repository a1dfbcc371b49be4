import type { Dataset } from '../dataset/dataset.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import type { Inputs } from '../dataset/inputs.js';
import { badData } from '../failure.js';
import type { Io } from '../io.js';
import { manifestOf } from '../pipeline/finished/manifest.js';
import type { Options } from '../pipeline/options.js';
import { warnOfLost } from '../pipeline/output/outcome.js';
import { needsInputColumns, outputColumns } from '../pipeline/output/output-columns.js';
import { type OutputRun, runToOutput } from '../pipeline/output/output-run.js';
import { readInputs } from '../pipeline/reading/read.js';
import { serve } from '../pipeline/recommend.js';
import { inputsForRules } from '../pipeline/rules/offer.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { serveUsers } from '../pipeline/rules/serving.js';
import type { Run } from '../pipeline/run.js';
import { plural, thousands } from '../quantities.js';
import { meanLength } from '../ranking/audience.js';
import { type Scored, scoredUsers } from '../saved-model/known-users.js';
import { SavedModel, type Wanted } from '../saved-model/saved-model.js';

const STAGES = [
  { stage: 'reading', weight: 1 },
  { stage: 'recommending', weight: 2 },
] as const;
/** Enough users to keep one child busy. */
const USERS_PER_CHILD = 2000;
/** A larger share of interactions with unknown items than this is worth a warning: something is wrong with the ids. */
const MANY = 0.5;

/**
 * `recommend score`: lists by a saved model, for all its users or for those of new files.
 * @returns, @throws as `runToOutput`.
 */
export async function score(options: Options, io: Io): Promise<number> {
  // A child takes a quarter of a second to start, so the first one starts now, unless --max-memory has yet to decide how many may run.
  const begin = ({ pool }: Run) => options.maxMemory === undefined && pool.start(1);
  return runToOutput(options, io, STAGES, begin, (job) => scoreLists(job, options));
}

async function scoreLists(job: OutputRun, options: Options): Promise<void> {
  const { run, memory, stages, record, checkpoint, destination } = job;
  const model = new SavedModel(options.model ?? '', () => run.directory.file('model'));
  run.atEnd(() => model.close());
  const { name, settings } = model.facts.method;
  if (options.users.length === 0) run.pool.start(Math.ceil(model.facts.counts.served / USERS_PER_CHILD));
  record.paths = [options.model ?? '', ...record.paths];
  record.method = { name, settings, auto: null };
  const wanted = inputsForRules(run, options.rules, needsInputColumns(options.outputColumns));
  const isNew = options.users.length > 0;
  const read = async (extraColumns: readonly string[]) => ({
    dataset: isNew
      ? await readUsers(job, { ...options, ...wanted, extraColumns }, model, wanted)
      : model.dataset(wanted),
  });
  const { data, rules } = await stages.take('reading', () =>
    readWithRules(run, { ...options, areSome: isNew }, options.top, read),
  );
  const dataset = countingInteractions(data.dataset);
  outputColumns(options.outputColumns, options.format, dataset);
  record.dataset = dataset;
  for (const note of rules.notes) run.info(note);
  for (const warning of rules.warnings) run.warn(warning);
  const { userIds, interactions, times, excluded, preferences, groups } = data.dataset;
  const users = isNew ? { userIds, interactions, times, excluded, preferences, groups } : null;
  const key = checkpoint?.begin(manifestOf(options, { model: model.hash, users }), run.info);
  const { files, rowLengths } = model;
  const cells = rowLengths.reduce((total, length) => total + length, 0);
  await memory.score(dataset, cells, options.rules);
  const { serving, ...who } = await stages.take('recommending', async () => serveUsers(run, rules, dataset, settings));
  // For a few new users, starting another child takes longer than its work.
  const children = Math.ceil(serving.users.length / USERS_PER_CHILD);
  if (isNew) await run.pool.limit(Math.max(1, Math.min(run.workers, children)));
  const learned = { model: files, settings, cellsPerRow: meanLength(rowLengths), key };
  const served = await stages.take('recommending', () => serve(run, options, dataset, serving, learned, destination));
  await run.pool.close('gently');
  await destination.commit();
  record.served = { ...served, ...who, ...warnOfLost(run, dataset) };
}

/** Reads the users of new files. @throws Failure 65 where the model knows none of their items. */
async function readUsers(
  { run, memory, record }: OutputRun,
  options: Options & Pick<Inputs, 'keepColumns' | 'extraColumns'>,
  model: SavedModel,
  wanted: Wanted,
): Promise<Dataset> {
  const { eventWeights, dayOrder, counts, evidence } = model.facts;
  await memory.read(options);
  const read = await readInputs(
    run,
    {
      ...options,
      known: model.known,
      // Events after the model was learned count as well.
      evidence: { ...evidence, now: options.evidence?.now },
      eventWeights: new Map(eventWeights),
      dayOrder: options.dayOrder ?? dayOrder ?? undefined,
    },
    (rows) => memory.fold(rows),
  );
  record.files = read.reports;
  const scored = scoredUsers(model, read.dataset, wanted);
  run.info(`${thousands(scored.known)} of ${plural(read.dataset.served, 'user')} known to the model`);
  reportUnknownItems(scored, run, plural(counts.items, 'item'));
  return scored.dataset;
}

function reportUnknownItems({ read, unknownCount, exampleItem }: Scored, { info, warn }: Run, items: string): void {
  if (unknownCount === 0) return;
  const message = `${thousands(unknownCount)} of ${plural(read, 'interaction')} are with none of the model's ${items} (like ${JSON.stringify(exampleItem)})`;
  const wayOut =
    'do the ids match? --item-col NAME says which column holds them; a model learned today knows new items';
  if (unknownCount === read) throw badData(`${message}: there is nothing to go by\n  ${wayOut}`);
  if (unknownCount > MANY * read) warn(`${message}, and left out\n  ${wayOut}`);
  else info(`${message}, and left out`);
}
