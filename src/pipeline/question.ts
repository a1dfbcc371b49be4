import { ExitCode } from '../failure.js';
import type { Destination } from '../files/writing.js';
import type { Io } from '../io.js';
import { SavedModel } from '../saved-model/saved-model.js';
import type { QuestionOptions } from './options.js';
import { type Run, type RunOptions, startRun } from './run.js';
import { orInterrupted } from './stopping.js';

/** Does the work of a run that reports nothing but its failure. @returns the exit code. */
export async function plainRun(options: RunOptions, io: Io, work: (run: Run) => Promise<void>): Promise<number> {
  const run = startRun(options, io);
  try {
    await orInterrupted(io.interrupted, () => work(run));
    return ExitCode.ok;
  } finally {
    await run.end();
  }
}

/**
 * Answers a question about a saved model. @param answer writes the answer piece by piece, as long as there is a reader.
 * @returns the exit code. @throws Failure 66 or 65 if the model cannot be read, 73 or 74 if the output cannot be written.
 */
export async function answerFrom(
  options: QuestionOptions,
  io: Io,
  answer: (model: SavedModel, write: Destination['write'], run: Run) => Promise<void> | void,
): Promise<number> {
  return plainRun({ ...options, workers: 1 }, io, async (run) => {
    const model = new SavedModel(options.model, () => run.directory.file('model'));
    run.atEnd(() => model.close());
    const destination = run.open(options.output);
    await answer(model, (bytes) => destination.write(bytes), run);
    await destination.commit();
  });
}
