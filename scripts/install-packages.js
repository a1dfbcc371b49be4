import { spawnSync } from 'node:child_process';

/**
 * Installs the packages of missing programs, on Debian or Ubuntu as root. Elsewhere it only prints a warning, and the tests that need the
 * programs are skipped, also with a warning.
 * @param {Record<string, string>} packages the name of the package by the program that it contains
 * @param {string} loss what is not tested without them
 */
export function installPackages(packages, loss) {
  const missing = Object.keys(packages).filter((program) => !isInstalled(program));
  if (missing.length === 0) return;
  const why = whyNotInstalled(missing.map((program) => packages[program]));
  if (why) process.stderr.write(`\n!!! ${missing.join(', ')} not installed, so ${loss}: ${why}\n\n`);
}

const isInstalled = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs packages. @returns why that failed; '' where it did not. */
function whyNotInstalled(packages) {
  if (!isInstalled('apt-get')) return 'there is no apt-get';
  if (process.getuid?.() !== 0) return `as root: apt-get install ${packages.join(' ')}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  apt('update');
  // One by one, so that a package that cannot be installed does not keep out the others.
  const failed = packages
    .map((name) => apt('install', '-y', '--no-install-recommends', name))
    .find((done) => done.status !== 0);
  return failed ? (failed.stderr ?? String(failed.error)).trim() : '';
}
