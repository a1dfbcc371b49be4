import { messageOf } from '../failure.js';
import { readArrays } from '../files/array-file.js';
import type { FilesEntry } from '../files/journal-entries.js';
import { rowLengths, type SparseRows } from '../matrix/sparse.js';
import { matrixFrom } from '../workers/matrix-file.js';
import type { Shard } from '../workers/plan.js';
import type { FitAnswer, GramAnswer } from '../workers/protocol.js';
import { candidatesPath, readFitted } from '../workers/run-files.js';
import type { AtHand, Keeping } from './handing-on.js';
import type { KeptWork } from './kept.js';

/** How rows of the Gram matrix are kept: as their files. @param items how many columns they have. */
export function countedKeeping(kept: KeptWork, items: number): Keeping<GramAnswer> {
  return keeping(kept, 'counting', {
    pathsOf: ({ path }) => [path, candidatesPath(path)],
    answerFrom: ([path = '', candidates = ''], shard) => {
      requireShape(matrixFrom(readArrays(path), 'pairs'), shard, items);
      requireShape(matrixFrom(readArrays(candidates), 'candidates'), shard, items);
      return { kind: 'gram', path };
    },
  });
}

/** Whether all the rows of a model are at hand, and none is to be tried again. */
export function isLearned(kept: KeptWork, items: number, signals: number): boolean {
  if (hasLostSignals(kept)) return false;
  return fittedKeeping(kept, items).atHand({ index: 0, from: 0, to: signals, cost: 0 }) !== undefined;
}

/** Whether there are rows of the model that no worker could count or learn. */
export function hasLostSignals(kept: KeptWork): boolean {
  return kept.lostOf('counting').length > 0 || kept.lostOf('learning').length > 0;
}

/** How learned rows are kept. */
export function fittedKeeping(kept: KeptWork, items: number): Keeping<FitAnswer> {
  return keeping(kept, 'learning', {
    pathsOf: ({ path }) => [path],
    answerFrom: ([path = ''], shard) => {
      const { rows, precision } = readFitted(path);
      requireShape(rows, shard, items);
      return { kind: 'fit', path, precision, length: rowLengths(rows) };
    },
  });
}

/** What kept files are to a stage. */
interface Meaning<A> {
  pathsOf: (answer: A) => string[];
  /** @throws RangeError where the files do not hold what they should. */
  answerFrom: (paths: string[], rows: { from: number; to: number }) => A;
}

function keeping<A>(kept: KeptWork, stage: FilesEntry['stage'], { pathsOf, answerFrom }: Meaning<A>): Keeping<A> {
  return {
    atHand: (shard) => {
      const atHand: AtHand<A>[] = [];
      for (const part of kept.filesOf(stage, shard.from, shard.to) ?? []) {
        const rows = partOf(shard, part);
        try {
          const answer = part.entry && answerFrom(kept.pathsOf(part.entry), part);
          atHand.push({ shard: rows, answer: answer && (() => answer) });
        } catch (error) {
          kept.drop(stage, part, messageOf(error));
          return undefined;
        }
      }
      return atHand.length > 0 ? atHand : undefined;
    },
    keep: (answer, shard) => kept.keepFiles(stage, shard, pathsOf(answer)),
    lose: (shard, why) => kept.keepLost(stage, shard, why),
  };
}

/** Some rows of a shard, as a shard. */
export function partOf({ index, from, to, cost }: Shard, part: { from: number; to: number }): Shard {
  return { index, from: part.from, to: part.to, cost: (cost * (part.to - part.from)) / (to - from) };
}

function requireShape({ rows, columns }: SparseRows, { from, to }: { from: number; to: number }, items: number): void {
  if (rows === to - from && columns === items) return;
  throw new RangeError(`${rows} rows of ${columns} columns lie where ${to - from} of ${items} were kept`);
}
