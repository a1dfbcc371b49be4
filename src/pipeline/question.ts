import { ExitCode } from '../failure.js';
import type { Destination } from '../files/writing.js';
import type { Io } from '../io.js';
import { SavedModel } from '../saved-model/saved-model.js';
import type { QuestionOptions } from './options.js';
import { type Run, startRun } from './run.js';
import { orInterrupted } from './stopping.js';

/**
 * Answers a question about a saved model. @param answer writes the answer piece by piece, as long as there is a reader.
 * @returns the exit code. @throws Failure 66 or 65 if the model cannot be read, 73 or 74 if the output cannot be written.
 */
export async function answerFrom(
  options: QuestionOptions,
  io: Io,
  answer: (model: SavedModel, write: Destination['write'], run: Run) => Promise<void> | void,
): Promise<number> {
  const run = startRun({ ...options, workers: 1 }, io);
  let model: SavedModel | undefined;
  try {
    await orInterrupted(io.interrupted, async () => {
      const opened = new SavedModel(options.model, () => run.directory.file('model'));
      model = opened;
      const destination = run.open(options.output);
      await answer(opened, (bytes) => destination.write(bytes), run);
      await destination.commit();
    });
    return ExitCode.ok;
  } finally {
    model?.close();
    await run.end();
  }
}
