import { arrayOf, readArrays, writeArrays } from '../../files/array-file.js';
import type { SampleKeys } from '../../matrix/sampling.js';
import type { SparseRows } from '../../matrix/sparse.js';
import { statisticsOf } from '../../model/row-normalisation.js';
import type { Settings } from '../../model/settings.js';
import { recentPopularity } from '../../model/trend.js';
import { audienceOf, type UserData } from '../../ranking/audience.js';
import type { Evaluate } from '../../tuning/climb.js';
import { ofUsers, type ValidationSplit } from '../../tuning/validation-split.js';
import { variantBatches } from '../../tuning/variant-evaluator.js';
import { matrixArrays } from '../../workers/matrix-file.js';
import { planShards } from '../../workers/plan.js';
import type { TrialJob } from '../../workers/protocol.js';
import { writeAudience, writeStatistics } from '../../workers/run-files.js';
import type { Run } from '../run.js';
import {
  type Arranged,
  arrange,
  type Counted,
  countPairs,
  discardCounted,
  discardLearned,
  fitRows,
  type Learned,
  writeFactors,
} from './learn.js';

const LIST_LENGTH = 20;
/** Approximate number of shards per evaluation. */
const SHARDS = 8;
/** Number of cached counts and of cached models: when a move is rejected, the next one starts from the previous model. */
const MAX_CACHED = 2;

/** Evaluates settings on a validation split, in the pool. It counts and learns again only if the settings require it. */
export class SettingsEvaluator {
  readonly #run: Run;
  readonly #validation: ValidationSplit;
  /** The data of the users whose lists are evaluated. */
  readonly #evaluated: UserData;
  readonly #heldOut: string;
  /** The file with the factors of items; undefined if there are none. */
  readonly factors: Promise<string> | undefined;
  readonly #counted = new Map<string, Counted>();
  readonly #learned = new Map<string, Learned>();
  /** Audience files, by the settings they depend on. */
  readonly #audiences = new Map<string, string>();

  /** @param settings the start of the search. */
  constructor(run: Run, validation: ValidationSplit, keys: SampleKeys, settings: Settings) {
    this.#run = run;
    this.#validation = validation;
    this.factors = writeFactors(run, validation.seen, () => keys, settings);
    this.#evaluated = ofUsers(validation.seen, validation.users);
    this.#heldOut = run.directory.file('held-out');
    writeArrays(this.#heldOut, matrixArrays('heldOut', validation.heldOut));
  }

  readonly evaluate: Evaluate = (learned, variants) => this.#evaluate(learned, variants, false);

  /** Evaluates the lists that the same users get if their histories are hidden. */
  readonly evaluateCold: Evaluate = (learned, variants) => this.#evaluate(learned, variants, true);

  async #evaluate(settings: Settings, variants: readonly Settings[], isCold: boolean): Promise<Float64Array[]> {
    const learned = await this.#learn(settings);
    // Item statistics of variants differ only by the half-life of popularity.
    const statisticsFiles = new Map<number, string>();
    const statisticsWith = (halfLife: number) => {
      const path = statisticsFiles.get(halfLife) ?? this.#statistics(learned, halfLife);
      statisticsFiles.set(halfLife, path);
      return path;
    };
    const job: TrialJob = {
      kind: 'trial',
      model: learned.model,
      variants: variants.map((variant) => ({
        settings: variant,
        audience: this.#audience(variant, isCold),
        statistics: statisticsWith(variant.popularityHalfLife),
      })),
      heldOut: this.#heldOut,
      listLength: LIST_LENGTH,
      output: this.#run.directory.file('trial'),
    };
    const utilities = await this.#inShards(job);
    this.#run.directory.discard([...statisticsFiles.values()]);
    return utilities;
  }

  /** Runs the trial. @returns by variant, the utility of each user's list. */
  async #inShards(job: TrialJob): Promise<Float64Array[]> {
    const users = this.#validation.users.length;
    const batchOfRow = variantBatches(job.variants).flatMap((batch) => new Array<number[]>(users).fill(batch));
    const utilities = job.variants.map(() => new Float64Array(users));
    const lost = new Set<number>();
    await this.#run.pool.run(
      job,
      // A child normalises the model again for each batch in its shards, so few shards are faster.
      planShards(
        Float64Array.from(batchOfRow, ({ length }) => length),
        (job.variants.length * users) / SHARDS,
      ),
      (path, { from, to }) => {
        const ofShard = arrayOf(readArrays(path), 'utilities', Float64Array);
        this.#run.directory.discard([path]);
        let at = 0;
        batchOfRow.slice(from, to).forEach((batch, k) => {
          for (const variant of batch) utilities[variant]?.set(ofShard.subarray(at, ++at), (from + k) % users);
        });
        this.#run.progress.at('recommending', to, batchOfRow.length);
      },
      ({ from }) => void lost.add(from % users),
    );
    // A user who could not be evaluated with every variant counts as 0 for all of them.
    for (const user of lost) for (const utility of utilities) utility[user] = 0;
    return utilities;
  }

  async end(): Promise<void> {
    for (const counted of this.#counted.values()) discardCounted(this.#run, counted);
    for (const learned of this.#learned.values()) discardLearned(this.#run, learned);
    const factors = await this.factors;
    this.#run.directory.discard([this.#heldOut, ...(factors ? [factors] : []), ...this.#audiences.values()]);
  }

  async #learn(settings: Settings): Promise<Learned> {
    const key = JSON.stringify({ ...settings, ...NEEDS_NO_FIT, follow: settings.follow > 0 });
    return this.#cached(this.#learned, key, discardLearned, async () =>
      fitRows(this.#run, await this.#count(settings), settings),
    );
  }

  async #count(settings: Settings): Promise<Counted> {
    const { follow, basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors } = settings;
    const key = [follow > 0, basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors].join(' ');
    return this.#cached(this.#counted, key, discardCounted, () =>
      countPairs(this.#run, this.#arrange(settings), settings),
    );
  }

  #arrange(settings: Settings): Arranged {
    return { ...arrange(this.#run, this.#validation.seen, settings), factors: this.factors };
  }

  /** The cached value, or a new one that displaces the least recently used. */
  async #cached<T>(
    cache: Map<string, T>,
    key: string,
    discard: (run: Run, value: T) => void,
    make: () => Promise<T>,
  ): Promise<T> {
    const value = cache.get(key) ?? (await make());
    cache.delete(key);
    cache.set(key, value);
    for (const [oldest, old] of cache) {
      if (cache.size <= MAX_CACHED) break;
      cache.delete(oldest);
      discard(this.#run, old);
    }
    return value;
  }

  #statistics(learned: Learned, popularityHalfLife: number): string {
    const { interactions, times } = this.#validation.seen;
    const { popularity } = learned.facts;
    const trend = recentPopularity(interactions, times, popularityHalfLife, popularity);
    const path = this.#run.directory.file('statistics');
    writeStatistics(path, { ...statisticsOf(learned.facts, learned.precision), trend });
    return path;
  }

  #audience(settings: Settings, isCold: boolean): string {
    const { recency, popularityGrowth, follow, groupWeight, coldGroupWeight } = settings;
    const key = [recency, popularityGrowth, follow, groupWeight, coldGroupWeight, isCold].join(' ');
    const cached = this.#audiences.get(key);
    if (cached !== undefined) return cached;
    const path = this.#run.directory.file('audience');
    const all = (byUser: SparseRows) => byUser;
    writeAudience(path, audienceOf(this.#evaluated, all, settings, { includeSeen: false, hideHistory: isCold }));
    this.#audiences.set(key, path);
    return path;
  }
}

/** Settings that take effect after learning, at a fixed value each: they must not affect the cache key of learned models. */
const NEEDS_NO_FIT: Partial<Settings> = {
  popularityWeight: 0,
  popularityHalfLife: 0,
  recency: 0,
  popularityGrowth: 0,
  targetDamping: 0,
  power: 1,
  lowRankWeight: 0,
  groupWeight: 0,
  coldGroupWeight: 0,
};
