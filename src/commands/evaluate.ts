import { boundExpression } from '../conditions/rule.js';
import { printable } from '../csv/printable.js';
import { type Quote, quoted, safelyQuoted } from '../csv/quoting.js';
import type { Dataset, FileReport } from '../dataset/dataset.js';
import { countingInteractions } from '../dataset/evidence-rules.js';
import { type Evaluation, evaluateRankings, type Ranking } from '../evaluation/evaluation.js';
import { csvText, jsonText, perUserCsv } from '../evaluation/formats.js';
import { attributeColumn, groupsByAttribute, groupsByHistory } from '../evaluation/groups.js';
import { type HeldOut, heldOutByFile, heldOutBySplit } from '../evaluation/held-out.js';
import { checkLists, type Lists } from '../evaluation/lists.js';
import { reportText, summaryLines } from '../evaluation/report.js';
import { terminalPlots } from '../evaluation/terminal-plots.js';
import { testSetOf } from '../evaluation/test-set.js';
import { contains } from '../evaluation/user-metrics.js';
import { ExitCode, exitCodeOf, misuse } from '../failure.js';
import { writeWhole } from '../files/destination.js';
import { evaluationReport } from '../html-report/evaluation-report.js';
import { loadPlotter, type Plotter } from '../html-report/plotter.js';
import type { Io } from '../io.js';
import { joined } from '../matrix/combined.js';
import { hashOf, sample } from '../matrix/sampling.js';
import { pickedRows, rowOf } from '../matrix/sparse.js';
import { inChunks } from '../output/weights.js';
import { READING, stagesOf } from '../pipeline/learning/learn-files.js';
import { methodOfSpec } from '../pipeline/learning/method.js';
import type { EvaluateOptions } from '../pipeline/options.js';
import { inputBytes, type ReadOptions, readInputs } from '../pipeline/reading/read.js';
import { recommendLists } from '../pipeline/recommend-lists.js';
import type { PlannedRules } from '../pipeline/rules/plan.js';
import { readWithRules } from '../pipeline/rules/read.js';
import { chooseServedUsers } from '../pipeline/rules/served-users.js';
import { explainFolder, type Run, startRun } from '../pipeline/run.js';
import { orInterrupted } from '../pipeline/stopping.js';
import { exclusionsUnder } from '../rules/filters.js';

/** How many users a report shows, with how many reasons per item, and the random stream that draws them. */
const USERS_SHOWN = 20;
const REASONS_SHOWN = 3;
const SHOWN_STREAM = 0x100c;

/**
 * `recommend evaluate`: how much of a held-out part do the lists find?
 * @returns the exit code: 0, or 3 where some work failed.
 * @param io when its signal fires, everything stops at once and no file is left behind.
 * @throws Failure for every ending that a user can do something about.
 */
export async function evaluate(options: EvaluateOptions, io: Io): Promise<number> {
  // This refuses settings that make no sense before anything is read.
  const methods = options.algorithms.map(methodOfSpec);
  const stages = [READING, ...methods.flatMap((method) => stagesOf(method, inputBytes(options)))];
  const plotter = options.report === undefined ? undefined : await loadPlotter();
  const run = startRun({ ...options, stages }, io);
  let exitCode: number = ExitCode.unexpected;
  try {
    await compareAlgorithms(run, options, io.interrupted, recommendLists, plotter);
    exitCode = run.lost.length === 0 ? ExitCode.ok : ExitCode.someFailed;
    const lost = run.lost.map(({ what, index, why }) => `${what} ${index}: ${why}`);
    if (lost.length > 0) run.warn(`some work failed, and counts as not found:\n  ${lost.join('\n  ')}`);
    return exitCode;
  } catch (thrown) {
    const error = explainFolder(thrown, run, options.output);
    exitCode = exitCodeOf(error);
    throw error;
  } finally {
    await run.end();
    const { bytes, measure } = run.memory.peak;
    run.summary('', {
      exit_code: exitCode,
      seconds: run.seconds(),
      peak_memory_bytes: bytes,
      peak_memory_measure: measure,
      retries: run.retries,
    });
  }
}

/** Holds out, learns, recommends, measures, writes. @param recommend makes the lists of an algorithm. @param plotter draws `--report`. */
export async function compareAlgorithms(
  run: Run,
  options: EvaluateOptions,
  interrupted: AbortSignal,
  recommend: typeof recommendLists,
  plotter?: Plotter,
): Promise<void> {
  const answer = run.open(options.output);
  const open = (path: string | undefined) => (path === undefined ? undefined : run.open(path));
  const [perUser, report] = [open(options.perUser), open(options.report)];
  await orInterrupted(interrupted, async () => {
    const read = (extraColumns: readonly string[]) => holdOut(run, { ...options, extraColumns });
    const longest = Math.max(...options.at);
    const { data, rules } = await readWithRules(run, options, longest, read);
    const { heldOut, dataset, reports, howRead } = data;
    const { users } = chooseServedUsers(run, rules, countingInteractions(dataset));
    const exclusions = exclusionsUnder(rules, { ...dataset, offered: rules.offered });
    const test = testSetOf(heldOut, options, exclusions.had.interactions, users);
    const groups = [
      ...groupsByHistory(dataset.interactions, test.users),
      ...attributesOf(options, reports).flatMap((column) => groupsByAttribute(dataset, column, test.users)),
    ];
    if (options.format !== 'table') run.info(summaryLines(test.summary).join('\n'));
    const shown = sample(test.users, report ? USERS_SHOWN : 0, (user) => hashOf(options.seed, SHOWN_STREAM, user));
    const like = heldOut.kind && { kind: heldOut.kind, holdout: options.holdout };
    const check = listCheck(rules, exclusions, test.users, longest);
    const rankings: Ranking[] = [];
    for (const spec of options.algorithms) {
      // The page shows lists of the first algorithm, with reasons.
      const examined = rankings.length === 0 && shown.length > 0 ? { users: shown, reasons: REASONS_SHOWN } : undefined;
      const ranking = await recommend(run, spec, dataset, test.users, longest, rules, like, examined);
      check(ranking.lists);
      rankings.push(ranking);
    }
    const evaluation = evaluateRankings(test, rankings, { cuts: options.at, groups, seed: options.seed });
    const quote = options.safeCsv ? safelyQuoted : quoted;
    if (answer.isTerminal) run.progress.hide();
    await answer.write(textOf(options, evaluation, heldOut.kind, quote));
    if (answer.isTerminal && options.format === 'table')
      await answer.write(terminalPlots(evaluation, test, rankings, dataset));
    if (perUser) {
      for (const chunk of inChunks(perUserCsv(evaluation, test, dataset.userIds, quote)))
        if (!(await perUser.write(chunk))) break;
      await perUser.commit();
    }
    if (report && plotter)
      await writeWhole(report, evaluationReport(plotter, { evaluation, test, rankings, dataset, howRead }));
    await answer.commit();
  });
}

/** Reads the files, and holds out a part: the test file, or a split of the interactions. */
async function holdOut(run: Run, options: EvaluateOptions & Pick<ReadOptions, 'extraColumns'>) {
  const read = await readInputs(run, { ...options, titles: options.report !== undefined });
  const { reports, howRead, test } = read;
  const heldOut = test ? heldOutByFile(read.dataset, test, test.report.table.path) : bySplit(options, read.dataset);
  return { heldOut, dataset: heldOut.dataset, reports, howRead };
}

function bySplit({ split, holdout, seed, items }: EvaluateOptions, dataset: Dataset): HeldOut {
  const hasTimes = dataset.times?.some((time) => !Number.isNaN(time)) ?? false;
  const kind = split ?? (hasTimes ? 'last' : 'random');
  if (kind !== 'random' && !hasTimes) {
    throw misuse(
      `--split ${kind}: the interactions have no times; --split random needs none, --time-col NAME names their column`,
    );
  }
  return heldOutBySplit(dataset, { kind, holdout, seed }, items !== undefined);
}

/** The attributes of users that `--by` names, each once. @throws Failure 2 where there is no such attribute. */
function attributesOf({ by }: EvaluateOptions, reports: readonly FileReport[]): string[] {
  const profiles = reports.find(({ kind }) => kind === 'profiles');
  const attributes = profiles?.columns.filter(({ decision }) => decision.as !== 'nothing') ?? [];
  const names = attributes.map(({ name }) => name);
  return [...new Set(by.map((name) => attributeColumn(name, names)))];
}

/** @returns what checks the lists of some users. It throws an Error for lists that break the rules. */
function listCheck(
  rules: PlannedRules,
  { had, excluded, offered }: ReturnType<typeof exclusionsUnder>,
  users: Uint32Array,
  count: number,
): (lists: Lists) => void {
  const { rows, columns } = excluded;
  const barred = pickedRows(joined([had.interactions, excluded], rows, columns), users);
  const where = rules.where.map((rule) => boundExpression(rule));
  const isAllowed = (row: number, item: number) =>
    (!rules.candidates || contains(rowOf(rules.candidates, users[row] ?? 0), item)) &&
    where.every((bound) => bound.matches(item, users[row] ?? 0));
  return (lists) => checkLists(lists, barred, offered, count, isAllowed);
}

function textOf(options: EvaluateOptions, evaluation: Evaluation, kind: HeldOut['kind'], quote: Quote): string {
  if (options.format === 'csv') return csvText(evaluation, quote);
  if (options.format === 'table') return printable(reportText(evaluation));
  const { test, algorithms, at, by, sampleUsers, seed } = options;
  const holdout = kind && options.holdout;
  return jsonText(evaluation, { split: kind, holdout, test, algorithms, at, by, sampleUsers, seed });
}
