import { answer, onShard } from './answers.mjs';

onShard((message) => answer({ ...message, index: message.index + 1 }));
