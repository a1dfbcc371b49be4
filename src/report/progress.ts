/** The stages of a run, and the share of its time that each is taken to need. */
const STAGES = { reading: 0.2, tuning: 0.35, counting: 0.1, learning: 0.15, recommending: 0.2 } as const;
export type Stage = keyof typeof STAGES;

/** Where a run stands. */
export interface Place {
  stage: Stage;
  /** What is done of the stage, and of the whole run as far as that can be foretold: 0 to 1. */
  ofStage: number;
  ofRun: number;
  /** Served so far. */
  users: number;
}

export const BEGINNING: Place = { stage: 'reading', ofStage: 0, ofRun: 0, users: 0 };

/** @param done of `total`, in any unit; of nothing all is done. */
export function placeAt(stage: Stage, done: number, total: number, users: number): Place {
  let before = 0;
  for (const [name, share] of Object.entries(STAGES)) {
    if (name === stage) break;
    before += share;
  }
  const ofStage = total > 0 ? Math.min(1, done / total) : 1;
  return { stage, ofStage, ofRun: before + ofStage * STAGES[stage], users };
}
