/*
 * The forked program: receive a shard, do it, answer. What to do, and what to do when it fails, is the parent's
 * business. It leaves when the parent disconnects or is gone.
 */
import { Fitter, rowFacts } from './model/fit.js';
import { LineWriter } from './output/lines.js';
import { quotedFrom } from './output/quoting.js';
import { Recommender } from './ranking/recommender.js';
import {
  type Answer,
  type FitJob,
  type Job,
  PROTOCOL,
  type ScoreJob,
  type ToChild,
  type ToParent,
} from './shards/protocol.js';
import { readArrays, writeArrays } from './storage/array-file.js';
import { matrixArrays } from './storage/matrix-file.js';
import { readAudience, readEvidence, readModel } from './storage/run-files.js';

/** Works any shard of one job; what the job's shards share is read once. */
type ShardWork = (from: number, to: number) => Answer;

function fitWork(job: FitJob): ShardWork {
  const fitter = new Fitter(readEvidence(job.evidence), job.settings);
  return (from, to) => {
    const rows = fitter.rows(from, to);
    // The process id keeps apart the files of two children that work the same shard, one after the other's death.
    const path = `${job.rows}.${from}.${process.pid}`;
    writeArrays(path, matrixArrays('rows', rows));
    return { kind: 'fit', path, ...rowFacts(rows) };
  };
}

function scoreWork(job: ScoreJob): ShardWork {
  const model = readModel(job.counts, job.scales, job.rows);
  const recommender = new Recommender(model, readAudience(job.audience), job.listLength);
  const arrays = readArrays(job.cells);
  const cells = {
    users: quotedFrom(arrays, 'users'),
    items: quotedFrom(arrays, 'items'),
    titles: job.withTitles ? quotedFrom(arrays, 'titles') : undefined,
  };
  return (from, to) => {
    const lines = new LineWriter(cells);
    for (let user = from; user < to; user++) lines.add(user, recommender.recommend(user));
    return { kind: 'score', csv: lines.finish(), users: to - from, rows: lines.rows };
  };
}

function workOf(job: Job): ShardWork {
  return job.kind === 'fit' ? fitWork(job) : scoreWork(job);
}

let current: { kind: Job['kind']; work: ShardWork } | undefined;

function answer(message: ToChild): ToParent {
  const { index } = message;
  try {
    if (message.type !== 'shard' || message.protocol !== PROTOCOL)
      throw new Error('the parent speaks another protocol');
    if (current?.kind !== message.job.kind) current = { kind: message.job.kind, work: workOf(message.job) };
    return { type: 'answer', index, answer: current.work(message.from, message.to) };
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error));
    return { type: 'failed', index, message: thrown.message, stack: thrown.stack ?? thrown.message };
  }
}

function send(message: ToParent): void {
  // A parent that is gone hears nothing: 'disconnect' ends this process.
  process.send?.(message, () => {});
}

// Ctrl-C reaches the whole process group; the parent decides what becomes of its children.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToChild) => send(answer(message)));
send({ type: 'ready', protocol: PROTOCOL });
