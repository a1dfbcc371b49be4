import type { ReadData } from '../dataset/read.js';
import { ExitCode } from '../failure.js';
import { writeWhole } from '../files/destination.js';
import type { Io } from '../io.js';
import type { DescribeOptions } from '../pipeline/options.js';
import { readInputs } from '../pipeline/read.js';
import { startRun } from '../pipeline/run.js';
import { orInterrupted } from '../pipeline/stopping.js';
import { descriptionFacts, descriptionText } from '../report/description.js';
import { frozenCommand } from '../report/frozen-command.js';

/**
 * `recommend describe`, and `--dry-run`: how the files are understood, and nothing else.
 * @returns the exit code. @throws Failure where they cannot be understood, as a run would.
 */
export async function describe(options: DescribeOptions, io: Io): Promise<number> {
  const run = startRun(options, io);
  try {
    await orInterrupted(io.interrupted, async () => {
      // The description tells all that the log would.
      const read = await readInputs({ ...run, info: () => {} }, { ...options, titles: true, verbose: true });
      await writeWhole(run.open(options.output), textOf(read, options));
    });
    return ExitCode.ok;
  } finally {
    await run.end();
  }
}

function textOf(read: ReadData & { warnings: string[] }, { typed, format }: DescribeOptions): string {
  const command = frozenCommand(typed, read.reports);
  if (format === 'text') return descriptionText(read, read.warnings, command);
  return `${JSON.stringify(descriptionFacts(read, read.warnings, command), undefined, 2)}\n`;
}
