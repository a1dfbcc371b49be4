/* Says of each question with how many it came; comes to grief over one that is "dies" or "throws". */
import { onShard } from './answers.mjs';

onShard(({ index, questions }) => {
  if (questions.includes('dies')) process.kill(process.pid, 'SIGKILL');
  else if (questions.includes('throws')) process.send({ type: 'failed', index, message: 'no', stack: '', code: '' });
  else process.send({ type: 'replies', index, replies: questions.map(() => questions.length) });
});
