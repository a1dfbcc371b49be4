import { packedTexts } from '../src/csv/quoted-cells.js';
import type { Kernel } from '../src/kernels/kernel.js';
import type { SparseRows } from '../src/matrix/sparse.js';
import { StackedRows } from '../src/matrix/stacked-rows.js';
import { algorithmNamed } from '../src/model/algorithms.js';
import { type Evidence, evidenceOf, type Observations } from '../src/model/evidence.js';
import { fitter } from '../src/model/fit.js';
import { statisticsOf } from '../src/model/row-normalisation.js';
import { type CountedRows, gramRows } from '../src/model/rows/counting.js';
import { gramCosts } from '../src/model/rows/gram.js';
import type { Settings } from '../src/model/settings.js';
import { needsGram, signalCounts } from '../src/model/signals.js';
import { type LineLayout, lineWriter } from '../src/output/list-lines.js';
import { reasonWriter } from '../src/output/reason-cells.js';
import { audienceOf } from '../src/ranking/audience.js';
import type { explainer } from '../src/ranking/explainer.js';
import { modelOf } from '../src/ranking/model.js';
import { Recommender } from '../src/ranking/recommender.js';
import { scoresOf } from '../src/ranking/scores.js';

/** A stage on its own, in this process: `run` does it once and returns how many units it did. */
export interface StageBench {
  name: string;
  unit: string;
  run: (kernel: Kernel) => number;
}

/** Lists of ten, as the program has them by default. */
export const LIST = 10;
/** Only every seventh user is served: what matters is the time per user. */
const USERS_STEP = 7;

/**
 * Benches of the program's own functions on one thread. The results of earlier stages that a stage needs are made once and not measured;
 * the preparations that a child makes for itself are measured.
 */
export function stageBenches(seen: Observations, kernel: Kernel): StageBench[] {
  const cosine = { ...algorithmNamed('cosine')!.settings, neighbors: 20 };
  const ridge = algorithmNamed('ridge')!.settings;
  const ofCosine = evidenceOf(seen, cosine);
  const ofRidge = evidenceOf(seen, ridge);
  const pairs = total(gramCosts(ofCosine));
  const counted = countedRows(ofRidge, ridge, kernel);
  const { items } = ofRidge;
  return [
    {
      name: 'cosine, K = 20: count and choose',
      unit: 'pair',
      run: (by) => {
        fitter(ofCosine, cosine, undefined, by)(0, items);
        return pairs;
      },
    },
    {
      name: 'cosine, K = 100: count and choose',
      unit: 'pair',
      run: (by) => {
        fitter(ofCosine, { ...cosine, neighbors: 100 }, undefined, by)(0, items);
        return pairs;
      },
    },
    {
      name: 'ridge: count pairs',
      unit: 'pair',
      run: (by) => {
        gramRows(ofRidge, ridge, by)(0, items);
        return pairs;
      },
    },
    {
      name: 'ridge: learn rows',
      unit: 'row',
      run: (by) => {
        // The constructor scales the pairs in place, so it gets a copy.
        fitter(ofRidge, ridge, copied(counted), by)(0, items);
        return items;
      },
    },
    scoring('cosine, K = 20: score and format', seen, ofCosine, cosine, undefined, kernel),
    scoring('ridge, K = 200: score and format', seen, ofRidge, ridge, counted, kernel),
  ];
}

function scoring(
  name: string,
  seen: Observations,
  evidence: Evidence,
  settings: Settings,
  counted: Counted | undefined,
  kernel: Kernel,
): StageBench {
  const { model, audience, serve } = scoringScene(seen, evidence, settings, counted, kernel);
  return {
    name,
    unit: 'user',
    run: (by) => serve(new Recommender(model, audience, LIST, scoresOf(model, audience.signals, by.sumsOf))),
  };
}

/** The inputs of scoring. `serve` makes the lists of every seventh user, and their lines; it returns how many users these are. */
export function scoringScene(
  seen: Observations,
  evidence: Evidence,
  settings: Settings,
  counted: Counted | undefined,
  kernel: Kernel,
) {
  const learn = fitter(evidence, settings, counted && copied(counted), kernel);
  const { rows, precision } = learn(0, evidence.items);
  const statistics = statisticsOf(evidence, precision);
  const known = { ...seen, times: undefined, excluded: { ...seen.interactions, ...nothing(evidence.users) } };
  const numbers = (count: number) => packedTexts(Array.from({ length: count }, (_, k) => String(k + 1)));
  const counts = signalCounts(evidence);
  const columns: LineLayout['columns'] = [
    { name: 'user_id', kind: 'user', cells: numbers(evidence.users) },
    { name: 'item_id', kind: 'item', cells: numbers(evidence.items) },
    { name: 'rank', kind: 'rank' },
    { name: 'score', kind: 'score' },
  ];
  const plain: LineLayout = { format: 'csv', columns, listLength: LIST, precision: 6 };
  const withReasons: LineLayout = {
    ...plain,
    columns: [...columns, { name: 'reasons', kind: 'reasons' }],
    reasons: reasonWriter('cell', { cells: numbers(counts.items + counts.preferences + counts.groups), counts }, 6),
  };
  return {
    model: modelOf(counts, [rows], [0], statistics, settings),
    audience: audienceOf(known, (byUser) => byUser, settings, { includeSeen: false }),
    popularity: statistics.popularity,
    /** @param explain undefined: without reasons. */
    serve(recommender: Recommender, explain?: ReturnType<typeof explainer>): number {
      const lines = lineWriter(explain ? withReasons : plain);
      let users = 0;
      for (let user = 0; user < evidence.users; user += USERS_STEP, users++) {
        const list = recommender.recommend(user);
        lines.add(user, list, explain?.(user, list, undefined));
      }
      lines.finish();
      return users;
    },
  };
}

export interface Counted {
  candidates: SparseRows;
  pairs: SparseRows;
}

export function countedRows(evidence: Evidence, settings: Settings, kernel: Kernel): Counted {
  if (!needsGram(settings)) throw new RangeError('nothing is counted for these settings');
  return gramRows(evidence, settings, kernel)(0, evidence.items);
}

function copied({ candidates, pairs }: Counted): CountedRows {
  const own = { ...pairs, value: pairs.value.slice() };
  return {
    candidates: new StackedRows([candidates], [0], candidates.rows),
    pairs: new StackedRows([own], [0], pairs.rows),
  };
}

function nothing(rows: number) {
  return { start: new Uint32Array(rows + 1), index: new Uint32Array(0), value: new Float32Array(0) };
}

function total(costs: Float64Array): number {
  return costs.reduce((a, b) => a + b, 0);
}
