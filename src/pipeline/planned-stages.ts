import { needsGram } from '../model/signals.js';
import type { PlannedStage } from '../report/progress.js';
import type { Method } from './learning/method.js';
import { mostFits } from './learning/tune.js';

/** Bytes of an interaction in a file. */
const A_ROW = 24;

/** Reading, beside the stages below: weights are shares of the time that a run of 2 million rows takes without tuning, as measured. */
export const READING: PlannedStage = { stage: 'reading', weight: 0.15 };

/** What a run by that method does once it has read. @param bytes of its input; with 0, for pipes, much is taken to be tuned. */
export function stagesOf({ settings, tuned }: Method, bytes: number): PlannedStage[] {
  return [
    { stage: 'tuning', weight: tuned ? 0.5 * mostFits(bytes / A_ROW) : 0 },
    { stage: 'counting', weight: needsGram(settings) ? 0.2 : 0 },
    { stage: 'learning', weight: settings.method === 'none' ? 0 : 0.35 },
    { stage: 'recommending', weight: 0.3 },
  ];
}
