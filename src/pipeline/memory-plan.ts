import { type Failure, noMemory } from '../failure.js';
import { mostNumbers } from '../model/low-rank.js';
import { megabytes } from '../report/quantities.js';
import { offerBytes } from '../rules/list-rules.js';

/*
 * Estimates of the memory of a run, in bytes: measured on 1 and 10 million ratings (bench/README.md) and rounded up. What
 * files hold that are mapped counts once, however many children read it.
 */

const MB = 1 << 20;
/** A process with nothing to do yet. */
const PARENT = 80 * MB;
const CHILD = 65 * MB;
/** A row while it is put in order: five columns and their places. */
const A_ROW = 32;
/** An id, a title, what is known of an item or a user. */
const AN_ID = 150;
/**
 * What a row takes more than it does already while it is put in order (measured: 8 to 15, without large pages up to 28), and an
 * interaction while it is arranged to be learned from (8).
 */
export const A_FOLDED = 16;
export const AN_ARRANGED = 10;
/** What a child needs for the range of a file that it reads. */
const A_RANGE = 45 * MB;
/** An interaction while it is arranged to be learned from; in the files that children map; in the program of each of them. */
const ARRANGED = 40;
const MAPPED = 16;
const COPIED = 8;
/** The pairs that a ridge is learned from, in the files and in the program of each child. */
const PAIRS = 8_000_000;
const A_PAIR = 8;
/** A target of a row of the model, likewise. */
const A_TARGET = 8;
/** A factor of an item, while they are learned, and in the program of each child that scores. */
const A_FACTOR = 12;
const A_SCORED_FACTOR = 4;
/** Interactions that settings are tried on at most, and what one takes. */
const TRIED = 2_000_000;
const A_TRIED = 60;
/** A group of rows while it becomes Parquet. */
const A_GROUP = 100 * MB;

/** The size of a data set, known once it is read. */
export interface Sizes {
  users: number;
  items: number;
  interactions: number;
  /** Targets a row, and whether pairs are kept to choose their weights by. */
  neighbors: number;
  hasPairs: boolean;
  /** What settings are tried on before. */
  isTuned: boolean;
  isParquet: boolean;
  /** Whether rules may change what users get. */
  hasRules: boolean;
}

/** The most bytes that so many children and their parent take together. */
export type Need = (children: number) => number;

/** The need while files are read and put in order; a row takes about 24 bytes, 6 if compressed. */
export function needToRead(files: readonly { bytes: number; isPacked: boolean }[]): Need {
  const rows = files.reduce((total, { bytes, isPacked }) => total + bytes / (isPacked ? 6 : 24), 0);
  return (children) => PARENT + A_ROW * rows + children * (CHILD + A_RANGE);
}

/** The need while learning and recommending. */
export function needToLearn(sizes: Sizes): Need {
  const inShards = needOfShards(sizes);
  const arranging = parentOf(sizes) + ARRANGED * sizes.interactions;
  return (children) => Math.max(arranging + children * CHILD, inShards(children));
}

/** The same where all is arranged already. */
export function needOfShards(sizes: Sizes): Need {
  const { users, items, interactions, neighbors, hasPairs, hasRules } = sizes;
  const pairs = hasPairs ? A_PAIR * Math.min(PAIRS, items * items) : 0;
  const model = A_TARGET * items * Math.min(items, neighbors);
  const offers = hasRules ? offerBytes(users, items) : 0;
  const factors = hasPairs ? A_SCORED_FACTOR * mostNumbers(users, items) : 0;
  const child = CHILD + Math.max(COPIED * interactions, pairs + model + offers, factors + model + offers);
  return (children) => parentOf(sizes) + MAPPED * interactions + pairs + model + children * child;
}

function parentOf({ users, items, interactions, hasPairs, isTuned, isParquet }: Sizes): number {
  const factors = hasPairs ? A_FACTOR * mostNumbers(users, items) : 0;
  const tried = isTuned ? A_TRIED * Math.min(TRIED, interactions) : 0;
  return PARENT + AN_ID * (users + items) + tried + factors + (isParquet ? A_GROUP : 0);
}

/** The need while a saved model of so many cells makes lists. */
export function needToScore(
  { users, items, interactions, hasRules }: Pick<Sizes, 'users' | 'items' | 'interactions' | 'hasRules'>,
  cells: number,
): Need {
  const offers = hasRules ? offerBytes(users, items) : 0;
  const parent = PARENT + AN_ID * (users + items) + ARRANGED * interactions;
  const child = CHILD + A_TARGET * cells + A_SCORED_FACTOR * mostNumbers(users, items) + offers;
  return (children) => parent + A_TARGET * cells + children * child;
}

/**
 * How many children, up to `most`, a run may have at once to stay within its memory.
 * @throws Failure 71, which says what one would take, where not even one may be.
 */
export function childrenWithin(budget: number, most: number, need: Need, what: string): number {
  let children = most;
  while (children > 1 && need(children) > budget) children--;
  if (need(children) <= budget) return children;
  throw noMemory(
    `--max-memory ${megabytes(budget)} is too little: ${what} takes about ${megabytes(need(1))} with one worker; give it that, or a smaller input`,
  );
}

/** The JavaScript heap of each child, in megabytes; large arrays lie outside of it. */
export function childHeap(budget: number, children: number): number {
  return Math.max(64, Math.floor(budget / (children + 1) / MB));
}

/** The failure of a run that is about to take more than is left. */
export function noRoomFor(budget: number, used: number, more: number, what: string): Failure {
  return noMemory(
    `--max-memory ${megabytes(budget)} is too little: ${what} takes about ${megabytes(used + more)}, ${megabytes(used)} of it in use already; no output file was written; give it that, or a smaller input`,
  );
}

/** The failure of a run that takes more than was planned. */
export function overBudget(budget: number, used: number, stage: string): Failure {
  return noMemory(
    `stopped at ${megabytes(used)} while ${stage}: more than --max-memory ${megabytes(budget)}; no output file was written; give it more, a smaller -j or a smaller input`,
  );
}
