import type { Method } from '../cli/method.js';
import type { Dataset } from '../dataset/dataset.js';
import type { AutoRecord } from '../files/journal-entries.js';
import { sampleKeys } from '../matrix/sampling.js';
import type { Settings } from '../model/settings.js';
import { plural } from '../report/quantities.js';
import { ifWorth, tune, tuneCold } from '../tuning/climb.js';
import { tuned, tuningTable } from '../tuning/tuning-report.js';
import { validationSplit } from '../tuning/validation-split.js';
import type { Run } from './run.js';
import { SettingsEvaluator } from './settings-evaluator.js';

/** With fewer users to judge by, a gain cannot be told from noise. */
const FEWEST_JUDGED = 100;
/** Targets of an item while tuning: the other settings answer alike, at half the cost. */
const TUNING_NEIGHBORS = 100;
/** Fits on data up to this size; fewer on larger, so that tuning stays in proportion to the run. */
const MOST_FITS = 10;
const SMALL = 1_000_000;
/**
 * What was found has to gain this share in all: held-out items stand for another time than that of the lists, and smaller gains did
 * not hold for what users did later (gowalla: 1.7 % became −1.2 %; Online Retail, everybody's last 15 %: 2.9 % became −5 %).
 */
const LEAST_IN_ALL = 0.03;

/** Settings to learn with, and under `auto` how they came about. */
export interface Settled {
  settings: Settings;
  auto: AutoRecord | null;
}

/** The settings to learn with: those of the method, or under `auto` what held-out items make of them. */
export async function settle(run: Run, dataset: Dataset, method: Method): Promise<Settled> {
  if (!method.tuned) return { settings: method.settings, auto: null };
  const startedAt = run.seconds();
  const validation = validationSplit(dataset, {
    users: sampleKeys(dataset.userIds),
    items: sampleKeys(dataset.itemIds),
  });
  const users = validation.judged.length;
  const base = method.fixed.size === 0 ? 'the fixed defaults' : 'the fixed defaults with what was set';
  if (users < FEWEST_JUDGED) {
    const explanation = `${base}: ${plural(users, 'user')} with items to hold out, ${FEWEST_JUDGED} are wanted to tell a gain from noise`;
    return { settings: method.settings, auto: { explanation, table: '', tried: [], triedCold: [] } };
  }
  const { neighbors } = method.settings;
  const start = { ...method.settings, neighbors: Math.min(neighbors, TUNING_NEIGHBORS) };
  const knobs = {
    times: dataset.times !== undefined,
    attributes: dataset.attributes.index.length > 0,
    groups: dataset.groups.index.length > 0,
    fixed: method.fixed,
  };
  const fits = Math.max(1, Math.min(MOST_FITS, Math.round((MOST_FITS * SMALL) / dataset.interactions.index.length)));
  const bench = new SettingsEvaluator(quietly(run, fits), validation);
  const tuning = ifWorth(await tune(start, knobs, bench.judge, fits), start, LEAST_IN_ALL);
  const cold =
    knobs.groups && !knobs.fixed.has('coldGroupWeight') ? await tuneCold(tuning.settings, bench.judgeCold) : undefined;
  bench.end();
  const facts = { base, start, users, latest: knobs.times, seconds: run.seconds() - startedAt };
  return {
    settings: { ...(cold ?? tuning).settings, neighbors },
    auto: {
      explanation: tuned(tuning, cold, facts),
      table: tuningTable(tuning, cold, base),
      tried: tuning.attempts,
      triedCold: cold?.attempts ?? [],
    },
  };
}

/** The run, for which counting and learning are parts of tuning. */
function quietly(run: Run, fits: number): Run {
  let stages = 0;
  return {
    ...run,
    debug: () => {},
    progress: {
      at: (_, done, total) => {
        if (done >= total) stages++;
        run.progress.at('tuning', stages, 2 * fits);
      },
    },
  };
}
