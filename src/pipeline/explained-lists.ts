import type { Dataset } from '../dataset/dataset.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import { SCORE_DIGITS } from '../output/score-digits.js';
import type { ExplainedList } from '../report/explanation.js';
import type { Learned } from './learning/learn.js';
import { serve } from './recommend.js';
import type { PlannedRules } from './rules/plan.js';
import { planServing } from './rules/serving.js';
import type { Run } from './run.js';

const LAYOUT = {
  format: 'jsonl' as const,
  outputColumns: ['user_id', 'item_id', 'title', 'rank', 'score', 'source', 'reasons'],
  precision: SCORE_DIGITS,
  safeCsv: false,
};

/** Makes lists with reasons, in the order of the users, as `recommend score` would. @param users rising user indices. */
export async function explainedLists(
  run: Run,
  dataset: Dataset,
  users: Uint32Array,
  rules: PlannedRules,
  learned: Pick<Learned, 'model' | 'settings' | 'cellsPerRow' | 'key'>,
  { top, reasons }: { top: number; reasons: number },
): Promise<ExplainedList[]> {
  const serving = planServing(run, rules, countingInteractions(dataset), users, learned.settings);
  const parts: Uint8Array[] = [];
  const collect = {
    write: async (bytes: Uint8Array | string) => parts.push(Buffer.from(bytes)) > 0,
    commit: async () => {},
    abandon: () => {},
  };
  await serve(run, { ...LAYOUT, top, reasons }, dataset, serving, learned, collect);
  const lines = Buffer.concat(parts).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
