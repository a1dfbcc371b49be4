/* Whoever touches the row that λ names comes to grief, in the way that the end of the path names. */
import { answer, onShard } from './answers.mjs';

onShard((message) => {
  const { task, index, from, to } = message;
  const poison = task.settings.lambda;
  if (poison < from || poison >= to) {
    answer(message);
    return;
  }
  if (task.output.endsWith('dies')) process.kill(process.pid, 'SIGKILL');
  else if (task.output.endsWith('crashes')) process.kill(process.pid, 'SIGABRT');
  else if (task.output.endsWith('exits')) process.exit(0);
  else if (task.output.endsWith('babbles')) process.send({ type: 'poem' });
  else
    process.send({
      type: 'failed',
      index,
      message: 'the row is on fire',
      stack: 'Error: the row is on fire',
      code: '',
    });
});
