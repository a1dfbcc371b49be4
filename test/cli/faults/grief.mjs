/*
 * Loaded into the program's children by NODE_OPTIONS, beside the real worker: brings one to grief over a row of a job.
 * GRIEF says "<job> <row> <how> <times>"; the folder GRIEF_FOLDER counts the times, over all children.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const [kind, row, how, times] = (process.env.GRIEF ?? '').split(' ');

/** True as often as was said, however many processes ask. */
function isTime() {
  for (let time = 0; time < Number(times); time++) {
    try {
      closeSync(openSync(join(process.env.GRIEF_FOLDER, `${time}`), 'wx'));
      return true;
    } catch {
      // That time has been.
    }
  }
  return false;
}

function comeToGrief() {
  switch (how) {
    case 'nonsense':
      return process.send({ type: 'poem' });
    case 'exit':
      return process.exit(0);
    case 'throw':
      throw new Error('grief');
    case 'crash':
      return process.abort();
    case 'memory': {
      const heap = [];
      for (;;) heap.push(new Array(1e6).fill(Math.random()));
    }
    default:
      return process.kill(process.pid, how);
  }
}

if (process.send && process.argv[1]?.endsWith('shard-worker.js')) {
  process.prependListener('message', (message) => {
    if (message?.type !== 'shard' || message.task.kind !== kind) return;
    if (Number(row) >= message.from && Number(row) < message.to && isTime()) comeToGrief();
  });
}
