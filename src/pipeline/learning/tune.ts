import type { Dataset } from '../../dataset/dataset.js';
import { type Holdout, sampleKeysOf } from '../../evaluation/split.js';
import type { Settings } from '../../model/settings.js';
import type { Stage } from '../../report/progress.js';
import { plural } from '../../report/quantities.js';
import { keepStartIfLostElsewhere, keepStartUnless, type SearchSpace, tune, tuneCold } from '../../tuning/climb.js';
import { type AutoRecord, trialTable, tuningSummary } from '../../tuning/tuning-report.js';
import { validationSplit } from '../../tuning/validation-split.js';
import type { Run } from '../run.js';
import type { Method } from './method.js';
import { SettingsEvaluator } from './settings-evaluator.js';

/** Among fewer users than these a gain cannot be told from noise. */
const FEWEST_USERS = 100;
/** Neighbours of an item while tuning: the other settings come out alike, at half the cost. */
const TUNING_NEIGHBORS = 100;
/** Fits on data up to this size; fewer on larger data, so that tuning takes no longer than the rest of a run. */
const MOST_FITS = 5;
const SMALL = 500_000;
/** Of them, those that judge what was found once more on everybody's latest. */
const JUDGING_FITS = 2;
/**
 * The relative gain that is worth leaving the defaults for. Held-out items are of another time than the lists, and smaller gains did
 * not hold for what users did later (gowalla: 1.7 % became −1.2 %; Online Retail, everybody's last 15 %: 2.9 % became −5 %).
 */
const MIN_GAIN = 0.03;
/**
 * What is best for the weeks to come must not be bought with the lists of individual users. Online Retail without everybody's latest
 * fifth ends with a few heavy buyers: tuned on its last weeks alone, recall of that fifth fell by half.
 */
const LATEST = { kind: 'last', holdout: 0.15 } as const;

/** Settings to learn with, and under `auto` how they came about. */
export interface Settled {
  settings: Settings;
  auto: AutoRecord | null;
}

/**
 * Decides the settings to learn with: those of the method, or under `auto` the ones that do best on held-out items.
 * @param like how the lists will be judged, where that is known: `validationSplit` holds out alike.
 */
export async function settle(
  run: Run,
  dataset: Dataset,
  method: Method,
  like?: Pick<Holdout, 'kind' | 'holdout'>,
): Promise<Settled> {
  if (!method.tuned) return { settings: method.settings, auto: null };
  const startedAt = run.seconds();
  const keys = sampleKeysOf(dataset);
  const validation = validationSplit(dataset, keys, like);
  const users = validation.users.length;
  const base = method.fixed.size === 0 ? 'the fixed defaults' : 'the fixed defaults with your settings';
  if (users < FEWEST_USERS) {
    const explanation = `${base}: ${plural(users, 'user')} with items to hold out; it takes ${FEWEST_USERS} to tell a gain from noise`;
    return { settings: method.settings, auto: { explanation, table: '', gain: 0, trials: [], coldTrials: [] } };
  }
  const { neighbors } = method.settings;
  const start = { ...method.settings, neighbors: Math.min(neighbors, TUNING_NEIGHBORS) };
  const kinds = kindsIn(dataset);
  const held = like?.kind ?? (kinds.times ? 'time' : 'random');
  const most = mostFits(dataset.interactions.index.length);
  const fits = held === 'time' ? Math.max(1, most - JUDGING_FITS) : most;
  const shown = asTuning(run, most);
  const evaluator = new SettingsEvaluator(shown, validation, keys, start);
  const space = { ...kinds, factors: evaluator.factors !== undefined, fixed: method.fixed };
  let tuning = keepStartUnless(await tune(start, space, evaluator.evaluate, fits), start, MIN_GAIN);
  if (held === 'time' && tuning.settings !== start) {
    const onLatest = new SettingsEvaluator(shown, validationSplit(dataset, keys, LATEST, SMALL), keys, start);
    tuning = await keepStartIfLostElsewhere(tuning, start, onLatest.evaluate);
    await onLatest.end();
  }
  const tunesCold = space.groups && !space.fixed.has('coldGroupWeight');
  const cold = tunesCold ? await tuneCold(tuning.settings, evaluator.evaluateCold) : undefined;
  await evaluator.end();
  const facts = {
    base,
    start,
    users,
    held,
    seconds: run.seconds() - startedAt,
  };
  return {
    settings: { ...(cold ?? tuning).settings, neighbors },
    auto: {
      explanation: tuningSummary(tuning, cold, facts),
      table: trialTable(tuning, cold, base),
      gain: tuning.before > 0 ? tuning.after / tuning.before - 1 : null,
      trials: tuning.trials,
      coldTrials: cold?.trials ?? [],
    },
  };
}

/** What there is beside users and items. It decides which settings have an effect. */
export function kindsIn({ times, attributes, groups }: Dataset): Pick<SearchSpace, 'times' | 'attributes' | 'groups'> {
  return { times: times !== undefined, attributes: attributes.index.length > 0, groups: groups.index.length > 0 };
}

export function mostFits(interactions: number): number {
  return Math.max(1, Math.min(MOST_FITS, Math.floor((MOST_FITS * SMALL) / interactions)));
}

/**
 * The run, with what it does shown as parts of tuning. A fit is a quarter counting, a quarter learning, and then trials: nobody knows how
 * many, so each round of them takes half of what is left of the fit.
 */
function asTuning(run: Run, fits: number): Run {
  let fit = 0;
  let rounds = 0;
  let isLearned = false;
  const partOf = (stage: Stage, share: number) => {
    if (stage === 'recommending') return 1 - 0.5 ** (1 + rounds + share);
    return stage === 'counting' ? share / 4 : (1 + share) / 4;
  };
  return {
    ...run,
    debug: () => {},
    progress: {
      ...run.progress,
      at: (stage, done, total) => {
        const share = total > 0 ? done / total : 1;
        if (isLearned && stage !== 'recommending') {
          fit++;
          rounds = 0;
        }
        run.progress.at('tuning', fit + partOf(stage, share), fits);
        if (stage === 'recommending') rounds += share >= 1 ? 1 : 0;
        else isLearned = stage === 'learning' && share >= 1;
      },
    },
  };
}
