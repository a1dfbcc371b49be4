import { needsGram } from '../model/signals.js';
import type { PlannedStage } from '../report/progress.js';
import type { Method } from './learning/method.js';
import { mostFits } from './learning/tune.js';

/** Bytes of a row in a file. */
const ROW_BYTES = 24;

/** The stage before those of `stagesOf`. Weights are measured shares of the time of a run on 2 million rows without tuning. */
export const READING: PlannedStage = { stage: 'reading', weight: 0.15 };

/** The stages of a run with that method after reading. @param bytes of its input; 0, for pipes, is taken to mean the most tuning. */
export function stagesOf({ settings, tuned }: Method, bytes: number): PlannedStage[] {
  return [
    { stage: 'tuning', weight: tuned ? 0.5 * mostFits(bytes / ROW_BYTES) : 0 },
    { stage: 'counting', weight: needsGram(settings) ? 0.2 : 0 },
    { stage: 'learning', weight: settings.method === 'none' ? 0 : 0.35 },
    { stage: 'recommending', weight: 0.3 },
  ];
}
