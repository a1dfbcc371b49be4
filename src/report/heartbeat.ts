import type { Place } from './progress.js';
import { thousands } from './thousands.js';
import { plural } from './understood.js';

/** Where a run stands, and what it takes. */
export interface Pulse extends Place {
  /** Since it began. */
  seconds: number;
  /** What all its processes take now. */
  memoryBytes: number;
  processes: number;
  retries: number;
}

/** In a line for people: "12 min 5 s: learning, 46 % of it; 812 MB in 3 processes". */
export function heartbeatText({ stage, ofStage, users, seconds, memoryBytes, processes, retries }: Pulse): string {
  const done = users > 0 ? `${plural(users, 'user')} served` : `${Math.floor(100 * ofStage)} % of it`;
  const tried = retries > 0 ? `; ${retries === 1 ? '1 retry' : `${retries} retries`}` : '';
  return `${duration(seconds)}: ${stage}, ${done}; ${megabytes(memoryBytes)} in ${plural(processes, 'process', 'processes')}${tried}`;
}

/** The same for programs. */
export function heartbeatFacts({
  stage,
  ofStage,
  ofRun,
  users,
  seconds,
  memoryBytes,
  processes,
  retries,
}: Pulse): object {
  return {
    stage,
    stage_share: digits(ofStage),
    run_share: digits(ofRun),
    users,
    seconds: digits(seconds),
    memory_bytes: memoryBytes,
    processes,
    retries,
  };
}

/** "812 MB". */
export function megabytes(bytes: number): string {
  return `${thousands(Math.round(bytes / 1e6))} MB`;
}

/** "6 s", "12 min 5 s", "2 h 0 min": what matters of it. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function digits(value: number): number {
  return Math.round(value * 1000) / 1000;
}
