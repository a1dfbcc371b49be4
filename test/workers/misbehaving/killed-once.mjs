import { existsSync, writeFileSync } from 'node:fs';
import { answer, onShard } from './answers.mjs';

onShard((message) => {
  const marker = `${message.task.output}.killed`;
  if (existsSync(marker)) {
    answer(message);
  } else {
    writeFileSync(marker, String(process.pid));
    process.kill(process.pid, 'SIGKILL');
  }
});
