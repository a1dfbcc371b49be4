const COLUMNS = 'movie_id,user_id,rating,date\n';

/** True for the beginning of the files of the Netflix Prize: the movie on a line of its own, `123:`, above its ratings. */
export function isNetflix(head: string): boolean {
  return /^\d+:\r?(\n|$)/.test(head);
}

/** Such files as CSV with a header on top: a line `123:` becomes a blank one, and the movie stands before each rating below it. */
export async function* netflixRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(COLUMNS);
  let movie = '';
  let rest = '';
  const rowOf = (line: string): string => {
    const [, begun] = /^(\d+):\r?$/.exec(line) ?? [];
    if (begun !== undefined) movie = begun;
    return begun !== undefined || line === '' || line === '\r' ? '' : `${movie},${line}`;
  };
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield Buffer.from(lines.map((line) => `${rowOf(line)}\n`).join(''), 'latin1');
  }
  if (rest !== '') yield Buffer.from(rowOf(rest), 'latin1');
}
