import { describe, expect, it } from 'vitest';
import { wholeHead } from '../../src/csv/source.js';

async function chunksOf(...texts: string[]): Promise<string[]> {
  const given = (async function* () {
    for (const text of texts) yield Buffer.from(text);
  })();
  const chunks: string[] = [];
  for await (const chunk of wholeHead(given, 1)) chunks.push(chunk.toString());
  return chunks;
}

describe('wholeHead', () => {
  it('joins chunks until the first line is complete, and passes later chunks on unchanged', async () => {
    expect(await chunksOf('se', 'p=', ';\na', ';b\n', '1;2\n')).toEqual(['sep=;\na', ';b\n', '1;2\n']);
  });

  it('passes on an unfinished first line when the input ends or the head is full, and nothing for an empty input', async () => {
    expect(await chunksOf('a,', 'b')).toEqual(['a,b']);
    expect(await chunksOf()).toEqual([]);
    const long = 'x'.repeat(40_000);
    expect(await chunksOf(long, long, long)).toEqual([long + long, long]);
  });

  it('joins chunks until the head has the requested size', async () => {
    const given = (async function* () {
      for (const text of ['a,b\n', '1,2\n', '3,4\n']) yield Buffer.from(text);
    })();
    const chunks: string[] = [];
    for await (const chunk of wholeHead(given, 8)) chunks.push(chunk.toString());
    expect(chunks).toEqual(['a,b\n1,2\n', '3,4\n']);
  });
});
