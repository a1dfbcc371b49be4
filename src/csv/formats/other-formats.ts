import { badData } from '../../failure.js';

const SHEET = 'save the sheet as CSV';
const FRAME = 'in Python, DataFrame.to_csv(FILE, index=False) writes CSV';
const UNPACK = 'unpack it first';
const GZIP = 'decompress it first, or compress it by gzip';
const EXPORT = 'export the table as CSV';

/** Formats that people pass as CSV by mistake: how they begin (bytes as Latin-1), what they are, and what to do. */
const OTHERS: readonly (readonly [begin: string | RegExp, what: string, wayOut: string])[] = [
  [/^PK\p{Cc}\p{Cc}.*oasis\.opendocument/su, 'a LibreOffice sheet', SHEET],
  [/^PK\p{Cc}\p{Cc}.*(?:\[Content_Types\]|xl\/|_rels\/)/su, 'an Excel workbook', SHEET],
  ['PK\x03\x04', 'a zip archive or an Excel workbook', `unpack it, or ${SHEET}`],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook', SHEET],
  [/^BZh\d1AY/, 'compressed by bzip2', GZIP],
  ['\xfd7zXZ', 'compressed by xz', GZIP],
  ['\x04\x22\x4d\x18', 'compressed by lz4', GZIP],
  ['\xff\x06\0\0sNaPpY', 'compressed by snappy', GZIP],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive', UNPACK],
  ['Rar!\x1a\x07', 'a RAR archive', UNPACK],
  [/^.{257}ustar[\p{Cc} ]/su, 'a tar archive', UNPACK],
  ['SQLite format 3\0', 'a SQLite database', "sqlite3 -header -csv FILE 'SELECT * FROM table' writes CSV"],
  [/^\x80\p{Cc}/u, "Python's pickle", FRAME],
  ['\x89HDF\r\n', 'HDF5', FRAME],
  ['ARROW1\0', 'Arrow or Feather', FRAME],
  ['FEA1\0', 'Feather', FRAME],
  ['\x93NUMPY', 'an array of NumPy', FRAME],
  ['Obj\x01', 'Avro', EXPORT],
  [/^ORC(?![\w,;|]).*[^\P{Cc}\s]/su, 'ORC', EXPORT],
  ['PGDMP', 'a dump of PostgreSQL', "psql -c '\\copy table to FILE csv header' writes CSV"],
  ['%PDF-', 'a PDF', EXPORT],
  ['version https://git-lfs.', 'a Git LFS pointer to data that is stored elsewhere', 'git lfs pull fetches it'],
  [/^\s*<(?:!doctype html|html)/i, 'a web page', 'perhaps the download wanted a login; fetch the file itself'],
  [/^\s*<(?:\?xml|[\w:]+[^,;\t\n>]*>\s*<)/i, 'XML', EXPORT],
  [/^\+-+\+/, "a table drawn by MySQL's client", 'mysql --batch writes tabs between columns'],
  [
    /^\|?[^\n]+\n[|\s:]*-+(?:[,;|+\t ]+-+)+[|\s:]*\n/,
    'a table drawn with dashes',
    'psql --csv writes CSV, sed 2d leaves the line out',
  ],
  [/^(?:\w+\/\w+: [^\n]*\n){3}/, 'blocks of "name: value" lines', 'write each record as one line of JSON'],
  [
    /^\s*\{"(?:columns|index)": ?\[(?!\s*\{)|^\s*\{"[^"]+": ?\{"0":/,
    "pandas' JSON by columns",
    'in Python, DataFrame.to_json(FILE, orient="records") writes rows',
  ],
  [/^\s*\{u?'\w+' ?:/, "Python's dictionaries", 'in Python, json.dumps(ast.literal_eval(line)) makes JSON of a line'],
  [
    /^(?:\s|--[^\n]*\n|\/\*(?:(?!\*\/).)*\*\/;?)*(?:CREATE (?:TABLE|DATABASE)|INSERT INTO|DROP TABLE|SET \w+ ?=|COPY [\w."]+ (?:\([^)]*\) )?FROM )/is,
    'SQL',
    'load it into a database, and export the table as CSV',
  ],
];

/** Enough to recognise a format: the first entries of a zip archive name its files. */
const HEAD_BYTES = 1024;

/** @param head the beginning of the file. @throws Failure 65 if the file is in one of these formats. */
export function refuseOtherFormats(name: string, head: Buffer): void {
  const begin = head.toString('latin1', 0, HEAD_BYTES).replace(/^\xef\xbb\xbf/, '');
  const other = OTHERS.find(([start]) => (typeof start === 'string' ? begin.startsWith(start) : start.test(begin)));
  if (other) throw badData(`${name} is ${other[1]}, not a CSV: ${other[2]}`);
}

/** @param head the beginning of a CSV, with the whole first line. @throws Failure 65 if that line cannot be a header. */
export function refuseOddHeader(name: string, head: Buffer): void {
  const end = head.indexOf('\n');
  const line = head.subarray(0, end < 0 ? head.length : end);
  if (line.includes(0)) {
    throw badData(
      `${name}:1: NUL bytes where the columns should be named: no CSV in UTF-8; --encoding utf-16le reads UTF-16 without its mark`,
    );
  }
  if (/\r[^\r]/.test(line.toString('latin1').replace(/"[^"]*"/g, ''))) {
    throw badData(
      `${name}:1: a carriage return inside the header: lines that end in CR alone are not read; tr '\\r' '\\n' converts them`,
    );
  }
}
