/*
 * The forked program: receive a shard, run it, answer. It ends when the parent disconnects or is gone.
 */

import { shardWork } from './shard-work.js';
import { PROTOCOL, type ToChild, type ToParent } from './workers/protocol.js';

const answer = shardWork();

function send(message: ToParent): void {
  // Errors are ignored: if the parent is gone, 'disconnect' ends this process.
  process.send?.(message, () => {});
}

// Ctrl-C and a closed terminal reach the whole process group; the parent decides when its children end. SIGUSR1, meant
// for the parent, would start Node's debugger.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
// One shard at a time: the parent waits for the answer.
process.on('message', async (message: ToChild) => send(await answer(message)));
send({ type: 'ready', protocol: PROTOCOL });
