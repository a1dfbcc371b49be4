import type { RunRecord } from '../report/summary.js';
import type { Run } from './run.js';

/** The stages of a run, and how long each took. */
export class Stages {
  /** Those so far, in their order; the seconds of the last may still rise. */
  readonly taken: RunRecord['stages'] = [];
  readonly #run: Pick<Run, 'seconds' | 'memory'>;

  constructor(run: Pick<Run, 'seconds' | 'memory'>) {
    this.#run = run;
  }

  /** What the run is doing. */
  get current(): string {
    return this.taken.at(-1)?.stage ?? 'waiting';
  }

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedAt = this.#run.seconds();
    const stage = { stage: name, seconds: () => this.#run.seconds() - startedAt };
    this.taken.push(stage);
    try {
      return await work();
    } finally {
      const seconds = stage.seconds();
      stage.seconds = () => seconds;
      this.#run.memory.look();
    }
  }
}
