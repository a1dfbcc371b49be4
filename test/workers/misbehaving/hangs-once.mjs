/* Over the first shard it stops or loops, as the end of the path names; whoever is given that shard next answers. */
import { existsSync, writeFileSync } from 'node:fs';
import { answer, onShard } from './answers.mjs';

onShard((message) => {
  const marker = `${message.task.output}.hung`;
  if (message.index !== 0 || existsSync(marker)) {
    answer(message);
    return;
  }
  writeFileSync(marker, String(process.pid));
  if (message.task.output.endsWith('stops')) process.kill(process.pid, 'SIGSTOP');
  else for (;;);
});
