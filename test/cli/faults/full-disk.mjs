/*
 * Loaded by NODE_OPTIONS: FULL_DISK says "parent <bytes>" or "child <bytes>", after which that process finds the disk full.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [who, room] = (process.env.FULL_DISK ?? '').split(' ');
const isChild = process.argv[1]?.endsWith('shard-worker.js') === true;

function full() {
  const error = new Error('ENOSPC: no space left on device, write');
  return Object.assign(error, { errno: -28, code: 'ENOSPC', syscall: 'write' });
}

if (isChild === (who === 'child')) {
  const { write, writeSync } = fs;
  let left = Number(room);
  const isFull = (file, bytes) => {
    if (file > 2) left -= bytes.length;
    return left < 0 && file > 2;
  };
  fs.writeSync = (file, bytes, ...rest) => {
    if (isFull(file, bytes)) throw full();
    return writeSync(file, bytes, ...rest);
  };
  const patched = (file, bytes, ...rest) => {
    if (isFull(file, bytes)) process.nextTick(rest.at(-1), full());
    else write(file, bytes, ...rest);
  };
  // What `promisify` reads of it.
  for (const symbol of Object.getOwnPropertySymbols(write)) patched[symbol] = write[symbol];
  fs.write = patched;
  syncBuiltinESMExports();
}
