import type { RowFacts, SignalCounts } from '../model/fit.js';
import type { Settings } from '../model/settings.js';

/**
 * What parent and child say to one another. Both ends import this file and refuse anything else; `PROTOCOL` changes
 * with the shape of a message.
 *
 *     parent                        child
 *       fork ───────────────────────▶
 *       ◀────────────────────── ready
 *       shard (job, from, to) ──────▶
 *       ◀──────────── answer | failed        one at a time, until the parent disconnects
 */
export const PROTOCOL = 1;

/** Learn the rows of a range of signals, and write them to a file. */
export interface FitJob {
  kind: 'fit';
  /** Array file: the evidence. */
  evidence: string;
  settings: Settings;
  /** The rows of the shard that begins with signal s go to `<rows>.<s>`. */
  rows: string;
}

/** Recommend to a range of users, as CSV lines. */
export interface ScoreJob {
  kind: 'score';
  /** Array files: the audience, the scales, the rows of each fit shard, the quoted cells of the output. */
  audience: string;
  scales: string;
  rows: { path: string; from: number }[];
  cells: string;
  counts: SignalCounts;
  listLength: number;
  withTitles: boolean;
}

export type Job = FitJob | ScoreJob;

export type ToChild = { type: 'shard'; protocol: number; job: Job; index: number; from: number; to: number };

export type FitAnswer = { kind: 'fit'; path: string } & RowFacts;
export interface ScoreAnswer {
  kind: 'score';
  /** The users' lists as lines of CSV, in their order. */
  csv: Uint8Array;
  users: number;
  rows: number;
}
export type Answer = FitAnswer | ScoreAnswer;

export type ToParent =
  | { type: 'ready'; protocol: number }
  | { type: 'answer'; index: number; answer: Answer }
  | { type: 'failed'; index: number; message: string; stack: string };

/** The message, if it is one a child may send; undefined for nonsense. */
export function asToParent(message: unknown): ToParent | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type } = message;
  if (type === 'ready' && 'protocol' in message && typeof message.protocol === 'number') {
    return { type, protocol: message.protocol };
  }
  if (!('index' in message) || typeof message.index !== 'number') return undefined;
  const { index } = message;
  if (type === 'failed' && 'message' in message && 'stack' in message) {
    return { type, index, message: String(message.message), stack: String(message.stack) };
  }
  if (type !== 'answer' || !('answer' in message)) return undefined;
  const answer = asAnswer(message.answer);
  return answer && { type, index, answer };
}

function asAnswer(answer: unknown): Answer | undefined {
  if (typeof answer !== 'object' || answer === null || !('kind' in answer)) return undefined;
  if (answer.kind === 'score' && 'csv' in answer && 'users' in answer && 'rows' in answer) {
    const { kind, csv, users, rows } = answer;
    if (csv instanceof Uint8Array && typeof users === 'number' && typeof rows === 'number')
      return { kind, csv, users, rows };
  }
  if (answer.kind === 'fit' && 'path' in answer && 'sum' in answer && 'largest' in answer && 'length' in answer) {
    const { kind, path, sum, largest, length } = answer;
    const numbers = sum instanceof Float64Array && largest instanceof Float64Array && length instanceof Float64Array;
    if (typeof path === 'string' && numbers) return { kind, path, sum, largest, length };
  }
  return undefined;
}
