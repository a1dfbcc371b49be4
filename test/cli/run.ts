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
  /** Its TMPDIR, if it is not that of the system. */
  tmp?: string;
  stdin?: string | Uint8Array;
  /** Variables to add to the current environment. */
  env?: NodeJS.ProcessEnv;
  /** By default, stderr gets the messages that a terminal would show; if false, those that cron would mail. */
  terminal?: boolean;
  /** A wrapper command that runs the program, under limits or in a container. */
  inside?: readonly string[];
}

export interface Ended {
  /** The exit code; null if a signal ended the program. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the program as users do. */
export function start(
  args: readonly string[],
  { folder, tmp, env: more, terminal = true, inside = [] }: Where,
): ChildProcessWithoutNullStreams {
  const env = { ...process.env, ...(tmp === undefined ? {} : { TMPDIR: tmp }), ...more };
  const all = terminal ? asOnATerminal(args) : args;
  const [command = '', ...rest] = [...inside, process.execPath, BINARY, ...all];
  return spawn(command, rest, { cwd: folder, env });
}

/** The arguments, with an option that makes a run print to a pipe what it would print to a terminal. */
function asOnATerminal(args: readonly string[]): readonly string[] {
  const isRun = args.includes('-u') || args.includes('--users');
  return isRun && !args.includes('--log-format') ? [...args, '--log-format', 'text'] : args;
}

/** Runs the program with a file descriptor as its stderr. @returns its exit code. */
export async function runOn(args: readonly string[], folder: string, stderr: number): Promise<number | null> {
  const child = spawn(process.execPath, [BINARY, ...args], { cwd: folder, stdio: ['ignore', 'ignore', stderr] });
  const [code] = await once(child, 'exit');
  return code;
}

/** The whole text of a stream. */
export async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The exit code of a started program, once it has ended and no process has its streams open any more. */
export function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** The same as a shell reports it: 128 plus its number for a signal. */
export async function shellExitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  const code = await exitOf(child);
  return code ?? (child.signalCode === null ? null : 128 + constants.signals[child.signalCode]);
}

/** Runs the program to its end, in a process of its own. */
export async function run(args: readonly string[], where: Where): Promise<Ended> {
  const child = start(args, where);
  const ended = exitOf(child);
  // A program that refuses its arguments does not read stdin; the broken pipe is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(where.stdin ?? '');
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  return { code, stdout, stderr };
}

let runBefore: Promise<unknown> = Promise.resolve();

/**
 * Runs the program in this process, which saves the start of another one; its workers are still processes.
 * The working folder and the environment belong to the whole process, so the runs wait for each other.
 */
export function runInProcess(args: readonly string[], where: InProcess): Promise<Ended> {
  const ended = runBefore.then(() => callMain(args, where));
  runBefore = ended.catch(() => {});
  return ended;
}

export type InProcess = Pick<Where, 'folder' | 'tmp' | 'env' | 'terminal'> & { stdoutIsTerminal?: boolean };

async function callMain(args: readonly string[], where: InProcess): Promise<Ended> {
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

/** Collects everything that is written to it. */
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

/** The ids of running processes that were started with this TMPDIR; none except on Linux. */
export function leftBehind(tmp: string): string[] {
  return processesWith(`TMPDIR=${tmp}`);
}

/** The ids of running processes that were started with this variable in their environment; none except on Linux. */
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

/** Waits until a started program has workers; without /proc, until it prints its first message. */
export async function atWork(child: ChildProcessWithoutNullStreams, tmp: string): Promise<void> {
  if (!existsSync('/proc/self/environ')) await once(child.stderr, 'data');
  else while (leftBehind(tmp).length < 2 && child.exitCode === null) await sleep(10);
}
