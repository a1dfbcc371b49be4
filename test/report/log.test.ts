import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type LogOptions, logTo } from '../../src/report/log.js';
import { progressOf } from '../../src/report/progress.js';

/** A stderr that records what is written to it. */
function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  // cli-progress moves the cursor with these if the stream is a terminal.
  const none = () => true;
  Object.assign(stream, { cursorTo: none, clearLine: none, moveCursor: none, clearScreenDown: none });
  return { stream: stream as object as NodeJS.WriteStream, text: () => chunks.join('') };
}

/** The progress of a run whose stages have the same weight. */
function run() {
  const stages = ['reading', 'tuning', 'counting', 'learning', 'recommending'] as const;
  return progressOf(stages.map((stage) => ({ stage, weight: 1 })));
}

/** The text that a whole run writes to stderr. */
function logOn(isTTY: boolean, options: Partial<LogOptions>): string {
  const { stream, text } = terminal(isTTY);
  const log = logTo(stream, { quiet: false, verbose: false, logFormat: undefined, ...options });
  const stages = run();
  log.draw(stages.at('reading', 50, 100, 0));
  log.info('input report');
  log.debug('a plan');
  log.draw(stages.at('learning', 10, 10, 0));
  log.warn('a shard was lost');
  log.draw(stages.at('recommending', 500, 1000, 500));
  log.status('half of it', { users: 500 });
  log.summary('served', { exit_code: 0 });
  return text();
}

describe('on a terminal', () => {
  test('a progress bar is shown from the first stage on', () => {
    const text = logOn(true, {});
    expect(text).toContain('reading');
    expect(text).toContain('0%');
    expect(text).toContain('ETA');
  });

  test('log lines are written between two updates of the bar', () => {
    const [before = '', after = ''] = logOn(true, {}).split('input report\n');
    expect(before).toContain('reading');
    expect(after).toContain('10%');
    expect(after.endsWith('served\n')).toBe(true);
  });

  test('the bar shows no estimated time before it knows the speed', () => {
    expect(logOn(true, {})).toMatch(/ETA \? /);
    expect(logOn(true, {})).not.toMatch(/ETA (?!\?)/);
  });

  test('after the bar has stopped, it is not drawn again, and log messages are plain lines', () => {
    const { stream, text } = terminal(true);
    const log = logTo(stream, { quiet: false, verbose: false, logFormat: undefined });
    const stages = run();
    log.draw(stages.at('reading', 1, 2, 0));
    log.stop();
    const before = text().length;
    log.draw(stages.at('recommending', 1, 2, 0));
    log.warn('a shard was lost');
    expect(text().slice(before)).toBe(WARNING);
  });

  test('a JSON log has no bar', () => {
    for (const line of logOn(true, { logFormat: 'json' }).trimEnd().split('\n')) JSON.parse(line);
  });
});

const WARNING = 'recommend: warning: a shard was lost\n';

test.each<[string, boolean, Partial<LogOptions>, string]>([
  ['no terminal: warnings and heartbeats only', false, {}, `${WARNING}half of it\n`],
  [
    'no terminal, a text log: all but details',
    false,
    { logFormat: 'text' },
    `input report\n${WARNING}half of it\nserved\n`,
  ],
  [
    'no terminal, verbose: everything',
    false,
    { verbose: true },
    `input report\na plan\n${WARNING}half of it\nserved\n`,
  ],
  ['quiet: warnings and heartbeats only', true, { quiet: true, verbose: true }, `${WARNING}half of it\n`],
  ['quiet beats a log', false, { quiet: true, logFormat: 'text' }, `${WARNING}half of it\n`],
])('%s', (_, isTTY, options, expected) => {
  expect(logOn(isTTY, options)).toBe(expected);
});

test('a JSON log has one object per line, with type, time, message and the fields of the message', () => {
  const lines = logOn(false, { logFormat: 'json' }).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line));
  for (const { time } of entries) expect(new Date(time).toISOString()).toBe(time);
  expect(entries.map(({ time: _, ...entry }) => entry)).toEqual([
    { type: 'status', message: 'input report' },
    { type: 'warning', message: 'a shard was lost' },
    { type: 'status', message: 'half of it', users: 500 },
    { type: 'summary', message: 'served', exit_code: 0 },
  ]);
});
