import type { Dataset } from '../dataset/dataset.js';
import { ALL, COLD, type Evaluation, type Ranking } from '../evaluation/evaluation.js';
import { HELD_OUT, shapesOf } from '../evaluation/list-shapes.js';
import {
  comparisonLine,
  comparisonSentence,
  conclusion,
  SHOWN,
  shownComparisons,
  summaryLines,
} from '../evaluation/report.js';
import { cutTable, groupTable, headOf, speedTable } from '../evaluation/report-tables.js';
import type { TestSet } from '../evaluation/test-set.js';
import { rowLengths } from '../matrix/sparse.js';
import { distributionOf, distributionsOf, doublingLabel } from '../report/distributions.js';
import { distributionPlot } from './distribution-plot.js';
import { coloursOf, evaluationPlots } from './evaluation-plots.js';
import { exampleUsers } from './example-users.js';
import { figure, type Html, html, page, section, table } from './html.js';
import type { Plotter } from './plotter.js';

/** The results of an evaluation, and the data behind them. */
export interface Evaluated {
  evaluation: Evaluation;
  test: TestSet;
  rankings: readonly Ranking[];
  /** What was learned from. */
  dataset: Dataset;
  /** How the files were read, as text. */
  howRead: string;
}

/** `evaluate --report`: the conclusion, plots, some users to look at, and all tables, as an HTML page. */
export function evaluationReport(plotter: Plotter, evaluated: Evaluated): string {
  const { evaluation, test, rankings, dataset, howRead } = evaluated;
  const names = evaluation.rankings.map(({ algorithm }) => algorithm);
  return page(
    'Evaluation of recommendations',
    `${conclusion(evaluation)}.`,
    section('What was measured', html`<pre>${summaryLines(test.summary).join('\n')}</pre>`),
    accuracySection(plotter, evaluation, names),
    spreadSection(plotter, evaluated, names),
    rankings[0] && exampleUsers(rankings[0], dataset, test),
    tablesSection(evaluation),
    section(
      'What was learned from',
      html`<div class="plots">${distributionsOf(dataset).map((each) => distributionPlot(plotter, each))}</div>`,
      html`<pre>${howRead}</pre>`,
    ),
  );
}

function accuracySection(plotter: Plotter, evaluation: Evaluation, names: readonly string[]): Html {
  const at = evaluation.cuts.at(-1) ?? 0;
  const colours = coloursOf(names);
  const plots = evaluationPlots(plotter, colours);
  const valuesOf = (group: string, metric: string) =>
    names.flatMap((series) => {
      const { value, low, high } = evaluation.find(series, group, metric, at) ?? {};
      return value === undefined ? [] : [{ series, value, low, high, group }];
    });
  const groups = evaluation.groups.filter(({ name, users }) => name !== ALL && users > 0).map(({ name }) => name);
  const isHistory = (name: string) => name.startsWith('history ') || name === COLD;
  const groupPlot = (title: string, some: readonly string[]) => {
    const points = some.flatMap((group) => valuesOf(group, 'recall'));
    return some.length > 0 && figure(title, plots.valuesByGroup(title, points), '95 % intervals.');
  };
  const byCoverage = names.flatMap((series) => {
    const [coverage, recall] = ['coverage', 'recall'].map((metric) => evaluation.find(series, ALL, metric, at)?.value);
    return coverage === undefined || recall === undefined ? [] : [{ series, coverage, recall }];
  });
  const coverageTitle = `Recall@${at} against the share of the catalogue that is recommended to anybody`;
  return section(
    'Accuracy',
    legend(names, colours),
    html`<div class="plots">
${SHOWN.map((metric) => figure(`${headOf(metric)}@${at}`, plots.values(`${headOf(metric)}@${at} by algorithm`, valuesOf(ALL, metric)), METRIC_WORDS[metric]))}
${groupPlot(`Recall@${at} by length of history`, groups.filter(isHistory))}
${groupPlot(`Recall@${at} by group`, groups.filter((name) => !isHistory(name)).slice(0, MOST_GROUPS))}
${figure(coverageTitle, plots.accuracyByCoverage(coverageTitle, byCoverage), 'Higher is more accurate, further right is more of the catalogue.')}
${figure(
  'In words',
  html`<ul class="words">${shownComparisons(evaluation, at).map((pair) => html`<li>${comparisonSentence(evaluation, pair)}.</li>`)}</ul>`,
)}
</div>`,
  );
}

const MOST_GROUPS = 20;

const METRIC_WORDS = {
  recall: 'The share of what was held out that the lists find. The line is the 95 % interval.',
  ndcg: 'The same, but an item counts more the higher it is in the list.',
} as const;

function spreadSection(plotter: Plotter, evaluated: Evaluated, names: readonly string[]): Html {
  const { test, rankings } = evaluated;
  const shapes = shapesOf(test, rankings);
  const colours = coloursOf(names);
  const plots = evaluationPlots(plotter, colours);
  const parts = shapes[0]?.[1].byPopularity.length ?? 1;
  const labels = Array.from({ length: parts }, (_, part) => (part === 0 ? 'nobody' : doublingLabel(part - 1)));
  const shares = shapes.flatMap(([name, { byPopularity }]) =>
    Array.from(byPopularity, (value, part) => ({ series: name, part, value })),
  );
  const tails = shapes.map(([name, { tail }]) => ({ series: name, tail }));
  const popularTitle = 'Popularity of what is recommended, and of what people took';
  const tailTitle = 'The long tail: what the most common items get of all recommendations';
  const ofScores = `Scores in the lists of ${names[0]}`;
  const scores = distributionOf(ofScores, 'numbers', rankings[0]?.explained?.scores ?? []);
  return section(
    'What the lists hold',
    legend([HELD_OUT, ...names], colours),
    html`<div class="plots">
${figure(popularTitle, plots.byPopularity(popularTitle, labels, shares), 'Lists that follow the choices of people are near the line of what was held out.')}
${figure(tailTitle, plots.tail(tailTitle, tails), 'The lower the line, the more of the catalogue is shown.')}
${lengthsPlot(plotter, names, rankings)}
${scores.parts.length > 0 && distributionPlot(plotter, scores)}
</div>`,
  );
}

/** The lengths of the lists of the first algorithm: a plot, or a sentence where they are all equal. */
function lengthsPlot(plotter: Plotter, names: readonly string[], [first]: readonly Ranking[]): Html {
  const { start } = first?.lists ?? { start: new Uint32Array(1) };
  const title = `Lengths of the lists of ${names[0]}`;
  const lengths = distributionOf(title, 'numbers', rowLengths({ rows: start.length - 1, start }));
  if (lengths.low === lengths.high) return figure(title, html`<p>Every list has ${lengths.low} items.</p>`);
  return distributionPlot(plotter, lengths);
}

function tablesSection(evaluation: Evaluation): Html {
  const { cuts, rankings } = evaluation;
  const last = cuts.at(-1) ?? 0;
  const explained = rankings.filter(({ explanation }) => explanation !== undefined);
  return section(
    'All figures',
    cuts.map((at) => table(`Metrics at ${at}`, cutTable(evaluation, at))),
    SHOWN.map((metric) => table(`${headOf(metric)} by group`, groupTable(evaluation, metric, last))),
    table('Time', speedTable(evaluation)),
    html`<ul>${shownComparisons(evaluation, last).map((pair) => html`<li>${comparisonLine(pair)}</li>`)}</ul>`,
    explained.map(({ algorithm, explanation }) => html`<pre>${algorithm}: ${explanation}</pre>`),
  );
}

/** Names the series of each colour. */
function legend(series: readonly string[], colours: ReadonlyMap<string, string>): Html {
  return html`<ul class="key">${series.map((name) => html`<li><span style="background:${colours.get(name)}"></span>${name}</li>`)}</ul>\n`;
}
