import { duration, megabytes, plural, toThousandths } from './quantities.js';

/** The stages of a run, and the share of its time that each is assumed to take. */
const STAGES = { reading: 0.2, tuning: 0.35, counting: 0.1, learning: 0.15, recommending: 0.2 } as const;
export type Stage = keyof typeof STAGES;

/** How far a run has come. */
export interface RunProgress {
  stage: Stage;
  /** Share of the stage that is done, and of the whole run as far as that can be predicted: 0 to 1. */
  ofStage: number;
  ofRun: number;
  /** Users served so far. */
  users: number;
}

export const NOTHING_DONE: RunProgress = { stage: 'reading', ofStage: 0, ofRun: 0, users: 0 };

/** @param done of `total`, in any unit. A total of 0 is complete. */
export function progressAt(stage: Stage, done: number, total: number, users: number): RunProgress {
  let before = 0;
  for (const [name, share] of Object.entries(STAGES)) {
    if (name === stage) break;
    before += share;
  }
  const ofStage = total > 0 ? Math.min(1, done / total) : 1;
  return { stage, ofStage, ofRun: before + ofStage * STAGES[stage], users };
}

/** What `--pulse` and SIGUSR1 report: how far a run has come, and what it uses. */
export interface Heartbeat extends RunProgress {
  /** Since the run began. */
  seconds: number;
  /** Used by all its processes now. */
  memoryBytes: number;
  processes: number;
  retries: number;
}

/** For people: "12 min 5 s: learning, 46 % of it; 812 MB in 3 processes". */
export function heartbeatText({ stage, ofStage, users, seconds, memoryBytes, processes, retries }: Heartbeat): string {
  const done = users > 0 ? `${plural(users, 'user')} served` : `${Math.floor(100 * ofStage)} % of it`;
  const retried = retries > 0 ? `; ${plural(retries, 'retry', 'retries')}` : '';
  return `${duration(seconds)}: ${stage}, ${done}; ${megabytes(memoryBytes)} in ${plural(processes, 'process', 'processes')}${retried}`;
}

/** The same for programs. Users rely on the names of the members. */
export function heartbeatFacts(now: Heartbeat): object {
  return {
    stage: now.stage,
    stage_share: toThousandths(now.ofStage),
    run_share: toThousandths(now.ofRun),
    users: now.users,
    seconds: toThousandths(now.seconds),
    memory_bytes: now.memoryBytes,
    processes: now.processes,
    retries: now.retries,
  };
}
