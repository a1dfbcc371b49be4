import { expect, test } from 'vitest';
import { Html, html, page, table } from '../../src/html-report/html.js';

test('text in a template is escaped, HTML is not, and lists are joined', () => {
  expect(html`<b>${'<i title="x">&\'</i>'}</b>`.text).toBe(
    '<b>&#60;i title=&#34;x&#34;&#62;&#38;&#39;&#60;/i&#62;</b>',
  );
  expect(html`${new Html('<i>')}${html`<b>`}`.text).toBe('<i><b>');
  expect(html`${['<', html`<br>`, ['>']]}${undefined}${false}${0}`.text).toBe('&#60;<br>&#62;0');
});

test('control and text-direction characters are shown as escapes, and line breaks are kept', () => {
  expect(html`${'a\u202eb\u0000\nc'}`.text).toBe('a\\u202eb\\u0000\nc');
});

test('a table has a header for each column and each row', () => {
  const { text } = table('Metrics', [
    ['at 10', 'recall'],
    ['rid<ge', '0.1'],
  ]);
  expect(text).toContain('<th scope="col">recall</th>');
  expect(text).toContain('<th scope="row">rid&#60;ge</th><td>0.1</td>');
  expect(table('empty', []).text).toContain('<tbody></tbody>');
});

test('a page has a security policy that forbids everything from outside', () => {
  const text = page('Title', 'Conclusion & more.', html`<p>x</p>`);
  expect(text).toContain('<h1>Conclusion &#38; more.</h1>');
  expect(text).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
  expect(text.trimEnd().endsWith('</html>')).toBe(true);
});
