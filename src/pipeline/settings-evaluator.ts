import { writeArrays } from '../files/array-file.js';
import { pickedRows, type SparseRows } from '../matrix/sparse.js';
import { statisticsOf } from '../model/row-normalisation.js';
import type { Settings } from '../model/settings.js';
import { recentPopularity } from '../model/trend.js';
import { audienceOf } from '../ranking/audience.js';
import type { Judge } from '../tuning/climb.js';
import { waysOf } from '../tuning/trial.js';
import type { ValidationSplit } from '../tuning/validation-split.js';
import { matrixArrays } from '../workers/matrix-file.js';
import { planShards } from '../workers/plan.js';
import type { TrialJob } from '../workers/protocol.js';
import { writeAudience, writeStatistics } from '../workers/run-files.js';
import { arrange, type Counted, countPairs, discardCounted, discardLearned, fitRows, type Learned } from './learn.js';
import type { Run } from './run.js';

const LIST_LENGTH = 20;
/** Of a trial, about; more where its costs do not cut well. */
const SHARDS = 8;
/** What was counted and learned is kept for so many settings: a move that is not taken is followed by one from where it began. */
const KEPT = 2;

/** Learns and judges on a validation split, in the pool. What was counted or learned before is not done again. */
export class SettingsEvaluator {
  readonly #run: Run;
  readonly #validation: ValidationSplit;
  readonly #heldOut: string;
  readonly #counted = new Map<string, Counted>();
  readonly #learned = new Map<string, Learned>();
  /** By what enters them of the settings: the audiences of those who are judged. */
  readonly #audiences = new Map<string, string>();

  constructor(run: Run, validation: ValidationSplit) {
    this.#run = run;
    this.#validation = validation;
    this.#heldOut = run.directory.file('held-out');
    writeArrays(this.#heldOut, matrixArrays('heldOut', validation.heldOut));
  }

  readonly judge: Judge = (settings, variants) => this.#judge(settings, variants, false);

  /** Judges the lists the same users get when they are served as if they had no history. */
  readonly judgeCold: Judge = (settings, variants) => this.#judge(settings, variants, true);

  async #judge(settings: Settings, variants: readonly Settings[], isCold: boolean): Promise<Float64Array[]> {
    const learned = await this.#learn(settings);
    /** By τ, all that differs between them. */
    const statisticsFiles = new Map<number, string>();
    const statistics = (variant: Settings) => {
      const path = statisticsFiles.get(variant.popularityHalfLife) ?? this.#statistics(learned, variant);
      statisticsFiles.set(variant.popularityHalfLife, path);
      return path;
    };
    const job: TrialJob = {
      kind: 'trial',
      model: learned.model,
      variants: variants.map((variant) => ({
        settings: variant,
        audience: this.#audience(variant, isCold),
        statistics: statistics(variant),
      })),
      heldOut: this.#heldOut,
      listLength: LIST_LENGTH,
    };
    const users = this.#validation.judged.length;
    const ways = waysOf(job.variants);
    const wayOf = (row: number) => ways[Math.floor(row / users)] ?? [];
    const worths = variants.map(() => new Float64Array(users));
    const lost = new Set<number>();
    const costs = Float64Array.from({ length: ways.length * users }, (_, row) => wayOf(row).length);
    await this.#run.pool.run(
      job,
      // A child finishes the model for each way before it judges: few shards, so that it pays.
      planShards(costs, (variants.length * users) / SHARDS),
      (answer, { from, to }) => {
        let at = 0;
        for (let row = from; row < to; row++) {
          for (const variant of wayOf(row)) worths[variant]?.set(answer.worth.subarray(at, ++at), row % users);
        }
      },
      ({ from }) => void lost.add(from % users),
    );
    // A user who cannot be judged by all of them speaks for none.
    for (const user of lost) for (const worth of worths) worth[user] = 0;
    this.#run.directory.discard([...statisticsFiles.values()]);
    return worths;
  }

  end(): void {
    for (const counted of this.#counted.values()) discardCounted(this.#run, counted);
    for (const learned of this.#learned.values()) discardLearned(this.#run, learned);
    this.#run.directory.discard([this.#heldOut, ...this.#audiences.values()]);
  }

  async #learn(settings: Settings): Promise<Learned> {
    const key = JSON.stringify({ ...settings, ...FREE });
    return this.#kept(this.#learned, key, discardLearned, async () =>
      fitRows(this.#run, await this.#count(settings), settings),
    );
  }

  async #count(settings: Settings): Promise<Counted> {
    const { basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors } = settings;
    const key = [basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors].join(' ');
    return this.#kept(this.#counted, key, discardCounted, () =>
      countPairs(this.#run, arrange(this.#run, this.#validation.seen, settings), settings),
    );
  }

  /** What is kept under a key, or is made now; the one used longest ago gives way. */
  async #kept<T>(
    cache: Map<string, T>,
    key: string,
    discard: (run: Run, value: T) => void,
    make: () => Promise<T>,
  ): Promise<T> {
    const value = cache.get(key) ?? (await make());
    cache.delete(key);
    cache.set(key, value);
    for (const [oldest, old] of cache) {
      if (cache.size <= KEPT) break;
      cache.delete(oldest);
      discard(this.#run, old);
    }
    return value;
  }

  #statistics(learned: Learned, { popularityHalfLife }: Settings): string {
    const { interactions, times } = this.#validation.seen;
    const { popularity } = learned.facts;
    const trend = recentPopularity(interactions, times, popularityHalfLife, popularity);
    const path = this.#run.directory.file('statistics');
    writeStatistics(path, { ...statisticsOf(learned.facts, learned.precision), trend });
    return path;
  }

  /** Who is judged, as settings have them known; cold: as if they had no history. */
  #audience(settings: Settings, isCold: boolean): string {
    const { recency, groupWeight, coldGroupWeight } = settings;
    const key = [recency, groupWeight, coldGroupWeight, isCold].join(' ');
    const before = this.#audiences.get(key);
    if (before !== undefined) return before;
    const { seen, judged } = this.#validation;
    const path = this.#run.directory.file('audience');
    const some = (byUser: SparseRows) => pickedRows(byUser, judged);
    writeAudience(path, audienceOf(seen, some, settings, { includeSeen: false, hideHistory: isCold }));
    this.#audiences.set(key, path);
    return path;
  }
}

/** The settings that only finish a model, at one value: two settings that differ in them alone are learned alike. */
const FREE: Partial<Settings> = {
  popularityWeight: 0,
  popularityHalfLife: 0,
  recency: 0,
  targetDamping: 0,
  power: 1,
  groupWeight: 0,
  coldGroupWeight: 0,
};
