import { join } from 'node:path';
import { evaluate } from '../../src/cli/evaluate-options.js';
import { recommend } from '../../src/cli/recommend-options.js';
import { parse } from '../../src/cli/values.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { readDataset } from '../../src/dataset/read.js';
import { Failure } from '../../src/failure.js';
import { readTestEvents } from '../../src/pipeline/reading/read.js';
import { openBadRows } from '../../src/pipeline/reading/rejected-rows.js';
import { inputReport } from '../../src/report/input-report.js';
import { understandEvents } from '../../src/understanding/understanding.js';
import type { Known } from './output-laws.js';

/** The result of reading the files of a run. */
export interface Read {
  code: number;
  /** The error, or the report on the files. */
  message: string;
  /** The data, if reading succeeded. */
  data: { dataset: Dataset; test: unknown } | undefined;
}

/**
 * Reads the files that arguments of the program name, in this process: enough for every check that needs no model.
 * @throws every error that is not a Failure.
 */
export async function readInProcess(args: readonly string[], folder: string): Promise<Read> {
  // A name of a file is an argument of its own.
  const inFolder = args.map((arg) => (/^[a-z]+\.csv$/.test(arg) ? join(folder, arg) : arg));
  try {
    const options =
      inFolder[0] === 'evaluate' ? parse(evaluate, inFolder.slice(1), '0') : parse(recommend, inFolder, '0');
    if (!options) throw new Error('these arguments ask for help');
    const { badRows, abandon } = openBadRows(options.badRows, options.safeCsv);
    try {
      const inputs = { ...options, badRows };
      const { dataset, reports } = await readDataset(inputs);
      const test =
        'test' in options && options.test !== undefined
          ? await readTestEvents(inputs, await understandEvents(inputs, options.test), dataset)
          : undefined;
      const message = inputReport(dataset, test ? [...reports, test.report] : reports, false);
      return { code: 0, message, data: { dataset, test: test && { ...test, report: undefined } } };
    } finally {
      abandon();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { code: error.exitCode, message: error.message, data: undefined };
  }
}

/** What the lists of a dataset must consist of. */
export function knownOf({ userIds, served, itemIds, offered, interactions, excluded }: Dataset): Known {
  const users = userIds.slice(0, served);
  const excludedOf = new Map(
    users.map((user, at) => {
      const items = [interactions, excluded].flatMap(({ start, index }) => [...index.slice(start[at], start[at + 1])]);
      return [user, new Set(items.map((item) => itemIds[item] ?? ''))];
    }),
  );
  return {
    users,
    excluded: (user) => excludedOf.get(user) ?? new Set(),
    offered: new Set(itemIds.filter((_, item) => offered[item] === 1)),
  };
}
