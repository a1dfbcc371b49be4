import { printable } from '../csv/printable.js';
import type { Streams } from '../io.js';
import { progressBar } from './bar.js';
import type { RunProgress } from './progress.js';

/** How stderr is written: as text for people, or as one JSON object per line for log collectors. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What goes to stderr, and when. */
export interface LogOptions {
  /** Warnings and errors only. */
  quiet: boolean;
  verbose: boolean;
  /** Undefined: text, on a terminal only. */
  logFormat: LogFormat | undefined;
  /** Seconds between heartbeats; undefined: none. */
  pulse: number | undefined;
}

/** One entry of the log. */
export interface Entry {
  type: 'status' | 'request' | 'warning' | 'summary' | 'exit_error';
  /** For people; '' where the entry is for programs only. */
  message: string;
  /** The parts of the message, for programs. Users rely on their names. */
  facts?: object;
}

/** The entry as it is written, with its line break; '' where there is nothing to write. */
export function formatEntry({ type, message, facts }: Entry, format: LogFormat, now: Date): string {
  if (format === 'json') return `${printable(JSON.stringify({ type, time: now.toISOString(), message, ...facts }))}\n`;
  if (message === '') return '';
  const prefix = type === 'warning' ? 'recommend: warning: ' : type === 'exit_error' ? 'recommend: ' : '';
  return `${prefix}${printable(message)}\n`;
}

/** The log format that a command line asks for. The rest of it may make no sense: the error about that uses this format too. */
export function requestedFormat(argv: readonly string[]): LogFormat {
  const at = argv.indexOf('--log-format');
  const isJson = argv.includes('--log-format=json') || (at >= 0 && argv[at + 1] === 'json');
  return isJson ? 'json' : 'text';
}

/**
 * The log of a run, on stderr. Everything is written to a terminal, and elsewhere if a log was asked for. A cron job gets only warnings
 * and errors, so that cron sends mail only when something is wrong.
 */
export function logTo(stream: Streams['stderr'], { quiet, verbose, logFormat }: Omit<LogOptions, 'pulse'>) {
  const format = logFormat ?? 'text';
  const isOn = !quiet && (stream.isTTY === true || verbose || logFormat !== undefined);
  const bar = !quiet && stream.isTTY && format === 'text' ? progressBar(stream) : undefined;
  const add = (type: Entry['type'], message: string, facts: object = {}) => {
    const text = formatEntry({ type, message, facts }, format, new Date());
    const write = () => void stream.write(text);
    if (bar) bar.pause(write);
    else write();
  };
  const stop = () => bar?.stop();
  return {
    format,
    /** What was read, decided and done. */
    info(message: string): void {
      if (isOn) add('status', message);
    },
    /** Details, with `--verbose` only. */
    debug(message: string): void {
      if (isOn && verbose) add('status', message);
    },
    /** Something is wrong, but the run goes on: what, where, and the way out. Always written. */
    warn: (message: string) => add('warning', message),
    /** How far the run has come, after a request for that. Always written. */
    status: (message: string, facts: object) => add('status', message, facts),
    /** A request that was answered. */
    request(message: string, facts: object): void {
      if (isOn) add('request', message, facts);
    },
    /** How the run ended: the last entry. @param message '' where the error that follows says it. */
    summary(message: string, facts: object): void {
      stop();
      if (isOn) add('summary', message, facts);
    },
    /** Moves the bar, if there is one. */
    draw: (progress: RunProgress) => bar?.draw(progress),
    stop,
  };
}
export type Log = ReturnType<typeof logTo>;
