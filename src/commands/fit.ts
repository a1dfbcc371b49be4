import type { Io } from '../io.js';
import { arrangeFiles, READING, stagesOf } from '../pipeline/learning/learn-files.js';
import type { Options } from '../pipeline/options.js';
import { warnOfLost } from '../pipeline/output/outcome.js';
import { runToOutput } from '../pipeline/output/output-run.js';
import { inputBytes } from '../pipeline/reading/read.js';
import { refuseOthers } from './recommend.js';

/** `recommend fit`: read, learn, and write the model, which is the output of the run. @returns, @throws as `runToOutput`. */
export async function fitModel(options: Options, io: Io): Promise<number> {
  const learning = stagesOf(options.method, inputBytes(options)).filter(({ stage }) => stage !== 'recommending');
  return runToOutput(options, io, [READING, ...learning], refuseOthers(options), async (job) => {
    const { run, stages, destination } = job;
    const { dataset, learn } = await arrangeFiles(job, options);
    const { save } = await learn();
    await run.pool.close('gently');
    await stages.take('saving', () => save(destination));
    warnOfLost(run, dataset);
    await destination.commit();
  });
}
