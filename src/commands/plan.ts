import { fsyncSync } from 'node:fs';
import {
  audienceOf,
  makeWorkFolder,
  type Part,
  planInFolder,
  planPath,
  shardCommand,
} from '../array-jobs/plan-file.js';
import { packedTexts, quotedArrays } from '../csv/quoted-cells.js';
import { type Arrays, withFile, writeArrays } from '../files/array-file.js';
import type { Io } from '../io.js';
import { statisticsOf } from '../model/row-normalisation.js';
import { SHARD_STAGES } from '../pipeline/finished/checkpoint.js';
import { arrangeFiles, READING, stagesOf } from '../pipeline/learning/learn-files.js';
import { sizesOf } from '../pipeline/memory-limit.js';
import type { Options } from '../pipeline/options.js';
import { layoutOf } from '../pipeline/output/list-output.js';
import { outputColumns } from '../pipeline/output/output-columns.js';
import { type OutputRun, runToOutput } from '../pipeline/output/output-run.js';
import { inputBytes } from '../pipeline/reading/read.js';
import { removeReading } from '../pipeline/reading/read-parts.js';
import { serveUsers } from '../pipeline/rules/serving.js';
import { plural } from '../quantities.js';
import { scoringCosts } from '../ranking/audience.js';
import { shellWord } from '../understanding/shell-word.js';
import { distributeShards, MIN_SHARD_COST, planShards } from '../workers/plan.js';
import { readAudience, writeAudience, writeStatistics } from '../workers/run-files.js';
import { refuseOthers } from './recommend.js';

export interface PlanOptions extends Options {
  work: string;
  shards: number;
}

/** Assumed number of cells per row of the model, for methods that do not limit it. */
const CELLS_PER_ROW = 100;

/**
 * `recommend plan`: reads, finds the settings, and writes all that shards need to a folder, the plan last. It prints what to run next.
 * @returns, @throws as `runToOutput`; 73 also where the folder has another plan.
 */
export async function planArray(options: PlanOptions, io: Io): Promise<number> {
  const { work, shards } = options;
  const tuning = stagesOf(options.method, inputBytes(options)).filter(({ stage }) => stage === 'tuning');
  const check = () => {
    refuseOthers(options)();
    makeWorkFolder(work);
  };
  const asRun = { ...options, output: planPath(work) };
  const code = await runToOutput(asRun, io, [READING, ...tuning], check, (job) => writePlan(job, options));
  const arrays = SHARD_STAGES.map((stage) => `${shardCommand(stage, work, 'auto')}\n`);
  io.stdout.write(`# run each as an array of ${shards}, after the one before is finished:\n${arrays.join('')}`);
  io.stdout.write(
    `recommend merge --work ${shellWord(work)} -o recs.${options.format === 'wide' ? 'csv' : options.format}\n`,
  );
  return code;
}

async function writePlan(job: OutputRun, options: PlanOptions): Promise<void> {
  const { run, record, destination } = job;
  const { work, shards, format, safeCsv, top, precision, reasons, version, method } = options;
  const { dataset, rules, settings, arranged, release } = await arrangeFiles(job, options, shards);
  const { serving, cold, left_out } = serveUsers(run, rules, dataset, settings);
  const sizes = { ...sizesOf(dataset, settings, options.rules), isTuned: false, isParquet: false };
  release();
  const { facts, counts, cuts, evidencePath, key = '' } = arranged;
  const factors = await arranged.factors;
  const columns = outputColumns(options.outputColumns, format, dataset, serving.users);
  const { cells } = layoutOf(run, options, columns, dataset);
  const statistics = run.directory.file('statistics');
  writeStatistics(statistics, statisticsOf(facts, new Float64Array(counts.items)));
  const texts = run.directory.file('texts');
  const packed = columns.map((column, k) => quotedArrays(`column${k}`, packedTexts(column.texts)));
  // In the other formats, `cells` already has the texts.
  writeArrays(texts, format === 'parquet' ? Object.assign({} as Arrays, ...packed) : {});
  // The lengths of the model's rows are not known yet, but they are about equal.
  const costs = scoringCosts(serving.signals, settings.neighbors || CELLS_PER_ROW);
  const lists = distributeShards(planShards(costs, MIN_SHARD_COST, shards), shards);
  const audience = readAudience(serving.audience);
  const audiences = lists.flatMap((mine, shard): [Part, string][] => {
    const [from, to] = [mine[0]?.from, mine.at(-1)?.to];
    if (from === undefined || to === undefined) return [];
    const path = run.directory.file('audience');
    writeAudience(path, audience, { from, to });
    return [[audienceOf(shard), path]];
  });
  const planned = planInFolder(work, {
    version,
    shards,
    sizes,
    method: { name: method.name, settings },
    counts,
    key,
    rulesHash: serving.hash,
    rules: serving.rules?.spec ?? null,
    factors: factors !== undefined,
    cuts: {
      count: distributeShards(cuts.count, shards),
      learn: distributeShards(cuts.learn, shards),
      recommend: lists,
    },
    output: { format, safeCsv, top, precision, reasons },
    columns: columns.map(({ name, kind }) => ({ name, kind })),
    cold,
    left_out,
  });
  const parts: [Part, string][] = [
    ...audiences,
    ['evidence', evidencePath],
    ['statistics', statistics],
    ['cells', cells],
    ['texts', texts],
  ];
  if (serving.rules) parts.push(['rules', serving.rules.arrays]);
  if (factors !== undefined) parts.push(['factors', factors]);
  for (const [, path] of parts) withFile(path, fsyncSync);
  await run.pool.close('gently');
  await planned.commit(parts, destination);
  removeReading(work);
  record.done = `planned ${plural(shards, 'shard')} for`;
}
