/*
 * Runs a randomised test for a number of minutes: npm run chaos -- [--minutes 5] [--seed 1], and likewise soak.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
});
for (const [name, text] of Object.entries(values)) {
  if (/^\d+(\.\d+)?$/.test(text)) continue;
  process.stderr.write(`--${name} ${text}: expected a number\n`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'vitest.long.config.ts',
    ...positionals,
    '--disable-console-intercept',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, LOT_MINUTES: values.minutes, LOT_SEED: values.seed } },
);
process.exitCode = status ?? 1;
