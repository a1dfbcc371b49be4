import { printable } from '../csv/printable.js';

/** Text that is HTML already; everything else is escaped where it is put into some. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | undefined | false | Html | readonly Content[];

/** A template of HTML: what is put in is escaped unless it is HTML; lists are joined, and `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((string, at) => string + (at < contents.length ? textOf(contents[at]) : '')).join(''));
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return printable(String(content)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Rows of cells, the first their heads; all columns but the first are numbers. It scrolls where it is wider than its place. */
export function table(label: string, [heads = [], ...rows]: readonly (readonly string[])[]): Html {
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${heads.map((head) => (head === '' ? html`<td></td>` : html`<th scope="col">${head}</th>`))}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A drawing with what it shows in words. */
export function figure(title: string, drawing: Html, words: Content = ''): Html {
  return html`<figure><h3>${title}</h3>${drawing}${words && html`<figcaption>${words}</figcaption>`}</figure>\n`;
}

export function section(title: string, ...contents: readonly Content[]): Html {
  return html`<section><h2>${title}</h2>\n${contents}</section>\n`;
}

/** A page that is complete in itself: no script, no network, light or dark as the reader likes it. @param conclusion its first sentence. */
export function page(title: string, conclusion: string, ...sections: readonly Content[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${conclusion}</h1></header>
<main>
${sections}</main>
</body>
</html>
`.text;
}

const STYLE = `
:root {
  --ground: #fbfaf8; --card: #ffffff; --ink: #1d2229; --quiet: #59616d; --line: #e2e0dc; --mark: #0b6e4f;
  --series-0: #0b6e4f; --series-1: #b5541c; --series-2: #2f5fb3; --series-3: #8a3fa0; --series-4: #7a6a00;
  --series-5: #a8324a; --series-6: #3d7d8c; --series-7: #5c5c5c; --people: #1d2229;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --card: #1d2126; --ink: #e8e6e1; --quiet: #a4acb6; --line: #343a42; --mark: #5fd3a6;
    --series-0: #5fd3a6; --series-1: #f2a36b; --series-2: #8fb4f5; --series-3: #d3a0e6; --series-4: #dccb5c;
    --series-5: #f091a5; --series-6: #86cfdd; --series-7: #b9b9b9; --people: #e8e6e1;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.5rem; }
h1 { font-size: clamp(1.35rem, 4vw, 2.1rem); line-height: 1.25; max-width: 46rem; margin: 0; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: .95rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p, figcaption, pre, li { max-width: 46rem; overflow-wrap: anywhere; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
section { padding-bottom: .5rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; min-width: 0; }
figure svg { width: 100%; height: auto; overflow: visible; }
figcaption { margin-top: .5rem; }
.words { margin: 0; padding-left: 1.2rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0 0 1rem; padding: 0; }
.key span { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; margin-right: .4rem; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 1rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .35rem .75rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); }
th:first-child { text-align: left; }
tbody tr:last-child > * { border-bottom: 0; }
table.text th, table.text td { text-align: left; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; white-space: pre-wrap; font-size: .85rem; max-width: none; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin-bottom: .5rem; }
summary { padding: .75rem 1rem; cursor: pointer; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1.5rem; padding: 0 1rem 1rem; }
.columns > div { min-width: 0; }
.columns ol, .columns ul { margin: 0; padding-left: 1.5rem; }
.columns li { padding: .1rem 0; }
.hit { color: var(--mark); font-weight: 600; }
@media print { details { break-inside: avoid; } }
`;
