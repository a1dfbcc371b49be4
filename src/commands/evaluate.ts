import { type Quote, quoted, safelyQuoted } from '../csv/quoting.js';
import type { Dataset, FileReport } from '../dataset/dataset.js';
import { refuseEventsHeader } from '../dataset/headers.js';
import type { Inputs } from '../dataset/inputs.js';
import { type Evaluation, judge, type Ranking } from '../evaluation/evaluation.js';
import { csvText, jsonText, type Setting } from '../evaluation/formats.js';
import { attributeColumn, groupsByAttribute, groupsByHistory, type UserGroup } from '../evaluation/groups.js';
import { type HeldOut, heldOutByFile, heldOutBySplit } from '../evaluation/held-out.js';
import { checkLists } from '../evaluation/lists.js';
import { perUserCsv } from '../evaluation/per-user.js';
import { type Relevant, relevantItems, rowsAt } from '../evaluation/relevant.js';
import { reportText, summaryLines } from '../evaluation/report.js';
import type { HoldoutKind } from '../evaluation/split.js';
import { type Summary, splitText } from '../evaluation/summary.js';
import { ExitCode, Failure } from '../failure.js';
import type { Destination } from '../files/writing.js';
import { hashOf, sample } from '../matrix/sampling.js';
import { joined, type SparseRows } from '../matrix/sparse.js';
import { orInterrupted } from '../pipeline/interruption.js';
import type { EvaluateOptions } from '../pipeline/options.js';
import { openBadRows } from '../pipeline/rejected-rows.js';
import { readTestEvents } from '../pipeline/test-events.js';
import { inputReport, inputWarnings } from '../report/input-report.js';

/**
 * Learns with an algorithm on what is given, and recommends to some users, as a real run does.
 *
 * @param seen interactions and times are those of the part that is learned from.
 * @param users rising user indices. @param count the length of a list.
 */
export type RunAlgorithm = (
  algorithm: string,
  seen: { dataset: Dataset },
  users: Uint32Array,
  count: number,
) => Promise<Recommended>;

/** Lists of the users, in their order: list i is `items[start[i] .. start[i+1])`, best first. */
export interface Recommended {
  start: Uint32Array;
  items: Uint32Array;
  learnSeconds: number;
  recommendSeconds: number;
  /** What the algorithm decided, in a line. */
  explanation?: string | undefined;
}

/** What the command needs of the rest of the program. */
export interface Surroundings {
  run: RunAlgorithm;
  /** Takes what is said on stderr, and what is wrong. */
  info: (message: string) => void;
  warn: (message: string) => void;
  /** Opens what is written to: a file, or `-`. */
  open: (path: string) => Destination;
  /** Reads the files of a run. */
  read: (inputs: Inputs) => Promise<{ dataset: Dataset; reports: FileReport[] }>;
  /** Is told of the bytes read, for progress. */
  onBytes: (count: number) => void;
}

/**
 * Hold out a part, learn on the rest, recommend, and see what is found of it.
 *
 * @param interrupted when it fires, nothing more is waited for and no file is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function evaluate(
  options: EvaluateOptions,
  surroundings: Surroundings,
  interrupted: AbortSignal,
): Promise<void> {
  const opened: Destination[] = [];
  const open = (path: string): Destination => {
    const destination = surroundings.open(path);
    opened.push(destination);
    return destination;
  };
  try {
    const answer = open(options.output);
    const perUser = options.perUser === undefined ? undefined : open(options.perUser);
    await orInterrupted(interrupted, async () => {
      const { heldOut, how, reports } = await holdOut(options, surroundings);
      const trial = trialOf(options, heldOut, how);
      const by = groupsOf(options, heldOut, reports, trial.users);
      if (options.format !== 'table') surroundings.info(summaryLines(trial.summary).join('\n'));
      const rankings = await rank(options, surroundings, heldOut, trial.users);
      const { dataset } = heldOut;
      const evaluation = judge(
        {
          users: trial.users,
          relevant: trial.relevant,
          train: dataset.interactions,
          offered: dataset.offered,
          cuts: options.at,
          groups: by,
          seed: options.seed,
        },
        rankings,
      );
      await answer.write(textOf(options, evaluation, trial));
      if (perUser) {
        const { userIds, interactions: train } = dataset;
        for (const piece of perUserCsv(evaluation, { ...trial, userIds, train }, quoteOf(options))) {
          if (!(await perUser.write(piece))) break;
        }
        await perUser.commit();
      }
      await answer.commit();
    });
  } finally {
    for (const destination of opened) destination.abandon();
  }
}

/** What was read and held out, and how. */
interface Part {
  heldOut: HeldOut;
  how: { kind: HoldoutKind | undefined; text: string };
  reports: FileReport[];
}

async function holdOut(options: EvaluateOptions, { read, info, warn, onBytes }: Surroundings): Promise<Part> {
  const rejects = openBadRows(options.badRows, options.safeCsv, info);
  const inputs: Inputs = { ...options, badRows: rejects.badRows, onBytes };
  const tell = (dataset: Dataset, reports: readonly FileReport[]) => {
    info(inputReport(dataset, reports, options.verbose));
    for (const warning of inputWarnings(reports, options.badRows)) warn(warning);
  };
  try {
    if (options.test !== undefined) await refuseEventsHeader(inputs, options.test);
    const { dataset, reports } = await read(inputs);
    if (options.test === undefined) {
      tell(dataset, reports);
      await rejects.close();
      return { ...bySplit(options, dataset), reports };
    }
    const { events, report } = await readTestEvents(inputs, options.test, dataset);
    tell(dataset, [...reports, report]);
    await rejects.close();
    const text = `held out: the interactions in ${report.table.path}`;
    return { heldOut: heldOutByFile(dataset, events), how: { kind: undefined, text }, reports };
  } finally {
    rejects.abandon();
  }
}

function bySplit(options: EvaluateOptions, dataset: Dataset): Omit<Part, 'reports'> {
  const hasTimes = dataset.times?.some((time) => !Number.isNaN(time)) ?? false;
  const kind = options.split ?? (hasTimes ? 'last' : 'random');
  if (kind !== 'random' && !hasTimes) {
    throw new Failure(
      ExitCode.usage,
      `--split ${kind}: the interactions have no times; --split random needs none, --time-col NAME says where they stand`,
    );
  }
  const { holdout, seed } = options;
  const heldOut = heldOutBySplit(dataset, { kind, holdout, seed }, options.items !== undefined);
  return { heldOut, how: { kind, text: splitText(kind, holdout, seed) } };
}

/** Who is tested, and on what. */
interface TestedPart {
  users: Uint32Array;
  relevant: SparseRows;
  summary: Summary;
  kind: HoldoutKind | undefined;
}

const SAMPLE_STREAM = 0x5a3e;

function trialOf(options: EvaluateOptions, { dataset, test, users, counts }: HeldOut, how: Part['how']): TestedPart {
  const all: Relevant = relevantItems(test, dataset, users);
  if (all.users.length === 0) {
    throw new Failure(
      ExitCode.badData,
      `nobody has anything to be found (${how.text}): of ${counts.heldOut} held-out interactions ${counts.notLiked} were not liked and ${all.counts.had + all.counts.excluded} are of items that their users have or exclude`,
    );
  }
  const positions = Uint32Array.from(all.users.keys());
  const drawn = sample(positions, options.sampleUsers ?? positions.length, (at) =>
    hashOf(options.seed, SAMPLE_STREAM, at),
  );
  const tested = all.users.length;
  return {
    users: drawn.map((at) => all.users[at] ?? 0),
    relevant: rowsAt(all.items, drawn),
    summary: {
      how: how.text,
      heldOut: counts,
      relevant: all.counts,
      sampled: { users: drawn.length, of: tested },
    },
    kind: how.kind,
  };
}

function groupsOf(
  options: EvaluateOptions,
  { dataset }: HeldOut,
  reports: readonly FileReport[],
  users: Uint32Array,
): UserGroup[] {
  const profiles = reports.find((report) => report.kind === 'profiles');
  const columns =
    profiles?.columns.filter((column) => column.decision.as !== 'nothing').map((column) => column.name) ?? [];
  const wanted = new Set(options.by.map((name) => attributeColumn(name, columns)));
  return [
    ...groupsByHistory(dataset.interactions, users),
    ...[...wanted].flatMap((column) => groupsByAttribute(dataset, column, users)),
  ];
}

async function rank(
  options: EvaluateOptions,
  { run }: Surroundings,
  { dataset }: HeldOut,
  users: Uint32Array,
): Promise<Ranking[]> {
  const count = Math.max(...options.at);
  const { interactions, excluded, offered } = dataset;
  const barred = rowsAt(joined([interactions, excluded], interactions.rows, interactions.columns), users);
  const rankings: Ranking[] = [];
  for (const algorithm of options.algorithms) {
    const { start, items, learnSeconds, recommendSeconds, explanation } = await run(
      algorithm,
      { dataset },
      users,
      count,
    );
    checkLists({ start, items }, barred, offered, count);
    rankings.push({ algorithm, lists: { start, items }, learnSeconds, recommendSeconds, explanation });
  }
  return rankings;
}

function quoteOf({ safeCsv }: EvaluateOptions): Quote {
  return safeCsv ? safelyQuoted : quoted;
}

function textOf(options: EvaluateOptions, evaluation: Evaluation, { summary, kind }: TestedPart): string {
  if (options.format === 'csv') return csvText(evaluation, quoteOf(options));
  if (options.format === 'table') return reportText(evaluation, summary);
  const setting: Setting = {
    split: kind ?? null,
    holdout: kind === undefined ? null : options.holdout,
    test: options.test ?? null,
    algorithms: options.algorithms,
    at: options.at,
    by: options.by,
    sampleUsers: options.sampleUsers ?? null,
    seed: options.seed,
  };
  return jsonText(evaluation, summary, setting);
}
