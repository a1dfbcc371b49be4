import { badData, ExitCode, Failure, systemCode } from '../failure.js';

/** The name of a file in messages. */
export function displayName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** The failure for a file without any bytes or lines. */
export function emptyTable(name: string): Failure {
  return badData(`${name} is empty: its first line has to name the columns`);
}

/** Error codes, the exit code for each, and the text after the file's name. @param why the system's message. */
const CAUSES: readonly [code: RegExp, exitCode: number, text: (name: string, why: string) => string][] = [
  [
    /^(ENOENT|ENOTDIR)$/,
    ExitCode.noInput,
    () => `: no such file\n  looked for in ${process.cwd()}; has the export that writes it run?`,
  ],
  [
    /^EACCES$/,
    ExitCode.noInput,
    (name) => `: no permission to read it; the user who runs this needs read permission (ls -l ${name})`,
  ],
  [/^EISDIR$/, ExitCode.noInput, () => ' is a folder; name a file in it'],
  [/^Z_BUF_ERROR$/, ExitCode.badData, () => ': the gzip file ends too early; export or copy it anew'],
  [/^Z_/, ExitCode.badData, (_, why) => `: damaged gzip: ${why}; export or copy it anew (gzip -t tests it)`],
  [/^ZSTD_/, ExitCode.badData, (_, why) => `: damaged zstd: ${why}; export or copy it anew (zstd -t tests it)`],
  [/./, ExitCode.io, (_, why) => `: ${why}`],
];

/** The failure for a file that cannot be read, in the user's terms. */
export function readingFailure(name: string, error: unknown): Error {
  if (error instanceof Failure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = systemCode(error);
  const [, exitCode, text] = CAUSES.find(([pattern]) => pattern.test(code)) ?? [];
  return exitCode && text ? new Failure(exitCode, name + text(name, cause.message), { cause }) : cause;
}
