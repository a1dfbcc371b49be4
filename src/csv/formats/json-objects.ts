import { MAX_ROW_BYTES } from '../row-cutter.js';
import type { Entry } from './records.js';

const [LF, SPACE, QUOTE, COMMA, COLON] = [0x0a, 0x20, 0x22, 0x2c, 0x3a];
const [BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
/** Deeper than any real record, but shallow enough for a recursion. */
const MAX_DEPTH = 100;

/** True if the text begins like JSON objects do, `{"` or `[{` with any space between, or the file name says JSON. */
export function isJson(path: string, head: string): boolean {
  return /\.(json|jsonl|ndjson)(\.\w+)?$/i.test(path) || /^\s*(\[\s*)?(\{\s*["}]|\{\s*$|\[\s*$)/.test(head);
}

/** The objects of JSON Lines, of concatenated objects, or of one array of objects: a batch per chunk. */
export async function* jsonEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Entry[]> {
  const cutter = new ObjectCutter();
  for await (const chunk of chunks) {
    yield cutter.cut(chunk);
    if (cutter.isTooLong) return;
  }
  yield cutter.finish();
}

/**
 * Cuts the top-level objects out of JSON, from chunks of any size. It skips white space, commas and the brackets of an array around them.
 *
 * A broken object costs no other: reading goes on at the next line that begins with `{`, indented no more than the objects before it. A `{`
 * where JSON allows none, or a line that ends inside a string, shows that the object before it was not finished.
 */
export class ObjectCutter {
  #entries: Entry[] = [];
  /** The bytes of the open object in earlier chunks. */
  #parts: Uint8Array[] = [];
  #size = 0;
  /** The open brackets. */
  #open: number[] = [];
  #inString = false;
  #isEscaped = false;
  /** The last byte outside strings other than white space. */
  #last = 0;
  #line = 1;
  #column = 0;
  /** True as long as this line has only white space, commas and `[`. */
  #isLineStart = true;
  /** The column of the most indented object that begins a line. */
  #indent = 0;
  /** True after a broken object, until the next one begins. */
  #isLost = false;
  /** The line on which the object begins. */
  #begin = 0;

  /** True if an object exceeds the limit: nothing after it can be read. */
  get isTooLong(): boolean {
    return this.#size > MAX_ROW_BYTES;
  }

  cut(chunk: Uint8Array): Entry[] {
    this.#entries = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      this.#column++;
      if (this.#inString) {
        if (byte === LF)
          this.#breakOff(`the line ends inside a string of the object that begins on line ${this.#begin}`);
        else if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte > SPACE) {
        if (this.#open.length === 0) {
          if (this.#outside(byte)) from = at;
        } else if (byte === OPEN && !this.#mayOpen()) {
          this.#breakOff(`the object that begins on line ${this.#begin} is not closed before the next one`);
          if (this.#outside(byte)) from = at;
        } else if (this.#inside(byte)) {
          this.#close(chunk.subarray(from, at + 1));
        }
        this.#last = byte;
        if (byte !== COMMA && byte !== OPEN_LIST) this.#isLineStart = false;
      }
      if (byte === LF) {
        this.#line++;
        this.#column = 0;
        this.#isLineStart = true;
      }
    }
    if (this.#open.length > 0) this.#keep(chunk.subarray(from));
    return this.#entries;
  }

  finish(): Entry[] {
    this.#entries = [];
    if (this.#open.length > 0) this.#breakOff(`the object that begins on line ${this.#begin} is never closed`);
    return this.#entries;
  }

  /** Takes a byte outside objects. @returns true if an object begins. */
  #outside(byte: number): boolean {
    if (byte === OPEN && (!this.#isLost || (this.#isLineStart && this.#column <= this.#indent))) {
      if (this.#isLineStart) this.#indent = Math.max(this.#indent, this.#column);
      this.#open.push(byte);
      this.#begin = this.#line;
      this.#isLost = false;
      return true;
    }
    if (this.#isLost || byte === COMMA || byte === OPEN_LIST || byte === CLOSE_LIST) return false;
    this.#begin = this.#line;
    this.#breakOff('no JSON object begins here; every record has to be an object, {"name": value, …}');
    return false;
  }

  /** Takes a byte inside an object. @returns true if the object ends. */
  #inside(byte: number): boolean {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === CLOSE || byte === CLOSE_LIST) this.#open.pop();
    else if (byte === OPEN || byte === OPEN_LIST) {
      this.#open.push(byte);
      if (this.#open.length > MAX_DEPTH) this.#breakOff(`nested more than ${MAX_DEPTH} deep`);
    } else return false;
    return this.#open.length === 0 && !this.#isLost;
  }

  /** True where JSON allows `{` inside an object. */
  #mayOpen(): boolean {
    if (this.#last === COLON) return true;
    return this.#open.at(-1) === OPEN_LIST && (this.#last === OPEN_LIST || this.#last === COMMA);
  }

  #keep(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.isTooLong) {
      const trouble = `an object of more than ${MAX_ROW_BYTES >> 20} MB: a bracket or a quote is never closed, or it holds all records in a list, which jq -c '.NAME[]' takes out`;
      this.#entries.push({ line: this.#begin, trouble, isFatal: true });
    }
  }

  #close(end: Uint8Array): void {
    const bytes =
      this.#parts.length > 0
        ? Buffer.concat([...this.#parts, end])
        : Buffer.from(end.buffer, end.byteOffset, end.length);
    this.#drop();
    this.#entries.push({ line: this.#begin, bytes: bytes.length, json: bytes.toString() });
  }

  #breakOff(trouble: string): void {
    this.#entries.push({ line: this.#begin, trouble });
    this.#drop();
    this.#isLost = true;
  }

  #drop(): void {
    this.#parts = [];
    this.#size = 0;
    this.#open = [];
    this.#inString = false;
    this.#isEscaped = false;
  }
}
