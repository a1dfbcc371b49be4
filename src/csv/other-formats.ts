import { ExitCode, Failure } from '../failure.js';

/** First bytes of what is often given for a CSV, and the way out. */
const OTHERS: readonly (readonly [begin: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive or an Excel workbook, not a CSV: unpack it, or save the sheet as CSV'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook, not a CSV: save the sheet as CSV'],
  ['PAR1', 'Parquet, not CSV: export it as CSV'],
  ['BZh', 'compressed by bzip2: decompress it first, or compress it by gzip'],
  ['\xfd7zXZ', 'compressed by xz: decompress it first, or compress it by gzip'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd: decompress it first, or compress it by gzip'],
];

/** @param head the beginning of the file, with the whole first line. @throws Failure 65 for what is plainly no CSV. */
export function refuseOtherFormats(name: string, head: Buffer): void {
  const begin = head.toString('latin1', 0, 8);
  const other = OTHERS.find(([magic]) => begin.startsWith(magic));
  if (other) throw new Failure(ExitCode.badData, `${name} is ${other[1]}`);
  const end = head.indexOf('\n');
  const line = head.subarray(0, end < 0 ? head.length : end);
  if (line.includes(0)) {
    throw new Failure(
      ExitCode.badData,
      `${name}:1: NUL bytes where the columns should be named: no CSV in UTF-8; from UTF-16 iconv -f utf-16le -t utf-8 converts it`,
    );
  }
  if (/\r[^\r]/.test(line.toString('latin1').replace(/"[^"]*"/g, ''))) {
    throw new Failure(
      ExitCode.badData,
      `${name}:1: a carriage return inside the header: lines that end in CR alone are not read; tr '\\r' '\\n' converts them`,
    );
  }
}
