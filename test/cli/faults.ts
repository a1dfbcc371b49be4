import type { Job } from '../../src/workers/protocol.js';

/** A fault of a worker while it computes a row of a job. */
export interface Fault {
  job: Job['kind'];
  row: number;
  /** A signal, or a keyword of faults/grief.mjs; `hold` keeps the worker busy for as long as its parent lives. */
  how: string;
  /** How often it happens, over all workers; by default at every attempt. */
  times?: number;
}

const PROGRAM = new URL('./faults/grief.mjs', import.meta.url).href;
const ALWAYS = 1e6;

/** The environment of a run whose workers have these faults. @param folder an empty folder, for counting them. */
export function withFaults(folder: string, ...faults: readonly Fault[]): NodeJS.ProcessEnv {
  const specs = faults.map(({ job, row, how, times = ALWAYS }) => `${job} ${row} ${how} ${times}`);
  return { NODE_OPTIONS: `--import ${PROGRAM}`, GRIEF: specs.join(';'), GRIEF_FOLDER: folder };
}

/** The environment of a run that learns until it is stopped. */
export function endless(folder: string): NodeJS.ProcessEnv {
  return withFaults(folder, { job: 'count', row: 0, how: 'hold' });
}
