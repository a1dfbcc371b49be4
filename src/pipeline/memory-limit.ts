import { fileSizeOrZero } from '../csv/source.js';
import type { Dataset } from '../dataset/dataset.js';
import { type Failure, noMemory } from '../failure.js';
import { maxFactorNumbers } from '../model/low-rank.js';
import type { Settings } from '../model/settings.js';
import { needsGram } from '../model/signals.js';
import { megabytes, plural } from '../quantities.js';
import { offerBytes } from '../rules/list-rules.js';
import { type InputFiles, inputPaths } from '../understanding/inputs.js';
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
    run.memory.guard(maxMemory, (used) =>
      stop(
        noMemory(
          `stopped at ${megabytes(used)} while ${stage()}: more than --max-memory ${megabytes(maxMemory)}; no output file was written; give it more, a smaller -j or a smaller input`,
        ),
      ),
    );
  }

  const requireRoom = (more: number, what: string) => {
    if (maxMemory === undefined) return;
    const { bytes } = run.memory.look();
    if (bytes + more <= maxMemory) return;
    throw noMemory(
      `--max-memory ${megabytes(maxMemory)} is too little: ${what} takes about ${megabytes(bytes + more)}, ${megabytes(bytes)} of it in use already; no output file was written; give it that, or a smaller input`,
    );
  };

  const limit = async (need: Need, what: string) => {
    if (maxMemory === undefined) return;
    const workers = childrenWithin(maxMemory, run.workers, need, what);
    if (workers < run.workers) run.info(`--max-memory has room for ${plural(workers, 'worker')} of ${run.workers}`);
    // Every need has room for 65 MB of each process, so no heap is smaller. Large arrays are outside of it.
    await run.pool.limit(workers, Math.floor(maxMemory / (workers + 1) / MB));
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
      const need = needToScore(countsOf(dataset, rules), cells);
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
  dataset: Dataset,
  settings: Settings,
  rules: Options['rules'],
): Omit<Sizes, 'isTuned' | 'isParquet'> {
  return {
    ...countsOf(dataset, rules),
    neighbors: settings.neighbors,
    // The factors of als take as much memory as pairs.
    hasPairs: needsGram(settings) || settings.method === 'als',
  };
}

function countsOf({ userIds, itemIds, interactions }: Dataset, { where, lists }: Options['rules']) {
  const hasRules = where.length + Object.keys(lists).length > 0;
  return { users: userIds.length, items: itemIds.length, interactions: interactions.index.length, hasRules };
}

/*
 * Estimates of the memory of a run, in bytes: measured on 1 and 10 million ratings (bench/README.md) and rounded up. A mapped file
 * counts once, however many children read it.
 */

const MB = 1 << 20;
/** A process that has not started to work. */
const PARENT = 80 * MB;
const CHILD = 65 * MB;
/** A row while rows are sorted: five columns, and its position. */
const READ_ROW = 32;
/** A user or an item: its id, its title and other data about it. */
const ENTITY = 150;
/**
 * The extra memory for each row while rows are sorted (measured: 8 to 15, without large pages up to 28), and for each interaction
 * while the data is arranged for learning (8).
 */
export const SORTED_ROW = 16;
export const ARRANGED_INTERACTION = 10;
/** The range of a file that a child is reading. */
const RANGE = 45 * MB;
/** An interaction: in the parent while the data is arranged for learning, in the files that children map, in the memory of each child. */
const ARRANGED = 40;
const MAPPED = 16;
const COPIED = 8;
/** Maximum number of pairs that a ridge is learned from, and the size of one: in the files, and in the memory of each child. */
const MAX_PAIRS = 8_000_000;
const PAIR = 8;
/** A target in a row of the model: in the files, and in the memory of each child. */
const TARGET = 8;
/** A factor of an item: while factors are learned, and in the memory of each child that scores. */
const FACTOR = 12;
const SCORED_FACTOR = 4;
/** Maximum number of interactions that settings are tried on, and the size of one. */
const MAX_TRIED = 2_000_000;
const TRIED = 60;
/** A group of rows while it is encoded as Parquet. */
const ROW_GROUP = 100 * MB;

/** The size of a data set, known once it has been read, and what the run will do with it. */
export interface Sizes {
  users: number;
  items: number;
  interactions: number;
  /** Targets per row, and whether the method keeps pairs to compute their weights from. */
  neighbors: number;
  hasPairs: boolean;
  /** Whether `auto` tries settings first. */
  isTuned: boolean;
  isParquet: boolean;
  /** Whether rules may change the lists. */
  hasRules: boolean;
}

/** The most bytes that the parent and that many children take together. */
export type Need = (children: number) => number;

/** The need while files are read and their rows sorted. A row takes about 24 bytes in a file, 6 if compressed. */
export function needToRead(files: readonly { bytes: number; isPacked: boolean }[]): Need {
  const rows = files.reduce((total, { bytes, isPacked }) => total + bytes / (isPacked ? 6 : 24), 0);
  return (children) => PARENT + READ_ROW * rows + children * (CHILD + RANGE);
}

/** The need while learning and recommending. */
export function needToLearn(sizes: Sizes): Need {
  const inShards = needOfShards(sizes);
  const arranging = parentOf(sizes) + ARRANGED * sizes.interactions;
  return (children) => Math.max(arranging + children * CHILD, inShards(children));
}

/** The need of learning and recommending once the data has been arranged. */
export function needOfShards(sizes: Sizes): Need {
  const { users, items, interactions, neighbors, hasPairs, hasRules } = sizes;
  const pairs = hasPairs ? PAIR * Math.min(MAX_PAIRS, items * items) : 0;
  const model = TARGET * items * Math.min(items, neighbors);
  const offers = hasRules ? offerBytes(users, items) : 0;
  const factors = hasPairs ? SCORED_FACTOR * maxFactorNumbers(users, items) : 0;
  const child = CHILD + Math.max(COPIED * interactions, pairs + model + offers, factors + model + offers);
  return (children) => parentOf(sizes) + MAPPED * interactions + pairs + model + children * child;
}

function parentOf({ users, items, interactions, hasPairs, isTuned, isParquet }: Sizes): number {
  const factors = hasPairs ? FACTOR * maxFactorNumbers(users, items) : 0;
  const tried = isTuned ? TRIED * Math.min(MAX_TRIED, interactions) : 0;
  return PARENT + ENTITY * (users + items) + tried + factors + (isParquet ? ROW_GROUP : 0);
}

/** The need while a saved model makes lists. @param cells of the model. */
export function needToScore(
  { users, items, interactions, hasRules }: Pick<Sizes, 'users' | 'items' | 'interactions' | 'hasRules'>,
  cells: number,
): Need {
  const offers = hasRules ? offerBytes(users, items) : 0;
  const parent = PARENT + ENTITY * (users + items) + ARRANGED * interactions;
  const child = CHILD + TARGET * cells + SCORED_FACTOR * maxFactorNumbers(users, items) + offers;
  return (children) => parent + TARGET * cells + children * child;
}

/**
 * How many children a run may have at once to stay within its memory: at most `wanted`.
 * @throws Failure 71 if there is no room for even one; the message says how much that takes.
 */
export function childrenWithin(budget: number, wanted: number, need: Need, what: string): number {
  let children = wanted;
  while (children > 1 && need(children) > budget) children--;
  if (need(children) <= budget) return children;
  throw noMemory(
    `--max-memory ${megabytes(budget)} is too little: ${what} takes about ${megabytes(need(1))} with one worker; give it that, or a smaller input`,
  );
}
