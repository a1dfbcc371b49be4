// Learns a model from fixtures/books and serves it until Ctrl-C.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'recommend-demo-'));
const model = join(folder, 'books.rec');
const options = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] };
const files = ['-u', 'fixtures/books/ratings.csv', '-i', 'fixtures/books/books.csv'];

// Ctrl-C reaches the server as well. This process cleans up once the server has ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server?.kill(signal));
let server;
const { status } = spawnSync(process.execPath, ['bin/recommend.js', 'fit', ...files, '--model', model], options);
if (status === 0) {
  process.stderr.write('some readers to look at: 35, 12, 23707, 27043; some books: hobbit, twilight, outlander\n');
  server = spawn(process.execPath, ['bin/recommend.js', 'serve', '--model', model, ...process.argv.slice(2)], options);
  server.once('exit', (code) => end(code ?? 1));
} else end(status ?? 1);

function end(code) {
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = code;
}
