import { setImmediate } from 'node:timers/promises';
import { ExitCode, Failure } from '../../failure.js';
import { type Arrays, writeArrays } from '../../files/array-file.js';
import { compiledKernel } from '../../kernels/kernel.js';
import type { SampleKeys } from '../../matrix/sampling.js';
import { emptyRows } from '../../matrix/sparse.js';
import { alsFactors } from '../../model/als.js';
import {
  attributeEvidence,
  type Evidence,
  type EvidenceFacts,
  evidenceOf,
  type Observations,
  releaseEvidence,
} from '../../model/evidence.js';
import { fitCosts, readsBaskets } from '../../model/fit.js';
import { factorsOf } from '../../model/low-rank.js';
import { statisticsOf } from '../../model/row-normalisation.js';
import { MOST_EASE_ITEMS } from '../../model/rows/ease.js';
import { gramCosts } from '../../model/rows/gram.js';
import type { Settings } from '../../model/settings.js';
import { needsGram, type SignalCounts, signalCount, signalCounts } from '../../model/signals.js';
import { plural, thousands } from '../../quantities.js';
import { meanLength } from '../../ranking/audience.js';
import { writeEvidence } from '../../workers/evidence-file.js';
import { namedArrays } from '../../workers/matrix-file.js';
import { MIN_SHARD_COST, planShards, type Shard } from '../../workers/plan.js';
import type { CountJob, LearnJob, ModelFiles, RowFile } from '../../workers/protocol.js';
import { readLearnedFacts, writeStatistics } from '../../workers/run-files.js';
import { keyedPath, keyOf, shardOutput } from '../finished/checkpoint.js';
import { areFinished, runShards } from '../finished/run-shards.js';
import type { Run } from '../run.js';

const NO_ROWS: number[] = [];
/** Every child that recommends opens every file of learned rows, so shards of learning are larger than others. */
const MIN_FILE_COST = 4 * MIN_SHARD_COST;

/** The data to learn from, in a file: this process keeps only the small parts. */
export interface Arranged {
  facts: EvidenceFacts;
  counts: SignalCounts;
  evidencePath: string;
  /** Array file: the factors of items, once they are computed; undefined: the method has none, or none are worthwhile. */
  factors: Promise<string> | undefined;
  /** The shards of rows to count and of rows to learn. */
  cuts: Record<'count' | 'learn', Shard[]>;
  /** Key of the shards that depend on it; undefined: no other run can use them. */
  key: string | undefined;
}

/** Arranged data with its counted pairs. Several fits can start from it. */
export interface Counted extends Arranged {
  /** The rows of the Gram matrix; none if the method does not need it. */
  gram: RowFile[];
  /** The rows of it that no worker could count. */
  lost: number[];
}

/** A learned model, and the settings it was learned with. */
export interface Learned {
  model: ModelFiles;
  facts: EvidenceFacts;
  settings: Settings;
  /** P_i of the items' rows. */
  precision: Float64Array;
  /** Cells of a row, on average. */
  cellsPerRow: number;
  /** The rows that no worker could learn. */
  lost: number[];
  key: string | undefined;
}

/** Learns a model from observations, in shards. */
export async function learn(
  run: Run,
  seen: Observations,
  keys: () => SampleKeys,
  settings: Settings,
): Promise<Learned> {
  return learnFrom(run, arrange(run, seen, writeFactors(run, seen, keys, settings), settings), settings);
}

/** Learns a model from arranged data. */
export async function learnFrom(run: Run, arranged: Arranged, settings: Settings): Promise<Learned> {
  const counted = isLearned(run, arranged) ? notCounted(arranged) : await countPairs(run, arranged, settings);
  const learned = await fitRows(run, counted, settings);
  // If rows were lost, a resumed run tries them again and needs the counts.
  if (arranged.key === undefined || (counted.lost.length === 0 && learned.lost.length === 0))
    discardCounted(run, counted);
  return learned;
}

/** True if an interrupted run has learned all rows, from complete counts: then the counts are not needed. */
function isLearned({ directory }: Run, { key, cuts }: Arranged): boolean {
  if (key === undefined) return false;
  return areFinished(keyedPath(directory.path, 'learn', keyOf(key, NO_ROWS)), cuts.learn);
}

/** Arranged data without counted pairs, for learning that does not need them. */
export function notCounted(arranged: Arranged): Counted {
  return { ...arranged, gram: [], lost: NO_ROWS, key: arranged.key && keyOf(arranged.key, NO_ROWS) };
}

/**
 * Arranges observations for learning. The settings c, s and the weights of attributes apply here. @param factors of `writeFactors`.
 * @param key of the run, if another run may use its finished shards. @param jobs how many processes share the work.
 */
export function arrange(
  run: Run,
  seen: Observations,
  factors: Arranged['factors'],
  settings: Settings,
  key?: string,
  jobs = 1,
): Arranged {
  const evidence = evidenceOf(seen, settings);
  refuseTooManyForEase(evidence, settings);
  const evidencePath = run.directory.file('evidence');
  writeEvidence(evidencePath, evidence, readsBaskets(evidence, settings));
  const { popularity, trend, degree, trust } = evidence;
  const arranged = {
    facts: { popularity, trend, degree, trust },
    counts: signalCounts(evidence),
    evidencePath,
    factors,
    cuts: {
      count: needsGram(settings) ? planShards(gramCosts(evidence), MIN_SHARD_COST, jobs) : [],
      learn: planShards(fitCosts(evidence, settings), MIN_FILE_COST, jobs),
    },
    key: key && keyOf(key, settings),
  };
  releaseEvidence(evidence, seen);
  return arranged;
}

/**
 * Starts to compute the factors of items and write them to a file, while children count and learn. The observations are not read after
 * this returns.
 * @returns its path; undefined if the method has no factors, or none are worthwhile.
 */
export function writeFactors(
  run: Run,
  { interactions, attributes }: Observations,
  keys: () => SampleKeys,
  settings: Settings,
): Promise<string> | undefined {
  const isAls = settings.method === 'als';
  if (!(isAls || settings.method === 'ridge') || settings.lowRankWeight === 0) return undefined;
  const path = run.directory.file('factors');
  const { blockOf } = compiledKernel();
  const found = isAls
    ? alsFactors(interactions, keys(), settings, blockOf, setImmediate)
    : factorsOf(interactions, attributeEvidence(attributes, settings), keys, blockOf, setImmediate);
  const written = found?.then((factors) => {
    writeArrays(path, { factors });
    return path;
  });
  // If this fails, the run hears of it when it awaits the factors. Until then, the rejection must not count as unhandled.
  written?.catch(() => {});
  return written;
}

/** Counts pairs. The setting K applies here. */
export async function countPairs(run: Run, arranged: Arranged, settings: Settings): Promise<Counted> {
  if (!needsGram(settings)) return notCounted(arranged);
  const { evidencePath, counts, key } = arranged;
  const gram: RowFile[] = [];
  const lost: number[] = [];
  const output = shardOutput(run, 'count', key);
  const job: CountJob = { kind: 'count', evidence: evidencePath, settings, output };
  await runShards(
    run,
    job,
    arranged.cuts.count,
    (path, { from }) => void gram.push({ path, from }),
    ({ from }, why) => {
      const empty = emptyRows(1, counts.items);
      gram.push(lose(run, lost, from, why, namedArrays({ pairs: empty, candidates: empty })));
    },
  );
  return { ...arranged, gram, lost, key: key && keyOf(key, lost) };
}

/** Learns the rows of a model from counted pairs. The settings a, λ, steps and a smaller K apply here. */
export async function fitRows(run: Run, counted: Counted, settings: Settings): Promise<Learned> {
  const { facts, counts, evidencePath, gram, key } = counted;
  const { items } = counts;
  const output = shardOutput(run, 'learn', key);
  const job: LearnJob = { kind: 'learn', evidence: evidencePath, settings, gram, output };
  const rows: RowFile[] = [];
  const lost: number[] = [];
  const precision = new Float64Array(signalCount(counts));
  const rowLength = new Float64Array(signalCount(counts));
  await runShards(
    run,
    job,
    counted.cuts.learn,
    (path, { from }) => {
      rows.push({ path, from });
      const learned = readLearnedFacts(path);
      precision.set(learned.precision, from);
      rowLength.set(learned.length, from);
    },
    ({ from }, why) => {
      const empty = { rows: emptyRows(1, items), precision: Float64Array.of(1) };
      rows.push(lose(run, lost, from, why, namedArrays(empty)));
      precision[from] = 1;
    },
  );
  // The rows of als are empty, but it scores every item.
  const cellsPerRow = settings.method === 'als' ? items : meanLength(rowLength);
  const statistics = run.directory.file('statistics');
  const ofItems = precision.subarray(0, items);
  writeStatistics(statistics, statisticsOf(facts, ofItems));
  const model = { counts, rows, statistics, factors: await counted.factors };
  return { model, facts, settings, precision: ofItems, cellsPerRow, lost, key: key && keyOf(key, lost) };
}

/** Records a row that no worker could do, and puts an empty one in its place. */
function lose(run: Run, lost: number[], row: number, why: string, empty: Arrays): RowFile {
  run.lost.push({ what: 'signal', index: row, why });
  lost.push(row);
  const path = run.directory.file('empty');
  writeArrays(path, empty);
  return { path, from: row };
}

/** Removes the files of arranged and counted data. */
export function discardCounted(run: Run, { evidencePath, gram }: Counted): void {
  run.directory.discard([evidencePath, ...gram.map(({ path }) => path)]);
}

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
