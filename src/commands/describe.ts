import { writeWhole } from '../files/destination.js';
import { descriptionReport } from '../html-report/description-report.js';
import { loadPlotter } from '../html-report/plotter.js';
import type { Io } from '../io.js';
import type { DescribeOptions } from '../pipeline/options.js';
import { plainRun } from '../pipeline/question.js';
import { readInputs } from '../pipeline/reading/read.js';
import { descriptionFacts, descriptionText } from '../report/description.js';
import { frozenCommand } from '../report/frozen-command.js';

/**
 * `recommend describe`, and `--dry-run`: shows how the files are understood, and does nothing else.
 * @returns the exit code. @throws Failure where they cannot be understood, like a run.
 */
export async function describe(options: DescribeOptions, io: Io): Promise<number> {
  const { report } = options;
  const plotter = report === undefined ? undefined : await loadPlotter();
  return plainRun(options, io, async (run) => {
    const page = report === undefined ? undefined : run.open(report);
    // The description contains all that would be logged.
    const read = await readInputs({ ...run, info: () => {} }, { ...options, titles: true, verbose: true });
    const described = { ...read, command: frozenCommand(options.typed, read.reports) };
    const answer = run.open(options.output);
    const text =
      options.format === 'text'
        ? descriptionText(described, answer.isTerminal === true)
        : `${JSON.stringify(descriptionFacts(described), undefined, 2)}\n`;
    await writeWhole(answer, text);
    if (page && plotter) await writeWhole(page, descriptionReport(plotter, described));
  });
}
