import { onShard } from './answers.mjs';

onShard(() => process.exit(0));
