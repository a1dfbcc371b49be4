/*
 * The forked program: receive a shard, do it, answer. It leaves when the parent disconnects or is gone.
 */

import { shardWork } from './shard-work.js';
import { PROTOCOL, type ToChild, type ToParent } from './workers/protocol.js';

const answer = shardWork();

function send(message: ToParent): void {
  // A parent that is gone hears nothing: 'disconnect' ends this process.
  process.send?.(message, () => {});
}

// Ctrl-C and a closed terminal reach the whole process group; the parent decides what becomes of its children. SIGUSR1, meant
// for the parent, would start Node's debugger.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
// One shard at a time: the parent waits for the answer.
process.on('message', async (message: ToChild) => send(await answer(message)));
send({ type: 'ready', protocol: PROTOCOL });
