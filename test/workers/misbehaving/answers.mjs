/* What misbehaving workers have in common: how to speak as a good one would. */
import { PROTOCOL } from '../../../dist/workers/protocol.js';

export function ready() {
  process.send({ type: 'ready', protocol: PROTOCOL });
}

/** Answers a shard with a file whose path is the id of the process that worked it. */
export function answer({ index }) {
  process.send({ type: 'answer', index, path: String(process.pid) });
}

export function onShard(work) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', work);
  ready();
}
