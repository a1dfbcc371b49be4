import { evaluate, type RunAlgorithm } from '../commands/evaluate.js';
import { readDataset } from '../dataset/read.js';
import { ExitCode, Failure } from '../failure.js';
import type { Io } from '../io.js';
import { pickedRows } from '../matrix/sparse.js';
import { audienceOf, scoringCosts } from '../ranking/audience.js';
import { planShards, WORTH_A_SHARD } from '../workers/plan.js';
import type { ListsJob } from '../workers/protocol.js';
import { writeAudience } from '../workers/run-files.js';
import { explainDiskFull } from './disk-full.js';
import { discardLearned, learn } from './learn.js';
import { methodOfSpec } from './method.js';
import type { EvaluateOptions } from './options.js';
import { fastReading, inputBytes, startChildren } from './read.js';
import { type Run, startRun } from './run.js';
import { settle } from './tune.js';

/** `recommend evaluate`, with the pool and the kernel of a real run. */
export async function evaluateInPool(options: EvaluateOptions, io: Io): Promise<number> {
  // Settings that make no sense are refused before anything is read.
  for (const spec of options.algorithms) methodOfSpec(spec);
  const run = startRun(options, io);
  let exitCode: number = ExitCode.unexpected;
  try {
    await evaluate(
      options,
      {
        run: algorithmsOf(run),
        read: (inputs) => {
          startChildren(run, inputBytes(inputs));
          return readDataset({ ...inputs, ...fastReading(run) });
        },
        open: run.open,
        info: run.info,
        warn: run.warn,
        onBytes: () => {},
      },
      io.interrupted,
    );
    exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    if (run.lost.length > 0) run.warn(`not all could be worked, and counts as not found:\n  ${whysOf(run)}`);
    return exitCode;
  } catch (thrown) {
    const error = explainDiskFull(thrown, run, options.output);
    exitCode = error instanceof Failure ? error.exitCode : ExitCode.unexpected;
    throw error;
  } finally {
    await run.end();
    const { bytes, measure } = run.memory.peak;
    run.summary('', {
      exit_code: exitCode,
      seconds: run.seconds(),
      peak_memory_bytes: bytes,
      peak_memory_measure: measure,
      retries: run.retries,
    });
  }
}

function whysOf({ lost }: Run): string {
  return lost.map(({ what, index, why }) => `${what} ${index}: ${why}`).join('\n  ');
}

/** Learns and recommends in shards, as the main job does; lists come back as item indices. */
function algorithmsOf(run: Run): RunAlgorithm {
  return async (spec, { dataset }, users, count) => {
    const startedAt = run.seconds();
    const { settings, auto } = await settle(run, dataset, methodOfSpec(spec));
    const learned = await learn(run, dataset, settings);
    const learnedAt = run.seconds();
    const audience = audienceOf(dataset, (byUser) => pickedRows(byUser, users), settings, { includeSeen: false });
    const audiencePath = run.directory.file('audience');
    writeAudience(audiencePath, audience);
    const job: ListsJob = { kind: 'lists', model: learned.model, settings, audience: audiencePath, listLength: count };
    const start = new Uint32Array(users.length + 1);
    const parts: Uint32Array[] = [];
    const shards = planShards(scoringCosts(audience, learned.rowLength), WORTH_A_SHARD);
    await run.pool.run(
      job,
      shards,
      (answer, shard) => {
        parts.push(answer.items);
        answer.length.forEach((length, k) => {
          start[shard.from + k + 1] = (start[shard.from + k] ?? 0) + length;
        });
        run.progress.at('recommending', shard.to, users.length, shard.to);
      },
      // No list: nothing of what was held out is found.
      ({ from }, { message: why }) => {
        run.lost.push({ what: 'user', index: users[from] ?? 0, why });
        start[from + 1] = start[from] ?? 0;
      },
    );
    run.directory.discard([audiencePath]);
    discardLearned(run, learned);
    const items = new Uint32Array(start[users.length] ?? 0);
    let at = 0;
    for (const part of parts) {
      items.set(part, at);
      at += part.length;
    }
    return {
      start,
      items,
      learnSeconds: learnedAt - startedAt,
      recommendSeconds: run.seconds() - learnedAt,
      explanation: auto?.explanation,
    };
  };
}
