/*
 * Loaded into the program's children by NODE_OPTIONS, beside the real worker: brings one to grief over a row of a job.
 * GRIEF says "<job> <row> <how> <times>", more of them behind a semicolon; the folder GRIEF_FOLDER counts the times, over all
 * children.
 */
import { closeSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

const griefs = (process.env.GRIEF ?? '').split(';').map((each) => each.split(' '));

/** True as often as was said, however many processes ask. */
function isTime(grief, times) {
  for (let time = 0; time < Number(times); time++) {
    try {
      closeSync(openSync(join(process.env.GRIEF_FOLDER, `${grief}.${time}`), 'wx'));
      return true;
    } catch {
      // That time has been.
    }
  }
  return false;
}

function comeToGrief(how, task) {
  switch (how) {
    case 'bury':
      // The folder of the run, at once: this child may be killed before it could empty the folder.
      return renameSync(dirname(task.output), join(process.env.GRIEF_FOLDER, 'buried'));
    case 'nonsense':
      return process.send({ type: 'poem' });
    case 'exit':
      return process.exit(0);
    case 'throw':
      throw new Error('grief');
    case 'crash':
      return process.abort();
    // biome-ignore lint/suspicious/noFallthroughSwitchClause: it holds what it has.
    case 'hoard':
      globalThis.hoard = Buffer.alloc(400e6, 1);
    case 'hold': {
      // At work for as long as it has a parent.
      const parent = process.ppid;
      const cell = new Int32Array(new SharedArrayBuffer(4));
      while (process.ppid === parent) Atomics.wait(cell, 0, 0, 20);
      return process.exit(0);
    }
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
    if (message?.type !== 'shard') return;
    griefs.forEach(([kind, row, how, times], k) => {
      if (message.task.kind !== kind || !(Number(row) >= message.from && Number(row) < message.to)) return;
      if (isTime(k, times)) comeToGrief(how, message.task);
    });
  });
}
