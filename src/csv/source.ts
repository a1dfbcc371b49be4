import { createReadStream, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The file's bytes, about `chunkBytes` at a time: decompressed where they begin as gzip does, whatever the file is called,
 * and as UTF-8 where they begin with the mark of UTF-16.
 */
export async function* plainBytes(
  path: string,
  chunkBytes: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  const file: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes });
  const chunks = (async function* () {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      yield chunk;
    }
  })();
  try {
    const stored = await withHead(chunks);
    const { head, whole } = isGzip(stored.head) ? await withHead(gunzipped(stored.whole, chunkBytes, file)) : stored;
    const encoding = utf16Of(head);
    yield* encoding === undefined ? whole : recoded(whole, encoding);
  } finally {
    file.destroy();
  }
}

/** The same chunks, and of them the first, of two bytes at least where there are as many. */
async function withHead(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; whole: AsyncGenerator<Buffer> }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = (async function* () {
    if (head.length > 0) yield head;
    yield* chunks;
  })();
  return { head, whole };
}

/** How many bytes a file has, before it is opened; 0 where nobody can tell. Whoever reads it says what is wrong with it. */
export function sizeAtHand(path: string): number {
  try {
    return path === '-' ? 0 : statSync(path).size;
  } catch {
    return 0;
  }
}

/** The size of a file whose bytes can be read from anywhere as they are; 0 for pipes, and for files that are compressed or in UTF-16. */
export async function seekableSize(path: string): Promise<number> {
  if (path === '-') return 0;
  const stats = await stat(path);
  // What is no file must not be opened a second time.
  if (!stats.isFile()) return 0;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return isGzip(buffer) || utf16Of(buffer) !== undefined ? 0 : stats.size;
  } finally {
    await file.close();
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** Text of another encoding as UTF-8, its mark left out; what is no text in it becomes U+FFFD. */
async function* recoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}

/** What a file is understood by, in bytes: longer first lines are told apart by what there is of them. */
const HEAD_BYTES = 1 << 16;

/**
 * The same bytes, the first chunk long enough to hold the first line and to show what the columns hold: a pipe gives what has been
 * written so far.
 */
export async function* wholeHead(chunks: AsyncIterable<Buffer>, chunkBytes: number): AsyncGenerator<Buffer> {
  const enough = Math.min(HEAD_BYTES, chunkBytes);
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < enough || (head.length < HEAD_BYTES && !head.includes('\n'))) continue;
    yield head;
    head = undefined;
  }
  if (head && head.length > 0) yield head;
}

async function* gunzipped(chunks: AsyncIterable<Buffer>, chunkBytes: number, file: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: Math.max(64, chunkBytes) });
  const feeding = (async () => {
    for await (const chunk of chunks) {
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve));
    }
    gunzip.end();
  })().catch((error) => gunzip.destroy(error));
  try {
    yield* gunzip as AsyncIterable<Buffer>;
    await feeding;
  } finally {
    file.destroy();
  }
}
