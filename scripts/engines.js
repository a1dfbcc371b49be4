/*
 * Installs the engines that `npm run test:cluster` tries, where that can be done: Debian or Ubuntu, as root. Where not, it says so and ends with
 * 0: the tests are skipped then, loudly.
 */
import { spawnSync } from 'node:child_process';

/** Packages by a program of each. The tests start daemons of their own, in a temporary folder. */
const PACKAGES = {
  munged: 'munge',
  slurmctld: 'slurmctld',
  slurmd: 'slurmd',
  sbatch: 'slurm-client',
  parallel: 'parallel',
  snakemake: 'snakemake',
};

const isThere = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = Object.keys(PACKAGES).filter((program) => !isThere(program));
if (missing.length > 0) {
  const why = whyNotInstalled(missing.map((program) => PACKAGES[program]));
  if (why)
    process.stderr.write(`\n!!! ${missing.join(', ')} not installed, so some engines are NOT TESTED: ${why}\n\n`);
}

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
