/*
 * The forked program: receive a shard, do it, answer. What to do, and what to do when it fails, is the parent's
 * business. It leaves when the parent disconnects or is gone.
 */

import { LineWriter } from './csv/list-lines.js';
import { quotedFrom } from './csv/quoted-cells.js';
import { systemCode } from './failure.js';
import { readArrays, writeArrays } from './files/array-file.js';
import { compiledKernel } from './kernels/kernel.js';
import { rowLengths } from './matrix/sparse.js';
import { StackedRows } from './matrix/stacked-rows.js';
import { type CountedRows, gramRows } from './model/counting.js';
import { Fitter, needsGram } from './model/fit.js';
import { modelOf } from './ranking/model.js';
import { Recommender } from './ranking/recommender.js';
import { scoresOf } from './ranking/scores.js';
import { VariantEvaluator } from './tuning/variant-evaluator.js';
import { matrixArrays, matrixFrom } from './workers/matrix-file.js';
import {
  type Answer,
  type FitJob,
  type GramJob,
  type Job,
  type ListsJob,
  type ModelFiles,
  PROTOCOL,
  type ReadJob,
  type RowFile,
  type ScoreJob,
  type ToChild,
  type ToParent,
  type TrialJob,
} from './workers/protocol.js';
import { writeRangePart } from './workers/range-file.js';
import { RowFiles } from './workers/row-files.js';
import { candidatesPath, readAudience, readEvidence, readStatistics, writeFitted } from './workers/run-files.js';

/** Works any shard of one job; what the job's shards share is read once. */
type ShardWork = (from: number, to: number) => Answer | Promise<Answer>;

function workOf(job: Job): ShardWork | Promise<ShardWork> {
  switch (job.kind) {
    case 'read':
      return readWork(job);
    case 'gram':
      return gramWork(job);
    case 'fit':
      return fitWork(job);
    case 'score':
      return scoreWork(job);
    case 'lists':
      return listsWork(job);
    case 'trial':
      return trialWork(job);
  }
}

async function readWork({ task, rows }: ReadJob): Promise<ShardWork> {
  // Loaded here: most children never read.
  const { compiledEvents } = await import('./events/compiled-events.js');
  const { readRange } = await import('./events/range-part.js');
  const accelerator = compiledEvents()(task.layout);
  const acceleration = { of: () => accelerator, least: 1 };
  return async (from, to) => {
    const path = shardPath(rows, from);
    writeRangePart(path, await readRange(task, from, to, acceleration));
    return { kind: 'read', path };
  };
}

function gramWork(job: GramJob): ShardWork {
  const rows = gramRows(readEvidence(job.evidence), job.settings, compiledKernel());
  return (from, to) => {
    const path = shardPath(job.rows, from);
    const { candidates, pairs } = rows(from, to);
    writeArrays(candidatesPath(path), matrixArrays('candidates', candidates));
    writeArrays(path, matrixArrays('pairs', pairs));
    return { kind: 'gram', path };
  };
}

function fitWork(job: FitJob): ShardWork {
  const evidence = readEvidence(job.evidence);
  const counted = needsGram(job.settings) ? countedRows(job.gram, evidence.items) : undefined;
  const fitter = new Fitter(evidence, job.settings, counted, compiledKernel());
  return (from, to) => {
    const { rows, precision } = fitter.rows(from, to);
    const path = shardPath(job.rows, from);
    writeFitted(path, { rows, precision });
    return { kind: 'fit', path, precision, length: rowLengths(rows) };
  };
}

/** Of the pairs a child needs all, of the candidates those of its own rows. */
function countedRows(files: readonly RowFile[], items: number): CountedRows {
  const pairs = files.map(({ path }) => matrixFrom(readArrays(path), 'pairs'));
  const candidates = files.map(({ path, from }) => ({ path: candidatesPath(path), from }));
  return {
    candidates: new RowFiles(candidates, 'candidates'),
    pairs: new StackedRows(pairs, firstRowsOf(files), items),
  };
}

function scoreWork(job: ScoreJob): ShardWork {
  const recommender = recommenderOf(job);
  const arrays = readArrays(job.cells);
  const cells = {
    users: quotedFrom(arrays, 'users'),
    items: quotedFrom(arrays, 'items'),
    titles: job.withTitles ? quotedFrom(arrays, 'titles') : undefined,
  };
  return (from, to) => {
    const lines = new LineWriter(cells);
    let short = 0;
    let empty = 0;
    for (let user = from; user < to; user++) {
      const list = recommender.recommend(user);
      if (list.items.length < job.listLength) short++;
      if (list.items.length === 0) empty++;
      lines.add(user, list);
    }
    return { kind: 'score', csv: lines.finish(), users: to - from, rows: lines.rows, short, empty };
  };
}

function listsWork(job: ListsJob): ShardWork {
  const recommender = recommenderOf(job);
  return (from, to) => {
    const items = new Uint32Array((to - from) * job.listLength);
    const length = new Uint32Array(to - from);
    let filled = 0;
    for (let user = from; user < to; user++) {
      const list = recommender.recommend(user).items;
      items.set(list, filled);
      filled += list.length;
      length[user - from] = list.length;
    }
    return { kind: 'lists', items: items.slice(0, filled), length };
  };
}

function trialWork(job: TrialJob): ShardWork {
  const { counts, rows } = job.model;
  const audiences = new Map(job.variants.map(({ audience }) => [audience, readAudience(audience)]));
  const statisticsFiles = new Map(job.variants.map(({ statistics }) => [statistics, readStatistics(statistics)]));
  const evaluator = new VariantEvaluator(
    { counts, parts: readParts(rows), from: firstRowsOf(rows) },
    job.variants.map(({ settings, audience, statistics }) => ({
      settings,
      audience: audiences.get(audience) ?? readAudience(audience),
      statistics: statisticsFiles.get(statistics) ?? readStatistics(statistics),
    })),
    matrixFrom(readArrays(job.heldOut), 'heldOut'),
    job.listLength,
    compiledKernel().sumsOf,
  );
  return (from, to) => ({ kind: 'trial', utilities: evaluator.utilities(from, to) });
}

function recommenderOf(job: ScoreJob | ListsJob): Recommender {
  const { counts, rows, statistics }: ModelFiles = job.model;
  const model = modelOf(counts, readParts(rows), firstRowsOf(rows), readStatistics(statistics), job.settings);
  const audience = readAudience(job.audience);
  const scores = scoresOf(model, audience.signals, compiledKernel().sumsOf);
  return new Recommender(model, audience, job.listLength, scores);
}

function readParts(files: readonly RowFile[]) {
  return files.map(({ path }) => matrixFrom(readArrays(path), 'rows'));
}

function firstRowsOf(files: readonly RowFile[]): number[] {
  return files.map(({ from }) => from);
}

/** The process id keeps apart the files of two children that work the same shard, one after the other's death. */
function shardPath(rows: string, from: number): string {
  return `${rows}.${from}.${process.pid}`;
}

let current: { job: number; work: ShardWork } | undefined;

async function answer(message: ToChild): Promise<ToParent> {
  const { index } = message;
  try {
    if (message.type !== 'shard' || message.protocol !== PROTOCOL)
      throw new Error('the parent speaks another protocol');
    if (current?.job !== message.job) {
      // What the job before shared is let go before the next is read.
      current = undefined;
      current = { job: message.job, work: await workOf(message.task) };
    }
    return { type: 'answer', index, answer: await current.work(message.from, message.to) };
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error));
    const { message: why, stack = why } = thrown;
    return { type: 'failed', index, message: why, stack, code: systemCode(thrown) };
  }
}

function send(message: ToParent): void {
  // A parent that is gone hears nothing: 'disconnect' ends this process.
  process.send?.(message, () => {});
}

// Ctrl-C and a closed terminal reach the whole process group; the parent decides what becomes of its children. SIGUSR1, meant
// for the parent, would start Node's debugger.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
// One shard at a time: the parent waits for the answer.
process.on('message', async (message: ToChild) => send(await answer(message)));
send({ type: 'ready', protocol: PROTOCOL });
