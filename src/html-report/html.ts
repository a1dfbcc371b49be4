import { readFileSync } from 'node:fs';
import { printable } from '../csv/printable.js';

/** The same path from `src` and from `dist`. */
const STYLE = new URL('../../web/report.css', import.meta.url);

/** Text that is HTML already; a template escapes everything else. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | undefined | false | Html | readonly Content[];

/** A template of HTML: contents are escaped unless they are `Html`, lists are joined, and `undefined` and `false` are left out. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((string, at) => string + (at < contents.length ? textOf(contents[at]) : '')).join(''));
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return printable(String(content)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A table of rows of cells, the first row the heads; all columns but the first are numbers. It scrolls where it is too wide. */
export function table(label: string, [heads = [], ...rows]: readonly (readonly string[])[]): Html {
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${heads.map((head) => (head === '' ? html`<td></td>` : html`<th scope="col">${head}</th>`))}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A drawing with a title, and a caption that says what it shows. */
export function figure(title: string, drawing: Html, words: Content = ''): Html {
  return html`<figure><h3>${title}</h3>${drawing}${words && html`<figcaption>${words}</figcaption>`}</figure>\n`;
}

export function section(title: string, ...contents: readonly Content[]): Html {
  return html`<section><h2>${title}</h2>\n${contents}</section>\n`;
}

/** A self-contained page: no script, no network, light or dark as the reader prefers. @param conclusion its headline. */
export function page(title: string, conclusion: string, ...sections: readonly Content[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
${new Html(readFileSync(STYLE, 'utf8'))}</style>
</head>
<body>
<header><h1>${conclusion}</h1></header>
<main>
${sections}</main>
</body>
</html>
`.text;
}
