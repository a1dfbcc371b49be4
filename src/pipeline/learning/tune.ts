import type { Dataset } from '../../dataset/dataset.js';
import { type Holdout, sampleKeysOf } from '../../evaluation/split.js';
import type { Settings } from '../../model/settings.js';
import { plural } from '../../quantities.js';
import type { Stage } from '../../report/progress.js';
import { keepStartIfLostElsewhere, keepStartUnless, type SearchSpace, tune, tuneCold } from '../../tuning/climb.js';
import { type AutoRecord, trialTable, tuningSummary } from '../../tuning/tuning-report.js';
import { validationSplit } from '../../tuning/validation-split.js';
import type { Run } from '../run.js';
import type { Method } from './method.js';
import { settingsEvaluator } from './settings-evaluator.js';

/** With fewer users, a gain cannot be distinguished from noise. */
const MIN_USERS = 100;
/** Neighbours of an item while tuning: this halves the cost and hardly changes the other settings that are found. */
const TUNING_NEIGHBORS = 100;
/** Number of fits on data with up to SMALL interactions. Larger data gets fewer, so that tuning takes no longer than the rest of a run. */
const MAX_FITS = 5;
const SMALL = 500_000;
/** How many of these fits check the result again on every user's latest items. */
const CHECKING_FITS = 2;
/**
 * The relative gain that justifies leaving the defaults. Held-out items are from another time than the lists, and smaller gains did
 * not hold for what users did later (gowalla: 1.7 % became −1.2 %; Online Retail, everybody's last 15 %: 2.9 % became −5 %).
 */
const MIN_GAIN = 0.03;
/**
 * Settings tuned for the coming weeks must not make the lists of individual users worse. Online Retail without everybody's latest
 * fifth ends with a few heavy buyers: tuned on its last weeks alone, recall of that fifth fell by half.
 */
const LATEST = { kind: 'last', holdout: 0.15 } as const;

/** Settings to learn with, and for `auto` how they were found. */
export interface ChosenSettings {
  settings: Settings;
  auto: AutoRecord | null;
}

/**
 * Decides the settings to learn with: those of the method, or for `auto` those that do best on held-out items.
 * @param like how the lists will be evaluated, if that is known: `validationSplit` holds out items in the same way.
 */
export async function chooseSettings(
  run: Run,
  dataset: Dataset,
  method: Method,
  like?: Pick<Holdout, 'kind' | 'holdout'>,
): Promise<ChosenSettings> {
  if (!method.tuned) return { settings: method.settings, auto: null };
  const startedAt = run.seconds();
  const keys = sampleKeysOf(dataset);
  const validation = validationSplit(dataset, keys, like);
  const users = validation.users.length;
  const base = method.fixed.size === 0 ? 'the fixed defaults' : 'the fixed defaults with your settings';
  if (users < MIN_USERS) {
    const explanation = `${base}: ${plural(users, 'user')} with items to hold out; it takes ${MIN_USERS} to tell a gain from noise`;
    return { settings: method.settings, auto: { explanation, table: '', gain: 0, trials: [], coldTrials: [] } };
  }
  const { neighbors } = method.settings;
  const start = { ...method.settings, neighbors: Math.min(neighbors, TUNING_NEIGHBORS) };
  const kinds = kindsIn(dataset);
  const held = like?.kind ?? (kinds.times ? 'time' : 'random');
  const maxFits = mostFits(dataset.interactions.index.length);
  const fits = held === 'time' ? Math.max(1, maxFits - CHECKING_FITS) : maxFits;
  const shown = asTuning(run, maxFits);
  const evaluator = settingsEvaluator(shown, validation, keys, start);
  const space = { ...kinds, factors: evaluator.factors !== undefined, fixed: method.fixed };
  let tuning = keepStartUnless(await tune(start, space, evaluator.evaluate, fits), start, MIN_GAIN);
  if (held === 'time' && tuning.settings !== start) {
    const onLatest = settingsEvaluator(shown, validationSplit(dataset, keys, LATEST, SMALL), keys, start);
    tuning = await keepStartIfLostElsewhere(tuning, start, onLatest.evaluate);
    await onLatest.end();
  }
  const tunesCold = space.groups && !space.fixed.has('coldGroupWeight');
  const cold = tunesCold ? await tuneCold(tuning.settings, evaluator.evaluateCold) : undefined;
  await evaluator.end();
  const facts = { base, start, users, held, seconds: run.seconds() - startedAt };
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

/** Which kinds of data there are besides users and items. This decides which settings have an effect. */
export function kindsIn({ times, attributes, groups }: Dataset): Pick<SearchSpace, 'times' | 'attributes' | 'groups'> {
  return { times: times !== undefined, attributes: attributes.index.length > 0, groups: groups.index.length > 0 };
}

export function mostFits(interactions: number): number {
  return Math.max(1, Math.min(MAX_FITS, Math.floor((MAX_FITS * SMALL) / interactions)));
}

/**
 * The run, but with its progress shown as parts of tuning. A fit is a quarter counting, a quarter learning, and then an unknown number of
 * rounds of trials, so each round counts as half of what is left of the fit.
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
