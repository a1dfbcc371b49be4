import { Failure } from '../failure.js';
import type { Io } from '../io.js';
import { arrangeFiles, READING, stagesOf } from '../pipeline/learning/learn-files.js';
import { readTunedFile } from '../pipeline/learning/tuned-file.js';
import type { Options } from '../pipeline/options.js';
import { warnOfLost } from '../pipeline/output/outcome.js';
import { type OutputRun, runToOutput } from '../pipeline/output/output-run.js';
import { inputBytes } from '../pipeline/reading/read.js';
import { serve } from '../pipeline/recommend.js';
import { serveUsers } from '../pipeline/rules/serving.js';
import { refuseToReplaceOtherFile } from '../saved-model/write.js';

/** The main job: read, learn, recommend, write; `--model` also saves the model. @returns, @throws as `runToOutput`. */
export async function recommend(options: Options, io: Io): Promise<number> {
  const planned = [READING, ...stagesOf(options.method, inputBytes(options))];
  return runToOutput(options, io, planned, refuseOthers(options), (job) => writeLists(job, options));
}

/** Refuses to replace a file that this program did not write, before anything is read. */
export function refuseOthers({ tuned, model }: Pick<Options, 'tuned' | 'model'>): () => void {
  return () => {
    if (tuned !== undefined) readTunedFile(tuned);
    if (model !== undefined) refuseToReplaceOtherFile(model);
  };
}

/** Reads, learns, recommends and writes, and records what it did. */
async function writeLists(job: OutputRun, options: Options): Promise<void> {
  const { run, stages, destination, record } = job;
  const model = options.model === undefined ? undefined : run.open(options.model);
  const { dataset, rules, settings, learn } = await arrangeFiles(job, options);
  const { serving, ...who } = await stages.take('learning', async () => serveUsers(run, rules, dataset, settings));
  const { learned, save } = await learn();
  if (model) await stages.take('saving', () => save(model));
  const served = await stages.take('recommending', () => serve(run, options, dataset, serving, learned, destination));
  await run.pool.close('gently');
  await model?.commit();
  // This comes last: once the lists are in place, nothing may fail any more, because the error would say that there are none.
  await destination.commit().catch((cause) => {
    if (!model || !(cause instanceof Failure)) throw cause;
    throw new Failure(cause.exitCode, `${cause.message} (the new model was written all the same: ${options.model})`, {
      cause,
    });
  });
  record.served = { ...served, ...who, ...warnOfLost(run, dataset) };
}
