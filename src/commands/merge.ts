import { type PlannedWork, readPlan } from '../array-jobs/plan-file.js';
import { quotedFrom, unpackedTexts } from '../csv/quoted-cells.js';
import { badData } from '../failure.js';
import { readArrays } from '../files/array-file.js';
import type { Io } from '../io.js';
import type { TextColumn } from '../output/formats.js';
import { SHARD_STAGES, staleShards } from '../pipeline/finished/checkpoint.js';
import type { Options } from '../pipeline/options.js';
import { type OutputRun, runToOutput } from '../pipeline/output/output-run.js';
import { writeLists } from '../pipeline/recommend.js';
import type { PlannedStage } from '../report/progress.js';

/**
 * `recommend merge`: writes the lists of all shards.
 * @returns, @throws as `runToOutput`; 75 where shards are missing, truncated or altered, 65 where some are of another plan.
 */
export async function merge({ work, ...options }: Options & { work: string }, io: Io): Promise<number> {
  const planned = readPlan(work, options.version);
  const stages: PlannedStage[] = [{ stage: 'recommending', weight: 1 }];
  const check = () => refuseForeign(planned);
  return runToOutput(options, io, stages, check, (job) => mergeLists(job, planned));
}

function refuseForeign(planned: PlannedWork): void {
  const [first, ...others] = staleShards(planned.work, SHARD_STAGES.map(planned.output));
  if (first === undefined) return;
  const found = others.length > 0 ? `${first} and ${others.length} more are` : `${first} is`;
  throw badData(`${planned.work}: ${found} of another plan (other data, options or version); remove them`);
}

async function mergeLists({ run, stages, record, destination }: OutputRun, planned: PlannedWork): Promise<void> {
  const { plan } = planned;
  record.method = { ...plan.method, auto: null };
  const files = planned.finished('recommend', run.warn);
  planned.requireParts(['texts']);
  const served = await stages.take('recommending', () =>
    writeLists(run, plan.output, columnsOf(planned), destination, async (onFile) => {
      for (const [at, { path, from }] of files.entries()) {
        await onFile(path, { from });
        run.progress.at('recommending', at + 1, files.length);
      }
    }),
  );
  await destination.commit();
  record.served = { ...served, cold: plan.cold, left_out: plan.left_out, failed: 0, lost: [] };
}

/** The columns of the output, with texts only for Parquet, whose rows this process writes. */
function columnsOf(planned: PlannedWork): TextColumn[] {
  const { columns, output } = planned.plan;
  if (output.format !== 'parquet') return columns.map((column) => ({ ...column, texts: [] }));
  const arrays = readArrays(planned.path('texts'));
  return columns.map((column, k) => ({ ...column, texts: unpackedTexts(quotedFrom(arrays, `column${k}`)) }));
}
