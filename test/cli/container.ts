import { spawnSync } from 'node:child_process';

/** Options of `unshare` that give processes their own PIDs, /proc and host name. */
export const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
export const hasContainers = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;

export function tellNoContainers(): void {
  process.stderr.write('\nNOT TESTED HERE: runs in real PID namespaces (unshare is not permitted)\n\n');
}
