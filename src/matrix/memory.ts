import { createRequire } from 'node:module';

/*
 * Memory directly from the operating system, through the C library. A mapped file is in memory once, in the page cache, however
 * many processes read it. Large pages cause a five-hundredth of the page faults. Without koffi, and on systems other than Linux, files
 * are read and arrays are ordinary JavaScript arrays.
 */

/** Constants from Linux' <sys/mman.h>, the same on all machines that Node is built for. */
const READ_AND_WRITE = 3;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MADV_DONTNEED = 4;
const MADV_HUGEPAGE = 14;
/** Since Linux 5.14. Older kernels refuse it and load each page when it is first touched. */
const MADV_POPULATE_READ = 22;
/** What mmap returns on failure: (void *) -1. */
const MAP_FAILED = 0xffffffffffffffffn;

/** Smaller arrays are ordinary ones: a large page is 2 MB. */
const LARGE = 4 << 20;

interface LibC {
  mmap: (
    address: bigint | null,
    length: number,
    protection: number,
    flags: number,
    file: number,
    offset: number,
  ) => bigint;
  madvise: (address: bigint | Uint8Array, length: number, advice: number) => number;
  munmap: (address: bigint, length: number) => number;
  view: (address: bigint, length: number) => ArrayBuffer;
}

/** Undefined: not available; null: not loaded yet. */
let system: LibC | undefined | null = null;

/** The address of each mapped buffer, and whether it is a file. A buffer is unmapped once nothing refers to it. */
const mappings = new WeakMap<ArrayBufferLike, { address: bigint; isFile: boolean }>();
const unmapper = new FinalizationRegistry<{ address: bigint; length: number }>(({ address, length }) => {
  system?.munmap(address, length);
});

/**
 * Maps `length` bytes of an open file; they stay valid after it is closed. Writes go to a private copy. The file must not be truncated
 * while the buffer is used. @param from offset in the file, a multiple of the page size. @returns undefined if files cannot be mapped.
 */
export function mappedFile(file: number, length: number, from = 0): ArrayBuffer | undefined {
  return mapMemory(length, MAP_PRIVATE, file, MADV_POPULATE_READ, from);
}

/** An array of zeros; a large one lies in large pages. */
export function uint32s(length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(zeros(4 * length), 0, length);
}

/** Like `uint32s`. */
export function float32s(length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(zeros(4 * length), 0, length);
}

/** Like `uint32s`. */
export function float64s(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(zeros(8 * length), 0, length);
}

/** Asks for large pages for memory that other code has allocated but not touched yet. */
export function inLargePages(buffer: ArrayBuffer): void {
  if (buffer.byteLength >= LARGE) libc()?.madvise(new Uint8Array(buffer), buffer.byteLength, MADV_HUGEPAGE);
}

/**
 * Frees the memory of an array made here, or of the whole mapped file that it is a part of, before the garbage collector would. Its
 * numbers are 0 from then on, so only its owner may release it. Other arrays are left alone.
 */
export function release({ buffer }: Uint32Array | Float32Array | Float64Array): void {
  const mapping = mappings.get(buffer);
  if (!mapping || !system) return;
  const { address, isFile } = mapping;
  // Discarded pages of a file would be loaded from the file again, so anonymous pages replace them.
  if (!isFile) system.madvise(address, buffer.byteLength, MADV_DONTNEED);
  else system.mmap(address, buffer.byteLength, READ_AND_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

function zeros(bytes: number): ArrayBuffer {
  const large = bytes < LARGE ? undefined : mapMemory(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, MADV_HUGEPAGE);
  return large ?? new ArrayBuffer(bytes);
}

function mapMemory(length: number, flags: number, file: number, advice: number, from = 0): ArrayBuffer | undefined {
  const system = libc();
  if (!system || length === 0) return undefined;
  const address = system.mmap(null, length, READ_AND_WRITE, flags, file, from);
  if (address === MAP_FAILED) return undefined;
  system.madvise(address, length, advice);
  const buffer = system.view(address, length);
  mappings.set(buffer, { address, isFile: file >= 0 });
  unmapper.register(buffer, { address, length });
  return buffer;
}

function libc(): LibC | undefined {
  if (system === null) system = loadLibC();
  return system;
}

function loadLibC(): LibC | undefined {
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
