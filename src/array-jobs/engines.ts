import { usageFailure } from '../failure.js';

/** Which shard a process is to work: a number from 1, perhaps with the count that it is of, or what the engine says. */
export type WantedShard = { number: number; of?: number } | 'auto';

/**
 * The variables in which engines say the index of a task, by precedence, and their first index. Slurm, PBS and LSF count as the array was
 * submitted: 1-8.
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

/** What these say outside of an array. */
const NO_ARRAY: Readonly<Record<string, string>> = { SGE_TASK_ID: 'undefined', LSB_JOBINDEX: '0' };

/**
 * The shard to work, from 0. @param shards how many the plan has: what the engine says of that may be of a part of the array.
 * @throws Failure 2 where there is none of that number, or no engine says one.
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

/** True for a whole Slurm array that was submitted as 0-7. One that tries some again (3,7) is counted as `recommend status` counts. */
function isFromZero(name: string, shards: number, env: NodeJS.ProcessEnv): boolean {
  const { SLURM_ARRAY_TASK_MIN: first, SLURM_ARRAY_TASK_MAX: last } = env;
  return name === 'SLURM_ARRAY_TASK_ID' && first === '0' && last === String(shards - 1);
}

function within(said: string, number: number, first: 0 | 1, shards: number): number {
  if (number >= first && number < shards + first) return number - first;
  throw usageFailure(
    `${said}: expected a number from ${first} to ${shards - 1 + first}, since the plan has ${shards} shards`,
  );
}
