import type { EventsTask } from '../events/range-part.js';
import type { SignalCounts } from '../model/fit.js';
import type { Settings } from '../model/settings.js';
import type { LineFormat } from '../output/list-lines.js';

/**
 * What parent and child say to each other. Both ends import this file and refuse anything else; `PROTOCOL` changes with the shape of
 * a message.
 *
 *     parent                        child
 *       fork ───────────────────────▶
 *       ◀────────────────────── ready
 *       shard (job, from, to) ──────▶
 *       ◀──────────── answer | failed        one at a time, until the parent disconnects
 *
 * Most answers are files (`shard-file.ts`): the message says only that the file is there.
 */
export const PROTOCOL = 7;

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
  /** Array file: what finishing the rows takes. */
  statistics: string;
}

/** Recommend to a range of users. */
export interface RecommendJob {
  kind: 'recommend';
  model: ModelFiles;
  settings: Settings;
  /** Array file: the audience. */
  audience: string;
  listLength: number;
  /** How lists become lines, and the array file of their cells; undefined: they become columns of numbers. */
  lines: { format: LineFormat; cells: string; withTitles: boolean } | undefined;
  output: string;
}

/** Recommend to a range of users, as item indices. */
export interface ListsJob {
  kind: 'lists';
  model: ModelFiles;
  settings: Settings;
  audience: string;
  listLength: number;
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
}

/** Jobs whose answers are files. */
export type FileJob = ReadJob | CountJob | LearnJob | RecommendJob;
export type Job = FileJob | ListsJob | TrialJob;

/** @param job counts the jobs of a run: shards of one job share what is read for it. */
export type ToChild = {
  type: 'shard';
  protocol: number;
  job: number;
  task: Job;
  index: number;
  from: number;
  to: number;
};

/** The shard's file is there. */
export interface FileAnswer {
  kind: 'file';
  path: string;
}
export interface ListsAnswer {
  kind: 'lists';
  /** The users' lists one after the other, and how long each is. */
  items: Uint32Array;
  length: Uint32Array;
}
export interface TrialAnswer {
  kind: 'trial';
  /** Row by row: the utility of the user's list under each variant of the batch. */
  utilities: Float64Array;
}
export type Answer = FileAnswer | ListsAnswer | TrialAnswer;

/** The answer to a job of that kind. */
export type AnswerTo<J extends Job> = J extends FileJob ? FileAnswer : Extract<Answer, { kind: J['kind'] }>;

export function isAnswerTo<J extends Job>(answer: Answer, { kind }: J): answer is AnswerTo<J> {
  return answer.kind === (kind === 'lists' || kind === 'trial' ? kind : 'file');
}

export type ToParent =
  | { type: 'ready'; protocol: number }
  | { type: 'answer'; index: number; answer: Answer }
  /** @param code of the system ("ENOSPC"), '' where it is no error of the system. */
  | { type: 'failed'; index: number; message: string; stack: string; code: string };

/** The message, if it is one a child may send; undefined for nonsense. */
export function asToParent(message: unknown): ToParent | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type } = message;
  if (type === 'ready' && 'protocol' in message && typeof message.protocol === 'number') {
    return { type, protocol: message.protocol };
  }
  if (!('index' in message) || typeof message.index !== 'number') return undefined;
  const { index } = message;
  if (type === 'failed' && 'message' in message && 'stack' in message && 'code' in message) {
    const { message: why, stack, code } = message;
    return { type, index, message: String(why), stack: String(stack), code: String(code) };
  }
  if (type !== 'answer' || !('answer' in message)) return undefined;
  const answer = asAnswer(message.answer);
  return answer && { type, index, answer };
}

function asAnswer(answer: unknown): Answer | undefined {
  if (typeof answer !== 'object' || answer === null || !('kind' in answer)) return undefined;
  switch (answer.kind) {
    case 'file':
      return 'path' in answer && typeof answer.path === 'string' ? { kind: 'file', path: answer.path } : undefined;
    case 'lists':
      if (!('items' in answer) || !('length' in answer)) return undefined;
      if (!(answer.items instanceof Uint32Array) || !(answer.length instanceof Uint32Array)) return undefined;
      return { kind: 'lists', items: answer.items, length: answer.length };
    case 'trial':
      if (!('utilities' in answer) || !(answer.utilities instanceof Float64Array)) return undefined;
      return { kind: 'trial', utilities: answer.utilities };
    default:
      return undefined;
  }
}
