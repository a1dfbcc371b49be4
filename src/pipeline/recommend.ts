import type { Destination } from '../files/writing.js';
import { scoringCosts } from '../ranking/audience.js';
import type { Served } from '../report/summary.js';
import { planShards, WORTH_A_SHARD } from '../workers/plan.js';
import type { RecommendJob } from '../workers/protocol.js';
import { readAudience, readLists } from '../workers/run-files.js';
import { keyOf, shardOutput } from './checkpoint.js';
import type { Learned } from './learn.js';
import { layoutOf, listEncoder } from './list-output.js';
import type { ListOptions } from './options.js';
import { type NamedDataset, outputColumns } from './output-columns.js';
import type { Run } from './run.js';
import { runShards } from './run-shards.js';
import type { Serving } from './serving.js';

/** Makes the lists and writes them, in the order of the users. @returns what was served. */
export async function serve(
  run: Run,
  options: ListOptions,
  dataset: NamedDataset,
  serving: Serving,
  learned: Pick<Learned, 'model' | 'settings' | 'rowLength' | 'key'>,
  destination: Destination,
): Promise<Omit<Served, 'cold' | 'left_out' | 'failed' | 'lost'>> {
  const { directory } = run;
  const columns = outputColumns(options.outputColumns, options.format, dataset, serving.users);
  const job: RecommendJob = {
    kind: 'recommend',
    model: learned.model,
    settings: learned.settings,
    audience: serving.audience,
    rules: serving.rules,
    listLength: options.top,
    layout: layoutOf(run, options, columns, dataset),
    output: shardOutput(run, 'recommend', learned.key && keyOf(learned.key, serving.hash)),
  };
  const shards = planShards(scoringCosts(readAudience(serving.audience), learned.rowLength), WORTH_A_SHARD);
  const served = { users: 0, rows: 0, short: 0, empty: 0 };
  const encoder = await listEncoder(options, columns);
  const write = async (bytes: Uint8Array | string) => {
    if (bytes.length > 0 && !(await destination.write(bytes))) throw new ReaderLeft();
  };
  if (destination.isTerminal) run.progress.hide();
  try {
    await write(encoder.begin());
    await runShards(
      run,
      job,
      shards,
      async (path, { from }) => {
        const { counts, lists } = readLists(path);
        for (const bytes of encoder.add(from, lists)) await write(bytes);
        // Files that no other run can use would only take room.
        if (learned.key === undefined) directory.discard([path]);
        served.users += counts.users - counts.empty;
        served.empty += counts.empty;
        served.rows += counts.rows;
        served.short += counts.short;
      },
      ({ from }, why) => void run.lost.push({ what: 'user', index: serving.users[from] ?? -1, why }),
    );
    await write(encoder.end());
  } catch (error) {
    // `| head` has what it wants: no more work, and no failure.
    if (!(error instanceof ReaderLeft)) throw error;
  }
  return served;
}

class ReaderLeft extends Error {}
