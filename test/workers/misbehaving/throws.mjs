import { appendFileSync } from 'node:fs';
import { onShard } from './answers.mjs';

onShard(({ task, index }) => {
  appendFileSync(`${task.output}.tries`, `${process.pid}\n`);
  process.send({
    type: 'failed',
    index,
    message: 'the rows are on fire',
    stack: 'Error: the rows are on fire\n    at child',
    code: '',
  });
});
