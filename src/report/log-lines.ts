/** How stderr is written: for people, or one JSON object a line for what collects logs. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Something that is said on stderr. */
export interface Entry {
  type: 'status' | 'warning' | 'summary' | 'exit_error';
  /** For people; '' where there is nothing to say to them. */
  message: string;
  /** What the message says in parts, for programs; their names are what users rely on. */
  facts?: object;
}

/** What is written of it, line breaks included; '' for nothing. */
export function written(entry: Entry, format: LogFormat, now: Date): string {
  return format === 'json' ? jsonLine(entry, now) : text(entry);
}

function text({ type, message }: Entry): string {
  if (message === '') return '';
  const opening = type === 'warning' ? 'recommend: warning: ' : type === 'exit_error' ? 'recommend: ' : '';
  return `${opening}${message}\n`;
}

function jsonLine({ type, message, facts }: Entry, now: Date): string {
  return `${JSON.stringify({ type, time: now.toISOString(), message, ...facts })}\n`;
}

/** The format that a command line asks for, of which nothing else may make sense: its errors are written so as well. */
export function formatAskedFor(argv: readonly string[]): LogFormat {
  const at = argv.indexOf('--log-format');
  const isJson = argv.includes('--log-format=json') || (at >= 0 && argv[at + 1] === 'json');
  return isJson ? 'json' : 'text';
}
