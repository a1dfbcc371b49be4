/*
 * Makes the pictures of the README from real runs on fixtures/books: `docs/pictures/terminal.svg`, an animation of a run on a terminal, and
 * `docs/pictures/report.png`, the top of a report of `evaluate`. Needs `script` (util-linux) and Chromium.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import headless from '@xterm/headless';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURES = join(ROOT, 'docs', 'pictures');
const SIZE = { cols: 96, rows: 20 };
const COMMAND = 'recommend -u ratings.csv -i books.csv -n 3 --titles -o recs.csv';
const SHOW = 'head -4 recs.csv';
/** Seconds: screens that were shown for less are left out, and how long the last screen stays. */
const SHORTEST = 0.08;
const PAUSE = 5;
/** Pixels. */
const CELL = { width: 8.4, height: 19 };
const MARGIN = 16;

const folder = mkdtempSync(join(tmpdir(), 'recommend-pictures-'));
try {
  mkdirSync(PICTURES, { recursive: true });
  for (const name of ['ratings.csv', 'books.csv'])
    symlinkSync(join(ROOT, 'fixtures', 'books', name), join(folder, name));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(ROOT, 'bin', 'recommend.js'), join(folder, 'bin', 'recommend'));
  writeFileSync(join(PICTURES, 'terminal.svg'), animation(await screens(recorded())));
  report();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the commands on a terminal. @returns the pieces of their output, with the seconds before each piece. */
function recorded() {
  const typed = [COMMAND, SHOW].map((command) => `printf '$ %s\\n' '${command}'; ${command}`).join('; ');
  const shell = `stty cols ${SIZE.cols} rows ${SIZE.rows}; ${typed}`;
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, TERM: 'xterm-256color' };
  run('script', ['-q', '-O', 'written', '-T', 'times', '-c', shell], env);
  const all = readFileSync(join(folder, 'written'));
  // `script` itself writes the first line.
  let at = all.indexOf('\n') + 1;
  return readFileSync(join(folder, 'times'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [seconds, bytes] = line.split(' ').map(Number);
      at += bytes;
      return { seconds, text: all.subarray(at - bytes, at) };
    });
}

/** The lines of the screen after each change, with the second of the change. */
async function screens(pieces) {
  const terminal = new headless.Terminal({ ...SIZE, allowProposedApi: true, convertEol: false });
  const shown = [];
  let now = 0;
  for (const { seconds, text } of pieces) {
    now += seconds;
    await new Promise((done) => terminal.write(text, done));
    const { active } = terminal.buffer;
    const lines = Array.from({ length: SIZE.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    if (shown.length > 0 && now - shown.at(-1).from < SHORTEST) shown.pop();
    shown.push({ from: now, lines });
  }
  return shown;
}

/** Screens as an animation in a loop: each line is visible for as long as it was on the terminal. */
function animation(shown) {
  const first = shown[0].from;
  const seconds = shown.at(-1).from - first + PAUSE;
  const texts = [];
  for (let row = 0; row < SIZE.rows; row++) {
    let from = 0;
    for (let at = 1; at <= shown.length; at++) {
      const line = shown[from].lines[row];
      if (at < shown.length && shown[at].lines[row] === line) continue;
      const isLast = at === shown.length;
      if (line !== '')
        texts.push(lineOf(line, row, shown[from].from - first, isLast ? undefined : shown[at].from - first));
      from = at;
    }
  }
  const [width, height] = [2 * MARGIN + CELL.width * SIZE.cols, 2 * MARGIN + CELL.height * SIZE.rows];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${COMMAND}">
<rect width="${width}" height="${height}" rx="10" fill="#15181c"/>
<rect width="0" height="0"><animate id="loop" attributeName="x" from="0" to="0" dur="${seconds.toFixed(2)}s" begin="0s;loop.end"/></rect>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e8e6e1">
${texts.join('\n')}
</g>
</svg>
`;
}

/** A line that is visible between two moments (s). The lines of the last screen are visible where SVG is not animated, too. */
function lineOf(line, row, from, to) {
  const y = (MARGIN + CELL.height * (row + 0.75)).toFixed(1);
  const colour = line.startsWith('$ ') ? ' fill="#5fd3a6"' : '';
  const hidden = to === undefined ? '' : ' visibility="hidden"';
  const set = (value, at) => `<set attributeName="visibility" to="${value}" begin="loop.begin+${at.toFixed(2)}s"/>`;
  const motion = `${from > 0 ? set('hidden', 0) : ''}${set('visible', from)}${to === undefined ? '' : set('hidden', to)}`;
  const width = ` textLength="${(CELL.width * line.length).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${MARGIN}" y="${y}"${colour}${hidden}${width}>${motion}${escaped(line)}</text>`;
}

function escaped(text) {
  // SVG would merge several spaces into one.
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00a0');
}

/** A screenshot of the report that `evaluate` writes for the same files. */
function report() {
  const args = [
    'evaluate',
    '-u',
    'ratings.csv',
    '-i',
    'books.csv',
    '--algorithms',
    'auto,cosine,content',
    '--report',
    'report.html',
  ];
  run(process.execPath, [join(ROOT, 'bin', 'recommend.js'), ...args]);
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=1280,1000'];
  run('chromium', [...flags, `--screenshot=${join(PICTURES, 'report.png')}`, join(folder, 'report.html')]);
}

function run(command, args, env = process.env) {
  const { status, error, stderr } = spawnSync(command, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (error || status !== 0) throw error ?? new Error(`${command} ended with ${status}: ${stderr}`);
}
