import { usageFailure } from '../failure.js';

/** The shard that a process runs: a number from 1, optionally with the total, or whatever the engine says. */
export type WantedShard = { number: number; of?: number } | 'auto';

/**
 * The environment variables in which engines give the index of a task, by precedence, and the first index of each. Slurm, PBS and LSF
 * number tasks as the array was submitted, here 1-8.
 */
const ENGINES: Readonly<Record<string, 0 | 1>> = {
  RECOMMEND_SHARD: 1,
  JOB_COMPLETION_INDEX: 0,
  SLURM_ARRAY_TASK_ID: 1,
  AWS_BATCH_JOB_ARRAY_INDEX: 0,
  BATCH_TASK_INDEX: 0,
  CLOUD_RUN_TASK_INDEX: 0,
  PBS_ARRAY_INDEX: 1,
  SGE_TASK_ID: 1,
  LSB_JOBINDEX: 1,
  PARALLEL_SEQ: 1,
  BATCH_TASK_INSTANCE_INDEX: 0,
};

/** The values of these variables outside of an array. */
const NO_ARRAY: Readonly<Record<string, string>> = { SGE_TASK_ID: 'undefined', LSB_JOBINDEX: '0' };

/**
 * The shard to run, from 0. @param shards how many the plan has; the engine's count may cover only a part of the array.
 * @throws Failure 2 if the plan has no such shard, or no engine gives a number.
 */
export function shardIndex(wanted: WantedShard, shards: number, env: NodeJS.ProcessEnv): number {
  if (wanted !== 'auto') {
    const { number, of = shards } = wanted;
    if (of !== shards) throw usageFailure(`--shard ${number}/${of}: the plan has ${shards} shards`);
    return within(`--shard ${number}`, number, 1, shards);
  }
  const isSet = (name: string) => (env[name] ?? '') !== '' && env[name] !== NO_ARRAY[name];
  const name = Object.keys(ENGINES).find(isSet);
  if (name === undefined) {
    const names = Object.keys(ENGINES).join(', ');
    throw usageFailure(`--shard auto: no engine says which task of an array this is; none of these is set: ${names}`);
  }
  const text = env[name] ?? '';
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return within(`${name}=${text}`, number, isFromZero(name, shards, env) ? 0 : (ENGINES[name] ?? 1), shards);
}

/** True for a whole Slurm array submitted as 0-7. One that retries some shards (3,7) is numbered from 1, like `recommend status`. */
function isFromZero(name: string, shards: number, env: NodeJS.ProcessEnv): boolean {
  const { SLURM_ARRAY_TASK_MIN: first, SLURM_ARRAY_TASK_MAX: last } = env;
  return name === 'SLURM_ARRAY_TASK_ID' && first === '0' && last === String(shards - 1);
}

function within(source: string, number: number, first: 0 | 1, shards: number): number {
  if (number >= first && number < shards + first) return number - first;
  throw usageFailure(
    `${source}: expected a number from ${first} to ${shards - 1 + first}, since the plan has ${shards} shards`,
  );
}
