import { checkSum } from '../../src/files/check-sum.js';

const BYTES: Readonly<Record<string, number>> = { u8: 1, u32: 4, f32: 4, f64: 8 };
const HEADER = 16;

/** The bytes of an array file with all check sums recomputed, as a deliberate forger would do. */
export function sealed(bytes: Buffer): Buffer {
  const end = headerEnd(bytes);
  return withHeader(bytes, resummed(bytes.subarray(HEADER, end), bytes.subarray(end)));
}

/** The same, but recomputes only the header's check sum and leaves those of the arrays as they are. */
export function sealedHeader(bytes: Buffer): Buffer {
  return withHeader(bytes, bytes.subarray(HEADER, headerEnd(bytes)));
}

function headerEnd(bytes: Buffer): number {
  return HEADER + Math.min(bytes.readUInt32LE(12), bytes.length - HEADER);
}

function withHeader(bytes: Buffer, header: Buffer): Buffer {
  const end = headerEnd(bytes);
  const prefix = Buffer.from(bytes.subarray(0, HEADER));
  if (header.length !== end - HEADER) prefix.writeUInt32LE(header.length, 12);
  prefix.writeUInt32LE(checkSum(header, checkSum(prefix.subarray(12))), 8);
  return Buffer.concat([prefix, header, bytes.subarray(end)]);
}

/** The header with the check sums of its arrays recomputed; unchanged if it is not valid. */
function resummed(header: Buffer, arrays: Buffer): Buffer {
  try {
    const entries = JSON.parse(header.toString());
    for (const entry of entries) {
      const { type, offset, length } = entry;
      if (!('as' in entry))
        entry.sum = checkSum(arrays.subarray(offset, offset + 8 * Math.ceil((length * (BYTES[type] ?? 1)) / 8)));
    }
    const text = Buffer.from(JSON.stringify(entries));
    return Buffer.concat([text, Buffer.alloc(8 * Math.ceil(text.length / 8) - text.length, ' ')]);
  } catch {
    return header;
  }
}
