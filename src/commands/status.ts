import { commandOf, PlannedWork, ranges } from '../array-jobs/plan-file.js';
import { ExitCode } from '../failure.js';
import type { Io } from '../io.js';
import { type ShardStage, STAGES } from '../pipeline/checkpoint.js';
import { shellWord } from '../understanding/shell-word.js';

export interface StatusOptions {
  work: string;
  format: 'text' | 'json';
  version: string;
}

/** `recommend status`: which shards of an array job are there, by the names of files; `merge` looks into them. @throws Failure 65, 66 */
export async function status({ work, format, version }: StatusOptions, { stdout }: Io): Promise<number> {
  const planned = PlannedWork.in(work, version);
  const { shards } = planned.plan;
  const stages = (['count', 'learn', 'recommend'] satisfies ShardStage[]).map((stage) => {
    const { begun, missing } = planned.unfinished(stage, null);
    const isOpen = new Set([...begun, ...missing]);
    const done = Array.from({ length: shards }, (_, at) => at + 1).filter((number) => !isOpen.has(number));
    const command = isOpen.size > 0 ? commandOf(stage, work, 'auto') : null;
    return { stage: STAGES[stage], done: ranges(done), begun: ranges(begun), missing: ranges(missing), command };
  });
  if (format === 'json') {
    stdout.write(`${JSON.stringify({ shards, stages }, undefined, 2)}\n`);
    return ExitCode.ok;
  }
  const row = (cells: readonly string[]) =>
    `${cells
      .map((cell) => cell.padEnd(14))
      .join('')
      .trimEnd()}\n`;
  stdout.write(row(['', 'done', 'begun', 'missing']));
  for (const { stage, done, begun, missing } of stages)
    stdout.write(row([stage, done, begun, missing].map((c) => c || '-')));
  const next = stages.find(({ command }) => command !== null)?.command;
  stdout.write(`next: ${next ?? `recommend merge --work ${shellWord(work)} -o FILE`}\n`);
  return ExitCode.ok;
}
