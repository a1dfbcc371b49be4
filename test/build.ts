import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds `dist`, where it is out of date, before all tests: they run the program that people run, and workers are forked from it. */
export default function build(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, ['scripts/setup.js', '--build-only'], { cwd: root, stdio: 'inherit' });
}
