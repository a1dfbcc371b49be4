import { setTimeout as sleep } from 'node:timers/promises';
import { processesWith } from '../../cli/run.js';

/** Kills all processes with this variable in their environment, and waits until they are gone. */
export async function killAll(variable: string): Promise<void> {
  for (let left = processesWith(variable); left.length > 0; left = processesWith(variable)) {
    for (const pid of left) kill(Number(pid));
    await sleep(50);
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process is gone already.
  }
}
