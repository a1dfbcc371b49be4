import { duration, megabytes, plural, toThousandths } from '../quantities.js';

export type Stage = 'reading' | 'tuning' | 'counting' | 'learning' | 'recommending';

/** A stage of the run, and its expected work relative to the others. */
export interface PlannedStage {
  stage: Stage;
  weight: number;
}

/** How far a run has come. */
export interface RunProgress {
  stage: Stage;
  /** Share of the work of the stage that is done, and of the whole run as far as that can be predicted: 0 to 1. */
  ofStage: number;
  ofRun: number;
  /** Users served so far. */
  users: number;
}

/** Follows a run through its stages, in their order. A stage may come several times: `evaluate` learns by several algorithms. */
export function progressOf(stages: readonly PlannedStage[]) {
  const weightOf = (some: readonly PlannedStage[]) => some.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  let now: RunProgress = { stage: 'reading', ofStage: 0, ofRun: 0, users: 0 };
  return {
    now: () => now,

    /** @param done of `total`, in any unit of work. A total of 0 with work done means that the total is unknown (a pipe): 0 % are done. */
    at(stage: Stage, done: number, total: number, users: number): RunProgress {
      const ofStage = total > 0 ? Math.min(1, done / total) : done > 0 ? 0 : 1;
      const isAgain = stage === now.stage && ofStage < now.ofStage;
      const found = stages.findIndex((each, at) => at >= reached + Number(isAgain) && each.stage === stage);
      if (found >= 0) reached = found;
      const worked = weightOf(stages.slice(0, reached)) + ofStage * (stages[reached]?.weight ?? 0);
      now = { stage, ofStage, ofRun: Math.max(now.ofRun, worked / (weightOf(stages) || 1)), users };
      return now;
    },
  };
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

/** As text: "12 min 5 s: learning, 46 % of it; 812 MB in 3 processes". */
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
