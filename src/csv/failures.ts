import { ExitCode, Failure, systemCode } from '../failure.js';

/** A file as messages name it. */
export function displayName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** The failure of a file without a byte, or without a line. */
export function emptyTable(name: string): Failure {
  return new Failure(ExitCode.badData, `${name} is empty: its first line has to name the columns`);
}

/** The failure of a file that cannot be read, in the user's terms. */
export function readingFailure(name: string, error: unknown): Error {
  if (error instanceof Failure) return error;
  const cause = asError(error);
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Failure(
      ExitCode.noInput,
      `${name}: no such file\n  looked for in ${process.cwd()}; has the export that writes it run?`,
      { cause },
    );
  if (code === 'EACCES')
    return new Failure(
      ExitCode.noInput,
      `${name}: no permission to read it; who runs this needs read rights (ls -l ${name})`,
      { cause },
    );
  if (code === 'EISDIR') return new Failure(ExitCode.noInput, `${name} is a folder; name a file in it`, { cause });
  if (code === 'Z_BUF_ERROR')
    return new Failure(ExitCode.badData, `${name}: the gzip file ends too early; export or copy it anew`, { cause });
  if (code.startsWith('Z_'))
    return new Failure(
      ExitCode.badData,
      `${name}: damaged gzip: ${cause.message}; export or copy it anew (gzip -t tests it)`,
      { cause },
    );
  if (code.startsWith('ZSTD_'))
    return new Failure(
      ExitCode.badData,
      `${name}: damaged zstd: ${cause.message}; export or copy it anew (zstd -t tests it)`,
      { cause },
    );
  if (code !== '') return new Failure(ExitCode.io, `${name}: ${cause.message}`, { cause });
  return cause;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
