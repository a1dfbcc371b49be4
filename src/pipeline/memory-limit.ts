import { sizeAtHand } from '../csv/source.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Failure } from '../failure.js';
import { needsGram } from '../model/fit.js';
import { plural } from '../report/quantities.js';
import {
  childHeap,
  childrenWithin,
  moreToArrange,
  moreToFold,
  type Need,
  needToLearn,
  needToRead,
  noRoomFor,
  overBudget,
} from './memory-plan.js';
import type { Options } from './options.js';
import type { Run } from './run.js';

/** Keeps a run within `--max-memory`, where it has one: so many children as there is room for, and a stop where it takes more. */
export class WithinMemory {
  readonly #run: Run;
  readonly #options: Options;

  /** @param stop ends the run. @param stage where it stands. */
  constructor(run: Run, options: Options, stop: (why: Failure) => void, stage: () => string) {
    this.#run = run;
    this.#options = options;
    const { maxMemory } = options;
    if (maxMemory !== undefined) run.memory.guard(maxMemory, (used) => stop(overBudget(maxMemory, used, stage())));
  }

  /** Plans the reading, by the sizes of the files. @throws Failure 71 where there is too little for that. */
  async read(): Promise<void> {
    const { users, items, interactions } = this.#options;
    const files = [users, items, interactions]
      .filter((path) => path !== undefined)
      .map((path) => ({ bytes: sizeAtHand(path), isPacked: path.endsWith('.gz') }));
    await this.#limit(needToRead(files), 'to read these files');
  }

  /** Plans what comes then, by what was read. @throws Failure 71 where there is too little for that. */
  async learn({ userIds, itemIds, interactions }: Dataset): Promise<void> {
    const { settings, tuned } = this.#options.method;
    const need = needToLearn({
      users: userIds.length,
      items: itemIds.length,
      interactions: interactions.index.length,
      neighbors: settings.neighbors,
      hasPairs: needsGram(settings),
      isTuned: tuned,
    });
    await this.#limit(need, `to learn from ${plural(interactions.index.length, 'interaction')}`);
  }

  /** Before so many rows are put in order, while nothing can look. @throws Failure 71 where there is too little for that. */
  fold(rows: number): void {
    this.#requireRoom(moreToFold(rows), `to put ${plural(rows, 'row')} in order`);
  }

  /** Likewise before what was read is arranged to be learned from. */
  arrange({ interactions }: Dataset): void {
    const count = interactions.index.length;
    this.#requireRoom(moreToArrange(count), `to arrange ${plural(count, 'interaction')}`);
  }

  #requireRoom(more: number, what: string): void {
    const { maxMemory } = this.#options;
    if (maxMemory === undefined) return;
    const { bytes } = this.#run.memory.look();
    if (bytes + more > maxMemory) throw noRoomFor(maxMemory, bytes, more, what);
  }

  async #limit(need: Need, what: string): Promise<void> {
    const { maxMemory } = this.#options;
    const run = this.#run;
    if (maxMemory === undefined) return;
    const workers = childrenWithin(maxMemory, run.workers, need, what);
    if (workers < run.workers) run.info(`--max-memory has room for ${plural(workers, 'worker')} of ${run.workers}`);
    await run.pool.limit(workers, childHeap(maxMemory, workers));
  }
}
