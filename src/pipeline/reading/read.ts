import { fileSizeOrZero } from '../../csv/source.js';
import { aggregateEvents } from '../../dataset/aggregate.js';
import type { Dataset } from '../../dataset/dataset.js';
import { readEventsFile } from '../../dataset/events-file.js';
import type { Inputs } from '../../dataset/inputs.js';
import { type ReadData, readDataset } from '../../dataset/read.js';
import { COMPILED } from '../../events/compiled-events.js';
import { IdIndex } from '../../events/ids.js';
import { placesOf } from '../../events/merged-events.js';
import { longHistories } from '../../model/long-histories.js';
import { plural } from '../../quantities.js';
import { inputReport, inputWarnings } from '../../report/input-report.js';
import type { EventsRoles } from '../../understanding/file-roles.js';
import { type InputFiles, inputPaths } from '../../understanding/inputs.js';
import { understandEvents } from '../../understanding/understanding.js';
import type { InputOptions, RuleOptions } from '../options.js';
import { effectiveNow, inputsOfRules, reportOffer } from '../rules/offer.js';
import type { Run } from '../run.js';
import { rangeWorkers } from './read-parts.js';
import { openBadRows } from './rejected-rows.js';

/** Bytes of input that give one child enough work. */
const BYTES_PER_CHILD = 1_000_000;

export interface ReadOptions extends InputOptions, Pick<Inputs, 'known' | 'keepColumns' | 'extraColumns'> {
  titles: boolean;
  verbose: boolean;
  rules?: RuleOptions;
  /** More events, to evaluate on. */
  test?: string | undefined;
}

/** What a run read: also how the files were understood, as text, the warnings about them, and the events to evaluate on. */
export interface ReadFiles extends ReadData {
  howRead: string;
  warnings: string[];
  test: Awaited<ReturnType<typeof readTestEvents>> | undefined;
}

/**
 * Reads the files of a run, and reports how they were understood.
 * @param beforeAggregating gets the number of rows that are about to be sorted.
 */
export async function readInputs(
  run: Run,
  options: ReadOptions,
  beforeAggregating: (rows: number) => void = () => {},
): Promise<ReadFiles> {
  const total = inputBytes(options);
  let done = 0;
  startChildren(run, total);
  const rejects = openBadRows(options.badRows, options.safeCsv, run.info);
  run.atEnd(rejects.abandon);
  const inputs = {
    ...options,
    ...inputsOfRules(run, options),
    badRows: rejects.badRows,
    // These make reading faster without changing the result.
    rangeWorkers: rangeWorkers(run),
    acceleration: COMPILED,
    beforeAggregating,
    onBytes: (count: number) => {
      done += count;
      run.progress.at('reading', done, total);
    },
  };
  const testRoles = options.test === undefined ? undefined : await understandEvents(inputs, options.test);
  const read = await readDataset(inputs);
  const { dataset } = read;
  const test = testRoles && (await readTestEvents({ ...inputs, evidence: undefined }, testRoles, dataset));
  const reports = [...read.reports, ...(test ? [test.report] : [])];
  const offerWarnings = options.known ? [] : reportOffer(options.rules, dataset, reports, effectiveNow(run, options));
  const howRead = inputReport(dataset, reports, options.verbose);
  run.info(howRead);
  const warnings = [...inputWarnings(reports, options.badRows), ...offerWarnings];
  for (const warning of warnings) run.warn(warning);
  await rejects.close();
  return { ...read, howRead, warnings, test };
}

/** Reports how many histories are too long to count all their pairs. @param longest number of items whose pairs are counted. */
export function reportLongHistories(run: Run, { interactions }: Dataset, longest: number): void {
  const long = longHistories(interactions, longest).length;
  if (long === 0) return;
  const users = `${plural(long, 'user')} with more than ${plural(longest, 'item')}`;
  run.info(`${users}: pairs are counted among the latest of these (--max-history)`);
}

/** The size of all input files in bytes, as far as it is known. */
export function inputBytes(files: InputFiles): number {
  return inputPaths(files).reduce((bytes, path) => bytes + fileSizeOrZero(path), 0);
}

/**
 * Starts children while the first bytes are read, because a child takes a quarter of a second to start.
 * @param bytes of input, as far as known: with only pipes, it is unknown when there will be work.
 */
export function startChildren({ pool }: Run, bytes: number): void {
  pool.start(Math.ceil(bytes / BYTES_PER_CHILD));
}

/**
 * Reads the events of `--test` like any events file. Users and items are numbered as in the dataset; unknown ones are appended.
 */
export async function readTestEvents(inputs: Inputs, roles: EventsRoles, dataset: Dataset) {
  const ids = { users: IdIndex.from(dataset.userIds), items: IdIndex.from(dataset.itemIds) };
  const file = await readEventsFile(inputs, roles, ids, undefined);
  const { events, report } = file;
  const [userIds, itemIds] = [ids.users.ids, ids.items.ids];
  const ratingName = report.roles.find(([role]) => role === 'rating')?.[1] ?? '';
  const aggregated = aggregateEvents(events, ids, inputs, ratingName, placesOf([file]));
  report.interactions = aggregated.report;
  report.notes.push(...aggregated.notes);
  report.warnings.push(...aggregated.warnings);
  return { interactions: aggregated.interactions, userIds, itemIds, report };
}
