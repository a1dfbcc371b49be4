import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shellWords } from '../exports.js';
import { type Ended, root, runInProcess } from './run.js';

export interface Block {
  /** The word after the opening ```, or ''. */
  kind: string;
  text: string;
  line: number;
}

/** The code blocks of a document. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(({ 1: kind = '', 2: inside = '', index }) => ({
    kind,
    text: inside,
    line: text.slice(0, index).split('\n').length,
  }));
}

export interface Command {
  /** The text for the shell. */
  text: string;
  /** The output, or parts of it, as the document shows it; undefined if it shows none. */
  shown: string | undefined;
  line: number;
  shell: string;
}

/** Matches a script whose lines cannot run one by one: a line continues on the next, or sets a variable. */
const IS_ONE_COMMAND = /^\s|\\$|^\w+=/m;

/** The commands of a block: of a shell session, a script, or a crontab, whose files are in /data. */
export function commandsOf({ kind, text, line }: Block): Command[] {
  if (kind === 'sh' || kind === 'bash') {
    const lines = IS_ONE_COMMAND.test(text) ? [text.trimEnd()] : text.trimEnd().split('\n');
    return lines.map((each) => ({ text: each, shown: undefined, line, shell: kind }));
  }
  if (kind === 'crontab') {
    const lines = text.trimEnd().split('\n');
    return lines.map((each, at) => ({
      text: each
        .replace(/^(\S+ +){5}/, '')
        .replaceAll('\\%', '%')
        .replaceAll('/data/', ''),
      shown: undefined,
      line: line + 1 + at,
      shell: 'sh',
    }));
  }
  if (kind !== '' || !text.startsWith('$ ')) return [];
  return text
    .split(/^(?=\$ )/m)
    .map((part) => /^\$ (.*)\n([\s\S]*)$/.exec(part) ?? [])
    .map(([, command = '', shown = '']) => ({ text: command, shown, line, shell: 'sh' }));
}

/** Matches a recommend command that needs no shell. */
const NEEDS_NO_SHELL = /^recommend [^|<>&;$`*()\n#]+$/;

const running = promisify(execFile);

/** Runs a command in a folder as a reader would. @param path the PATH of its programs. */
export async function runCommand({ text, shell }: Command, folder: string, path: string): Promise<Ended> {
  if (NEEDS_NO_SHELL.test(text)) {
    const [, ...args] = shellWords(text);
    // describe repeats its arguments, and prints to stdout what other commands print to a terminal: add no options.
    if (args[0] === 'describe') return runInProcess(args, { folder, terminal: false });
    // One worker gives the same output, and starts faster.
    const hasWorkers =
      args.includes('-j') || ['diff', 'explain', 'similar', 'audience', 'export'].includes(args[0] ?? '');
    return runInProcess(hasWorkers ? args : [...args, '-j', '1'], { folder });
  }
  const flags = shell === 'bash' ? ['-e', '-o', 'pipefail', '-c'] : ['-e', '-c'];
  try {
    const ended = running(shell, [...flags, text], { cwd: folder, env: { ...process.env, PATH: path } });
    ended.child.stdin?.end();
    const { stdout, stderr } = await ended;
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code = null, stdout = '', stderr = String(error) } = error as Partial<Ended>;
    return { code, stdout, stderr };
  }
}

/** Masks times and memory sizes, which differ from run to run. */
function masked(text: string): string {
  return text.replace(/\d[\d,.]* (s|MB)\b/g, '# $1');
}

/** The first of the pieces that a document shows, separated by lines of `…`, that is not next in the output; undefined if all are. */
export function missingPiece(shown: string, output: string): string | undefined {
  let rest = masked(output);
  const pieces = masked(shown).split(/^…\n/m);
  for (const [at, piece] of pieces.entries()) {
    const from = `\n${rest}`.indexOf(`\n${piece}`);
    // Without a leading `…`, the first piece has to start the output.
    if (from < 0 || (at === 0 && from > 0)) return piece;
    rest = rest.slice(from + piece.length);
  }
  const isWhole = /(^|\n)…\n$/.test(shown) || rest === '';
  return isWhole ? undefined : rest;
}
