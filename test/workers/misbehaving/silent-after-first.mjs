import { answer, onShard } from './answers.mjs';

onShard((message) => {
  if (message.index === 0) answer(message);
});
