import { onShard } from './answers.mjs';

onShard(() => process.send({ type: 'weather', is: 'fine' }));
