import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { progressOn } from '../../src/output/progress.js';

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

function wholeRun(stream: NodeJS.WriteStream, quiet: boolean): void {
  const progress = progressOn(stream, quiet);
  progress.at('reading', 50, 100);
  progress.pause(() => stream.write('understood\n'));
  progress.at('learning', 10, 10);
  progress.at('recommending', 500, 1000, 500);
  progress.at('recommending', 1000, 1000, 1000);
  progress.stop();
}

test('a terminal sees a bar over the whole run that begins with reading', () => {
  const { stream, text } = terminal(true);
  wholeRun(stream, false);
  expect(text()).toContain('reading');
  expect(text()).toContain('0%');
  expect(text()).toContain('ETA');
});

test('lines of the run itself are written between two drawings of the bar', () => {
  const { stream, text } = terminal(true);
  wholeRun(stream, false);
  const [before = '', after = ''] = text().split('understood\n');
  expect(before).toContain('reading');
  expect(after).toContain('10%');
});

test.each([
  ['that is no terminal', false, false],
  ['that is to stay quiet', true, true],
])('a stderr %s sees the lines and no bar', (_, isTTY, quiet) => {
  const { stream, text } = terminal(isTTY);
  wholeRun(stream, quiet);
  expect(text()).toBe('understood\n');
});
