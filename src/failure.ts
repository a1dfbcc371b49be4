/** Exit codes of the program, after sysexits.h; docs/operations.md lists them for users. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  /** As in diff and cmp. */
  tooDifferent: 1,
  usage: 2,
  someFailed: 3,
  badData: 65,
  noInput: 66,
  noMemory: 71,
  cannotCreate: 73,
  io: 74,
  tryAgain: 75,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * An error that the user can do something about: one sentence on stderr, no stack, and an exit code. Anything else that is thrown is
 * a defect of this program and shows its stack.
 */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Makes a function that creates failures with that exit code. */
function failing(exitCode: number): (message: string, cause?: unknown) => Failure {
  return (message, cause) => new Failure(exitCode, message, cause === undefined ? undefined : { cause });
}

/** The command line does not fit the data or the system. */
export const misuse = failing(ExitCode.usage);
/** The input cannot be used. */
export const badData = failing(ExitCode.badData);
export const noInput = failing(ExitCode.noInput);
export const noMemory = failing(ExitCode.noMemory);
export const notCreated = failing(ExitCode.cannotCreate);
export const ioFailure = failing(ExitCode.io);
export const tryAgainLater = failing(ExitCode.tryAgain);

/** The command line is wrong, whatever the data is. */
export function usageFailure(message: string): Failure {
  return misuse(`${message}\n(recommend --help shows the options)`);
}

/** Turns the system's refusal of more files or memory (`ulimit`, a container) into a failure; returns other errors unchanged. */
export function explainShortage(error: unknown): unknown {
  const why = messageOf(error);
  if (['EMFILE', 'ENFILE'].includes(systemCode(error)))
    return noMemory(`too few files may be open at once (${why}); raise the limit: ulimit -n 1024`, error);
  const isMemory = systemCode(error) === 'ENOMEM' || (error instanceof RangeError && /alloc|buffer length/i.test(why));
  if (!isMemory) return error;
  return noMemory(
    `there is not enough memory (${why}); a smaller -j needs less, or raise the limit (ulimit -v, the container's)`,
    error,
  );
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of a system error ("ENOENT"), or '' if there is none. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** True if the disk or the quota is full: retrying cannot help. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(error));
}

/** The exit code of a program that ends with this error. */
export function exitCodeOf(thrown: unknown): number {
  return thrown instanceof Failure ? thrown.exitCode : ExitCode.unexpected;
}
