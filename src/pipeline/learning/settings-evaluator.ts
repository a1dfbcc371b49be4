import { arrayOf, readArrays, writeArrays } from '../../files/array-file.js';
import type { SampleKeys } from '../../matrix/sampling.js';
import type { SparseRows } from '../../matrix/sparse.js';
import { statisticsOf } from '../../model/row-normalisation.js';
import type { Settings } from '../../model/settings.js';
import { recentPopularity } from '../../model/trend.js';
import { audienceOf } from '../../ranking/audience.js';
import type { Evaluate } from '../../tuning/climb.js';
import { ofUsers, type ValidationSplit } from '../../tuning/validation-split.js';
import { variantBatches } from '../../tuning/variant-evaluator.js';
import { matrixArrays } from '../../workers/matrix-file.js';
import { planShards } from '../../workers/plan.js';
import type { TrialJob } from '../../workers/protocol.js';
import { writeAudience, writeStatistics } from '../../workers/run-files.js';
import type { Run } from '../run.js';
import {
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

/**
 * Evaluates settings on a validation split, in the pool. It counts and learns again only if the settings require it.
 * @param start the settings at the start of the search.
 */
export function settingsEvaluator(run: Run, validation: ValidationSplit, keys: SampleKeys, start: Settings) {
  const { seen, users } = validation;
  // The file with the factors of items; undefined if there are none.
  const factors = writeFactors(run, seen, () => keys, start);
  // The data of the users whose lists are evaluated.
  const evaluated = ofUsers(seen, users);
  const heldOut = run.directory.file('held-out');
  writeArrays(heldOut, matrixArrays('heldOut', validation.heldOut));
  const allCounted = new Map<string, Counted>();
  const allLearned = new Map<string, Learned>();
  // Recent popularity, by its half-life.
  const trends = new Map<number, Float64Array>();
  // Audience files, by the settings they depend on.
  const audiences = new Map<string, string>();

  const evaluate = async (settings: Settings, variants: readonly Settings[], isCold: boolean) => {
    const learned = await learnedBy(settings);
    // Item statistics of variants differ only by the half-life of popularity.
    const statisticsFiles = new Map<number, string>();
    const statisticsWith = (halfLife: number) => {
      const path = statisticsFiles.get(halfLife) ?? statisticsOfHalfLife(learned, halfLife);
      statisticsFiles.set(halfLife, path);
      return path;
    };
    const job: TrialJob = {
      kind: 'trial',
      model: learned.model,
      variants: variants.map((variant) => ({
        settings: variant,
        audience: audienceWith(variant, isCold),
        statistics: statisticsWith(variant.popularityHalfLife),
      })),
      heldOut,
      listLength: LIST_LENGTH,
      output: run.directory.file('trial'),
    };
    const utilities = await inShards(job);
    run.directory.discard([...statisticsFiles.values()]);
    return utilities;
  };

  /** Runs the trial. @returns by variant, the utility of each user's list. */
  const inShards = async (job: TrialJob): Promise<Float64Array[]> => {
    const batchOfRow = variantBatches(job.variants).flatMap((batch) => new Array<number[]>(users.length).fill(batch));
    const utilities = job.variants.map(() => new Float64Array(users.length));
    const lost = new Set<number>();
    await run.pool.run(
      job,
      // A child normalises the model again for each batch in its shards, so few shards are faster.
      planShards(
        Float64Array.from(batchOfRow, ({ length }) => length),
        (job.variants.length * users.length) / SHARDS,
      ),
      (path, { from, to }) => {
        const ofShard = arrayOf(readArrays(path), 'utilities', Float64Array);
        run.directory.discard([path]);
        let at = 0;
        batchOfRow.slice(from, to).forEach((batch, k) => {
          for (const variant of batch) utilities[variant]?.set(ofShard.subarray(at, ++at), (from + k) % users.length);
        });
        run.progress.at('recommending', to, batchOfRow.length);
      },
      ({ from }) => void lost.add(from % users.length),
    );
    // A user who could not be evaluated with every variant counts as 0 for all of them.
    for (const user of lost) for (const utility of utilities) utility[user] = 0;
    return utilities;
  };

  const learnedBy = async (settings: Settings): Promise<Learned> => {
    const key = JSON.stringify({ ...settings, ...NEEDS_NO_FIT, follow: settings.follow > 0 });
    return cached(allLearned, key, discardLearned, async () => fitRows(run, await countedBy(settings), settings));
  };

  const countedBy = async (settings: Settings): Promise<Counted> => {
    const { follow, basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors } = settings;
    const key = [follow > 0, basketDamping, candidateDamping, attributeWeight, attributeReach, neighbors].join(' ');
    const arranged = () => arrange(run, seen, factors, settings);
    return cached(allCounted, key, discardCounted, () => countPairs(run, arranged(), settings));
  };

  /** The cached value, or a new one that displaces the least recently used. */
  const cached = async <T>(
    cache: Map<string, T>,
    key: string,
    discard: (run: Run, value: T) => void,
    make: () => Promise<T>,
  ): Promise<T> => {
    const value = cache.get(key) ?? (await make());
    cache.delete(key);
    cache.set(key, value);
    for (const [oldest, old] of cache) {
      if (cache.size <= MAX_CACHED) break;
      cache.delete(oldest);
      discard(run, old);
    }
    return value;
  };

  const statisticsOfHalfLife = ({ facts, precision }: Learned, popularityHalfLife: number): string => {
    const { interactions, times } = seen;
    const trend =
      trends.get(popularityHalfLife) ?? recentPopularity(interactions, times, popularityHalfLife, facts.popularity);
    trends.set(popularityHalfLife, trend);
    const path = run.directory.file('statistics');
    writeStatistics(path, { ...statisticsOf(facts, precision), trend });
    return path;
  };

  const audienceWith = (settings: Settings, isCold: boolean): string => {
    const { recency, popularityGrowth, follow, groupWeight, coldGroupWeight } = settings;
    const key = [recency, popularityGrowth, follow, groupWeight, coldGroupWeight, isCold].join(' ');
    const known = audiences.get(key);
    if (known !== undefined) return known;
    const path = run.directory.file('audience');
    const all = (byUser: SparseRows) => byUser;
    writeAudience(path, audienceOf(evaluated, all, settings, { includeSeen: false, hideHistory: isCold }));
    audiences.set(key, path);
    return path;
  };

  return {
    factors,

    evaluate: ((learned, variants) => evaluate(learned, variants, false)) satisfies Evaluate,

    /** Evaluates the lists that the same users get if their histories are hidden. */
    evaluateCold: ((learned, variants) => evaluate(learned, variants, true)) satisfies Evaluate,

    async end(): Promise<void> {
      for (const counted of allCounted.values()) discardCounted(run, counted);
      for (const learned of allLearned.values()) discardLearned(run, learned);
      const path = await factors;
      run.directory.discard([heldOut, ...(path ? [path] : []), ...audiences.values()]);
    },
  };
}
