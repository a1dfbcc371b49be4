import type { EventsTask } from '../events/range-part.js';
import type { Settings } from '../model/settings.js';
import type { SignalCounts } from '../model/signals.js';
import type { OutputColumn } from '../output/columns.js';
import type { OutputFormat } from '../output/formats.js';

/**
 * What parent and child say to each other. Both ends import this file and refuse anything else; `PROTOCOL` changes with the shape of
 * a message.
 *
 *     parent                        child
 *       fork ───────────────────────▶
 *       ◀────────────────────── ready
 *       shard (job, from, to) ──────▶
 *       ◀──────────── answer | failed
 *       questions (job) ────────────▶
 *       ◀─────────── replies | failed        one at a time, until the parent disconnects
 *
 * Answers to shards are files (`shard-file.ts`): the message says only that the file is there. Replies to questions are small.
 */
export const PROTOCOL = 13;

/** Rows in a file, and the first of them. */
export interface RowFile {
  path: string;
  from: number;
}

/** Read a range of an events file's bytes. */
export interface ReadJob {
  kind: 'read';
  task: EventsTask;
  /** Shard files have names that begin with this path; so in all jobs. */
  output: string;
}

/** Count a range of rows of the Gram matrix. */
export interface CountJob {
  kind: 'count';
  /** Array file: the evidence. */
  evidence: string;
  settings: Settings;
  output: string;
}

/** Learn the rows of a range of signals. */
export interface LearnJob {
  kind: 'learn';
  evidence: string;
  settings: Settings;
  /** All rows of the Gram matrix, where the method needs them. */
  gram: RowFile[];
  output: string;
}

/** Where a learned model lies. */
export interface ModelFiles {
  counts: SignalCounts;
  rows: RowFile[];
  /** Array file: what finishing the rows takes; of finished rows, their scales. */
  statistics: string;
  /** Array file: the factors of items; undefined: the model is sparse. */
  factors: string | undefined;
  /** True for rows of a saved model: they are normalised already. */
  isFinished?: boolean;
}

/** What lists become: lines, or for Parquet columns. */
export interface ListLayout {
  format: OutputFormat;
  columns: readonly OutputColumn[];
  /** Significant digits of scores. */
  precision: number;
  /** The most parts of a score that are named. */
  reasons: number;
  /** Array file: the cells of the columns of texts, by their places, and the names in reasons. */
  cells: string;
}

/** Recommend to a range of users. */
export interface RecommendJob {
  kind: 'recommend';
  model: ModelFiles;
  settings: Settings;
  /** Array file: the audience. */
  audience: string;
  /**
   * What lists obey beside the audience, as `rules/packed.ts` packs it, and the array file of what is large of it; undefined: the best items
   * are the list.
   */
  rules: { spec: string; arrays: string } | undefined;
  listLength: number;
  /** What lists become; undefined: columns of numbers. */
  layout: ListLayout | undefined;
  output: string;
}

/** Try variants of a learned model on held-out items; row `batch · users + user` is a user under each variant of a batch of `variantBatches`. */
export interface TrialJob {
  kind: 'trial';
  model: ModelFiles;
  /** Each with its audience (which differs by recency) and its item statistics (which differ by half-life of popularity). */
  variants: { settings: Settings; audience: string; statistics: string }[];
  /** Array file: users × items that were held out. */
  heldOut: string;
  listLength: number;
  output: string;
}

export type Job = ReadJob | CountJob | LearnJob | RecommendJob | TrialJob;

/** Answer questions about one model. */
export interface ServeJob {
  kind: 'serve';
  /** The model file. */
  model: string;
  /** What all lists obey (`serving/answers.ts`). */
  rules: unknown;
}

/**
 * `job` counts the jobs of a run: shards and questions of one job share what is read for it. A job of questions comes with the first of them that
 * a child is asked.
 */
export type ToChild =
  | { type: 'shard'; protocol: number; job: number; task: Job; index: number; from: number; to: number }
  | {
      type: 'questions';
      protocol: number;
      job: number;
      task: ServeJob | undefined;
      index: number;
      questions: unknown[];
    };

export type ToParent =
  | { type: 'ready'; protocol: number }
  /** The shard's file is there. */
  | { type: 'answer'; index: number; path: string }
  | { type: 'replies'; index: number; replies: unknown[] }
  /** @param code of the system ("ENOSPC"), '' where it is no error of the system. */
  | { type: 'failed'; index: number; message: string; stack: string; code: string };

/** The message, if it is one a child may send; undefined for nonsense. */
export function asToParent(message: unknown): ToParent | undefined {
  const { type, protocol, index, path, replies, message: why, stack, code } = Object(message);
  if (type === 'ready' && typeof protocol === 'number') return { type, protocol };
  if (typeof index !== 'number') return undefined;
  if (type === 'answer' && typeof path === 'string') return { type, index, path };
  if (type === 'replies' && Array.isArray(replies)) return { type, index, replies };
  const isTold = [why, stack, code].every((text) => typeof text === 'string');
  return type === 'failed' && isTold ? { type, index, message: why, stack, code } : undefined;
}
