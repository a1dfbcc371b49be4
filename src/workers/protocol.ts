import type { EventsTask } from '../events/range-part.js';
import type { Settings } from '../model/settings.js';
import type { SignalCounts } from '../model/signals.js';
import type { OutputColumn, OutputFormat } from '../output/formats.js';

/**
 * The messages between parent and child. Both ends import this file and refuse anything else; `PROTOCOL` changes with the shape of a
 * message, and the parent asks nothing of a child that gets ready with another one.
 *
 *     parent                        child
 *       fork ───────────────────────▶
 *       ◀────────────────────── ready
 *       shard (job, from, to) ──────▶
 *       ◀──────────── answer | failed
 *       questions (task) ───────────▶
 *       ◀─────────── replies | failed        one at a time, until the parent disconnects
 *
 * The answer to a shard is a file (`shard-file.ts`); the message only says that it is there. Replies to questions are small.
 */
export const PROTOCOL = 14;

/** A file of rows, and the number of its first row. */
export interface RowFile {
  path: string;
  from: number;
}

/** Read a range of bytes of an events file. */
export interface ReadJob {
  kind: 'read';
  task: EventsTask;
  /** The paths of shard files begin with this; the same goes for all jobs. */
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
  /** All rows of the Gram matrix, if the method needs them. */
  gram: RowFile[];
  output: string;
}

/** The files of a learned model. */
export interface ModelFiles {
  counts: SignalCounts;
  rows: RowFile[];
  /** Array file: the item statistics for normalising the rows; if the rows are finished, their scales. */
  statistics: string;
  /** Array file: the factors of items; undefined: the model is sparse. */
  factors: string | undefined;
  /** True for rows of a saved model: they are normalised already. */
  isFinished?: boolean;
}

/** The layout of lists in the output: lines, or columns for Parquet. */
export interface ListLayout {
  format: OutputFormat;
  columns: readonly OutputColumn[];
  /** Significant digits of scores. */
  precision: number;
  /** Maximum number of parts of a score that are named. */
  reasons: number;
  /** Array file: the cells of text columns, by column number, and the names used in reasons. */
  cells: string;
}

/** Make lists for a range of users. */
export interface RecommendJob {
  kind: 'recommend';
  model: ModelFiles;
  settings: Settings;
  /** Array file: the audience. */
  audience: string;
  /**
   * The rules of lists beyond the audience, as `rules/packed.ts` packs them, and the array file with their large parts; undefined: a list is
   * simply the best items.
   */
  rules: { spec: string; arrays: string } | undefined;
  listLength: number;
  /** Undefined: lists become columns of numbers. */
  layout: ListLayout | undefined;
  output: string;
}

/** Try variants of a learned model on held-out items. Row `batch · users + user` is one user with each variant of a batch of `variantBatches`. */
export interface TrialJob {
  kind: 'trial';
  model: ModelFiles;
  /** Each has its own audience (which depends on recency) and item statistics (which depend on the half-life of popularity). */
  variants: { settings: Settings; audience: string; statistics: string }[];
  /** Array file: users × held-out items. */
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
  /** The rules of all lists (`serving/answers.ts`). */
  rules: unknown;
}

/**
 * `job` is the number of the job within the run: shards of one job share the data read for it. All questions to a child are about one task,
 * which comes only with the first of them.
 */
export type ToChild =
  | { type: 'shard'; job: number; task: Job; index: number; from: number; to: number }
  | { type: 'questions'; task: ServeJob | undefined; index: number; questions: unknown[] };

export type ToParent =
  | { type: 'ready'; protocol: number }
  /** The shard's file is there. */
  | { type: 'answer'; index: number; path: string }
  | { type: 'replies'; index: number; replies: unknown[] }
  /** @param code of a system error ("ENOSPC"), '' for any other error. */
  | { type: 'failed'; index: number; message: string; stack: string; code: string };

/** Checks that a message is one that a child may send; undefined if it is not. */
export function asToParent(message: unknown): ToParent | undefined {
  const { type, protocol, index, path, replies, message: why, stack, code } = Object(message);
  if (type === 'ready' && typeof protocol === 'number') return { type, protocol };
  if (typeof index !== 'number') return undefined;
  if (type === 'answer' && typeof path === 'string') return { type, index, path };
  if (type === 'replies' && Array.isArray(replies)) return { type, index, replies };
  const hasTexts = [why, stack, code].every((text) => typeof text === 'string');
  return type === 'failed' && hasTexts ? { type, index, message: why, stack, code } : undefined;
}
