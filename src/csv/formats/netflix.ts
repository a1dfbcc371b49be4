const COLUMNS = 'movie_id,user_id,rating,date\n';

/** True if a text begins like a file of the Netflix Prize: the movie on a line of its own, `123:`, above its ratings. */
export function isNetflix(head: string): boolean {
  return /^\d+:\r?(\n|$)/.test(head);
}

/** Converts such a file to CSV with a header: a line `123:` becomes a blank line, and each rating below it begins with the movie. */
export async function* netflixRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(COLUMNS);
  let movie = '';
  let rest = '';
  const rowOf = (line: string): string => {
    const [, next] = /^(\d+):\r?$/.exec(line) ?? [];
    if (next !== undefined) movie = next;
    return next !== undefined || line === '' || line === '\r' ? '' : `${movie},${line}`;
  };
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield Buffer.from(lines.map((line) => `${rowOf(line)}\n`).join(''), 'latin1');
  }
  if (rest !== '') yield Buffer.from(rowOf(rest), 'latin1');
}
