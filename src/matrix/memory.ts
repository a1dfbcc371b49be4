import { createRequire } from 'node:module';

/*
 * Memory straight from the operating system, through the C library. A mapped file is in memory once, in the page cache, however
 * many processes read it; large pages cause a five-hundredth of the page faults. Where koffi is not installed, or the
 * system is not Linux, files are read and arrays are ordinary JavaScript arrays.
 */

/** Values from Linux' <sys/mman.h>, the same on all machines that Node is built for. */
const READ_AND_WRITE = 3;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MADV_DONTNEED = 4;
const MADV_HUGEPAGE = 14;
/** Since Linux 5.14. Older systems refuse it, and load pages as they are touched. */
const MADV_POPULATE_READ = 22;
/** What mmap returns on failure: (void *) -1. */
const MAP_FAILED = 0xffffffffffffffffn;

/** Smaller arrays are ordinary ones: a large page is 2 MB. */
const LARGE = 4 << 20;

interface System {
  mmap: (at: bigint | null, length: number, protection: number, flags: number, file: number, offset: number) => bigint;
  madvise: (place: bigint | Uint8Array, length: number, advice: number) => number;
  munmap: (place: bigint, length: number) => number;
  view: (place: bigint, length: number) => ArrayBuffer;
}

/** Undefined: not available; null: not looked for yet. */
let system: System | undefined | null = null;

/** The address of each of our buffers, and whether it is a file. A buffer is unmapped once nothing refers to it. */
const places = new WeakMap<ArrayBufferLike, { place: bigint; isFile: boolean }>();
const unused = new FinalizationRegistry<{ place: bigint; length: number }>(({ place, length }) => {
  system?.munmap(place, length);
});

/**
 * Maps `length` bytes of an open file; they stay valid after it is closed. Writes go to a private copy. The file must not be truncated
 * while they are used. @param from where they begin, a multiple of a page. @returns undefined where the file has to be read.
 */
export function mappedFile(file: number, length: number, from = 0): ArrayBuffer | undefined {
  return mapped(length, MAP_PRIVATE, file, MADV_POPULATE_READ, from);
}

/** An array of zeros, in large pages if it is large. */
export function uint32s(length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(zeros(4 * length), 0, length);
}

/** Likewise. */
export function float32s(length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(zeros(4 * length), 0, length);
}

/** Likewise. */
export function float64s(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(zeros(8 * length), 0, length);
}

/** Asks for large pages for memory that somebody else has taken, and not touched yet. */
export function inLargePages(buffer: ArrayBuffer): void {
  if (buffer.byteLength >= LARGE) systemOf()?.madvise(new Uint8Array(buffer), buffer.byteLength, MADV_HUGEPAGE);
}

/**
 * Frees the memory of such an array, or of the whole file that it is a part of, before the garbage collector would. Its
 * numbers are 0 from then on, so only its owner may do this.
 */
export function release({ buffer }: Uint32Array | Float32Array | Float64Array): void {
  const own = places.get(buffer);
  if (!own || !system) return;
  const { place, isFile } = own;
  // Discarded pages of a file would be loaded from it again, so other pages replace them.
  if (!isFile) system.madvise(place, buffer.byteLength, MADV_DONTNEED);
  else system.mmap(place, buffer.byteLength, READ_AND_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

function zeros(bytes: number): ArrayBuffer {
  const large = bytes < LARGE ? undefined : mapped(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, MADV_HUGEPAGE);
  return large ?? new ArrayBuffer(bytes);
}

function mapped(length: number, flags: number, file: number, advice: number, from = 0): ArrayBuffer | undefined {
  const system = systemOf();
  if (!system || length === 0) return undefined;
  const place = system.mmap(null, length, READ_AND_WRITE, flags, file, from);
  if (place === MAP_FAILED) return undefined;
  system.madvise(place, length, advice);
  const buffer = system.view(place, length);
  places.set(buffer, { place, isFile: file >= 0 });
  unused.register(buffer, { place, length });
  return buffer;
}

function systemOf(): System | undefined {
  if (system === null) system = loaded();
  return system;
}

function loaded(): System | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
    const library = koffi.load(null);
    return {
      mmap: library.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
      madvise: library.func('int madvise(void *, size_t, int)'),
      munmap: library.func('int munmap(void *, size_t)'),
      view: koffi.view,
    };
  } catch {
    // Not installed, or not built for this machine.
    return undefined;
  }
}
