// Installs the engines that `npm run test:cluster` uses. The tests start their own daemons, in a temporary folder.

import { installPackages } from './install-packages.js';

const PACKAGES = {
  munged: 'munge',
  slurmctld: 'slurmctld',
  slurmd: 'slurmd',
  sbatch: 'slurm-client',
  parallel: 'parallel',
  snakemake: 'snakemake',
};
installPackages(PACKAGES, 'some engines are NOT TESTED');
