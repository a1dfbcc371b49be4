import { join } from 'node:path';
import { evaluate } from '../../src/cli/evaluate-options.js';
import { recommend } from '../../src/cli/recommend-options.js';
import { parse } from '../../src/cli/values.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { readDataset } from '../../src/dataset/read.js';
import { Failure } from '../../src/failure.js';
import { openBadRows } from '../../src/pipeline/reading/rejected-rows.js';
import { readTestEvents } from '../../src/pipeline/reading/test-events.js';
import { inputReport } from '../../src/report/input-report.js';
import { understandEvents } from '../../src/understanding/understanding.js';
import type { Known } from './output-laws.js';

/** What comes of reading the files of a run, as far as the program would tell it. */
export interface Read {
  code: number;
  said: string;
  /** What was read, where all could be. */
  held: { dataset: Dataset; test: unknown } | undefined;
}

/**
 * Reads the files that arguments of the program name, in this process: what needs no model is known then.
 * @throws whatever is no expected ending.
 */
export async function readHere(args: readonly string[], folder: string): Promise<Read> {
  // Names of files stand alone in the arguments.
  const here = args.map((arg) => (/^[a-z]+\.csv$/.test(arg) ? join(folder, arg) : arg));
  try {
    const options = here[0] === 'evaluate' ? parse(evaluate, here.slice(1), '0') : parse(recommend, here, '0');
    if (!options) throw new Error('these arguments ask for help');
    const { badRows, abandon } = openBadRows(options.badRows, options.safeCsv);
    try {
      const inputs = { ...options, badRows };
      const { dataset, reports } = await readDataset(inputs);
      const test =
        'test' in options && options.test !== undefined
          ? await readTestEvents(inputs, await understandEvents(inputs, options.test), dataset)
          : undefined;
      const said = inputReport(dataset, test ? [...reports, test.report] : reports, false);
      return { code: 0, said, held: { dataset, test: test?.events } };
    } finally {
      abandon();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { code: error.exitCode, said: error.message, held: undefined };
  }
}

/** What a dataset says of the lists to come. */
export function knownOf({ userIds, served, itemIds, offered, interactions, excluded }: Dataset): Known {
  const users = userIds.slice(0, served);
  const barredOf = new Map(
    users.map((user, at) => {
      const items = [interactions, excluded].flatMap(({ start, index }) => [...index.slice(start[at], start[at + 1])]);
      return [user, new Set(items.map((item) => itemIds[item] ?? ''))];
    }),
  );
  return {
    users,
    barred: (user) => barredOf.get(user) ?? new Set(),
    offered: new Set(itemIds.filter((_, item) => offered[item] === 1)),
  };
}
