import { createHash, type Hash } from 'node:crypto';
import { checkSum } from '../../files/check-sum.js';

/** Number of array elements that are turned into text at once. */
const ELEMENTS_AT_ONCE = 10_000;

/**
 * The SHA-256 of a value and everything in it, in hexadecimal. Typed arrays are large, so only their check sums are hashed: this notices
 * accidental changes, but not data forged to look the same. Members are hashed by name, so a member that is added later counts too.
 */
export function hashOf(value: unknown): string {
  const hash = createHash('sha256');
  add(hash, value);
  return hash.digest('hex');
}

function add(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    hash.update(`${value.constructor.name} ${bytes.length} ${checkSum(bytes)} `);
  } else if (Array.isArray(value)) {
    hash.update(`${value.length} `);
    for (let at = 0; at < value.length; at += ELEMENTS_AT_ONCE)
      hash.update(JSON.stringify(value.slice(at, at + ELEMENTS_AT_ONCE)));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${name}: `);
      add(hash, part);
    }
  } else {
    hash.update(`${JSON.stringify(value)} `);
  }
}
