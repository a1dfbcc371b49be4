import { fileSizeOrZero } from '../csv/source.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Failure } from '../failure.js';
import type { Settings } from '../model/settings.js';
import { needsGram } from '../model/signals.js';
import { plural } from '../quantities.js';
import { type InputFiles, inputPaths } from '../understanding/inputs.js';
import {
  ARRANGED_INTERACTION,
  childHeap,
  childrenWithin,
  type Need,
  needOfShards,
  needToLearn,
  needToRead,
  needToScore,
  noRoomFor,
  overBudget,
  type Sizes,
  SORTED_ROW,
} from './memory-plan.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/**
 * Keeps a run within `--max-memory`, if given: limits the number of children, and stops a run that uses more. Planning a step throws
 * Failure 71 if there is too little memory for it.
 *
 * @param stop ends the run. @param stage returns what the run is doing.
 */
export function withinMemory(
  run: Run,
  { maxMemory }: Pick<Options, 'maxMemory'>,
  stop: (why: Failure) => void,
  stage: () => string,
) {
  if (maxMemory !== undefined) {
    if (run.memory.peak.measure === 'rss of the parent') {
      run.warn(
        '--max-memory: the system does not show the memory of children (is there a /proc?), so only this process is watched',
      );
    }
    run.memory.guard(maxMemory, (used) => stop(overBudget(maxMemory, used, stage())));
  }

  const requireRoom = (more: number, what: string) => {
    if (maxMemory === undefined) return;
    const { bytes } = run.memory.look();
    if (bytes + more > maxMemory) throw noRoomFor(maxMemory, bytes, more, what);
  };

  const limit = async (need: Need, what: string) => {
    if (maxMemory === undefined) return;
    const workers = childrenWithin(maxMemory, run.workers, need, what);
    if (workers < run.workers) run.info(`--max-memory has room for ${plural(workers, 'worker')} of ${run.workers}`);
    await run.pool.limit(workers, childHeap(maxMemory, workers));
  };

  return {
    /** Plans reading, from the sizes of the files. */
    async read(inputs: InputFiles): Promise<void> {
      const files = inputPaths(inputs).map((path) => ({
        bytes: fileSizeOrZero(path),
        isPacked: /\.(gz|zst|parquet)$/.test(path),
      }));
      await limit(needToRead(files), 'to read these files');
    },

    /** Plans the rest, from the data. */
    async learn(
      dataset: Dataset,
      { method, format, rules }: Pick<Options, 'method' | 'format' | 'rules'>,
    ): Promise<void> {
      const sizes = sizesOf(dataset, method.settings, rules);
      const need = needToLearn({ ...sizes, isTuned: method.tuned, isParquet: format === 'parquet' });
      await limit(need, `to learn from ${plural(sizes.interactions, 'interaction')}`);
    },

    /** Plans a shard of an array job. */
    async shard(sizes: Sizes): Promise<void> {
      await limit(needOfShards(sizes), `to run a shard of ${plural(sizes.interactions, 'interaction')}`);
    },

    /** Plans lists from a saved model. @param cells of the model. */
    async score(dataset: Dataset, cells: number, rules: Options['rules']): Promise<void> {
      const { userIds, itemIds, interactions } = dataset;
      const sizes = { users: userIds.length, items: itemIds.length, interactions: interactions.index.length };
      const need = needToScore({ ...sizes, hasRules: hasRules(rules) }, cells);
      await limit(need, `to recommend by a model of ${plural(cells, 'weight')}`);
    },

    /** Call before rows are sorted: this process cannot sample its memory meanwhile. */
    fold: (rows: number) => requireRoom(SORTED_ROW * rows, `to put ${plural(rows, 'row')} in order`),

    /** Call before the data is arranged for learning, for the same reason. */
    arrange({ interactions }: Dataset): void {
      const count = interactions.index.length;
      requireRoom(ARRANGED_INTERACTION * count, `to arrange ${plural(count, 'interaction')}`);
    },
  };
}

export function sizesOf(
  { userIds, itemIds, interactions }: Dataset,
  settings: Settings,
  rules: Options['rules'],
): Omit<Sizes, 'isTuned' | 'isParquet'> {
  return {
    users: userIds.length,
    items: itemIds.length,
    interactions: interactions.index.length,
    neighbors: settings.neighbors,
    // The factors of als take as much memory as pairs.
    hasPairs: needsGram(settings) || settings.method === 'als',
    hasRules: hasRules(rules),
  };
}

function hasRules({ where, lists }: Options['rules']): boolean {
  return where.length + Object.keys(lists).length > 0;
}
