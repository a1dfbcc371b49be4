import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shellWords } from '../exports.js';
import { type Ended, root, runInProcess } from './run.js';

export interface Block {
  /** What stands behind the opening ```; '' for nothing. */
  kind: string;
  text: string;
  line: number;
}

/** The blocks between ``` of a document. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(({ 1: kind = '', 2: inside = '', index }) => ({
    kind,
    text: inside,
    line: text.slice(0, index).split('\n').length,
  }));
}

export interface Command {
  /** For a shell. */
  text: string;
  /** What the document shows of its output; undefined: nothing. */
  shown: string | undefined;
  line: number;
  shell: string;
}

/** A script whose lines are no commands of their own: one goes on in the next, or sets what the next one needs. */
const NEEDS_ALL = /^\s|\\$|^\w+=/m;

/** The commands of a block that can be run: of a session, of a script, or of a table of cron, whose files lie in /data. */
export function commandsOf({ kind, text, line }: Block): Command[] {
  if (kind === 'sh' || kind === 'bash') {
    const lines = NEEDS_ALL.test(text) ? [text.trimEnd()] : text.trimEnd().split('\n');
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

/** `recommend` and words, which no shell has to make sense of. */
const PLAIN = /^recommend [^|<>&;$`*()\n#]+$/;

const running = promisify(execFile);

/** Runs a command in a folder as a reader would. @param path where its programs are. */
export async function runCommand({ text, shell }: Command, folder: string, path: string): Promise<Ended> {
  if (PLAIN.test(text)) {
    const [, ...args] = shellWords(text);
    // A description repeats what was typed, and says on stdout what others say on a terminal.
    if (args[0] === 'describe') return runInProcess(args, { folder, terminal: false });
    // One child does the same, and costs less to start.
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

/** What the clock and the memory decide is the same everywhere. */
function masked(text: string): string {
  return text.replace(/\d[\d,.]* (s|MB)\b/g, '# $1');
}

/** The first piece that a document shows of an output, between lines of `…`, which is not in it in this order; undefined: all are. */
export function missingPiece(shown: string, output: string): string | undefined {
  let rest = masked(output);
  const pieces = masked(shown).split(/^…\n/m);
  for (const [at, piece] of pieces.entries()) {
    const from = `\n${rest}`.indexOf(`\n${piece}`);
    // Without `…` in front, nothing may stand there.
    if (from < 0 || (at === 0 && from > 0)) return piece;
    rest = rest.slice(from + piece.length);
  }
  const isWhole = /(^|\n)…\n$/.test(shown) || rest === '';
  return isWhole ? undefined : rest;
}
