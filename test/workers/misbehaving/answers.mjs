/* What misbehaving workers have in common: how to speak as a good one would. */
import { PROTOCOL } from '../../../dist/workers/protocol.js';

export function ready() {
  process.send({ type: 'ready', protocol: PROTOCOL });
}

/** Answers a fit shard; its path is the id of the process that worked it. */
export function answer({ index, from, to }) {
  const rows = new Float64Array(to - from);
  process.send({
    type: 'answer',
    index,
    answer: { kind: 'fit', path: String(process.pid), precision: rows, length: rows },
  });
}

export function onShard(work) {
  process.on('disconnect', () => process.exit(0));
  process.on('message', work);
  ready();
}
