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
  it('waits with the first chunk until the line has come, and passes the others on as they come', async () => {
    expect(await chunksOf('se', 'p=', ';\na', ';b\n', '1;2\n')).toEqual(['sep=;\na', ';b\n', '1;2\n']);
  });

  it('gives what there is of a line that never ends, and nothing of nothing', async () => {
    expect(await chunksOf('a,', 'b')).toEqual(['a,b']);
    expect(await chunksOf()).toEqual([]);
    const long = 'x'.repeat(40_000);
    expect(await chunksOf(long, long, long)).toEqual([long + long, long]);
  });

  it('waits for as much as a file is understood by', async () => {
    const given = (async function* () {
      for (const text of ['a,b\n', '1,2\n', '3,4\n']) yield Buffer.from(text);
    })();
    const chunks: string[] = [];
    for await (const chunk of wholeHead(given, 8)) chunks.push(chunk.toString());
    expect(chunks).toEqual(['a,b\n1,2\n', '3,4\n']);
  });
});
