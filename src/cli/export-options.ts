import { extname } from 'node:path';
import { usageFailure } from '../failure.js';
import { WEIGHT_FORMATS, type WeightFormat } from '../output/weights.js';
import type { ExportOptions } from '../pipeline/options.js';
import { Group, modelOption, newCommand, outputOption } from './help-groups.js';
import { refuseOverwriting } from './input-options.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { type CliCommand, choice, requiredModel } from './values.js';

export const exportWeights: CliCommand<ExportOptions> = {
  command() {
    const examples = [
      'recommend export --model m.rec -o weights.npz',
      'recommend export --model m.rec --format csv | head',
    ];
    const description = 'Write the weights of a model for SciPy and other programs.';
    const command = newCommand('export', description, '--model FILE [-o FILE]', examples)
      .optionsGroup(Group.have)
      .addOption(modelOption())
      .optionsGroup(Group.want)
      .addOption(choice('--format <format>', 'npz (SciPy), mtx (Matrix Market) or csv', WEIGHT_FORMATS))
      .addOption(outputOption());
    return addLogOptions(command);
  },
  options(command) {
    const typed: TypedLog & { model?: string; format?: WeightFormat; output: string } = command.opts();
    const { output } = typed;
    const model = requiredModel(typed.model);
    const extension = extname(output.replace(/\.gz$/i, '')).slice(1).toLowerCase();
    const byExtension = WEIGHT_FORMATS.find((each) => each === extension);
    const format = typed.format ?? byExtension ?? (output === '-' ? 'csv' : undefined);
    if (!format) throw usageFailure(`-o ${output}: --format says how to write it: ${WEIGHT_FORMATS.join(', ')}`);
    if (byExtension && byExtension !== format)
      throw usageFailure(`--format ${format} and -o ${output} contradict each other`);
    if (output === '-' && format !== 'csv')
      throw usageFailure(`--format ${format} needs a file, since its ids are written beside it: -o FILE.${format}`);
    if (format === 'npz' && /\.gz$/i.test(output)) throw usageFailure(`-o ${output}: SciPy cannot read .npz.gz`);
    refuseOverwriting([['--model', model]], [['--output', output]]);
    return Object.freeze({ ...logOptions(typed), model, format, output });
  },
  run: async (options, io) => (await import('../commands/export.js')).exportModel(options, io),
};
