import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Log, type VoiceOptions } from '../../src/report/log.js';
import { placeAt } from '../../src/report/progress.js';

/** A stderr that takes down what is written to it. */
function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  // cli-progress moves the cursor with these where the stream is a terminal.
  const none = () => true;
  Object.assign(stream, { cursorTo: none, clearLine: none, moveCursor: none, clearScreenDown: none });
  return { stream: stream as object as NodeJS.WriteStream, text: () => chunks.join('') };
}

/** What a whole run says on such a stderr. */
function saidOn(isTTY: boolean, options: Partial<VoiceOptions>): string {
  const { stream, text } = terminal(isTTY);
  const log = new Log(stream, { quiet: false, verbose: false, logFormat: undefined, ...options });
  log.draw(placeAt('reading', 50, 100, 0));
  log.info('understood');
  log.debug('a plan');
  log.draw(placeAt('learning', 10, 10, 0));
  log.warn('a shard was lost');
  log.draw(placeAt('recommending', 500, 1000, 500));
  log.status('half of it', { users: 500 });
  log.summary('served', { exit_code: 0 });
  return text();
}

describe('on a terminal', () => {
  test('there is a bar over the whole run that begins with reading', () => {
    const text = saidOn(true, {});
    expect(text).toContain('reading');
    expect(text).toContain('0%');
    expect(text).toContain('ETA');
  });

  test('lines of the run itself are written between two drawings of the bar', () => {
    const [before = '', after = ''] = saidOn(true, {}).split('understood\n');
    expect(before).toContain('reading');
    expect(after).toContain('10%');
    expect(after.endsWith('served\n')).toBe(true);
  });

  test('the bar foretells a time where there is a pace to go by, and none where nothing moves', async () => {
    const { stream, text } = terminal(true);
    const log = new Log(stream, { quiet: false, verbose: false, logFormat: undefined });
    const shownAt = async (done: number) => {
      const before = text().length;
      log.draw(placeAt('tuning', done, 100, 0));
      await sleep(250);
      return text().slice(before);
    };
    await shownAt(0);
    // After a line of its own the bar begins anew.
    log.info('understood');
    for (let time = 0; time < 2; time++) expect(await shownAt(0)).not.toMatch(/ETA (?!\?)/);
    for (const done of [10, 20]) await shownAt(done);
    expect(await shownAt(30)).toMatch(/ETA \d+ s /);
    log.stop();
    expect(text()).toContain('ETA ?');
  });

  test('JSON has no bar', () => {
    for (const line of saidOn(true, { logFormat: 'json' }).trimEnd().split('\n')) JSON.parse(line);
  });
});

const WARNING = 'recommend: warning: a shard was lost\n';

test.each<[string, boolean, Partial<VoiceOptions>, string]>([
  ['no terminal: what is wrong, and what was asked for', false, {}, `${WARNING}half of it\n`],
  [
    'no terminal, a log of text: all but details',
    false,
    { logFormat: 'text' },
    `understood\n${WARNING}half of it\nserved\n`,
  ],
  ['no terminal, verbose: all', false, { verbose: true }, `understood\na plan\n${WARNING}half of it\nserved\n`],
  ['quiet: what is wrong, and what was asked for', true, { quiet: true, verbose: true }, `${WARNING}half of it\n`],
  ['quiet beats a log', false, { quiet: true, logFormat: 'text' }, `${WARNING}half of it\n`],
])('%s', (_, isTTY, options, said) => {
  expect(saidOn(isTTY, options)).toBe(said);
});

test('a log of JSON is one object a line, with its type, its time, what is said, and that in parts', () => {
  const lines = saidOn(false, { logFormat: 'json' }).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line));
  for (const { time } of entries) expect(new Date(time).toISOString()).toBe(time);
  expect(entries.map(({ time: _, ...entry }) => entry)).toEqual([
    { type: 'status', message: 'understood' },
    { type: 'warning', message: 'a shard was lost' },
    { type: 'status', message: 'half of it', users: 500 },
    { type: 'summary', message: 'served', exit_code: 0 },
  ]);
});
