/*
 * The work of a child: it runs shards and answers questions. The parent decides what to run and what to do about failures.
 */

import { quotedIn } from './csv/quoted-cells.js';
import { systemCode } from './failure.js';
import { type Arrays, readArrays } from './files/array-file.js';
import { compiledKernel } from './kernels/kernel.js';
import { StackedRows } from './matrix/stacked-rows.js';
import { fitter } from './model/fit.js';
import { type CountedRows, gramRows } from './model/rows/counting.js';
import { needsGram } from './model/signals.js';
import { columnWriter } from './output/list-columns.js';
import { lineWriter } from './output/list-lines.js';
import { reasonStyle, reasonWriter } from './output/reason-cells.js';
import { explainer } from './ranking/explainer.js';
import type { List } from './ranking/list-rules.js';
import { Recommender } from './ranking/recommender.js';
import { scoresOf } from './ranking/scores.js';
import { listRules } from './rules/list-rules.js';
import { variantEvaluator } from './tuning/variant-evaluator.js';
import { readEvidence } from './workers/evidence-file.js';
import { matrixFrom, namedArrays, readMatrix, rowFiles } from './workers/matrix-file.js';
import type {
  CountJob,
  Job,
  LearnJob,
  ReadJob,
  RecommendJob,
  RowFile,
  ToChild,
  ToParent,
  TrialJob,
} from './workers/protocol.js';
import { rangeArrays } from './workers/range-file.js';
import {
  listArrays,
  readAudience,
  readFactors,
  readModel,
  readParts,
  readPopularity,
  readStatistics,
} from './workers/run-files.js';
import { writeShard } from './workers/shard-file.js';

/** Runs any shard of one job. The data that the shards of a job share is read once. */
type ShardWork = (from: number, to: number) => Arrays | Promise<Arrays>;

function workOf(job: Job): ShardWork | Promise<ShardWork> {
  switch (job.kind) {
    case 'read':
      return readWork(job);
    case 'count':
      return countWork(job);
    case 'learn':
      return learnWork(job);
    case 'recommend':
      return recommendWork(job);
    case 'trial':
      return trialWork(job);
  }
}

async function readWork({ task }: ReadJob): Promise<ShardWork> {
  // Loaded here, because most children never read events.
  const { compiledEvents } = await import('./events/compiled-events.js');
  const { readRange } = await import('./events/range-part.js');
  const { readWholeFile } = await import('./events/read-events.js');
  const { rowFilter } = await import('./conditions/row-filter.js');
  const accelerator = compiledEvents()(task.layout);
  const { conditions } = task.layout;
  const filter = conditions && rowFilter(conditions);
  const acceleration = { of: () => accelerator, least: 1 };
  const { source } = task;
  if (source) return async () => rangeArrays(await readWholeFile(task, source, acceleration, filter));
  return async (from, to) => rangeArrays(await readRange(task, from, to, acceleration, filter));
}

function countWork({ evidence, settings }: CountJob): ShardWork {
  const count = gramRows(readEvidence(evidence), settings, compiledKernel());
  return (from, to) => namedArrays(count(from, to));
}

function learnWork(job: LearnJob): ShardWork {
  const evidence = readEvidence(job.evidence);
  const counted = needsGram(job.settings) ? countedRows(job.gram, evidence.items) : undefined;
  const learn = fitter(evidence, job.settings, counted, compiledKernel());
  return (from, to) => namedArrays(learn(from, to));
}

function countedRows(files: readonly RowFile[], items: number): CountedRows {
  const { parts, from } = readParts(files, 'pairs');
  return {
    candidates: rowFiles(files, (path) => readMatrix(path, 'candidates')),
    pairs: new StackedRows(parts, from, items),
  };
}

function recommendWork(job: RecommendJob): ShardWork {
  const { recommender, reasonsOf } = recommenderOf(job);
  const newWriter = writersOf(job);
  return (from, to) => {
    const writer = newWriter();
    let short = 0;
    let empty = 0;
    for (let user = from; user < to; user++) {
      const list = recommender.recommend(user);
      if (list.items.length < job.listLength) short++;
      if (list.items.length === 0) empty++;
      writer.add(user, list, reasonsOf?.(user, list));
    }
    const counts = { users: to - from, rows: writer.rows, short, empty };
    return listArrays(counts, writer.finish());
  };
}

function writersOf({ layout, listLength, model }: RecommendJob) {
  if (!layout) return () => columnWriter();
  const { format, precision } = layout;
  const arrays = readArrays(layout.cells);
  const names = quotedIn(arrays, 'names');
  const reasons = names && reasonWriter(reasonStyle(format), { cells: names, counts: model.counts }, precision);
  if (format === 'parquet') return () => columnWriter(precision, reasons);
  const columns = layout.columns.map((column, k) => ({ ...column, cells: quotedIn(arrays, `column${k}`) }));
  return () => lineWriter({ format, columns, listLength, precision, reasons });
}

function trialWork(job: TrialJob): ShardWork {
  const { counts, rows } = job.model;
  const [audienceAt, statisticsAt] = [readingOnce(readAudience), readingOnce(readStatistics)];
  const { sumsOf, productsOf } = compiledKernel();
  const utilitiesOf = variantEvaluator(
    { counts, ...readParts(rows, 'rows'), factors: readFactors(job.model) },
    job.variants.map(({ settings, audience, statistics }) => ({
      settings,
      audience: audienceAt(audience),
      statistics: statisticsAt(statistics),
    })),
    matrixFrom(readArrays(job.heldOut), 'heldOut'),
    job.listLength,
    sumsOf,
    productsOf,
  );
  return (from, to) => ({ utilities: utilitiesOf(from, to) });
}

/** Reads each file only once. Variants with the same file share what was read. */
function readingOnce<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    const value = known.get(path) ?? read(path);
    known.set(path, value);
    return value;
  };
}

/** Makes lists, and explains them if the output has a column for reasons or sources. */
function recommenderOf(job: RecommendJob) {
  const model = readModel(job.model, job.settings);
  const audience = readAudience(job.audience);
  const { sumsOf, productsOf } = compiledKernel();
  const scores = scoresOf(model, audience.signals, sumsOf, productsOf);
  const facts = () => ({
    items: model.counts.items,
    popularity: readPopularity(job.model.statistics),
    offered: audience.offered,
    rows: model.rows,
  });
  const rules = job.rules && listRules(job.rules.spec, readArrays(job.rules.arrays), facts(), model.scales.prior);
  const recommender = new Recommender(model, audience, job.listLength, scores, rules);
  if (!job.layout?.columns.some(({ kind }) => kind === 'reasons' || kind === 'source')) return { recommender };
  const explain = explainer(model, scores, job.listLength, job.layout.reasons);
  return { recommender, reasonsOf: (user: number, list: List) => explain(user, list, rules?.offerFor(user).factor) };
}

/** A worker without a process: it answers messages, one at a time, and caches the data that shards of one job, or all questions, share. */
export function shardWork(): (message: ToChild) => Promise<ToParent> {
  let current: { job: number; work: ShardWork } | undefined;
  let replyTo: ((question: unknown) => unknown) | undefined;
  return async (message) => {
    const { index } = message;
    try {
      if (message.type === 'questions') {
        if (!replyTo) {
          // Loaded here, because most children never answer questions.
          const { answersFrom } = await import('./serving/answers.js');
          if (!message.task) throw new Error('the task of the questions is unknown here');
          replyTo = await answersFrom(message.task);
        }
        return { type: 'replies', index, replies: message.questions.map(replyTo) };
      }
      if (current?.job !== message.job) {
        // Release the data of the previous job before reading that of the next.
        current = undefined;
        current = { job: message.job, work: await workOf(message.task) };
      }
      const arrays = await current.work(message.from, message.to);
      return { type: 'answer', index, path: writeShard(message.task.output, message, arrays) };
    } catch (error) {
      const thrown = error instanceof Error ? error : new Error(String(error));
      const { message: why, stack = why } = thrown;
      return { type: 'failed', index, message: why, stack, code: systemCode(thrown) };
    }
  };
}
