import { answer, onShard } from './answers.mjs';

onShard(answer);
