// Makes a clone ready to run: installs the packages of package-lock.json, then builds dist/, each only where it is out of date.
// With --build-only it never installs.

import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The sources of dist/: the program, and the texts and scripts that make its man page and completions. */
const SOURCES = ['src', 'assembly', 'docs/help', 'scripts'];

/** What the command starts. */
const PROGRAM = 'dist/program/cli.js';

process.exitCode = setUp(process.argv.includes('--build-only'));

function setUp(buildOnly) {
  if (!buildOnly && installIsOld()) {
    const code = npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
    if (code !== 0) return code;
  }
  if (!buildIsOld()) return 0;
  const code = npm('run', '--silent', 'build');
  // A build that failed half-way must not look like a good one to the next run.
  if (code !== 0) rmSync(join(ROOT, PROGRAM), { force: true });
  return code;
}

function installIsOld() {
  return changed('package-lock.json') > changed('node_modules/.package-lock.json');
}

function buildIsOld() {
  const configs = readdirSync(ROOT).filter((name) => /^(tsconfig.*|asconfig)\.json$/.test(name));
  // Folders are included, because their time changes when a file is removed.
  const sources = SOURCES.flatMap((folder) => [
    folder,
    ...readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, name)),
  ]);
  const built = changed(PROGRAM);
  return ['package.json', ...configs, ...sources].some((path) => changed(path) > built);
}

/** The time of the last change, in milliseconds since 1970; a missing file is older than any other. */
function changed(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

/** Runs npm, and reports a failure. Returns the exit code. */
function npm(...args) {
  // On Windows npm is a .cmd file, which only a shell starts.
  const { status, signal, error } = spawnSync('npm', args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) return 0;
  console.error(`setup: npm ${args.join(' ')} failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
  return status ?? 1;
}
