import * as zlib from 'node:zlib';

/** `crc32` of zlib, which Node has since 20.15. */
type Crc32 = (bytes: Uint8Array, before?: number) => number;

const fast = 'crc32' in zlib && typeof zlib.crc32 === 'function' ? (zlib.crc32 as Crc32) : plainCrc32;

/** The CRC-32 of bytes, continued from the sum of the bytes before. It detects accidents, not manipulation. */
export function checkSum(bytes: Uint8Array, before = 0): number {
  // For an empty array, the zlib function would start over.
  return bytes.length === 0 ? before : fast(bytes, before);
}

/** The same, byte by byte: a hundred times slower. */
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
