import { ExitCode, Failure } from '../failure.js';
import { writeArrays } from '../files/array-file.js';
import { emptyRows } from '../matrix/sparse.js';
import { MOST_EASE_ITEMS } from '../model/ease.js';
import {
  type Evidence,
  type EvidenceFacts,
  evidenceOf,
  type Observations,
  releaseEvidence,
} from '../model/evidence.js';
import { fitCosts, needsGram, type SignalCounts, signalCounts } from '../model/fit.js';
import { gramCosts } from '../model/gram.js';
import { statisticsOf } from '../model/row-normalisation.js';
import type { Settings } from '../model/settings.js';
import type { Stage } from '../report/progress.js';
import { plural, thousands } from '../report/quantities.js';
import { matrixArrays } from '../workers/matrix-file.js';
import { planShards, WORTH_A_SHARD } from '../workers/plan.js';
import type { FitJob, GramJob, ModelFiles, RowFile } from '../workers/protocol.js';
import { candidatesPath, writeEvidence, writeStatistics } from '../workers/run-files.js';
import { workAll } from './handing-on.js';
import type { KeptWork } from './kept.js';
import { countedKeeping, fittedKeeping, hasLostSignals, isLearned } from './kept-rows.js';
import type { Run } from './run.js';

/** A shard of learned rows is also a file that each child opens that scores: it has to be worth more than one that is added up only. */
const WORTH_A_FILE = 4 * WORTH_A_SHARD;

/** What there is to learn from, in a file: nothing large of it is left in this process. */
export interface Arranged {
  facts: EvidenceFacts;
  counts: SignalCounts;
  evidencePath: string;
  /** What each row costs to count, and to learn. */
  gramCosts: Float64Array;
  fitCosts: Float64Array;
}

/** The same, counted: several fits can start from it. */
export interface Counted extends Arranged {
  /** The rows of the Gram matrix, none where the method does without. */
  gram: RowFile[];
}

/** A learned model, and the settings it was learned with. */
export interface Learned {
  model: ModelFiles;
  facts: EvidenceFacts;
  settings: Settings;
  /** P_i of the items' rows. */
  precision: Float64Array;
  /** Cells of each row, by signal. */
  rowLength: Float64Array;
}

/** Learns a model from what was seen, in shards. */
export async function learn(run: Run, seen: Observations, settings: Settings): Promise<Learned> {
  return learnFrom(run, arrange(run, seen, settings), settings);
}

/**
 * The same from what is arranged already.
 * @param kept what is kept of it, and where to keep what is worked.
 */
export async function learnFrom(run: Run, arranged: Arranged, settings: Settings, kept?: KeptWork): Promise<Learned> {
  const counted = await countPairs(run, arranged, settings, kept);
  const learned = await fitRows(run, counted, settings, kept);
  // Who goes on tries again what was lost, with what was counted.
  if (kept && hasLostSignals(kept)) return learned;
  kept?.forget('counting');
  discardCounted(run, counted);
  return learned;
}

/** Arranges what was seen to be learned from. c, s and what attributes weigh enter here. */
export function arrange(run: Run, seen: Observations, settings: Settings): Arranged {
  const evidence = evidenceOf(seen, settings);
  refuseTooManyForEase(evidence, settings);
  const evidencePath = run.directory.file('evidence');
  writeEvidence(evidencePath, evidence);
  const { popularity, trend, degree, trust } = evidence;
  const arranged = {
    facts: { popularity, trend, degree, trust },
    counts: signalCounts(evidence),
    evidencePath,
    gramCosts: gramCosts(evidence),
    fitCosts: fitCosts(evidence, settings),
  };
  releaseEvidence(evidence, seen);
  return arranged;
}

/** Counts pairs. K enters here. */
export async function countPairs(run: Run, arranged: Arranged, settings: Settings, kept?: KeptWork): Promise<Counted> {
  const { evidencePath, counts } = arranged;
  const { items } = counts;
  const gram: RowFile[] = [];
  // Where all is learned, nothing is asked of what was counted.
  if (needsGram(settings) && !(kept && isLearned(kept, items, signalsOf(counts)))) {
    const job: GramJob = { kind: 'gram', evidence: evidencePath, settings, rows: run.directory.file('gram') };
    const shards = planShards(arranged.gramCosts, WORTH_A_SHARD);
    logPlan(run, 'counting', shards.length);
    const done = counter(run, 'counting', shards);
    await workAll(
      run.pool,
      job,
      shards,
      kept && countedKeeping(kept, items),
      (answer, shard) => {
        gram.push({ path: answer.path, from: shard.from });
        done(shard.cost);
      },
      ({ from }, why) => {
        run.lost.push({ what: 'signal', index: from, why });
        const path = run.directory.file('empty');
        writeEmptyRow(path, 'pairs', items);
        writeEmptyRow(candidatesPath(path), 'candidates', items);
        gram.push({ path, from });
      },
    );
  }
  return { ...arranged, gram };
}

/** Learns the rows of a model from what was counted. a, λ, the steps and a smaller K enter here. */
export async function fitRows(run: Run, counted: Counted, settings: Settings, kept?: KeptWork): Promise<Learned> {
  const { facts, counts, evidencePath, gram } = counted;
  const { items } = counts;
  const signals = signalsOf(counts);
  const job: FitJob = { kind: 'fit', evidence: evidencePath, settings, gram, rows: run.directory.file('rows') };
  const shards = planShards(counted.fitCosts, WORTH_A_FILE);
  logPlan(run, 'learning', shards.length);
  const done = counter(run, 'learning', shards);
  const rows: RowFile[] = [];
  const precision = new Float64Array(signals);
  const rowLength = new Float64Array(signals);
  await workAll(
    run.pool,
    job,
    shards,
    kept && fittedKeeping(kept, items),
    (answer, shard) => {
      rows.push({ path: answer.path, from: shard.from });
      precision.set(answer.precision, shard.from);
      rowLength.set(answer.length, shard.from);
      done(shard.cost);
    },
    ({ from }, why) => {
      run.lost.push({ what: 'signal', index: from, why });
      const path = run.directory.file('empty');
      writeEmptyRow(path, 'rows', items);
      rows.push({ path, from });
      precision[from] = 1;
    },
  );
  const statistics = run.directory.file('statistics');
  const ofItems = precision.subarray(0, items);
  writeStatistics(statistics, statisticsOf(facts, ofItems));
  return { model: { counts, rows, statistics }, facts, settings, precision: ofItems, rowLength };
}

function signalsOf({ items, preferences, groups }: SignalCounts): number {
  return items + preferences + groups;
}

/** Writes a matrix of one row with nothing in it, in the place of a row that could not be worked. */
function writeEmptyRow(path: string, name: string, items: number): void {
  writeArrays(path, matrixArrays(name, emptyRows(1, items)));
}

/** Removes the files that fits started from. */
export function discardCounted(run: Run, { evidencePath, gram }: Counted): void {
  run.directory.discard([evidencePath, ...gram.flatMap(({ path }) => [path, candidatesPath(path)])]);
}

/** Removes the files of a model. */
export function discardLearned(run: Run, { model }: Learned): void {
  run.directory.discard([model.statistics, ...model.rows.map(({ path }) => path)]);
}

function refuseTooManyForEase({ degree }: Evidence, settings: Settings): void {
  if (settings.method !== 'ease') return;
  const known = degree.reduce((total, d) => total + (d > 0 ? 1 : 0), 0);
  if (known <= MOST_EASE_ITEMS) return;
  throw new Failure(
    ExitCode.usage,
    `--algorithm ease is exact, for ${plural(MOST_EASE_ITEMS, 'item')} at most, and there are ${thousands(known)}; ridge is its sparse form`,
  );
}

function counter(run: Run, what: Stage, shards: readonly { cost: number }[]): (cost: number) => void {
  const work = shards.reduce((total, shard) => total + shard.cost, 0);
  let done = 0;
  return (cost) => {
    done += cost;
    run.progress.at(what, done, work);
  };
}

export function logPlan(run: Run, what: Stage, shards: number): void {
  run.debug(
    `${run.seconds().toFixed(2)} s: ${what} in ${plural(shards, 'shard')} on ${run.pool.childrenFor(shards)} of ${run.workers} workers`,
  );
}
