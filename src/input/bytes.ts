import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The file's bytes, about `chunkBytes` at a time, decompressed where they begin as gzip does, whatever the file is called. */
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
  const first = await chunks.next();
  if (first.done) return;
  let head = first.value;
  if (head.length < 2) {
    const second = await chunks.next();
    if (!second.done) head = Buffer.concat([head, second.value]);
  }
  const whole = (async function* () {
    yield head;
    yield* chunks;
  })();
  try {
    yield* isGzip(head) ? gunzipped(whole, chunkBytes, file) : whole;
  } finally {
    file.destroy();
  }
}

/** The size of a file whose bytes can be read from anywhere as they are; 0 for pipes, and for compressed files. */
export async function seekableSize(path: string): Promise<number> {
  if (path === '-') return 0;
  const stats = await stat(path);
  // What is no file must not be opened a second time.
  if (!stats.isFile()) return 0;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return isGzip(buffer) ? 0 : stats.size;
  } finally {
    await file.close();
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Longer first lines are told apart by what there is of them. */
const ENOUGH_OF_A_LINE = 1 << 16;

/** The same bytes, the first chunk long enough to hold the first line: a pipe gives what has been written so far. */
export async function* wholeFirstLine(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < ENOUGH_OF_A_LINE && !head.includes('\n')) continue;
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
