import { appendFileSync } from 'node:fs';
import { onShard } from './answers.mjs';

/* Finds no room on the disk, whatever the shard. */
onShard(({ task, index }) => {
  appendFileSync(`${task.output}.tries`, `${process.pid}\n`);
  const message = 'ENOSPC: no space left on device, write';
  process.send({ type: 'failed', index, message, stack: `Error: ${message}\n    at child`, code: 'ENOSPC' });
});
