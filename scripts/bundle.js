// Writes each program of dist/ again as one file, in dist/program/: loading 270 modules one by one took a sixth of a small run.

import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The files that processes and threads start with. */
const PROGRAMS = { cli: 'cli.js', 'shard-worker': 'shard-worker.js', heartbeat: 'files/heartbeat.js' };

for (const [name, file] of Object.entries(PROGRAMS)) {
  const bundle = await rolldown({
    input: { [name]: join(ROOT, 'dist', file) },
    platform: 'node',
    // Packages stay where they are installed.
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  // Not minified: the stack of an unexpected error has to be readable.
  await bundle.write({ dir: join(ROOT, 'dist/program'), format: 'esm', codeSplitting: false });
  await bundle.close();
}
