import type { Job } from '../../src/workers/protocol.js';

/** Something that happens to workers over a row of a job. */
export interface Fault {
  job: Job['kind'];
  row: number;
  /** A signal, or a word of faults/grief.mjs; `hold` keeps the worker busy for as long as its parent lives. */
  how: string;
  /** Over all workers; as often as it is tried unless said. */
  times?: number;
}

const PROGRAM = new URL('./faults/grief.mjs', import.meta.url).href;
const ALWAYS = 1e6;

/** The environment of a run to whose workers such things happen. @param folder an empty one, which counts the times. */
export function withFaults(folder: string, ...faults: readonly Fault[]): NodeJS.ProcessEnv {
  const told = faults.map(({ job, row, how, times = ALWAYS }) => `${job} ${row} ${how} ${times}`);
  return { NODE_OPTIONS: `--import ${PROGRAM}`, GRIEF: told.join(';'), GRIEF_FOLDER: folder };
}

/** A run that learns until it is stopped. */
export function endless(folder: string): NodeJS.ProcessEnv {
  return withFaults(folder, { job: 'count', row: 0, how: 'hold' });
}
