/* Says on stderr that it works, and never answers. */
import { onShard } from './answers.mjs';

onShard(() => {
  console.error('at work');
  for (;;);
});
