// Installs the engines that `npm run test:cluster` tries. The tests start daemons of their own, in a temporary folder.

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
