import type { ReadData } from '../dataset/read.js';
import { shapeOf, TAIL } from '../evaluation/list-shapes.js';
import { countsOf } from '../matrix/sparse.js';
import { type Described, descriptionSummary, examplesOf } from '../report/description.js';
import { distributionsOf } from '../report/distributions.js';
import { inputReport } from '../report/input-report.js';
import { distributionPlot } from './distribution-plot.js';
import { coloursOf, evaluationPlots } from './evaluation-plots.js';
import { figure, type Html, html, page, section } from './html.js';
import type { Plotter } from './plotter.js';

/** `describe --report`: how files were understood, as an HTML page. */
export function descriptionReport(plotter: Plotter, described: Described): string {
  const { dataset, reports, understanding, warnings, command } = described;
  const columns = reports.map((report) => columnTable(report.table.path, examplesOf(report, understanding)));
  return page(
    'How the files are understood',
    descriptionSummary(dataset, warnings),
    warnings.length > 0 && section('Suspicious', html`<ul>${warnings.map((each) => html`<li>${each}</li>`)}</ul>`),
    section(
      'What is in them',
      html`<div class="plots">${distributionsOf(dataset).map((each) => distributionPlot(plotter, each))}
${tailPlot(plotter, dataset)}</div>`,
    ),
    section('Columns', columns),
    section('How they are read', html`<pre>${inputReport(dataset, reports, true)}</pre>`),
    section('The command with every guess written out, for the nightly job', html`<pre>${command}</pre>`),
  );
}

function columnTable(path: string, columns: ReturnType<typeof examplesOf>): Html {
  const rows = Object.entries(columns).map(
    ([name, { role, values }]) =>
      html`<tr><th scope="row">${name}</th><td>${role === '-' ? 'not used' : role}</td><td>${values.join(' · ')}</td></tr>\n`,
  );
  return html`<h3>${path}</h3><div class="wide" role="region" aria-label="Columns of ${path}" tabindex="0"><table class="text">
<thead><tr><th scope="col">column</th><th scope="col">used as</th><th scope="col">first values</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** The share of all interactions that the most popular items have. */
function tailPlot(plotter: Plotter, { interactions, offered }: ReadData['dataset']): Html | undefined {
  if (interactions.index.length === 0) return undefined;
  const { tail } = shapeOf(interactions.index, countsOf(interactions.index, interactions.columns), offered);
  const series = 'interactions';
  const title = 'The long tail: what the most popular items get of all interactions';
  const percent = TAIL.findIndex((share) => share >= 0.01);
  const words = `The most popular 1 % of the items have ${Math.round(100 * (tail[percent] ?? 0))} %.`;
  return figure(title, evaluationPlots(plotter, coloursOf([series])).tail(title, [{ series, tail }]), words);
}
