import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/main.js';

export const BINARY = fileURLToPath(new URL('../../bin/recommend.js', import.meta.url));
export const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Where {
  /** The working folder of the program. */
  folder: string;
  /** Its TMPDIR, where it is not the system's. */
  tmp?: string;
  stdin?: string | Uint8Array;
  /** Beside the environment that is. */
  env?: NodeJS.ProcessEnv;
  /** What stderr says is what a terminal would show, unless this is false: then it is what cron would mail. */
  terminal?: boolean;
  /** A command that runs the command behind it, under limits or in a container. */
  inside?: readonly string[];
}

export interface Ended {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the program as people do. */
export function start(
  args: readonly string[],
  { folder, tmp, env: more, terminal = true, inside = [] }: Where,
): ChildProcessWithoutNullStreams {
  const env = { ...process.env, ...(tmp === undefined ? {} : { TMPDIR: tmp }), ...more };
  const all = terminal ? asOnATerminal(args) : args;
  const [command = '', ...rest] = [...inside, process.execPath, BINARY, ...all];
  return spawn(command, rest, { cwd: folder, env });
}

/** The arguments of a run, which says to a pipe what it would say to a terminal. */
function asOnATerminal(args: readonly string[]): readonly string[] {
  const isRun = args.includes('-u') || args.includes('--users');
  return isRun && !args.includes('--log-format') ? [...args, '--log-format', 'text'] : args;
}

/** Runs the program with that file as its stderr; its exit code. */
export async function runOn(args: readonly string[], folder: string, stderr: number): Promise<number | null> {
  const child = spawn(process.execPath, [BINARY, ...args], { cwd: folder, stdio: ['ignore', 'ignore', stderr] });
  const [code] = await once(child, 'exit');
  return code;
}

/** Everything that a stream says until it ends. */
export async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The exit code of a started program, once it and all that hold its streams are gone. */
export function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** The same as a shell sees it, in whose eyes a signal ends a program with 128 and its number. */
export async function shellExitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  const code = await exitOf(child);
  return code ?? (child.signalCode === null ? null : 128 + constants.signals[child.signalCode]);
}

/** Runs the program to its end, in a process of its own. */
export async function run(args: readonly string[], where: Where): Promise<Ended> {
  const child = start(args, where);
  const ended = exitOf(child);
  // A program that refuses its arguments does not read: that is no failure of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(where.stdin ?? '');
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  return { code, stdout, stderr };
}

let runBefore: Promise<unknown> = Promise.resolve();

/**
 * Calls the program in this process, which saves the start of another one; its workers are processes all the same.
 * The working folder and the environment are the whole process's, so one run waits for the other.
 */
export function runInProcess(args: readonly string[], where: InProcess): Promise<Ended> {
  const ended = runBefore.then(() => calledIn(args, where));
  runBefore = ended.catch(() => {});
  return ended;
}

export type InProcess = Pick<Where, 'folder' | 'tmp' | 'env' | 'terminal'> & { stdoutIsTerminal?: boolean };

async function calledIn(args: readonly string[], where: InProcess): Promise<Ended> {
  const { folder, tmp, env, terminal = true, stdoutIsTerminal = false } = where;
  const stdout = Object.assign(new Collector(), { isTTY: stdoutIsTerminal });
  const stderr = new Collector();
  const changed = { ...env, ...(tmp === undefined ? {} : { TMPDIR: tmp }) };
  const before = { folder: process.cwd(), env: Object.keys(changed).map((name) => [name, process.env[name]] as const) };
  process.chdir(folder);
  Object.assign(process.env, changed);
  try {
    const { signal: interrupted } = new AbortController();
    const code = await main(terminal ? asOnATerminal(args) : args, { stdout, stderr, interrupted });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(before.folder);
    for (const [name, value] of before.env) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Keeps all that is written to it. */
class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }
}

/** Processes that were started with this TMPDIR and still run; only Linux tells. */
export function leftBehind(tmp: string): string[] {
  return processesWith(`TMPDIR=${tmp}`);
}

/** Processes that were started with this in their environment and still run; likewise. */
export function processesWith(variable: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${variable}\0`);
    } catch {
      return false;
    }
  });
}

/** Waits until a started program has children at work; where the system does not tell of them, until it has read. */
export async function atWork(child: ChildProcessWithoutNullStreams, tmp: string): Promise<void> {
  if (!existsSync('/proc/self/environ')) await once(child.stderr, 'data');
  else while (leftBehind(tmp).length < 2 && child.exitCode === null) await sleep(10);
}
