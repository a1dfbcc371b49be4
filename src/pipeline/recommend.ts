import type { Destination } from '../files/writing.js';
import type { TextColumn } from '../output/formats.js';
import { scoringCosts } from '../ranking/audience.js';
import type { Served } from '../report/metrics.js';
import { MIN_SHARD_COST, planShards, type Shard } from '../workers/plan.js';
import type { ListLayout, RecommendJob } from '../workers/protocol.js';
import { readLists } from '../workers/run-files.js';
import { keyOf, shardOutput } from './finished/checkpoint.js';
import { runShards } from './finished/run-shards.js';
import type { Learned } from './learning/learn.js';
import type { ListOptions } from './options.js';
import { type EncodedOptions, layoutOf, listEncoder } from './output/list-output.js';
import { type NamedDataset, outputColumns } from './output/output-columns.js';
import type { Serving } from './rules/serving.js';
import type { Run } from './run.js';

type Made = Pick<Learned, 'model' | 'settings' | 'cellsPerRow' | 'key'>;
type Written = Omit<Served, 'cold' | 'left_out' | 'failed' | 'lost'>;

/** Makes the lists and writes them, in the order of the users. @returns counts of what was written. */
export async function serve(
  run: Run,
  options: ListOptions,
  dataset: NamedDataset,
  serving: Serving,
  learned: Made,
  destination: Destination,
): Promise<Written> {
  const columns = outputColumns(options.outputColumns, options.format, dataset, serving.users);
  const job = recommendJob(run, options.top, serving, learned, layoutOf(run, options, columns, dataset));
  const shards = planShards(scoringCosts(serving.signals, learned.cellsPerRow), MIN_SHARD_COST);
  return writeLists(run, options, columns, destination, (onFile) =>
    runShards(
      run,
      job,
      shards,
      async (path, shard) => {
        await onFile(path, shard);
        // No other run can use these files.
        if (learned.key === undefined) run.directory.discard([path]);
      },
      ({ from }, why) => void run.lost.push({ what: 'user', index: serving.users[from] ?? -1, why }),
    ),
  );
}

/** The job of children that make lists. @param listLength items of a list, at most. */
export function recommendJob(
  run: Pick<Run, 'directory' | 'work'>,
  listLength: number,
  { audience, rules, hash }: Omit<Serving, 'users' | 'signals'>,
  { model, settings, key }: Omit<Made, 'cellsPerRow'>,
  layout: ListLayout | undefined,
): RecommendJob {
  const output = shardOutput(run, 'recommend', key && keyOf(key, hash));
  return { kind: 'recommend', model, settings, audience, rules, listLength, layout, output };
}

/** Writes lists as their shard files come in. @param eachFile calls back with all files, in the order of the users. */
export async function writeLists(
  run: Run,
  options: EncodedOptions,
  columns: readonly TextColumn[],
  destination: Destination,
  eachFile: (onFile: (path: string, shard: Pick<Shard, 'from'>) => Promise<void>) => Promise<void>,
): Promise<Written> {
  const served = { users: 0, rows: 0, short: 0, empty: 0 };
  const encoder = await listEncoder(options, columns);
  const write = async (bytes: Uint8Array | string) => {
    if (bytes.length > 0 && !(await destination.write(bytes))) throw new ReaderLeft();
  };
  if (destination.isTerminal) run.progress.hide();
  try {
    await write(encoder.begin());
    await eachFile(async (path, { from }) => {
      const { counts, lists } = readLists(path);
      for (const bytes of encoder.add(from, lists)) await write(bytes);
      served.users += counts.users - counts.empty;
      served.empty += counts.empty;
      served.rows += counts.rows;
      served.short += counts.short;
    });
    await write(encoder.end());
  } catch (error) {
    // The reader (`| head`) has seen enough: stop without a failure.
    if (!(error instanceof ReaderLeft)) throw error;
  }
  return served;
}

class ReaderLeft extends Error {}
