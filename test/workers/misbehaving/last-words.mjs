/* Crashes over the first shard it is given, and says why on stderr. */
import { onShard } from './answers.mjs';

onShard(() => {
  throw new Error('the disk is made of cheese');
});
