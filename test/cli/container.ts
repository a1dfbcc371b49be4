import { spawnSync } from 'node:child_process';

/** What `unshare` is told for processes in a world of their own: PIDs, /proc, and the name of the host. */
export const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
export const hasContainers = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;

export function tellNoContainers(): void {
  process.stderr.write('\nNOT TESTED HERE: runs in real PID namespaces (unshare is not permitted)\n\n');
}
