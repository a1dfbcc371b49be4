import * as zlib from 'node:zlib';

/** As `crc32` of zlib, which Node has since 20.15 only. */
type Crc32 = (bytes: Uint8Array, before?: number) => number;

const fast = 'crc32' in zlib && typeof zlib.crc32 === 'function' ? (zlib.crc32 as Crc32) : plainCrc32;

/** The CRC-32 of bytes, or of all that came before and these: what was altered by accident is told by it, not by intent. */
export function checkSum(bytes: Uint8Array, before = 0): number {
  // Of an array without memory, zlib's begins anew.
  return bytes.length === 0 ? before : fast(bytes, before);
}

/** The same, a byte at a time: a hundredth of the speed. */
export function plainCrc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
