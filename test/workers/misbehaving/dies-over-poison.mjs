/* Says of each question with how many it came; comes to grief over one that is "dies" or "throws", and hangs over "hangs". */
import { onShard } from './answers.mjs';

onShard(({ index, questions }) => {
  if (questions.includes('dies')) process.kill(process.pid, 'SIGKILL');
  else if (questions.includes('throws')) process.send({ type: 'failed', index, message: 'no', stack: '', code: '' });
  else if (!questions.includes('hangs'))
    process.send({ type: 'replies', index, replies: questions.map(() => questions.length) });
});
