import { existsSync } from 'node:fs';
import { planPath, ranges, readPlan, shardCommand } from '../array-jobs/plan-file.js';
import { readingStatus } from '../array-jobs/reading.js';
import { ExitCode } from '../failure.js';
import type { Io } from '../io.js';
import { SHARD_STAGES, STAGES } from '../pipeline/finished/checkpoint.js';
import { shellWord } from '../understanding/shell-word.js';

export interface StatusOptions {
  work: string;
  format: 'text' | 'json';
  version: string;
}

/** `recommend status`: which shards of an array job exist, by their file names; only `merge` checks the contents. @throws Failure 65, 66 */
export async function status({ work, format, version }: StatusOptions, { stdout }: Io): Promise<number> {
  const { shards, stages, last } = statusOf(work, version);
  const rows = stages.map(({ stage, begun, missing, command }) => {
    const isOpen = new Set([...begun, ...missing]);
    const done = Array.from({ length: shards }, (_, at) => at + 1).filter((number) => !isOpen.has(number));
    const next = isOpen.size > 0 ? command : null;
    return { stage, done: ranges(done), begun: ranges(begun), missing: ranges(missing), command: next };
  });
  if (format === 'json') {
    stdout.write(`${JSON.stringify({ shards, stages: rows }, undefined, 2)}\n`);
    return ExitCode.ok;
  }
  const row = (cells: readonly string[]) =>
    `${cells
      .map((cell) => cell.padEnd(14))
      .join('')
      .trimEnd()}\n`;
  stdout.write(row(['', 'done', 'begun', 'missing']));
  for (const { stage, done, begun, missing } of rows)
    stdout.write(row([stage, done, begun, missing].map((c) => c || '-')));
  stdout.write(`next: ${rows.find(({ command }) => command !== null)?.command ?? last}\n`);
  return ExitCode.ok;
}

/**
 * The shards of the plan's stages, or before there is a plan those of reading, and the commands that make those that are not done.
 * @returns also `last`, the command to run after all stages.
 */
function statusOf(work: string, version: string) {
  const reading = existsSync(planPath(work)) ? undefined : readingStatus(work);
  const folder = shellWord(work);
  if (reading) {
    const { shards, ...open } = reading;
    const command = `recommend read … --shards ${shards} --shard auto --work ${folder}`;
    const last = `recommend plan … --shards ${shards} --work ${folder}`;
    return { shards, stages: [{ stage: STAGES.read, ...open, command }], last };
  }
  const planned = readPlan(work, version);
  const stages = SHARD_STAGES.map((stage) => {
    const { begun, missing } = planned.unfinished(stage, null);
    return { stage: STAGES[stage], begun, missing, command: shardCommand(stage, work, 'auto') };
  });
  return { shards: planned.plan.shards, stages, last: `recommend merge --work ${folder} -o FILE` };
}
