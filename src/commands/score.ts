import type { Dataset } from '../dataset/dataset.js';
import { whatCounts } from '../dataset/evidence-rules.js';
import type { Inputs } from '../dataset/inputs.js';
import { badData } from '../failure.js';
import type { Io } from '../io.js';
import { manifestOf } from '../pipeline/finished/manifest.js';
import type { Options } from '../pipeline/options.js';
import { warnOfLost } from '../pipeline/output/outcome.js';
import { areCarried, outputColumns } from '../pipeline/output/output-columns.js';
import { type OutputRun, runToOutput } from '../pipeline/output/output-run.js';
import { readInputs } from '../pipeline/reading/read.js';
import { serve } from '../pipeline/recommend.js';
import { wantedOfRules } from '../pipeline/rules/offer.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { whoIsServed } from '../pipeline/rules/served-users.js';
import { planServing } from '../pipeline/rules/serving.js';
import type { Run } from '../pipeline/run.js';
import { plural, thousands } from '../report/quantities.js';
import { type Scored, scoredUsers } from '../saved-model/known-users.js';
import { SavedModel, type Wanted } from '../saved-model/saved-model.js';

/** Users that are work enough for one child. */
const USERS_A_CHILD = 2000;
/** Where more of what was read than this is of no use, something is wrong. */
const MANY = 0.5;

/**
 * `recommend score`: lists by a model that was kept, for all users that it knows or for those of new files.
 * @returns, @throws as `runToOutput`.
 */
export async function score(options: Options, io: Io): Promise<number> {
  return runToOutput(
    options,
    io,
    [
      { stage: 'reading', weight: 1 },
      { stage: 'recommending', weight: 2 },
    ],
    // A child takes a quarter of a second until it is ready; where memory is limited, that decides first how many there are.
    ({ pool }) => options.maxMemory === undefined && pool.start(1),
    (job) => scoreLists(job, options),
  );
}

async function scoreLists(job: OutputRun, options: Options): Promise<void> {
  const { run, memory, stages, record, checkpoint, destination } = job;
  const model = new SavedModel(options.model ?? '', () => run.directory.file('model'));
  try {
    const { name, settings } = model.facts.method;
    if (options.users.length === 0) run.pool.start(Math.ceil(model.facts.counts.served / USERS_A_CHILD));
    record.paths = [options.model ?? '', ...record.paths];
    record.method = { name, settings, auto: null };
    const wanted = wantedOfRules(run, options.rules, areCarried(options.outputColumns));
    const isNew = options.users.length > 0;
    const read = async (alsoColumns: readonly string[]) =>
      isNew ? readUsers(job, { ...options, ...wanted, alsoColumns }, model, wanted) : model.dataset(wanted);
    const { data, rules } = await stages.take('reading', () =>
      readWithRules(run, { ...options, areSome: isNew }, options.top, read, (all) => all),
    );
    const dataset = whatCounts(data);
    outputColumns(options.outputColumns, options.format, dataset);
    record.dataset = dataset;
    for (const note of rules.notes) run.info(note);
    for (const warning of rules.warnings) run.warn(warning);
    const { userIds, interactions, times, excluded, preferences, groups } = data;
    const users = isNew ? { userIds, interactions, times, excluded, preferences, groups } : null;
    const key = checkpoint?.begin(manifestOf(options, { model: model.hash, users }), run.info);
    const { files, rowLengths: rowLength } = model;
    const cells = rowLength.reduce((total, length) => total + length, 0);
    await memory.score(dataset, cells, options.rules);
    const { users: some, ...who } = whoIsServed(run, rules, dataset);
    // For a few new users, one more child would take longer to start than to work.
    if (isNew) await run.pool.limit(Math.max(1, Math.min(run.workers, Math.ceil(some.length / USERS_A_CHILD))));
    const served = await stages.take('recommending', () => {
      const serving = planServing(run, rules, dataset, some, settings);
      return serve(run, options, dataset, serving, { model: files, settings, rowLength, key }, destination);
    });
    await run.pool.close('gently');
    await destination.commit();
    record.served = { ...served, ...who, ...warnOfLost(run, dataset) };
  } finally {
    model.close();
  }
}

/** Reads the users of new files. @throws Failure 65 where the model knows none of the items that they had. */
async function readUsers(
  { run, memory, record }: OutputRun,
  options: Options & Pick<Inputs, 'keepColumns' | 'alsoColumns'>,
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
      // What happened since the model was learned counts as well.
      evidence: { ...evidence, now: options.evidence?.now },
      eventWeights: new Map(eventWeights),
      dayOrder: options.dayOrder ?? dayOrder ?? undefined,
    },
    (rows) => memory.fold(rows),
  );
  record.files = read.reports;
  const scored = scoredUsers(model, read.dataset, wanted);
  run.info(`${thousands(scored.known)} of ${plural(read.dataset.served, 'user')} known to the model`);
  tellStrangers(scored, run, plural(counts.items, 'item'));
  return scored.dataset;
}

function tellStrangers({ read, strange, stranger }: Scored, { info, warn }: Run, items: string): void {
  if (strange === 0) return;
  const said = `${thousands(strange)} of ${plural(read, 'interaction')} are with none of the model's ${items} (like ${JSON.stringify(stranger)})`;
  const wayOut =
    'do the ids match? --item-col NAME says which column holds them; a model learned today knows new items';
  if (strange === read) throw badData(`${said}: there is nothing to go by\n  ${wayOut}`);
  if (strange > MANY * read) warn(`${said}, and left out\n  ${wayOut}`);
  else info(`${said}, and left out`);
}
