import { spawnSync } from 'node:child_process';

/**
 * Installs packages by the programs that they bring, where that can be done: Debian or Ubuntu, as root. Where not, it says so, and tests that need
 * them are skipped, loudly.
 * @param {Record<string, string>} packages names of packages by a program of each
 * @param {string} loss what is not tested without them
 */
export function installPackages(packages, loss) {
  const missing = Object.keys(packages).filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const why = whyNotInstalled(missing.map((program) => packages[program]));
  if (why) process.stderr.write(`\n!!! ${missing.join(', ')} not installed, so ${loss}: ${why}\n\n`);
}

const isThere = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs packages. @returns why that was not done; '' where it was. */
function whyNotInstalled(packages) {
  if (!isThere('apt-get')) return 'there is no apt-get';
  if (process.getuid?.() !== 0) return `as root: apt-get install ${packages.join(' ')}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  apt('update');
  // One by one: that one cannot be had is no reason to leave out the others.
  const failed = packages
    .map((name) => apt('install', '-y', '--no-install-recommends', name))
    .find((done) => done.status !== 0);
  return failed ? (failed.stderr ?? String(failed.error)).trim() : '';
}
